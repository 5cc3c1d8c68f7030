"""Every step of the plans' lines, from every state, by everybody: made from the tables, so a new step is in it."""

from typing import Any

import pytest
from django.db import transaction

from engagements.models import RemediationItem, SuccessItem
from engagements.operations.remediation import accept_risk, move_remediation
from engagements.operations.success import move_success
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, TransitionRefused
from tests.conftest import Role, person
from tests.engagements.engagement_scene import AT, opened
from tests.engagements.plan_scene import finding, handed, hope

pytestmark = pytest.mark.django_db
STAFF = {"specialist", "manager", "admin"}
WORKERS = {"lead", "pm", "technical_lead"}
WORK = ("begin", "wait", "block", "finish")
OF_CUSTOMER = {
    **dict.fromkeys((*WORK, "reopen"), STAFF | WORKERS),
    **dict.fromkeys(("verify", "exclude", "include"), STAFF),
    "accept_risk": {"lead"},
}
OF_FASTTRACK = {
    **dict.fromkeys((*WORK, "exclude", "include"), STAFF),
    **dict.fromkeys(("verify", "reopen"), STAFF | WORKERS),
    "accept_risk": {"lead"},
}
# What the customer has handed to its partner, both of them can move (F11, decision 0007).
HANDED_OVER = OF_CUSTOMER | dict.fromkeys((*WORK, "reopen"), STAFF | WORKERS | {"partner"})
SUCCESS = OF_CUSTOMER | dict.fromkeys(("exclude", "include"), STAFF | WORKERS)


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


@pytest.fixture(scope="module")
def people(stage, engagement):
    tech, viewer = person("plan-tech@contoso.example", "Tara Tech"), person("plan-exec@contoso.example", "Eva Exec")
    add_membership(tech, role=Role.TECHNICAL_LEAD, customer=stage.contoso, by=None)
    add_membership(viewer, role=Role.VIEWER, customer=stage.contoso, by=None)
    names = ("specialist", "manager", "admin", "lead", "pm", "partner", "fabrikam_lead", "apac_specialist",
             "litware_partner")  # fmt: skip
    return {name: getattr(stage, name) for name in names} | {"technical_lead": tech, "viewer": viewer}


def take(line: Any, step: str, by: Any) -> None:
    if step == "accept_risk":
        accept_risk(line, owner="Rita Risk", reason="Because", by=by, at=AT)
    else:
        move = move_remediation if isinstance(line, RemediationItem) else move_success
        move(line, step, reason="Because", by=by, at=AT)


def answer(line: Any, state: str, step: str, by: Any) -> str:
    """What happens; taken back. A step that is taken leaves the target state and exactly one event of its line."""
    changes = {"risk_owner": "Rita Risk"} if isinstance(line, RemediationItem) else {}
    with transaction.atomic():
        type(line)._base_manager.filter(pk=line.pk).update(status=state, reason="Before", **changes)
        fresh = type(line)._base_manager.select_related("engagement").get(pk=line.pk)
        before = Event.objects.order_by("-pk")[0].pk
        try:
            take(fresh, step, by)
        except AccessRefused:
            found = "refused"
        except TransitionRefused:
            found = "conflict"
        else:
            fresh.refresh_from_db()
            label = type(line)._meta.label
            told = Event.objects.filter(pk__gt=before, subject_label=label).count()
            found = "moved" if fresh.status == line.WORKFLOW.step(step).target and told == 1 else "wrong"
        transaction.set_rollback(True)
    return found


def wrong_cells(line: Any, allowed: dict[str, set[str]], people: dict[str, Any]) -> list[Any]:
    assert set(allowed) >= set(line.WORKFLOW.steps)
    wrong = []
    for step in line.WORKFLOW.steps.values():
        for state in sorted(line.WORKFLOW.states()):
            # Everybody from where the step leads, one who may from everywhere else.
            first = sorted(allowed[step.name])[0]
            who = people if state == step.sources[0] else {first: people[first]}
            for name, user in who.items():
                expected = (
                    "refused" if name not in allowed[step.name] else "moved" if state in step.sources else "conflict"
                )
                found = answer(line, state, step.name, user)
                if found != expected:
                    wrong.append((state, step.name, name, found, expected))
    return wrong


def test_remediation_of_the_customer(stage, engagement, people):
    assert wrong_cells(finding(engagement, stage.lead), OF_CUSTOMER, people) == []


def test_remediation_in_the_hands_of_the_partner(stage, engagement, people):
    line = finding(engagement, stage.lead)
    handed(line, stage)
    assert wrong_cells(line, HANDED_OVER, people) == []


def test_remediation_of_fasttrack(stage, engagement, people):
    assert wrong_cells(finding(engagement, stage.specialist, party="fasttrack"), OF_FASTTRACK, people) == []


def test_lines_of_the_success_plan(stage, engagement, people):
    assert wrong_cells(hope(engagement, stage.lead), SUCCESS, people) == []


def test_every_state_of_a_model_is_in_its_table():
    for model in (RemediationItem, SuccessItem):
        assert model.WORKFLOW.states() == set(dict(model._meta.get_field("status").flatchoices))
