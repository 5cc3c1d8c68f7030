"""Every successful write leaves exactly one Event, a refused one none, and looking leaves none either."""

import ast
import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from fasttrack_portal.activity.models import Event
from tests.conftest import Cast
from tests.test_access import TABLE, address, call, clients, thing_of
from tests.test_architecture import MODULES
from tests.world import World
from tests.writes import WITHOUT_AN_EVENT, WRITES, Write, posted, sign_in_anew, stage_world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(stage: Cast) -> World:
    return stage_world(stage)


@pytest.fixture(scope="module")
def people(stage: Cast, world: World) -> dict[str, Client]:
    found = clients(stage)
    for name, client in found.items():
        if name not in ("anonymous", "deactivated"):
            sign_in_anew(client)
    return found


def events_after(pk: int) -> list[str]:
    return list(Event.objects.filter(pk__gt=pk).order_by("pk").values_list("kind", flat=True))


def newest() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_every_post_of_the_table_is_among_the_writes():
    """A new form without a row here fails; so does a row of a form that is gone."""
    posts = {name for name, row in TABLE.items() if "POST" in row.methods}
    assert posts == {write.route for write in WRITES} | set(WITHOUT_AN_EVENT)
    assert len({write.name for write in WRITES}) == len(WRITES)


@pytest.fixture(scope="module", params=WRITES, ids=lambda write: write.name)
def write(request: pytest.FixtureRequest, world: World, people: dict[str, Client]) -> Iterator[Write]:
    """Each write where it leads from, for all the tests that send it."""
    with transaction.atomic():
        request.param.before(world)
        yield request.param
        transaction.set_rollback(True)


def test_a_write_leaves_exactly_its_event(write: Write, world: World, people: dict[str, Client]):
    data, before = write.data(world), newest()
    response = posted(write, people[write.who], world, data)
    assert response.status_code in ((write.answers,) if write.answers else (302, 303)), response.content.decode()
    assert "reauthenticate" not in response.get("Location", ""), dict(people[write.who].session)
    assert tuple(events_after(before)) == write.leaves
    if write.is_keyed:
        again = posted(write, people[write.who], world, data)
        assert (again.status_code, again["Location"]) == (response.status_code, response["Location"])
        assert tuple(events_after(before)) == write.leaves, "the same form sent twice"


def test_a_refused_write_leaves_none(write: Write, world: World, people: dict[str, Client]):
    """By somebody who may not."""
    data, before = write.data(world), newest()
    response = posted(write, people["outsider"], world, data)
    # Everybody has settings of their own, and exports what they may read.
    if write.name not in ("accounts:preferences", "engagements:feeds", "reports:export", "rest:new_token"):
        assert response.status_code in (403, 404)
        assert events_after(before) == []


@pytest.mark.parametrize("name", sorted(name for name, row in TABLE.items() if "GET" in row.methods))
def test_looking_leaves_no_event(name: str, world: World, people: dict[str, Client]):
    """But for who took a file away, which the portal notes."""
    row = TABLE[name]
    before = newest()
    with transaction.atomic():
        people["specialist"].get(address(name, row, thing_of(row, world)))
        left = events_after(before)
        transaction.set_rollback(True)
    noted = {
        "reports:download": "reports.downloaded",
        "reports:download_bundle": "reports.bundle_downloaded",
        "engagements:download": "engagements.evidence_downloaded",
    }
    assert left == ([noted[name]] if name in noted and left else [])


@pytest.mark.parametrize("name", sorted(WITHOUT_AN_EVENT))
def test_what_is_exempt_works_and_leaves_none(name: str, world: World, people: dict[str, Client]):
    before = newest()
    assert call(people["customer"], "POST", address(name, TABLE[name])).status_code == 303
    assert events_after(before) == []


