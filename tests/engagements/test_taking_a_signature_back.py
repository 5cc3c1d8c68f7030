"""A side takes its name back, under a gate and under the plan, until the other side has signed as well."""

import pytest
from django.urls import reverse

from engagements.models import Agreement, Phase
from engagements.operations.agreements import unsign
from engagements.operations.phases import sign_gate
from engagements.operations.remediation_plan import propose_plan, sign_plan
from fasttrack_portal.activity.models import Event
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid, TransitionRefused
from tests.engagements.engagement_scene import AT, at_its_gate, opened
from tests.engagements.plan_scene import finding

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


@pytest.fixture
def gate(engagement, stage):
    return at_its_gate(Phase.objects.select_related("engagement").get(engagement=engagement, code="initiate"), stage)


def page(agreement):
    return reverse("engagements:unsign", kwargs={"public_id": agreement.public_id})


def told(kind):
    return {notice.user for notice in Notification.objects.filter(event__kind=kind)}


def test_the_customer_takes_its_name_back_from_a_gate_and_signs_anew(stage, gate, sign_in):
    sign_gate(gate, by=stage.lead, at=AT)
    pm = sign_in(stage.pm)
    assert page(gate) in pm.get(gate.phase.get_absolute_url()).content.decode()
    assert "The other side is told, with your reason." in pm.get(page(gate)).content.decode()
    assert pm.post(page(gate), {"reason": " "}).status_code == 422
    assert gate.signatures.count() == 1
    answer = pm.post(page(gate), {"reason": "One item is disputed"})
    assert (answer.status_code, answer["Location"]) == (302, gate.phase.get_absolute_url())
    assert gate.signatures.count() == 0
    event = Event.objects.get(kind="engagements.gate_unsigned")
    assert event.sentence == "Pavel Manager took the signature of Contoso under the gate of Initiate back"
    assert (event.body, event.data["signer"]) == ("One item is disputed", "Lena Lead")
    assert told("engagements.gate_unsigned") == {stage.specialist}
    for person in (stage.lead, stage.specialist):
        sign_gate(gate, by=person, at=AT)
    gate.phase.refresh_from_db()
    assert gate.phase.status == "passed"


def test_nobody_takes_back_what_both_have_signed(stage, gate, sign_in):
    for person in (stage.lead, stage.specialist):
        sign_gate(gate, by=person, at=AT)
    with pytest.raises(TransitionRefused):
        unsign(gate, by=stage.lead, at=AT, reason="Too late")
    assert sign_in(stage.lead).post(page(gate), {"reason": "Too late"}).status_code == 409
    assert gate.signatures.count() == 2


def test_one_takes_back_the_name_of_ones_own_side_alone(stage, gate, sign_in):
    sign_gate(gate, by=stage.specialist, at=AT)
    with pytest.raises(Conflict, match="Contoso has not signed"):
        unsign(gate, by=stage.lead, at=AT, reason="Not mine")
    with pytest.raises(AccessRefused):
        unsign(gate, by=stage.partner, at=AT, reason="For them")
    with pytest.raises(Invalid):
        unsign(gate, by=stage.specialist, at=AT, reason="")
    assert sign_in(stage.fabrikam_lead).get(page(gate)).status_code == 404
    assert gate.signatures.count() == 1


def test_fasttrack_takes_its_name_back_from_the_plan_and_the_customer_is_told(stage, engagement, sign_in):
    finding(engagement, stage.lead)
    plan = propose_plan(engagement, by=stage.specialist, at=AT)
    sign_plan(plan, by=stage.specialist, at=AT)
    url = reverse("engagements:remediation_plan", kwargs={"public_id": engagement.public_id})
    assert page(plan) in sign_in(stage.specialist).get(url).content.decode()
    assert page(plan) not in sign_in(stage.lead).get(url).content.decode()
    unsign(plan, by=stage.specialist, at=AT, reason="A line is missing")
    assert Agreement.objects.get(pk=plan.pk).status == "open"
    assert told("engagements.plan_unsigned") == {stage.lead, stage.pm}
    event = Event.objects.get(kind="engagements.plan_unsigned")
    assert (event.url, event.body) == (url, "A line is missing")
