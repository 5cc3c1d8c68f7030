"""Every step of a request, from every state, by everybody: who may take it, where it leads, what it tells (C4)."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.refusals import AccessRefused, Refused, TransitionRefused
from tests.assistance.conftest import in_state
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db

STATES = sorted(AssistanceRequest.WORKFLOW.states())
STEPS = sorted(AssistanceRequest.WORKFLOW.steps)
# Who gets past the rule of a step, where the person sees the request at all; the author is the lead.
CENTRE = {"specialist", "manager", "admin"}
MAY = {
    "submit": {"lead"},
    "review": CENTRE,
    "assign": {"manager", "admin"},
    "move": CENTRE,
    "ask_for_information": CENTRE,
    "accept": CENTRE,
    "decline": CENTRE,
    "answer": {"lead", "pm", "technical_lead"},
    "withdraw": {"lead", "pm"},
}
INSIDE = {"lead", "pm", "technical_lead", "viewer", *CENTRE}
OUTSIDE = {"partner", "litware_partner", "fabrikam_lead", "apac_specialist"}

HTMX = {"HX-Request": "true"}


def _act(ask, step, user):
    words = {"ask_for_information": "question", "answer": "answer", "decline": "reason"}
    extra = {words[step]: "Some words"} if step in words else {}
    if step == "submit":
        extra["at"] = timezone.now()
    if step == "assign":
        # Taking it oneself is the step "review" by another name.
        extra["to"] = User.objects.get(email="manager@fasttrack.example")
    if step == "move":
        extra |= {"centre": FastTrackCenter.objects.get(code="apac"), "reason": "Nearer"}
    getattr(operations, step)(ask, by=user, **extra)


@pytest.fixture(scope="module")
def people(stage: Cast) -> dict[str, User]:
    found = {name: getattr(stage, name) for name in (INSIDE | OUTSIDE) - {"viewer", "technical_lead"}}
    for name in ("viewer", "technical_lead"):
        found[name] = person(f"{name}@contoso.example", name)
        add_membership(found[name], role=Membership.Role(name), customer=stage.contoso, by=None)
    return found


@pytest.fixture(scope="module")
def clients(people: dict[str, User]) -> dict[str, Client]:
    found = {name: Client() for name in people}
    for name, client in found.items():
        client.force_login(people[name])
    return found


@pytest.fixture(scope="module")
def asks(stage: Cast) -> dict[str, AssistanceRequest]:
    """One request in each state, brought there by its steps; the draft last, for services that nobody asks for yet."""
    order = sorted(STATES, key=lambda state: state == "draft")
    return {state: in_state(state, stage, stage.lead) for state in order}


def left_by(ask: AssistanceRequest, act: Any) -> tuple[Any, str, int]:
    """The answer, the state that is left and how many events tell of it; then all of it is taken back."""
    with transaction.atomic():
        before = Event.objects.count()
        answer = act(AssistanceRequest.objects.get(pk=ask.pk))
        status = AssistanceRequest.objects.values_list("status", flat=True).get(pk=ask.pk)
        told = Event.objects.count() - before
        transaction.set_rollback(True)
    return answer, status, told


@pytest.mark.parametrize("step", STEPS)
def test_every_cell_of_state_step_and_role(people: dict[str, User], asks: dict[str, AssistanceRequest], step: str):
    """Legal steps move, all others are refused and leave the row and the story as they were."""
    workflow_step, wrong = AssistanceRequest.WORKFLOW.step(step), []
    for state, ask in asks.items():
        for name, user in people.items():

            def acted(there: AssistanceRequest, user: User = user) -> Any:
                try:
                    _act(there, step, user)
                except Refused as refusal:
                    return type(refusal)
                return "moved"

            expected: tuple[Any, str, int] = ("moved", workflow_step.target, 1)
            if name not in MAY[step]:
                expected = (AccessRefused, state, 0)
            elif state not in workflow_step.sources:
                expected = (TransitionRefused, state, 0)
            if (found := left_by(ask, acted)) != expected:
                wrong.append(f"{state} by {name}: {found}, expected {expected}")
    assert not wrong, "\n".join(map(str, wrong))


WORDS = {"text": "Some words", "code": "other"}


@pytest.mark.parametrize("step", ["review", "ask_for_information", "answer", "decline", "withdraw"])
def test_every_cell_through_the_address(clients: dict[str, Client], asks: dict[str, AssistanceRequest], step: str):
    wrong = []
    for state, ask in asks.items():
        leads = state in AssistanceRequest.WORKFLOW.step(step).sources
        for name, client in clients.items():
            sees = name == "lead" or (name in INSIDE and state != "draft")
            expected = 404 if not sees else 403 if name not in MAY[step] else 303 if leads else 409
            address = f"/requests/{ask.public_id}/{step.replace('_', '-')}/"
            # As htmx sends it: a refusal is then no whole page, and a step that was taken says where to go.
            answer, status, _told = left_by(ask, lambda there: client.post(address, WORDS, headers=HTMX))  # noqa: B023
            if answer.status_code != (204 if expected == 303 else expected) or (expected != 303 and status != state):
                wrong.append(f"{state} by {name}: {answer.status_code} {status}, expected {expected}")
    assert not wrong, "\n".join(map(str, wrong))