# --- The operations themselves ---------------------------------------------------------------------------------------
RECORD = "fasttrack_portal.activity.operations.record"
RECORDS = {RECORD, "fasttrack_portal.activity.operations.record_all"}
# What writes and leaves no Event of its own, each with its reason; a reader needs none.
HELPERS = {
    "fasttrack_portal.jobs.operations.enqueue": "a row of the outbox: the Event is that of the change it follows from",
    "fasttrack_portal.notices.operations.notify": "follows from an Event",
    "fasttrack_portal.notices.operations.notify_many": "as notify",
    "fasttrack_portal.notices.operations.post": "a letter of sign-in goes out as a job, as enqueue",
    "fasttrack_portal.notices.operations.mark_read": WITHOUT_AN_EVENT["notices:mark_read"],
    "fasttrack_portal.documents.operations.store": "the operation that owns the document records it",
    "fasttrack_portal.documents.operations.seal": "as store",
    "engagements.operations.courts.hand_over": "a clock is part of the move that sets it",
    "engagements.operations.courts.follow": "as hand_over",
    "engagements.operations.courts.refresh": "as hand_over",
    "engagements.operations.duedates.refresh_due_dates": "part of moving a phase, the scope or the template",
    "engagements.operations.courts.follow_milestone": "as hand_over",
    "engagements.operations.agreements.open_agreement": "part of offering a phase, which tells of it",
    "engagements.operations.agreements.withdraw_agreement": "part of the step back, which tells of it",
    "engagements.operations.agreements.sign": "part of signing a gate, which tells whose name it is",
    "engagements.operations.agreements.settle": "part of passing a phase, which tells of it",
    "engagements.operations.milestones.move_days": "part of the plan that moves them, which names each",
    "engagements.operations.courts.follow_plan": "as follow",
    "engagements.operations.success.begin_plan": "part of opening an engagement and of fill_plan, which tell of it",
    "engagements.operations.plans.take_step": "the arrow of a move: the operation of the plan tells of it",
    "fasttrack_portal.imports.operations.decide_again": "part of check_again, or of its job: nothing changes yet",
    "migrations_svc.operations.lists.take_in": "part of the operations that take a file, which tell of it",
    "migrations_svc.operations.lists.overtake_list": "the job carried nothing out: its plan says why",
    "migrations_svc.operations.lists.forget_person": "part of completing a deletion: told without the name",
    "migrations_svc.operations.statesfiles.forget_person_in_states": "as forget_person",
    "migrations_svc.operations.statesfiles.refuse_states": "the job stored nothing: the page of the file says why",
    "engagements.operations.feeds.note_reading": "a note of looking, which its owner alone sees",
    **{
        f"engagements.operations.planning.{name}": "part of planning and of ending a series, which tell of it"
        for name in ("withdraw", "call_off", "make", "write_moved", "save")
    },
    "engagements.operations.replanning.ask_for": "leaves it to a job, as enqueue",
    "engagements.operations.replanning.follow_zone": "follows from the move of a customer or centre, which tells of it",
    **{
        f"engagements.operations.courts.{name}": "a clock is part of the move that sets it"
        for name in ("hand_over", "follow", "refresh")
    },
    **{
        f"engagements.operations.standing.{name}": "counted by the move, or what follows an Event"
        for name in ("heard", "customer_acted", "count_silence")
    },
    "fasttrack_portal.activity.operations.record_many": "it is the Events, of an operation that says what it did",
    "fasttrack_portal.imports.operations.store_lines": "part of upload, or of the job that reads what it stored",
    "fasttrack_portal.imports.operations.give_up": "what that job found: the Event is the upload",
    "fasttrack_portal.imports.operations.overtake": "the job wrote nothing: the Event is that it was begun",
    "fasttrack_portal.rest.operations.withdraw_all": "follows from an Event: that somebody left",
    "fasttrack_portal.rest.operations.note_use": "a note of looking, which its owner alone sees",
    "fasttrack_portal.rest.operations.claim": "a row of the request that is answered, which tells what it did",
    "fasttrack_portal.rest.operations.keep": "as claim",
    "migrations_svc.operations.base.staged": "a temporary table, gone with its transaction",
    "migrations_svc.operations.lists.store_lines": "part of the job that reads what upload_list stored",
    "migrations_svc.operations.lists.give_up_list": "what that job found: the Event is the upload",
    "migrations_svc.operations.watching.begin_watch": "follows from the start of the event",
    "migrations_svc.operations.watching.note_progress": "part of taking states, which tells of it",
    "migrations_svc.operations.projects.project_of": "part of create and start_project, which tell of it",
    "migrations_svc.operations.acceptance.begin_scenarios": "part of create",
    "migrations_svc.operations.days.set_day": "the day of a step: schedule, reschedule or agree_change tell of it",
    "migrations_svc.operations.decisions.forget_decisions": "part of the step that makes them those of an earlier day",
    "migrations_svc.operations.decisions.overtake": "part of the step that leaves nothing to change",
    "engagements.operations.agenda.held_point": "a row of the portal's own point: the Event is what is done",
    "engagements.operations.minutes.freeze": "part of hold: the Event is that the meeting was held",
    "reports.operations.making.freeze": "a step of the job that makes a report: the Event is the issue",
    "engagements.operations.team.due_days_moving": "a preview: it counts on a copy",
    **{
        f"reports.operations.timing.{name}": "a timer, as enqueue"
        for name in ("set_timer", "set_engagement_timer", "begin_rhythm", "begin_engagement_rhythm")
    },
}  # fmt: skip
_WRITES = re.compile(
    r"(^|\.)(save|create|bulk_create|bulk_update|get_or_create|update_or_create|delete|save_changes|create_once|create_user"
    r"|copy_expert)$|\.update$|(^|\.)workflow\.apply$|^apply$|^copy$"
)
# `dict.update` and the like, told apart by what stands before the dot.
_NO_WRITE = re.compile(r"^(values|changes|context|data|facts|digest|sha|hash|_SENTENCES)\.")


