"""Every step of the four workflows, from every state, by everybody: made from the tables, so a new step is in it."""

import copy
import re
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import Delegation, Milestone, Phase, Responsibility
from engagements.operations.delegations import delegate
from engagements.operations.engagement import move
from engagements.operations.milestones import move_milestone, plan_milestone
from engagements.operations.phases import move_phase
from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from engagements.steps import rule_of
from fasttrack_portal.access import decide
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, Refused
from tests.answers import without_nonces
from tests.conftest import Cast, person
from tests.engagements.engagement_scene import opened

STAFF = {"specialist", "manager", "admin"}
WORKERS = {"lead", "pm", "technical_lead"}
ON_LOOKERS = {"viewer"}
STRANGERS = {"fabrikam_lead", "apac_specialist", "litware_partner"}
EVERYBODY = STAFF | WORKERS | ON_LOOKERS | STRANGERS | {"partner"}

CUSTOMER_ITEM = {
    **dict.fromkeys(("begin", "wait", "block", "finish", "reopen"), STAFF | WORKERS),
    **dict.fromkeys(("verify", "exclude", "include"), STAFF),
}
# What the customer has handed to its partner, both of them can move (F11).
HANDED_OVER = {step: allowed | ({"partner"} if allowed & WORKERS else set()) for step, allowed in CUSTOMER_ITEM.items()}
FASTTRACK_ITEM = {
    **dict.fromkeys(("begin", "wait", "block", "finish", "exclude", "include"), STAFF),
    **dict.fromkeys(("verify", "reopen"), STAFF | WORKERS),
}
BY_STAFF = dict.fromkeys(
    ("start", "hold", "resume", "rest", "complete", "cancel", "offer", "reopen", "pass", "skip"), STAFF
)
# Answers to htmx are fragments, which keeps the cells quick; a taken step answers 204 and where to go.
HTMX = {"HX-Request": "true"}
SENT = {"reason": "Because", "note": "Agreed", "completed_on": ""}


@pytest.fixture
def people(cast: Cast):
    tech, viewer = person("tech@contoso.example", "Tara Tech"), person("exec@contoso.example", "Eva Exec")
    add_membership(tech, role=Membership.Role.TECHNICAL_LEAD, customer=cast.contoso, by=None)
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    return {name: getattr(cast, name, None) for name in EVERYBODY} | {"technical_lead": tech, "viewer": viewer}


@pytest.fixture
def clients(people):
    signed_in = {}
    for name in EVERYBODY:
        user = people[name]
        signed_in[name] = Client()
        signed_in[name].force_login(user)
    return signed_in


@pytest.fixture
def engagement(cast):
    made = opened(cast.contoso, cast.lead, cast.specialist)
    # All behind the phase and the milestone that the cells move, so that no order stands in anybody's way.
    made.phases.filter(code__in=["initiate", "assess"]).update(status="passed")
    made.milestones.filter(code__in=["kickoff", "assessment"]).update(status="completed", completed_on="2026-03-02")
    return made


def put(obj, state):
    """Into that state without having come there."""
    before = {"reason": "Before"} if hasattr(obj, "reason") else {}
    before |= {"completed_on": "2026-03-02"} if isinstance(obj, Milestone) else {}
    type(obj).objects.filter(pk=obj.pk).update(status=state, **before)
    obj.refresh_from_db()


@contextmanager
def taken_back(obj):
    """What was done inside, when it is over: the state that it left and how many events tell of it."""
    left = []
    with transaction.atomic():
        newest = Event.objects.order_by("pk").values_list("pk", flat=True).last() or 0
        yield left
        left.append(type(obj).objects.values_list("status", flat=True).get(pk=obj.pk))
        left.append(Event.objects.filter(pk__gt=newest).count())
        transaction.set_rollback(True)


def judged(obj, state, cells):
    """What is wrong of the cells `(name, act, expected, target)` met in that state. Steps that are taken are taken back
    one by one; refused ones may write nothing, which is seen after the last of them."""
    wrong = []
    with taken_back(obj) as left:
        for name, act, expected, _target in cells:
            if expected != 204 and (answer := act()) != expected:
                wrong.append((state, name, answer, expected))
    if left != [state, 0]:
        wrong.append((state, "a refusal left", left))
    for name, act, expected, target in cells:
        if expected == 204:
            with taken_back(obj) as left:
                answer = act()
            if (answer, *left) != (204, target, 1):
                wrong.append((state, name, answer, left, expected))
    return wrong


