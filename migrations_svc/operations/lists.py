"""The list of an event: brought as a file, checked into a stored plan, imported as a whole or in its valid part."""

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, cast

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.copying import copy_in_parts
from fasttrack_portal.imports import keeping
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.jobs.telling import Tell, through_lines, unwatched
from fasttrack_portal.refusals import Conflict, Invalid, Refused, TransitionRefused
from fasttrack_portal.tabular import is_read_at_once
from migrations_svc import listsql as sql
from migrations_svc import sizes, totals
from migrations_svc.models import ListLine, ListPlan, MigrationEvent, MigrationProject
from migrations_svc.models.listplan import SEPARATOR
from migrations_svc.operations.base import hold, tell, tell_of_file, told_of
from migrations_svc.recordfile import FileRefused, Limits, ListFile
from migrations_svc.recordfile import ListLine as FileLine

GIGABYTE = 1024**3
# A cell of the list has to fit its column; every fault is kept beside its line.
LIST_LIMITS = Limits(cell=320, errors=100_000)
AT_ONCE = 2_000  # lines that are read, checked and imported while the person waits; more are a job
UNFINISHED = ["draft", "validated", "scheduled", "locked", "go", "running"]
_FRESH = ["status", "counts", "unnamed", "version"]
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@transaction.atomic
def upload_list(
    event: MigrationEvent, content: BinaryIO, *, name: str, key: uuid.UUID, lines_at_most: int, by: User
) -> ListPlan:
    """The file with its plan, or with a job that makes it; nothing of the event's list changes yet.

    Raises FileRefused, TransitionRefused past the draft. `key` is the form's (C2).
    """
    require(by, "migrations.load_list", event)
    hold(event)
    file = opened(content)

    def make() -> ListPlan:
        _require_draft(event)
        return take_in(event, file, content, name=name, key=key, lines_at_most=lines_at_most, by=by)

    plan, is_new = records.create_once(ListPlan, key, make)
    if plan.event_id != event.pk or plan.uploaded_by_id != by.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    if is_new:
        _supersede(plan)
        tell("list_uploaded", event, by, name=name)
    return plan


def opened(content: BinaryIO) -> ListFile:
    """The file as far as its header. Raises FileRefused."""
    file = ListFile(content, LIST_LIMITS.in_a_request, sizes.largest())
    if file.header_errors:
        raise FileRefused(" ".join(error.message for error in file.header_errors))
    return file


def take_in(
    event: MigrationEvent,
    file: ListFile,
    content: BinaryIO,
    *,
    name: str,
    key: uuid.UUID,
    lines_at_most: int,
    by: User,
) -> ListPlan:
    """The plan of a file for an event that is held; part of the operations that take a file."""
    facts = {"header": file.header, "ignored_columns": list(file.ignored_columns), "had_secrets": file.has_secrets}
    plan = ListPlan.objects.create(public_id=key, event=event, name=name, uploaded_by=by, **facts)
    if file.has_secrets:
        # Passwords are not kept for a moment, nor lines of which nobody can say where one ends.
        broken: list[Any] = []
        keeping.keep(plan, file.without_secrets(broken))
        _copy(plan, (FileLine(e.line, [], errors=[[e.column, "", e.message]]) for e in broken))
    else:
        keeping.keep(plan, keeping.pieces(content))
    if is_read_at_once(content, lines_at_most, AT_ONCE):
        store_lines(plan)
    else:
        payload = {"plan": plan.pk, "lines": lines_at_most}
        plan.job = enqueue("migrations.read_list", key=str(plan.public_id), payload=payload, by=by)
        plan.save(update_fields=["job"])
    return plan


def store_lines(plan: ListPlan, told: Tell = unwatched, *, lines_at_most: int = 0) -> None:
    """The lines of the file and what would happen to each, or once more what happens to lines that are there; part of
    taking a file in, or of the job that reads. Raises FileRefused."""
    with keeping.kept(plan) as stream:
        if plan.parts.exists():
            checking = through_lines(told, lines_at_most, _("Checking the lines"))
            _copy(plan, ListFile(stream, LIST_LIMITS, sizes.largest()), checking)
    told(lines_at_most, lines_at_most, _("Comparing with the lists that are there"))
    found = _decided(plan)
    if not found["counts"]:
        raise FileRefused(_("The file has a header, but no lines below it."))
    keeping.drop(plan)
    workflow.apply(plan, "check", problem="", **found)


def read_list(plan: ListPlan, told: Tell, *, lines_at_most: int) -> None:
    """Part of the job that reads a long list, or checks it again. Raises FileRefused."""
    store_lines(plan, told, lines_at_most=lines_at_most)
    tell_of_file("list_read", plan, valid=plan.valid_count, refused=plan.count("refused"))


