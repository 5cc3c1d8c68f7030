"""The states of the records while FastTrack moves them: loaded from a tool's export, or set by hand."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.jobs.telling import Tell, through_lines, unwatched
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.tabular import shown
from migrations_svc import totals, windows
from migrations_svc.models import MigrationEvent, MigrationRecord
from migrations_svc.operations.base import hold, staged, tell
from migrations_svc.operations.watching import note_progress
from migrations_svc.recordfile import DEFAULT_LIMITS, FLOORS, RANKS, FileRefused, RowError, StateFile

_STAGE = """
    CREATE TEMPORARY TABLE staged
        (line integer, address text, status text, rank integer, items bigint, errors bigint, message text)
    ON COMMIT DROP
"""
_UNKNOWN = """
    SELECT s.line, s.address, count(*) OVER () FROM staged s
    WHERE NOT EXISTS (
        SELECT 1 FROM migrations_svc_migrationrecord r
        WHERE r.event_id = %s AND lower(r.source_address) COLLATE "C" = lower(s.address))
    ORDER BY s.line LIMIT %s
"""
_TWICE = """
    SELECT line, address, first, count(*) OVER () FROM (
        SELECT line, address, min(line) OVER (PARTITION BY lower(address)) AS first FROM staged) s
    WHERE line > first ORDER BY line LIMIT %s
"""
_COMPARE = """
    SELECT count(*), count(*) FILTER (WHERE r.status <> s.status AND s.rank >= (%s::jsonb ->> r.status)::integer),
        count(*) FILTER (WHERE r.status <> s.status AND s.rank < (%s::jsonb ->> r.status)::integer)
    FROM staged s JOIN migrations_svc_migrationrecord r
        ON r.event_id = %s AND lower(r.source_address) COLLATE "C" = lower(s.address)
"""
_STORE = """
    UPDATE migrations_svc_migrationrecord r SET
        status = s.status,
        status_at = CASE WHEN r.status <> s.status THEN %s ELSE r.status_at END,
        items_moved = coalesce(s.items, r.items_moved),
        items_failed = coalesce(s.errors, r.items_failed),
        message = s.message,
        doubted_status = '',
        version = r.version + 1
    FROM staged s
    WHERE r.event_id = %s AND lower(r.source_address) COLLATE "C" = lower(s.address)
        AND (r.status = s.status OR s.rank >= (%s::jsonb ->> r.status)::integer)
        AND (r.status, r.items_moved, r.items_failed, r.message, r.doubted_status) IS DISTINCT FROM
            (s.status::varchar, coalesce(s.items, r.items_moved), coalesce(s.errors, r.items_failed), s.message, '')
"""
# A step back is kept beside the state, for somebody to look at.
_DOUBT = """
    UPDATE migrations_svc_migrationrecord r SET doubted_status = s.status, version = r.version + 1
    FROM staged s
    WHERE r.event_id = %s AND lower(r.source_address) COLLATE "C" = lower(s.address) AND r.doubted_status <> s.status
        AND r.status <> s.status AND s.rank < (%s::jsonb ->> r.status)::integer
