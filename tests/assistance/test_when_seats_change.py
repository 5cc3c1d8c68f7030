"""A customer's seats change while its request is open: who sent it and who reviews it are told once."""

from django.core import mail

from assistance import operations
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.directory.operations import edit_customer
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from tests.assistance.conftest import in_state, submitted

CHANGED = "assistance.verdict_changed"


def seats(cast, number, by=None):
    customer = Customer.objects.get(pk=cast.contoso.pk)
    edit_customer(customer, version=customer.version, by=by or cast.admin, seats=number)
    while run_due():
        pass


def told():
    subject = "The eligibility behind"
    return sorted(message.to[0] for message in mail.outbox if message.subject.startswith(subject))


def test_both_sides_are_told_once_and_the_frozen_verdict_stays(cast, sign_in):
    ask = submitted(cast.contoso, cast.pm)
    operations.review(ask, by=cast.specialist)
    seats(cast, 140)
    event = Event.objects.get(kind=CHANGED)
    assert (event.fact("verdict"), event.thread, event.customer) == ("not_yet", ask.public_id, cast.contoso)
    assert told() == ["pm@contoso.example", "specialist@fasttrack.example"]
    assert "With 140 seats" in mail.outbox[-1].body
    assert set(Notification.objects.filter(event=event).values_list("user__email", flat=True)) == set(told())
    ask.refresh_from_db()
    assert ask.verdict == "migration"
    assert "would be told" in sign_in(cast.pm).get(ask.get_absolute_url()).content.decode()
    seats(cast, 130)  # the same verdict
    operations.recheck_verdicts(cast.contoso, by=None)
    assert Event.objects.filter(kind=CHANGED).count() == 1
    seats(cast, 620)  # back to what it was
    assert Event.objects.filter(kind=CHANGED).count() == 2
    assert len(told()) == 4


def test_who_changed_it_is_not_told_of_their_own_act(cast):
    operations.review(submitted(cast.contoso, cast.pm), by=cast.specialist)
    seats(cast, 140, by=cast.specialist)
    assert told() == ["pm@contoso.example"]


def test_what_is_closed_or_was_never_sent_is_left_alone(cast):
    for state in ("draft", "withdrawn", "declined", "accepted"):
        in_state(state, cast, cast.lead)
    seats(cast, 140)
    assert not Event.objects.filter(kind=CHANGED).exists()
    assert told() == []


def test_another_fact_or_the_same_verdict_tells_nobody(cast):
    submitted(cast.contoso, cast.lead)
    customer = Customer.objects.get(pk=cast.contoso.pk)
    edit_customer(customer, version=customer.version, by=cast.admin, country="AT")
    seats(cast, 700)
    assert told() == []