def give_up_list(plan: ListPlan, sentence: str) -> None:
    """The file turned out to be unreadable in the job that read it."""
    keeping.drop(plan)
    workflow.apply(plan, "give_up", problem=sentence)
    tell_of_file("list_unreadable", plan, reason=sentence)


@transaction.atomic
def check_list(plan: ListPlan, *, by: User) -> None:
    """The same lines against the lists as they are now; a long list as a job."""
    require(by, "migrations.load_list", plan.event)
    hold(plan.event)
    _require_draft(plan.event)
    if plan.line_count <= AT_ONCE:
        if plan.status == plan.Status.READING:
            raise workflow.refusal(plan, plan.WORKFLOW.step("check"))
        workflow.apply(plan, "check", problem="", **_decided(plan))
    else:
        payload = {"plan": plan.pk, "lines": plan.line_count}
        job = enqueue("migrations.read_list", key=f"{plan.public_id}:{plan.version}", payload=payload, by=by)
        workflow.apply(plan, "recheck", job=job)
    tell("list_checked", plan.event, by, name=plan.name)


@transaction.atomic
def import_list(plan: ListPlan, *, valid_part: bool, removes: bool, at: datetime, by: User) -> None:
    """The list of the event becomes what the plan shows, at once or as a job; records that the file does not name go if
    one `removes`.

    Raises Invalid, TransitionRefused past the draft, and Conflict where the lists are no longer what the plan was made
    from. A second click changes nothing.
    """
    require(by, "migrations.load_list", plan.event)
    plan.refresh_from_db(fields=_FRESH)
    plan.event.refresh_from_db(fields=["status"])
    if plan.status in (plan.Status.IMPORTED, plan.Status.IMPORTING):
        return
    _require_draft(plan.event)
    _require_sense(plan, valid_part, removes)
    if plan.line_count + (plan.unnamed if removes else 0) <= AT_ONCE:
        carry_out(plan, removes=removes, at=at, by=by)
        return
    payload = {"plan": plan.pk, "by": by.pk, "removes": removes}
    job = enqueue("migrations.import_list", key=f"{plan.public_id}:{plan.version}", payload=payload, by=by)
    workflow.apply(plan, "begin", job=job)
    tell("list_begun", plan.event, by, name=plan.name)


@transaction.atomic
def carry_out(plan: ListPlan, *, removes: bool, at: datetime, by: User, told: Tell = unwatched) -> None:
    """Writes what the plan says, all of it or nothing; raises as `import_list` does."""
    require(by, "migrations.load_list", plan.event)
    # Two lists of one project are checked against each other one after the other.
    MigrationProject.objects.select_for_update().get(pk=plan.event.project_id)
    hold(plan.event)
    plan.refresh_from_db(fields=_FRESH)
    if plan.status == plan.Status.IMPORTED:
        return
    _require_draft(plan.event)
    waited = told_of(plan) if plan.status == plan.Status.IMPORTING else {}
    workflow.apply(plan, "finish", imported_at=at)
    _write(plan, removes, told)
    records.save_changes(plan.event, totals=totals.counted(plan.event), list_key=plan.public_id)
    counts = {outcome: plan.count(outcome) for outcome in ("new", "changed", "refused")}
    removed = plan.unnamed if removes else 0
    tell(
        "list_loaded",
        plan.event,
        by,
        name=plan.name,
        records=plan.event.record_count,
        removed=removed,
        **counts,
        **waited,
    )


def overtake_list(plan: ListPlan, refusal: Refused) -> None:
    """The job could not carry the plan out: nothing was written, and the list can be checked again."""
    workflow.apply(plan, "overtake", problem=str(refusal.reason))
    tell_of_file("list_overtaken", plan, reason=str(refusal.reason))


def forget_person(project: MigrationProject, person: str) -> int:
    """Takes the lines that name the person out of the files of a project; returns how many. Part of a deletion.

    Raises Conflict while a file is being read: what is in it nobody can say yet.
    """
    plans = ListPlan.objects.filter(event__project=project).select_for_update()
    gone = 0
    for plan in plans:
        if plan.status == plan.Status.READING:
            raise Conflict(_("A list of this project is being read. Try again in a minute."), subject=plan)
        with connection.cursor() as cursor:
            cursor.execute(sql.FORGET_PERSON, {"plan": plan.pk, "person": person.strip()})
            if not cursor.rowcount:
                continue
            gone += cursor.rowcount
            cursor.execute(sql.COUNT, {"plan": plan.pk})
            left = dict(cursor.fetchall())
        counts = {**plan.counts, "refused": left.get("refused", 0)} if plan.status == plan.Status.IMPORTED else left
        records.save_changes(plan, counts=counts)
    return gone


