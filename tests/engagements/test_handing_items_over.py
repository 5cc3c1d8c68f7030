"""An item of the customer in its partner's hands: with consent, a start and an end, and seen by everybody (F11)."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements.models import Delegation
from engagements.models.delegations import field_of
from engagements.operations import delegations
from engagements.operations.delegations import delegate, end, turn
from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid
from tests.engagements.engagement_scene import item, opened


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


@pytest.fixture
def now():
    return timezone.now()


def handed(cast, engagement, by, **changes):
    now = timezone.now()
    values = {"partner": cast.northwind, "starts_on": engagement.day_at(now), "by": by, "at": now}
    return delegate(item(engagement, "I-C1"), **(values | changes))


def address(thing, name="delegate", **more):
    if name == "delegate":
        more["kind"] = field_of(thing)
    return reverse(f"engagements:{name}", kwargs={"public_id": thing.public_id, **more})


def test_the_lead_hands_over_and_the_partner_works_on_it(cast, engagement, sign_in, now):
    theirs, partner = item(engagement, "I-C1"), sign_in(cast.partner)
    assert partner.post(address(theirs, "move_responsibility", step="begin")).status_code == 403
    sent = {"partner": cast.northwind.public_id, "starts_on": engagement.day_at(now).isoformat(), "key": uuid.uuid4()}
    lead = sign_in(cast.lead)
    assert lead.post(address(theirs), sent).status_code == 303
    assert lead.post(address(theirs), sent).status_code == 303, "a double click"
    delegation = Delegation.objects.get()
    assert (delegation.status, delegation.consented_by) == ("active", cast.lead)
    assert item(engagement, "I-C1").holder == "partner"
    event = Event.objects.get(kind="engagements.delegated")
    assert [told.user for told in Notification.objects.filter(event=event)] == [cast.partner]
    assert partner.post(address(theirs, "move_responsibility", step="begin")).status_code == 303
    edit_responsibility(
        theirs, version=item(engagement, "I-C1").version, assignee=cast.partner, by=cast.partner
    )  # fmt: skip
    for client in (lead, partner, sign_in(cast.specialist)):
        assert "With Northwind Partners" in client.get(address(engagement, "matrix")).content.decode()
        page = client.get(theirs.get_absolute_url()).content.decode()
        assert "Handed over" in page
        assert "Northwind Partners" in page
    with pytest.raises(AccessRefused):
        move_responsibility(item(engagement, "I-C2"), "begin", by=cast.partner, at=now)


def test_who_has_it_in_hand_gives_it_back_and_the_name_goes_with_it(cast, engagement, now):
    delegation = handed(cast, engagement, cast.lead)
    edit_responsibility(item(engagement, "I-C1"), version=1, assignee=cast.partner, by=cast.lead)
    end(Delegation.objects.get(pk=delegation.pk), by=cast.partner, at=now)
    back = item(engagement, "I-C1")
    assert (back.holder, back.assignee) == ("customer", None)
    with pytest.raises(AccessRefused):
        move_responsibility(back, "begin", by=cast.partner, at=now)


@pytest.mark.parametrize("who", ["specialist", "partner"])
def test_others_propose_and_the_customer_has_the_last_word(cast, engagement, sign_in, who):
    delegation = handed(cast, engagement, getattr(cast, who), reason="We run their mail")
    assert delegation.status == "proposed"
    assert item(engagement, "I-C1").holder == "customer"
    event = Event.objects.get(kind="engagements.delegation_proposed")
    assert {told.user for told in Notification.objects.filter(event=event)} == {cast.lead, cast.pm}
    with pytest.raises(AccessRefused):
        move_responsibility(item(engagement, "I-C1"), "begin", by=cast.partner, at=timezone.now())
    page = sign_in(cast.pm).get(item(engagement, "I-C1").get_absolute_url()).content.decode()
    assert "We run their mail" in page
    assert sign_in(cast.pm).post(address(delegation, "move_delegation", step="consent")).status_code == 303
    assert item(engagement, "I-C1").holder == "partner"


def test_refusing_needs_a_reason_and_tells_who_proposed(cast, engagement, sign_in):
    delegation = handed(cast, engagement, cast.partner)
    lead = sign_in(cast.lead)
    assert lead.post(address(delegation, "move_delegation", step="refuse"), {"reason": ""}).status_code == 422
    assert lead.post(address(delegation, "move_delegation", step="refuse"), {"reason": "Ours"}).status_code == 303
    told = Notification.objects.filter(event__kind="engagements.delegation_refused")
    assert [notice.user for notice in told] == [cast.partner]


def test_it_begins_and_ends_on_the_days_that_were_agreed(cast, engagement, now):
    start = engagement.day_at(now) + timedelta(days=3)
    delegation = handed(cast, engagement, cast.lead, starts_on=start, ends_on=start + timedelta(days=4))
    assert item(engagement, "I-C1").holder == "customer"
    assert Job.objects.filter(kind="engagements.turn_delegation").count() == 2
    turn(Delegation.objects.get(pk=delegation.pk), at=now + timedelta(days=3))
    assert item(engagement, "I-C1").holder == "partner"
    turn(Delegation.objects.get(pk=delegation.pk), at=now + timedelta(days=7))
    assert item(engagement, "I-C1").holder == "partner", "the last day is the partner's"
    turn(Delegation.objects.get(pk=delegation.pk), at=now + timedelta(days=8))
    turn(Delegation.objects.get(pk=delegation.pk), at=now + timedelta(days=8))
    assert (item(engagement, "I-C1").holder, Delegation.objects.get().status) == ("customer", "ended")
    assert Event.objects.filter(kind="engagements.delegation_ended").count() == 1
    assert Event.objects.filter(kind="engagements.delegation_begun").count() == 1


def test_when_the_partner_goes_its_items_come_back(cast, engagement, now):
    handed(cast, engagement, cast.lead)
    end_link(PartnerLink.objects.get(), at=now, by=cast.lead)
    with pytest.raises(AccessRefused):
        move_responsibility(item(engagement, "I-C1"), "begin", by=cast.partner, at=now)
    run_due(lanes=(Job.Lane.LIGHT,))
    assert (item(engagement, "I-C1").holder, Delegation.objects.get().status) == ("customer", "ended")
    ended = Event.objects.get(kind="engagements.delegation_ended")
    assert ended.partner is None, "who left hears no more"


def test_what_cannot_be_handed_over(cast, engagement, now):
    today = engagement.day_at(now)
    with pytest.raises(Invalid):
        handed(cast, engagement, cast.lead, partner=cast.litware)
    for wrong in ({"starts_on": today - timedelta(days=1)}, {"ends_on": today - timedelta(days=1)}):
        with pytest.raises(Invalid):
            handed(cast, engagement, cast.lead, **wrong)
    with pytest.raises(AccessRefused):
        delegate(item(engagement, "I-F1"), partner=cast.northwind, starts_on=today, by=cast.lead, at=now)
    handed(cast, engagement, cast.lead)
    with pytest.raises(Conflict):
        handed(cast, engagement, cast.pm)
    move_responsibility(item(engagement, "I-C2"), "finish", by=cast.lead, at=now)
    with pytest.raises(Invalid):
        delegate(item(engagement, "I-C2"), partner=cast.northwind, starts_on=today, by=cast.lead, at=now)
    assert delegations.partners_of(engagement).get() == cast.northwind


@pytest.mark.parametrize("wrong", [{"starts_on": "9999-12-31"}, {"ends_on": "0001-01-01"}, {"partner": "x"}])
def test_bad_values_are_said_at_the_field(cast, engagement, sign_in, now, wrong):
    theirs = item(engagement, "I-C1")
    sent = {"partner": cast.northwind.public_id, "starts_on": engagement.day_at(now).isoformat(), "key": uuid.uuid4()}
    assert sign_in(cast.lead).post(address(theirs), sent | wrong).status_code == 422
    assert not Delegation.objects.exists()
