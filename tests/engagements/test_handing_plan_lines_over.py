"""A line of the customer's plans in its partner's hands: as with a responsibility, with consent, a start and an end."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements.models import Delegation, SuccessItem
from engagements.operations.delegations import end, end_all_of, turn
from engagements.operations.evidence import attach_note
from engagements.operations.remediation import edit_remediation, move_remediation
from engagements.operations.success import move_success
from engagements.wanted import lines_in_hand
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid
from tests.engagements.engagement_scene import ON, opened
from tests.engagements.plan_scene import FINDING, finding, handed, hope


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


@pytest.fixture
def line(engagement, stage, db):
    return finding(engagement, stage.lead)


@pytest.fixture
def now():
    return timezone.now()


def test_a_partner_asks_for_a_line_and_works_on_it_once_the_customer_agrees(stage, engagement, line, sign_in, now):
    page, partner = line.get_absolute_url(), sign_in(stage.partner)
    step = reverse("engagements:move_remediation", kwargs={"public_id": line.public_id, "step": "begin"})
    assert partner.post(step).status_code == 403
    url = reverse("engagements:delegate", kwargs={"kind": "remediation", "public_id": line.public_id})
    sent = {"partner": stage.northwind.public_id, "starts_on": engagement.day_at(now).isoformat(), "key": uuid.uuid4()}
    assert partner.post(url, sent).status_code == 303
    assert partner.post(step).status_code == 403, "the customer has not agreed yet"
    delegation, lead = Delegation.objects.get(), sign_in(stage.lead)
    assert "Waiting for consent" in lead.get(page).content.decode()
    agree = reverse("engagements:move_delegation", kwargs={"public_id": delegation.public_id, "step": "consent"})
    assert lead.post(agree).status_code == 303
    line.refresh_from_db()
    assert line.holder == "partner"
    told = Event.objects.get(kind="engagements.delegated")
    assert told.sentence == "“Firewall blocks the ports” is in the hands of Northwind Partners: remediation checklist"
    assert partner.post(step).status_code == 303
    for client in (lead, partner, sign_in(stage.specialist)):
        assert "Handed over" in client.get(page).content.decode()


def test_what_is_handed_over_is_on_the_partners_home(stage, line, sign_in):
    assert lines_in_hand(stage.partner) == []
    handed(line, stage)
    assert [each["label"] for each in lines_in_hand(stage.partner)] == [line.title]
    assert line.title in sign_in(stage.partner).get("/").content.decode()
    assert lines_in_hand(stage.litware_partner) == []


def test_a_line_of_the_success_plan_goes_and_comes_back(stage, engagement, db, now):
    line = hope(engagement, stage.lead)
    delegation = handed(line, stage)
    move_success(line, "begin", by=stage.partner, at=now)
    end(Delegation.objects.with_items().get(), by=stage.partner, at=now)
    back = SuccessItem.objects.select_related("engagement").get(pk=line.pk)
    assert (back.holder, delegation.partner) == ("customer", stage.northwind)
    with pytest.raises(AccessRefused):
        move_success(back, "finish", by=stage.partner, at=now)


def test_the_right_lasts_from_the_first_day_to_the_last(stage, engagement, line, now):
    first = engagement.day_at(now) + timedelta(days=2)
    handed(line, stage, starts_on=first, ends_on=first + timedelta(days=1))
    with pytest.raises(AccessRefused):
        move_remediation(line, "begin", by=stage.partner, at=now)
    turn(Delegation.objects.with_items().get(), at=now + timedelta(days=2))
    line.refresh_from_db()
    assert line.holder == "partner"
    turn(Delegation.objects.with_items().get(), at=now + timedelta(days=4))
    line.refresh_from_db()
    assert (line.holder, Delegation.objects.get().status) == ("customer", "ended")


def test_the_right_ends_with_the_link(stage, engagement, line, now):
    handed(line, stage)
    attach_note(line, key=uuid.uuid4(), text="Ports are open", by=stage.partner)
    PartnerLink.objects.filter(partner=stage.northwind).update(status="ended", ended_at=now)
    with pytest.raises(AccessRefused):
        move_remediation(line, "begin", by=stage.partner, at=now)
    assert end_all_of(stage.northwind.pk, stage.contoso.pk, at=now) == 1
    line.refresh_from_db()
    assert line.holder == "customer"


def test_what_cannot_be(stage, engagement, line, now):
    with pytest.raises(AccessRefused):
        handed(finding(engagement, stage.specialist, party="fasttrack"), stage)
    handed(line, stage)
    with pytest.raises(Conflict):
        handed(line, stage)
    given = {"version": line.version, "at": now, "on": ON}
    with pytest.raises(Invalid, match="Take it back first"):
        edit_remediation(line, by=stage.specialist, **given, **FINDING | {"party": "fasttrack"})
    with pytest.raises(Invalid):
        edit_remediation(line, by=stage.lead, **given, **FINDING | {"assignee": stage.litware_partner})
    edit_remediation(line, by=stage.lead, **given, **FINDING | {"assignee": stage.partner})
    assert line.assignee == stage.partner
