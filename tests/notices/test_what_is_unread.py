"""The frame counts what is unread by a statement kept for each set of roles; the count is made anew."""

import uuid

import pytest
from django.utils import timezone

from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.seen import Reader
from fasttrack_portal.accounts.signed_in import person
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.notices.models import Notification, _counting_unread
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast: Cast) -> Cast:
    """Everybody is told of everything, whether they may see it or not; the first of it is read."""
    events = list(Event.objects.all())
    for user in User.objects.all():
        Notification.objects.bulk_create(Notification(user=user, event=event) for event in events)
    Notification.objects.filter(event=events[0]).update(read_at=timezone.now())
    return cast


def test_the_count_is_what_the_person_would_see(told: Cast):
    for user in User.objects.all():
        read = person(user.pk)
        assert read is not None
        assert Notification.unread_of(read) == Notification.objects.visible_to(user).unread().count()
    assert Notification.unread_of(told.lead) > 0


def test_what_a_link_opened_is_not_counted_once_it_has_ended(told: Cast):
    before = Notification.unread_of(told.partner)
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=told.lead)
    told.partner.__dict__.pop("audience", None)
    assert Notification.unread_of(told.partner) < before
    assert Notification.unread_of(told.partner) == Notification.objects.visible_to(told.partner).unread().count()


def test_what_another_role_may_not_read_is_not_counted_once_it_is_theirs(cast: Cast):
    """An executive viewer hears of no edition but those for executives."""
    event = Event.objects.create(
        kind="reports.issued", subject_label="reports.Report", subject_id=0, thread=uuid.uuid4(), customer=cast.contoso
    )
    Notification.objects.create(user=cast.pm, event=event)
    counted = []
    for role in (Membership.Role.PROJECT_MANAGER, Membership.Role.VIEWER):
        Membership.objects.filter(user=cast.pm).update(role=role)
        read = person(cast.pm.pk)
        assert read is not None
        counted.append(Notification.unread_of(read))
    assert counted == [1, 0]


def test_making_the_statement_asks_the_database_nothing(told: Cast, django_assert_num_queries):
    _counting_unread.cache_clear()
    for user in (told.lead, told.partner, told.specialist, told.admin):
        reader = Reader.of(user)
        with django_assert_num_queries(0):
            _counting_unread(reader)


def test_who_has_read_everything_is_not_counted(told: Cast, django_assert_num_queries):
    Notification.objects.filter(user=told.lead).update(read_at=timezone.now())
    read = person(told.lead.pk)
    assert read is not None
    with django_assert_num_queries(0):
        assert Notification.unread_of(read) == 0
