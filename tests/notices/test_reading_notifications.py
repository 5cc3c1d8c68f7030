"""What somebody was told, a page at a time."""

import re

import pytest

from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.notices.models import Notification
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def thirty(cast: Cast) -> list[Event]:
    told = [
        record(
            "directory.customer_renamed",
            subject=cast.contoso,
            customer=cast.contoso,
            by=cast.admin,
            data={"before": "Contoso", "name": f"No. {number:02}"},
        )
        for number in range(30)
    ]
    Notification.objects.bulk_create(Notification(user=cast.lead, event=event) for event in told)
    return told


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"No\. (\d\d)", page)]


def test_the_newest_come_first_and_the_older_ones_are_a_page_away(cast: Cast, sign_in, thirty):
    client = sign_in(cast.lead)
    first, second = (client.get(f"/notifications/?page={page}").content.decode() for page in (1, 2))
    assert numbers(first) == list(range(29, 4, -1))
    assert numbers(second) == [4, 3, 2, 1, 0]
    assert 'href="?page=2"' in first
    assert 'href="?page=1"' in second


def test_a_page_that_is_none_shows_the_first(cast: Cast, sign_in, thirty):
    for page in ("0", "99", "abc", "9" * 400, "%00"):
        assert len(numbers(sign_in(cast.lead).get(f"/notifications/?page={page}").content.decode())) == 25, page
