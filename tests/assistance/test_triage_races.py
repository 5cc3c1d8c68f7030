"""Many hands in triage: bulk against single, two partners at one request, an answer against a reminder."""

import threading
import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest, Offer
from assistance.services import SERVICES
from fasttrack_portal import workflow
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.operations import link_partner
from fasttrack_portal.refusals import TransitionRefused
from tests.assistance.test_requests_that_race import as_seen, at_once, plain_save, submitted
from tests.engagements.test_meetings_that_race import in_thread, somebody_waits, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def offers_of(cast):
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    ask = submitted(cast)
    for partner in (cast.northwind, cast.litware):
        operations.offer(ask, partner, key=uuid.uuid4(), at=timezone.now(), by=cast.specialist)
    return [Offer.objects.with_people().get(partner=partner) for partner in (cast.northwind, cast.litware)]


def test_two_partners_accept_and_one_has_it(cast):
    ours, theirs = offers_of(cast)
    faults = at_once(
        [
            lambda: operations.accept_offer(ours, at=timezone.now(), by=cast.partner),
            lambda: operations.accept_offer(theirs, at=timezone.now(), by=cast.litware_partner),
        ]
    )
    (fault,) = faults
    assert isinstance(fault, TransitionRefused)
    assert sorted(Offer.objects.values_list("status", flat=True)) == ["accepted", "withdrawn"]
    assert Event.objects.filter(kind="assistance.offer_accepted").count() == 1
    assert Event.objects.filter(kind="assistance.offer_withdrawn").count() == 1


def test_without_the_order_only_the_database_stands_between_them(cast, monkeypatch):
    """The control: with a plain save and no lock, the constraint is what is left."""
    from django.db import IntegrityError

    ours, theirs = offers_of(cast)
    monkeypatch.setattr(workflow, "apply", plain_save)
    plain_save(ours, "accept")
    with pytest.raises(IntegrityError, match="offer_one_partner_a_request"):
        plain_save(theirs, "accept")


def test_bulk_against_single(cast):
    """Somebody takes a request while it is in somebody else's bulk: one has it, the bulk goes on with the others."""
    asks = [submitted(cast, service) for service in list(SERVICES)[:3]]
    seen, mine = [as_seen(ask) for ask in asks], as_seen(asks[1])
    results = []

    def in_bulk():
        results.extend(operations.in_bulk(seen, operations.review, by=cast.manager))

    faults = []
    with transaction.atomic():
        operations.review(mine, by=cast.specialist)
        other = in_thread(in_bulk, faults)
        assert wait_until(somebody_waits), "the bulk waits for the row that the single step holds"
    other.join(10)
    assert not faults
    assert [bool(each.refusal) for each in results] == [False, True, False]
    reviewers = [AssistanceRequest.objects.get(pk=ask.pk).reviewer for ask in asks]
    assert reviewers == [cast.manager, cast.specialist, cast.manager]
    assert Event.objects.filter(kind="assistance.reviewed").count() == 3


def test_two_bulks_share_the_work_and_double_none(cast):
    asks = [submitted(cast, service) for service in list(SERVICES)[:6]]
    done = []
    ready = threading.Barrier(2)

    def bulk(user):
        rows = [as_seen(ask) for ask in asks]
        ready.wait(10)
        done.extend(each for each in operations.in_bulk(rows, operations.review, by=user) if not each.refusal)

    faults = at_once([lambda: bulk(cast.specialist), lambda: bulk(cast.manager)])
    assert not faults
    assert sorted(each.ask.pk for each in done) == sorted(ask.pk for ask in asks)
    assert Event.objects.filter(kind="assistance.reviewed").count() == 6


def test_an_answer_and_a_reminder_at_once(cast):
    """The answer holds the row: the reminder waits, sees it and says nothing."""
    ask = submitted(cast)
    operations.review(ask, by=cast.specialist)
    operations.ask_for_information(ask, question="Which one?", by=cast.specialist)
    question = Event.objects.get(kind="assistance.asked_for_information")
    faults = []
    with transaction.atomic():
        operations.answer(as_seen(ask), answer="This one", by=cast.lead)
        other = in_thread(lambda: operations.remind(question, turn=1), faults)
        assert wait_until(somebody_waits)
    other.join(10)
    assert not faults
    assert not Event.objects.filter(kind="assistance.reminded").exists()