"""


class StatesRefused(Invalid):
    """The file cannot be taken; `details["errors"]` names line and column, `details["left_out"]` counts the rest."""

    def __init__(self, errors: list[RowError], left_out: int = 0) -> None:
        told = _("Nothing was stored: some lines of the file need correcting.")
        super().__init__(told, field="file", errors=errors, left_out=left_out)


class Loaded(NamedTuple):
    """What a file of states did: `rows` records named, `changed` of them in another state now, and `backwards` that
    the file puts back, which was not taken."""

    rows: int
    changed: int
    backwards: int


@transaction.atomic
def load_states(
    event: MigrationEvent,
    states: StateFile,
    *,
    key: uuid.UUID,
    by: User | None,
    at: datetime,
    watched: tuple[int, Tell] = (0, unwatched),
    waited: Mapping[str, str] | None = None,
) -> Loaded:
    """Each record named in the file has the state that the file says, and the event its new totals.

    An address that is not on the list, or stands in the file twice, is an error of its line (StatesRefused). A state
    that would be a step back is not taken but kept as a doubt. A mailbox and its archive share an address and are moved
    together. Raises Conflict before the list is frozen and after the window, and FileRefused. `watched` is
    how many lines there are at most and who hears of them, `waited` the facts for whoever waits for a job.
    """
    require(by, "migrations.load_states", event)
    hold(event)
    if event.states_key == key:
        return Loaded(0, 0, 0)
    require_moving(event, at)
    (lines, told), floors = watched, json.dumps(FLOORS)
    reading = through_lines(told, lines, _("Reading the file"))
    with transaction.atomic(), staged(_STAGE, (_cells(row) for row in states), reading) as cursor:
        told(lines, lines, _("Storing"))
        _refuse_bad_lines(cursor, states)
        _refuse_unknown(cursor, event)
        cursor.execute(_COMPARE, [floors, floors, event.pk])
        loaded = Loaded(*cursor.fetchone())
        cursor.execute(_STORE, [at, event.pk, floors])
        cursor.execute(_DOUBT, [event.pk, floors])
    _save_totals(event, states_key=key, states_loaded_at=at)
    note_progress(event, changed=loaded.changed, at=at)
    tell("states_loaded", event, by, **loaded._asdict(), totals=event.totals, **(waited or {}))
    return loaded


@transaction.atomic
def set_record(
    record: MigrationRecord, *, status: str, reason: str, version: int, by: User | None, at: datetime
) -> None:
    """One record in another state, by hand and with a reason; a step back is possible, for somebody has looked.

    Raises StaleVersion, Invalid without a reason, and Conflict outside the time in which states are taken.
    """
    event = record.event
    require(by, "migrations.load_states", event)
    hold(event)
    require_moving(event, at)
    if not reason.strip():
        raise Invalid(_("Say why, in a sentence."), field="reason")
    before = str(record.get_status_display())
    records.save_changes(
        record, version=version, status=status, status_at=at, message=reason.strip(), doubted_status=""
    )
    _save_totals(event)
    note_progress(event, changed=1, at=at)
    facts = {"record": record.source_address, "before": before, "now": str(record.get_status_display())}
    tell("record_set", event, by, **facts, reason=reason.strip())


@transaction.atomic
def settle_doubts(event: MigrationEvent, *, take: bool, by: User | None, at: datetime) -> int:
    """What files put back is taken after all, or dropped; returns how many records. Raises Conflict for none."""
    require(by, "migrations.load_states", event)
    hold(event)
    require_moving(event, at)
    doubted = event.records.exclude(doubted_status="")
    if take:
        count = doubted.update(status=F("doubted_status"), status_at=at, doubted_status="", version=F("version") + 1)
    else:
        count = doubted.update(doubted_status="", version=F("version") + 1)
    if not count:
        raise Conflict(_("Somebody else has looked at these records already."), subject=event)
    _save_totals(event)
    if take:
        note_progress(event, changed=count, at=at)
    tell("doubts_taken" if take else "doubts_dropped", event, by, count=count)
    return count


def takes_states(event: MigrationEvent, at: datetime) -> bool:
    """From the freeze of the list until the window closes."""
    if event.is_complete and event.window_closes_at:
        return windows.is_open(at, event.window_closes_at)
    return event.status in (event.Status.LOCKED, event.Status.GO, event.Status.RUNNING)


def _save_totals(event: MigrationEvent, **changes: Any) -> None:
    records.save_changes(event, totals=totals.counted(event), **changes)


def require_moving(event: MigrationEvent, at: datetime) -> None:
    """Raises Conflict outside the time in which states are taken."""
    if not takes_states(event, at):
        raise Conflict(
            _("This event is “%(now)s”. States are loaded from the freeze of its list until its window closes.")
            % {"now": event.get_status_display()},
            subject=event,
        )


def _cells(row: Any) -> tuple[Any, ...]:
    return (row.line, row.address, row.state, RANKS[row.state], row.items, row.errors, row.message)


def _refuse_bad_lines(cursor: Any, states: StateFile) -> None:
    """What the lines themselves are refused for, in their order."""
    cursor.execute(_TWICE, [DEFAULT_LIMITS.errors])
    twice, reading, message = cursor.fetchall(), states.reading, _("“%(address)s” stands on line %(line)s already.")
    errors = reading.errors + [
        RowError(line, "address", address, message % {"address": shown(address), "line": f"{first:,}"})
        for line, address, first, _count in twice
    ]
    count = reading.error_count + (twice[0][3] if twice else 0)
    errors = sorted(errors, key=attrgetter("line"))[: DEFAULT_LIMITS.errors]
    if errors:
        raise StatesRefused(errors, count - len(errors))
    if not states.row_count:
        raise FileRefused(_("The file has a header, but no lines below it."))


def _refuse_unknown(cursor: Any, event: MigrationEvent) -> None:
    cursor.execute(_UNKNOWN, [event.pk, DEFAULT_LIMITS.errors])
    found = cursor.fetchall()
    if not found:
        return
    errors = [
        RowError(line, "address", address, _("“%(address)s” is not on the list of this event.") % {"address": address})
        for line, address, _count in found
    ]
    raise StatesRefused(errors, found[0][2] - len(errors))
