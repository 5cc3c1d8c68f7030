"""One plan that both sides sign: what was signed stays, and a plan that moves on says so and is signed anew."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from engagements.models import Agreement, RemediationItem, Signature
from engagements.operations import remediation
from engagements.operations import remediation_plan as plans
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, Conflict
from tests.conftest import person
from tests.engagements.engagement_scene import AT, ON, opened
from tests.engagements.plan_scene import FINDING, finding


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


@pytest.fixture
def line(engagement, stage, db):
    return finding(engagement, stage.lead)


def page(engagement, name="remediation_plan"):
    return reverse(f"engagements:{name}", kwargs={"public_id": engagement.public_id})


def sign(agreement):
    return reverse("engagements:sign_plan", kwargs={"public_id": agreement.public_id})


def agreed(engagement, stage):
    agreement = plans.propose_plan(engagement, by=stage.specialist, at=AT)
    plans.sign_plan(agreement, by=stage.specialist, at=AT)
    return plans.sign_plan(agreement, by=stage.lead, comment="As discussed", at=AT)


def test_both_sides_sign_and_what_they_signed_stays(stage, engagement, line, sign_in):
    specialist, lead = sign_in(stage.specialist), sign_in(stage.lead)
    assert specialist.post(page(engagement, "propose_plan")).status_code == 303
    agreement = plans.open_agreement(engagement)
    assert specialist.post(sign(agreement), {"comment": ""}).status_code == 303
    text = specialist.get(page(engagement)).content.decode()
    assert "Your side has signed" in text
    assert lead.post(sign(agreement), {"comment": "As discussed"}).status_code == 303
    agreement.refresh_from_db()
    assert agreement.status == "agreed"
    assert [each["name"] for each in agreement.snapshot["signatures"]] == ["Sam Specialist", "Lena Lead"]
    assert agreement.snapshot["signatures"][1]["comment"] == "As discussed"
    assert [each["title"] for each in agreement.snapshot["lines"]] == [line.title]
    for client in (specialist, lead, sign_in(stage.partner)):
        text = client.get(page(engagement)).content.decode()
        assert "Both sides agree on this plan" in text
        assert "Lena Lead" in text
    kinds = Event.objects.filter(kind__startswith="engagements.plan_").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["engagements.plan_proposed", "engagements.plan_signed", "engagements.plan_agreed"]
    before = agreement.snapshot
    RemediationItem.objects.filter(pk=line.pk).update(title="Other words")
    agreement.refresh_from_db()
    assert agreement.snapshot == before


def test_a_change_shows_that_the_plan_has_moved_on_and_progress_does_not(stage, engagement, line, sign_in):
    agreed(engagement, stage)
    remediation.move_remediation(line, "finish", by=stage.lead, at=AT)
    client = sign_in(stage.lead)
    assert "Both sides agree on this plan" in client.get(page(engagement)).content.decode()
    with pytest.raises(Conflict, match="just as it stands"):
        plans.propose_plan(engagement, by=stage.lead, at=AT)
    fields = {**FINDING, "severity": 1, "assignee": stage.pm}
    remediation.edit_remediation(line, version=line.version, by=stage.lead, at=AT, on=ON, **fields)
    finding(engagement, stage.lead, title="Found later")
    text = client.get(page(engagement)).content.decode()
    assert "The plan has moved on since both sides agreed" in text
    assert "Changed: Firewall blocks the ports (severity, who does it)" in text
    assert "New: Found later" in text
    assert client.post(page(engagement, "propose_plan")).status_code == 303
    agreement = plans.open_agreement(engagement)
    plans.sign_plan(agreement, by=stage.pm, at=AT)
    assert plans.sign_plan(agreement, by=stage.manager, at=AT).status == "agreed"
    assert "Both sides agree on this plan" in client.get(page(engagement)).content.decode()


def test_nobody_signs_what_changed_after_the_other_did(stage, engagement, line, sign_in):
    first = plans.propose_plan(engagement, by=stage.specialist, at=AT)
    plans.sign_plan(first, by=stage.specialist, at=AT)
    finding(engagement, stage.lead, title="Slipped in")
    answer = sign_in(stage.lead).post(sign(first), {"comment": ""})
    assert answer.status_code == 409
    assert "has changed since it was laid before both sides" in answer.content.decode()
    second = plans.propose_plan(engagement, by=stage.lead, at=AT)
    first.refresh_from_db()
    assert (first.status, second.signatures.count()) == ("withdrawn", 0)


def test_a_partner_never_signs_for_the_customer(stage, engagement, line, sign_in):
    agreement = plans.propose_plan(engagement, by=stage.specialist, at=AT)
    answer = sign_in(stage.partner).post(sign(agreement), {"comment": ""})
    assert answer.status_code == 403
    assert "A partner never signs for the customer" in answer.content.decode()
    for stranger in (stage.fabrikam_lead, stage.apac_specialist, stage.litware_partner):
        assert sign_in(stranger).post(sign(agreement)).status_code == 404
        with pytest.raises(AccessRefused):
            plans.sign_plan(agreement, by=stranger, at=AT)


def test_one_side_is_not_two(stage, engagement, line):
    agreement = plans.propose_plan(engagement, by=stage.specialist, at=AT)
    plans.sign_plan(agreement, by=stage.lead, at=AT)
    with pytest.raises(Conflict, match="Lena Lead has signed"):
        plans.sign_plan(agreement, by=stage.pm, at=AT)
    plans.withdraw_plan(agreement, reason="Too early", by=stage.lead, at=AT)
    with pytest.raises(Conflict, match="Withdrawn"):
        plans.sign_plan(agreement, by=stage.specialist, at=AT)


def test_another_specialist_of_the_centre_signs_for_nobody(stage, engagement, line):
    """As at a gate: who guides the engagement signs for FastTrack, or the manager; a signature always has a side."""
    agreement = plans.propose_plan(engagement, by=stage.specialist, at=AT)
    other = person("other.specialist@fasttrack.example", "Olga Other")
    add_membership(other, role=Membership.Role.SPECIALIST, centre=stage.emea, by=None)
    with pytest.raises(AccessRefused, match="specialist of this engagement"):
        plans.sign_plan(agreement, by=other, at=AT)
    assert not agreement.signatures.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(agreement=agreement, side="", by=other, name="Olga", role="Specialist", at=AT)


def test_there_is_something_to_agree_on_first(stage, engagement, db, sign_in):
    with pytest.raises(Conflict, match="nothing on the remediation checklist"):
        plans.propose_plan(engagement, by=stage.specialist, at=AT)
    assert "There is nothing to agree on yet" in sign_in(stage.lead).get(page(engagement)).content.decode()


def test_the_gate_of_a_phase_is_not_signed_here(stage, engagement, line, sign_in):
    phase = engagement.phases.get(code="initiate")
    gate = Agreement.objects.create(engagement=engagement, kind="gate", phase=phase)
    assert sign_in(stage.lead).post(sign(gate)).status_code == 404
