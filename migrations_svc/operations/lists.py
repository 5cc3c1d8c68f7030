"""Loading the customer's list of what is to move: all of it or nothing."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Invalid, TransitionRefused
from migrations_svc.models import MigrationEvent, MigrationProject
from migrations_svc.operations.base import hold, require_version, staged, tell
from migrations_svc.recordfile import DEFAULT_LIMITS, Plan, RowError

GIGABYTE = 1024**3
_UNFINISHED = ["draft", "validated", "scheduled", "locked", "go", "running"]
_STAGE = """
    CREATE TEMPORARY TABLE staged (line integer, source text, target text, kind text, name text, bytes bigint)
    ON COMMIT DROP
"""
_ELSEWHERE = """
    SELECT s.line, s.source, min(e.id), count(*) OVER ()
    FROM staged s
    JOIN migrations_svc_migrationrecord r ON lower(r.source_address) = lower(s.source) AND r.kind = s.kind
    JOIN migrations_svc_migrationevent e ON e.id = r.event_id
    WHERE e.project_id = %s AND e.id <> %s AND e.status = ANY(%s)
    GROUP BY s.line, s.source ORDER BY s.line LIMIT %s
"""
_STORE = """
    INSERT INTO migrations_svc_migrationrecord
        (public_id, version, created_at, event_id, kind, source_address, target_address, display_name, size_bytes,
         status, message)
    SELECT gen_random_uuid(), 1, now(), %s, kind, source, target, name, bytes, 'queued', ''
    FROM staged ORDER BY line
"""


class ListRefused(Invalid):
    """The file cannot be loaded; `details["errors"]` names line and column, `details["left_out"]` counts the rest."""

    def __init__(self, errors: list[RowError], left_out: int = 0) -> None:
        super().__init__(
            _("Nothing was stored: some lines of the file need correcting."),
            field="file",
            errors=errors,
            left_out=left_out,
        )


@transaction.atomic
def load_list(event: MigrationEvent, plan: Plan, *, key: uuid.UUID, version: int, by: User | None) -> int:
    """The list of a draft becomes this one; returns the number of records.

    `key` is the form's: sent twice, it loads once (C2). Raises ListRefused, StaleVersion, TransitionRefused.
    """
    require(by, "migrations.load_list", event)
    # Two lists of one project are checked against each other one after the other.
    MigrationProject.objects.select_for_update().get(pk=event.project_id)
    hold(event)
    if event.list_key == key:
        return event.record_count
    if event.status != event.Status.DRAFT:
        raise TransitionRefused(
            _("This event is “%(now)s”. Its list can be replaced while it is a draft.")
            % {"now": event.get_status_display()},
            subject=event,
        )
    require_version(event, version)
    totals = store(event, plan)
    records.save_changes(event, totals=totals, list_key=key)
    tell("list_loaded", event, by, records=event.record_count)
    return event.record_count


def store(event: MigrationEvent, plan: Plan) -> dict[str, int]:
    """The rows of the plan as the event's only records; part of an operation that holds event and project."""
    if plan.errors:
        raise ListRefused(plan.errors, plan.errors_left_out)
    event.records.all().delete()
    try:
        with transaction.atomic(), staged(_STAGE, (_cells(row) for row in plan.rows)) as cursor:
            _refuse_elsewhere(cursor, event)
            cursor.execute(_STORE, [event.pk])
    except IntegrityError:
        # The file has been checked; what is left are letters that only the database takes for the same.
        raise Invalid(_("Two lines of the file name the same record."), field="file") from None
    return {"queued": len(plan.rows)}


def _cells(row: Any) -> tuple[Any, ...]:
    size: Decimal | None = row.size_gb
    return (
        row.line,
        row.source_address,
        row.target_address,
        row.kind,
        row.display_name,
        None if size is None else int(size * GIGABYTE),
    )


def _refuse_elsewhere(cursor: Any, event: MigrationEvent) -> None:
    """A record that another unfinished event of the project moves is an error of its line."""
    cursor.execute(_ELSEWHERE, [event.project_id, event.pk, _UNFINISHED, DEFAULT_LIMITS.errors])
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