class Function:
    """A function of an operations module, with what it calls by its full name."""

    def __init__(self, name: str, node: ast.FunctionDef, names: dict[str, str]) -> None:
        self.name = name
        self.calls: set[str] = set()
        self.writes = False
        for call_ in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
            dotted = _dotted(call_.func)
            if _WRITES.search(dotted) and not _NO_WRITE.search(dotted):
                self.writes = True
            head, _dot, rest = dotted.partition(".")
            if head in names:
                self.calls.add(f"{names[head]}.{rest}" if rest else names[head])


def _dotted(target: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(target, ast.Attribute | ast.Call):
        if isinstance(target, ast.Attribute):
            parts.insert(0, target.attr)
            target = target.value
        else:
            target = target.func
    return ".".join([target.id, *parts]) if isinstance(target, ast.Name) else ".".join(parts)


def functions() -> dict[str, Function]:
    found: dict[str, Function] = {}
    for path, tree, _text in MODULES:
        if not re.search(r"/operations(/|\.py$)", path):
            continue
        module = path.removeprefix("requests/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        names = dict(_names(tree, module))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found[f"{module}.{node.name}"] = Function(f"{module}.{node.name}", node, names)
    return found


def _names(tree: ast.Module, module: str) -> Iterator[tuple[str, str]]:
    """What a name of the module stands for, in full: imported, or defined here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, f"{module}.{node.name}"


FUNCTIONS = functions()


def reaches(name: str, what: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the function, or one that it calls among the operations, does `what`."""
    function = FUNCTIONS.get(name)
    if function is None or name in seen:
        return False
    return what(function) or any(reaches(each, what, seen | {name}) for each in function.calls)


def test_every_operation_that_writes_records_what_happened():
    public = [name for name in FUNCTIONS if not name.rpartition(".")[2].startswith("_") and name not in RECORDS]
    writing = {name for name in public if reaches(name, lambda function: function.writes)}
    silent = {name for name in writing if not reaches(name, lambda function: bool(RECORDS & function.calls))}
    assert len(writing) > 40, "the guard sees the operations"
    assert silent - set(HELPERS) == set(), "writes and records nothing: record an Event, or list it with its reason"
    assert set(HELPERS) - silent == set(), "listed, and needs it no longer"


def test_every_operation_is_one_transaction():
    """A change without its Event, or an Event without its change, cannot be left behind (F2)."""
    loose = []
    for name, function in FUNCTIONS.items():
        module, _dot, short = name.rpartition(".")
        if RECORD in function.calls and not short.startswith("_"):
            found = getattr(importlib.import_module(module), short)
            if not hasattr(found, "__wrapped__"):
                loose.append(name)
    # issue stands in the transaction in which its job finishes; happened, tell and note in that of their operation.
    telling = {"reports.operations.telling.tell", "reports.operations.telling.tell_of_bundle"}
    inside = {"engagements.operations.moving.happened", "migrations_svc.operations.base.tell", *telling}
    assert set(loose) - {*inside, "assistance.operations.base.note"} == set()
    assert settings.DATABASES["default"].get("AUTOCOMMIT", True)
