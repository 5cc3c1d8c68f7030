"""The list of an event: brought as a file, checked into a stored plan, imported as a whole or in its valid part."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import Conflict, Invalid, TransitionRefused
from migrations_svc import listsql as sql
from migrations_svc import sizes, totals
from migrations_svc.models import ListLine, ListPlan, MigrationEvent, MigrationProject
from migrations_svc.operations.base import hold, staged, tell
from migrations_svc.recordfile import DEFAULT_LIMITS, FileRefused, Limits, ListFile, Plan, RowError
from migrations_svc.recordfile import ListLine as FileLine

GIGABYTE = 1024**3
# A cell of the list has to fit its column.
LIST_LIMITS = Limits(cell=320)
AT_ONCE = 2_000  # lines that are read while the person waits; more are a job
UNFINISHED = ["draft", "validated", "scheduled", "locked", "go", "running"]
Tell = Callable[[int, int, str], None]  # how many of how many are done, and with what


class ListRefused(Invalid):
    """The file cannot be loaded; `details["errors"]` names line and column, `details["left_out"]` counts the rest."""

    def __init__(self, errors: list[RowError], left_out: int = 0) -> None:
        super().__init__(
            _("Nothing was stored: some lines of the file need correcting."),
            field="file",
            errors=errors,
            left_out=left_out,
        )


def _unwatched(done: int, total: int, label: str) -> None:
    """Nobody waits for it."""


@transaction.atomic
def upload_list(
    event: MigrationEvent, content: bytes, *, name: str, key: uuid.UUID, lines_at_most: int, by: User
) -> ListPlan:
    """The file with its plan, or with a job that makes it; nothing of the event's list changes yet.

    Raises FileRefused, TransitionRefused past the draft. `key` is the form's (C2).
    """
    require(by, "migrations.load_list", event)
    hold(event)
    file = ListFile(content, LIST_LIMITS, sizes.largest())
    if file.header_errors:
        raise FileRefused(" ".join(error.message for error in file.header_errors))
    # Passwords are not kept for a moment: such a file is read at once, however long it is.
    is_now = lines_at_most <= AT_ONCE + 1 or file.has_secrets

    def make() -> ListPlan:
        _require_draft(event)
        kept = None if file.has_secrets else content
        return ListPlan.objects.create(public_id=key, event=event, name=name, uploaded_by=by, content=kept)

    plan, is_new = records.create_once(ListPlan, key, make)
    if plan.event_id != event.pk or plan.uploaded_by_id != by.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    if not is_new:
        return plan
    _supersede(plan)
    if is_now:
        _store_lines(plan, file, lines_at_most, _unwatched)
    else:
        plan.job = enqueue("migrations.read_list", key=str(plan.public_id), payload={"plan": plan.pk}, by=by)
        plan.save(update_fields=["job"])
    tell("list_uploaded", event, by, name=name)
    return plan


def store_lines(plan: ListPlan, tell_progress: Tell, *, lines_at_most: int) -> None:
    """The lines of the file and what would happen to each; part of the job that reads. Raises FileRefused."""
    file = ListFile(bytes(plan.content or b""), LIST_LIMITS, sizes.largest())
    _store_lines(plan, file, lines_at_most, tell_progress)


def give_up_list(plan: ListPlan, sentence: str) -> None:
    """The file turned out to be unreadable in the job that read it."""
    workflow.apply(plan, "give_up", problem=sentence, content=None)


@transaction.atomic
def check_list(plan: ListPlan, *, by: User) -> None:
    """The same lines against the lists as they are now."""
    require(by, "migrations.load_list", plan.event)
    hold(plan.event)
    _require_draft(plan.event)
    if plan.status != plan.Status.READY:
        raise workflow.refusal(plan, plan.WORKFLOW.step("check"))
    with connection.cursor() as cursor:
        cursor.execute(sql.DECIDE_AGAIN, _names(plan))
        workflow.apply(plan, "check", **_counted(cursor, plan))
    tell("list_checked", plan.event, by, name=plan.name)


@transaction.atomic
def import_list(plan: ListPlan, *, valid_part: bool, removes: bool, at: datetime, by: User) -> None:
    """The list of the event becomes what the plan shows; records that the file does not name go if one `removes`.

    Raises Invalid, TransitionRefused past the draft, and Conflict where the lists are no longer what the plan was made
    from. A second click changes nothing.
    """
    require(by, "migrations.load_list", plan.event)
    # Two lists of one project are checked against each other one after the other.
    MigrationProject.objects.select_for_update().get(pk=plan.event.project_id)
    hold(plan.event)
    plan.refresh_from_db(fields=["status", "counts", "unnamed", "version"])
    if plan.status == plan.Status.IMPORTED:
        return
    _require_draft(plan.event)
    _require_sense(plan, valid_part, removes)
    workflow.apply(plan, "finish", imported_at=at)
    _carry_out(plan, removes)
    records.save_changes(plan.event, totals=totals.counted(plan.event), list_key=plan.public_id)
    told = {outcome: plan.count(outcome) for outcome in ("new", "changed", "refused")}
    removed = plan.unnamed if removes else 0
    tell("list_loaded", plan.event, by, name=plan.name, records=plan.event.record_count, removed=removed, **told)


def store(event: MigrationEvent, plan: Plan) -> dict[str, int]:
    """The rows as the records of a new event; part of an operation that holds event and project."""
    if plan.errors:
        raise ListRefused(plan.errors, plan.errors_left_out)
    try:
        with transaction.atomic(), staged(sql.STAGE_ROWS, (_cells_of_row(row) for row in plan.rows)) as cursor:
            _refuse_elsewhere(cursor, event)
            cursor.execute(sql.STORE_ROWS, [event.pk])
    except IntegrityError:
        # The file has been checked; what is left are letters that only the database takes for the same.
        raise Invalid(_("Two lines of the file name the same record."), field="file") from None
    return {"queued": len(plan.rows)}


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
    for old in plan.event.list_plans.filter(status__in=["reading", "ready"]).exclude(pk=plan.pk):
        ListLine.objects.filter(plan=old)._raw_delete(using=old._state.db)
        workflow.apply(old, "supersede", content=None)


def _store_lines(plan: ListPlan, file: ListFile, lines_at_most: int, tell_progress: Tell) -> None:
    def told(done: int) -> None:
        tell_progress(done, lines_at_most, _("Checking the lines"))

    try:
        with transaction.atomic(), staged(sql.STAGE_LINES, map(_cells_of_line, file), told) as cursor:
            tell_progress(lines_at_most, lines_at_most, _("Comparing with the lists that are there"))
            cursor.execute(sql.STORE_LINES, _names(plan))
            found = _counted(cursor, plan)
    except IntegrityError:
        raise FileRefused(_("The file cannot be read. Please save it anew as CSV.")) from None
    if not found["counts"]:
        raise FileRefused(_("The file has a header, but no lines below it."))
    facts = {"header": file.header, "ignored_columns": list(file.ignored_columns), "had_secrets": file.has_secrets}
    workflow.apply(plan, "check", content=None, **facts, **found)


def _names(plan: ListPlan) -> dict[str, Any]:
    event = plan.event
    return {"plan": plan.pk, "event": event.pk, "project": event.project_id, "unfinished": UNFINISHED}


def _counted(cursor: Any, plan: ListPlan) -> dict[str, Any]:
    cursor.execute(sql.COUNT, _names(plan))
    counts = dict(cursor.fetchall())
    cursor.execute(sql.UNNAMED, _names(plan))
    return {"counts": counts, "unnamed": cursor.fetchone()[0]}


def _carry_out(plan: ListPlan, removes: bool) -> None:
    """Raises Conflict if a line would come out otherwise than the plan says."""
    names = _names(plan)
    with connection.cursor() as cursor:
        cursor.execute(sql.OVERTAKEN, names)
        is_overtaken = bool(cursor.fetchone()[0])
        if removes and not is_overtaken:
            cursor.execute(sql.UNNAMED, names)
            is_overtaken = cursor.fetchone()[0] != plan.unnamed
        if is_overtaken:
            raise Conflict(
                _("The lists have changed since this file was checked, and nothing was imported. Check it again."),
                subject=plan,
            )
        if removes:
            cursor.execute(sql.UNLINK, names)
            cursor.execute(sql.REMOVE, names)
        cursor.execute(sql.INSERT, names)
        cursor.execute(sql.CHANGE, names)
        cursor.execute(sql.FORGET, names)


def _cells_of_line(line: FileLine) -> tuple[Any, ...]:
    # No column of the database takes a NUL or half a letter; the check of cells has named them.
    return (
        line.line,
        _json(line.cells),
        _json(line.errors) if line.errors else "[]",
        line.source_address,
        line.target_address,
        line.kind,
        line.display_name,
        _bytes(line.size_gb),
    )


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if "\\u0000" not in text and "\\ud" not in text else _cleaned(value)


def _cleaned(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_cleaned(each) for each in value) + "]"
    plain = str(value).replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8", "replace")
    return json.dumps(plain)


def _cells_of_row(row: Any) -> tuple[Any, ...]:
    return (
        row.line,
        row.source_address,
        row.target_address,
        row.kind,
        row.display_name,
        _bytes(row.size_gb),
    )


def _bytes(size: Decimal | None) -> int | None:
    return None if size is None else int(size * GIGABYTE)


def _refuse_elsewhere(cursor: Any, event: MigrationEvent) -> None:
    """A record that another unfinished event of the project moves is an error of its line."""
    cursor.execute(sql.ELSEWHERE, [event.project_id, event.pk, UNFINISHED, DEFAULT_LIMITS.errors])
    found = cursor.fetchall()
    if not found:
        return
    errors = [
        RowError(
            line,
            "source_address",
            source,
            _("“%(address)s” is on the list of %(event)s already.") % {"address": source, "event": f"MIG-{other:06d}"},
        )
        for line, source, other, _count in found
    ]
    raise ListRefused(errors, found[0][3] - len(errors))