def walk(people, clients, obj, name, allowed, operation, nobodys=()):
    """Every step from every state as everybody by its operation; and at its address once from where it leads, once
    from where it does not: what an address adds, who finds the thing at all, is the same from every state.
    `nobodys` are steps that only another move takes."""
    wrong = []
    steps = obj.WORKFLOW.steps.values()
    for state in sorted(obj.WORKFLOW.states()):
        put(obj, state)
        cells = []
        for step in steps:
            leads = state in step.sources and step.name not in nobodys
            for who, user in people.items():
                is_refused = who not in allowed[step.name]
                if is_refused and state != step.sources[0]:
                    # Nothing is written where the rule says no; from one state the operation itself is asked.
                    if decide(user, rule_of(obj, step.name), obj).allowed:
                        wrong.append((state, step.name, who, "allowed"))
                    continue

                def taken(step=step, user=user):
                    try:
                        operation(copy.copy(obj), step.name, user)
                    except Refused as refusal:
                        return refusal.status
                    return 204

                cells.append(((step.name, who), taken, 403 if is_refused else 204 if leads else 409, step.target))
        wrong += judged(obj, state, cells)
    for step in steps:
        address = reverse(name, kwargs={"public_id": obj.public_id, "step": step.name})
        sent = SENT | {"completed_on": timezone.localdate().isoformat()}
        for state in (step.sources[0], min(obj.WORKFLOW.states() - set(step.sources))):
            put(obj, state)
            cells = []
            for who, client in clients.items():
                expected = (
                    404 if who in STRANGERS
                    else 403 if who not in allowed[step.name]
                    else 204 if state in step.sources and step.name not in nobodys
                    else 409
                )  # fmt: skip

                def post(client=client, address=address):
                    return client.post(address, sent, headers=HTMX).status_code  # noqa: B023

                cells.append(((address, who), post, expected, step.target))
            wrong += judged(obj, state, cells)
    assert not wrong, "\n".join(map(str, wrong))


def test_items_of_the_customer(people, clients, engagement):
    item = Responsibility.objects.get(engagement=engagement, code="I-C1")
    walk(people, clients, item, "engagements:move_responsibility", CUSTOMER_ITEM, item_moved)


def test_items_in_the_hands_of_the_partner(cast, people, clients, engagement):
    item = Responsibility.objects.get(engagement=engagement, code="I-C1")
    now = timezone.now()
    delegate(item, partner=cast.northwind, starts_on=engagement.day_at(now), by=people["lead"], at=now)
    walk(people, clients, item, "engagements:move_responsibility", HANDED_OVER, item_moved)


def test_delegations(cast, clients, people, engagement):
    """Who agrees, refuses and ends, from every state."""
    item = Responsibility.objects.get(engagement=engagement, code="I-C1")
    now = timezone.now()
    thing = delegate(item, partner=cast.northwind, starts_on=engagement.day_at(now), by=people["lead"], at=now)
    customer = {"lead", "pm"}
    wrong = []
    for state in sorted(Delegation.WORKFLOW.states()):
        for step in Delegation.WORKFLOW.steps.values():
            for who, client in clients.items():
                Delegation.objects.filter(pk=thing.pk).update(status=state)
                ends = customer | {"partner"} | (STAFF if state == "proposed" else set())
                expected = (
                    404 if who in STRANGERS
                    else 403 if who not in (ends if step.name == "end" else customer)
                    else 204 if state in step.sources
                    else 409
                )  # fmt: skip
                events = Event.objects.count()
                address = reverse(
                    "engagements:move_delegation", kwargs={"public_id": thing.public_id, "step": step.name}
                )
                status = client.post(address, SENT, headers=HTMX).status_code
                thing.refresh_from_db()
                told = Event.objects.count() - events == (expected == 204)
                if status != expected or thing.status != (step.target if expected == 204 else state) or not told:
                    wrong.append((state, step.name, who, status, expected, thing.status))
    assert wrong == []


def test_items_of_fasttrack(people, clients, engagement):
    item = Responsibility.objects.get(engagement=engagement, code="I-F1")
    walk(people, clients, item, "engagements:move_responsibility", FASTTRACK_ITEM, item_moved)


def item_moved(item, step, by):
    move_responsibility(item, step, by=by, at=timezone.now(), reason="Because")


def test_milestones(people, clients, engagement):
    def moved(milestone, step, by):
        move_milestone(milestone, step, by=by, on=timezone.localdate(), note="Agreed", reason="Because")

    milestone = Milestone.objects.get(engagement=engagement, is_optional=True)
    walk(people, clients, milestone, "engagements:move_milestone", BY_STAFF, moved)


