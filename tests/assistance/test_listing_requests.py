"""The list by role: everybody sees their own and nothing else; staff have the queue beside it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistance import operations
from tests.assistance.conftest import in_state, submitted


def test_everybody_sees_their_own(cast, sign_in):
    own, sent = submitted(cast.contoso, cast.lead), submitted(cast.contoso, cast.partner)
    foreign = submitted(cast.fabrikam, cast.fabrikam_lead)
    expected = {
        cast.lead: {own, sent},
        cast.pm: {own, sent},
        cast.partner: {sent},
        cast.litware_partner: set(),
        cast.fabrikam_lead: {foreign},
        cast.specialist: {own, sent},
        cast.apac_specialist: {foreign},
        cast.admin: {own, sent, foreign},
    }
    for user, seen in expected.items():
        page = sign_in(user).get("/requests/").content.decode()
        assert {ask for ask in (own, sent, foreign) if ask.number in page} == seen, user


def test_staff_see_everything_newest_first_and_the_queue_beside_it(cast, sign_in):
    first, second = submitted(cast.contoso, cast.lead), in_state("in_review", cast, cast.lead)
    done = in_state("declined", cast, cast.lead)
    page = sign_in(cast.specialist).get("/requests/").content.decode()
    assert page.index(done.number) < page.index(second.number) < page.index(first.number)
    assert 'href="/requests/queue/"' in page


def test_filter_and_sort_stand_in_the_address(cast, sign_in):
    open_one, declined = submitted(cast.contoso, cast.lead), in_state("declined", cast, cast.lead)
    client = sign_in(cast.lead)
    page = client.get("/requests/?status=declined").content.decode()
    assert declined.number in page
    assert open_one.number not in page
    page = client.get("/requests/?sort=number").content.decode()
    assert page.index(open_one.number) < page.index(declined.number)
    assert "No request has this status" in client.get("/requests/?status=accepted").content.decode()


def test_empty_lists_say_what_next(cast, sign_in, viewer):
    assert "Request assistance with Microsoft 365" in sign_in(cast.lead).get("/requests/").content.decode()
    assert "No requests yet" in sign_in(cast.specialist).get("/requests/").content.decode()
    assert "Nothing waits for you" in sign_in(cast.specialist).get("/requests/queue/").content.decode()
    assert "/requests/new/" not in sign_in(viewer).get("/requests/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "status=no",
        "status=%00",
        "sort=nothing",
        "sort=%00",
        "page=-1",
        "page=0",
        "page=x",
        "page=99999",
        "page=" + "9" * 30,
        "per_page=-1",
        "per_page=0",
        "per_page=" + "9" * 30,
        "view=%00",
    ],
)
def test_odd_addresses_are_answered(cast, sign_in, query):
    submitted(cast.contoso, cast.lead)
    for user in (cast.lead, cast.specialist):
        assert sign_in(user).get(f"/requests/?{query}").status_code == 200


def test_queries_do_not_grow_with_the_rows(cast, sign_in):
    client = sign_in(cast.specialist)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/requests/")
        return len(seen)

    submitted(cast.contoso, cast.lead)
    queries()
    few = queries()
    for _ in range(9):
        submitted(cast.contoso, cast.partner)
    assert queries() == few


def test_the_services_of_a_row_are_counted(cast, sign_in):
    submitted(cast.contoso, cast.lead, services=["exchange", "teams", "intune", "windows", "viva"])
    assert "Exchange Online, Microsoft Teams, Microsoft Intune and 2 more" in (
        sign_in(cast.lead).get("/requests/").content.decode()
    )


def test_withdrawing_leaves_it_in_the_list(cast, sign_in):
    ask = submitted(cast.contoso, cast.lead)
    operations.withdraw(ask, by=cast.lead)
    assert ask.number in sign_in(cast.lead).get("/requests/?status=withdrawn").content.decode()