def _require_draft(event: MigrationEvent) -> None:
    if event.status != event.Status.DRAFT:
        raise TransitionRefused(
            _("This event is “%(now)s”. Its list can be replaced while it is a draft.")
            % {"now": event.get_status_display()},
            subject=event,
        )


def _require_sense(plan: ListPlan, valid_part: bool, removes: bool) -> None:
    if plan.count("refused") and not valid_part:
        raise Invalid(_("Some lines are refused. Import the valid part, or correct the file."))
    if plan.count("refused") and removes:
        raise Invalid(_("Records are taken off the list only with a file in which no line is refused."))
    if not plan.valid_count and not (removes and plan.unnamed):
        raise Invalid(_("There is nothing to import: no line is new or changed."))


def _supersede(plan: ListPlan) -> None:
    """The plans before it that were not imported lose their lines: of two lists, the later one is meant."""
    for old in plan.event.list_plans.filter(status__in=["reading", "ready", "stale"]).exclude(pk=plan.pk):
        ListLine.objects.filter(plan=old)._raw_delete(using=old._state.db)
        keeping.drop(old)
        workflow.apply(old, "supersede")


def _names(plan: ListPlan) -> dict[str, Any]:
    event = plan.event
    return {"plan": plan.pk, "event": event.pk, "project": event.project_id, "unfinished": UNFINISHED}


def _copy(plan: ListPlan, lines: Iterable[FileLine], told: Callable[[int], None] = lambda done: None) -> None:
    with connection.cursor() as cursor:
        copy_in_parts(cursor, sql.LINES, (_row_of_line(plan.pk, line) for line in lines), told)


def _decided(plan: ListPlan) -> dict[str, Any]:
    """What each line comes to, written beside it, and how many come to what."""
    names = _names(plan)
    with connection.cursor() as cursor:
        cursor.execute(sql.IN_SETS)
        cursor.execute(sql.DECIDE, names)
        cursor.execute(sql.COUNT, names)
        counts = dict(cursor.fetchall())
        cursor.execute(sql.UNNAMED, names)
        return {"counts": counts, "unnamed": cursor.fetchone()[0]}


def _write(plan: ListPlan, removes: bool, told: Tell) -> None:
    """Raises Conflict if a line would come out otherwise than the plan says."""
    names, total = _names(plan), plan.line_count
    told(0, total, _("Comparing with the lists that are there"))
    with connection.cursor() as cursor:
        cursor.execute(sql.IN_SETS)
        cursor.execute(sql.OVERTAKEN, names)
        (is_overtaken,) = cursor.fetchone()
        if removes and not is_overtaken:
            cursor.execute(sql.UNNAMED, names)
            is_overtaken = cursor.fetchone()[0] != plan.unnamed
        if is_overtaken:
            raise Conflict(
                _("The lists have changed since this file was checked, and nothing was imported. Check it again."),
                subject=plan,
            )
        told(total // 4, total, _("Writing the list"))
        for statement in _statements(plan, removes):
            cursor.execute(statement, names)


def _statements(plan: ListPlan, removes: bool) -> Iterator[str]:
    if removes:
        yield from (sql.UNLINK, sql.REMOVE)
    if plan.count("new"):
        yield sql.insert(in_order=cast(Any, connection).pg_version >= 180_000)
    if plan.count("changed"):
        yield sql.CHANGE
    yield sql.FORGET


def _row_of_line(plan: int, line: FileLine) -> str | tuple[Any, ...]:
    """Most lines hold nothing that COPY would have escaped: written down as they are, they cost half."""
    together = "".join(line.cells)
    if line.errors or "\\" in together or not together.isprintable():
        return _cells_of_line(plan, line)
    raw, size = SEPARATOR.join(line.cells), "\\N" if line.size_gb is None else _bytes(line.size_gb)
    ends = f"{line.kind}\t{line.source_address}\t{line.target_address}\t{line.display_name}"
    return f"{plan}\t{line.line}\t{raw}\t[]\t{ends}\t{size}\n"


def _cells_of_line(plan: int, line: FileLine) -> tuple[Any, ...]:
    return (
        plan,
        line.line,
        _raw(line.cells),
        json.dumps(line.errors) if line.errors else "[]",
        line.kind,
        line.source_address,
        line.target_address,
        line.display_name,
        _bytes(line.size_gb),
    )


def _raw(cells: list[str]) -> str:
    raw = SEPARATOR.join(cells)
    # No column of the database takes a NUL or half a letter; the check of cells has named them.
    if raw.count(SEPARATOR) >= len(cells) or _UNSTORABLE.search(raw):
        return SEPARATOR.join(_UNSTORABLE.sub("\ufffd", cell.replace(SEPARATOR, "\ufffd")) for cell in cells)
    return raw


def _bytes(size: Decimal | None) -> int | None:
    return None if size is None else int(size * GIGABYTE)