def test_phases(people, clients, engagement):
    def moved(phase, step, by):
        move_phase(phase, step, by=by, at=timezone.now(), reason="Because")

    phase = Phase.objects.get(engagement=engagement, code="remediate")
    walk(people, clients, phase, "engagements:move_phase", BY_STAFF, moved, nobodys=("pass",))


def test_engagements(people, clients, engagement):
    def moved(engagement, step, by):
        move(engagement, step, by=by, reason="Because")

    walk(people, clients, engagement, "engagements:move", BY_STAFF, moved)


def test_the_operations_refuse_by_themselves(people, engagement):
    """Jobs, the API and screens to come stand on them, not on what a page asks first."""
    theirs, ours = (Responsibility.objects.get(engagement=engagement, code=code) for code in ("I-C1", "I-F1"))
    workshop = Milestone.objects.get(engagement=engagement, is_optional=True)
    remediate = Phase.objects.get(engagement=engagement, code="remediate")
    now, today = timezone.now(), timezone.localdate()
    plan = {"version": 1, "assignee": None, "due_on": None, "evidence": "x"}
    refused = [
        ("viewer", lambda by: move_responsibility(theirs, "begin", by=by, at=now)),
        ("fabrikam_lead", lambda by: move_responsibility(theirs, "begin", by=by, at=now)),
        ("lead", lambda by: move_responsibility(ours, "begin", by=by, at=now)),
        ("lead", lambda by: move_responsibility(theirs, "exclude", by=by, at=now, reason="x")),
        ("partner", lambda by: edit_responsibility(ours, by=by, **plan)),
        ("apac_specialist", lambda by: edit_responsibility(theirs, by=by, **plan)),
        ("pm", lambda by: move_phase(remediate, "start", by=by, at=now)),
        ("pm", lambda by: move_milestone(workshop, "complete", by=by, on=today, note="x")),
        ("pm", lambda by: move_milestone(workshop, "skip", by=by, on=today, reason="x")),
        ("partner", lambda by: plan_milestone(workshop, by=by, version=1, planned_on=today, on=today)),
        ("lead", lambda by: move(engagement, "rest", by=by)),
    ]
    before = Event.objects.count()
    for who, operation in refused:
        with pytest.raises(AccessRefused):
            operation(people[who])
    assert Event.objects.count() == before


# --- Pages ----------------------------------------------------------------------------------------------------------
def addresses(engagement):
    item = Responsibility.objects.get(engagement=engagement, code="I-C1")
    milestone = Milestone.objects.get(engagement=engagement, code="kickoff")
    tabs = ["detail", "matrix", "matrix_csv", "milestones", "activity"]
    of_engagement = [reverse(f"engagements:{tab}", kwargs={"public_id": engagement.public_id}) for tab in tabs]
    gate = Phase.objects.get(engagement=engagement, code="remediate").get_absolute_url()
    return [*of_engagement, item.get_absolute_url(), milestone.get_absolute_url(), gate]


def test_pages_are_for_those_who_see_the_engagement(clients, engagement):
    for address in addresses(engagement):
        answers = {who: client.get(address).status_code for who, client in clients.items()}
        assert answers == {who: 404 if who in STRANGERS else 200 for who in EVERYBODY}, address


def test_strangers_are_told_what_they_are_told_of_nothing(clients, engagement):
    for address in addresses(engagement):
        nowhere = re.sub(r"[0-9a-f-]{36}", "00000000-0000-4000-8000-000000000000", address)
        for who in STRANGERS:
            assert without_nonces(clients[who].get(address)) == without_nonces(clients[who].get(nowhere))


def test_who_is_not_signed_in_is_sent_to_sign_in(engagement):
    for address in addresses(engagement):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_the_form_of_an_item_is_for_who_works_on_it(clients, engagement):
    for code, allowed in (("I-C1", STAFF | WORKERS), ("I-F1", STAFF)):
        item = Responsibility.objects.get(engagement=engagement, code=code)
        address = reverse("engagements:edit_responsibility", kwargs={"public_id": item.public_id})
        for method in ("get", "post"):
            answers = {who: getattr(client, method)(address).status_code for who, client in clients.items()}
            good = 200 if method == "get" else 422
            expected = {who: 404 if who in STRANGERS else good if who in allowed else 403 for who in EVERYBODY}
            assert answers == expected, (code, method)
