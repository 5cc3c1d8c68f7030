"""Loading the states of the records while FastTrack moves them: all of a file or nothing."""

import json
import uuid
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict
from migrations_svc import totals, windows
from migrations_svc.models import MigrationEvent
from migrations_svc.operations.base import hold, staged, tell
from migrations_svc.operations.lists import ListRefused
from migrations_svc.recordfile import DEFAULT_LIMITS, RowError, States

_STAGE = """
    CREATE TEMPORARY TABLE staged
        (line integer, address text, status text, rank integer, items bigint, errors bigint, message text)
    ON COMMIT DROP
"""
_UNKNOWN = """
    SELECT s.line, s.address, count(*) OVER () FROM staged s
    WHERE NOT EXISTS (
        SELECT 1 FROM migrations_svc_migrationrecord r
        WHERE r.event_id = %s AND lower(r.source_address) = lower(s.address))
    ORDER BY s.line LIMIT %s
"""
_COMPARE = """
    SELECT count(*), count(*) FILTER (WHERE r.status <> s.status),
        count(*) FILTER (WHERE s.rank < (%s::jsonb ->> r.status)::integer)
    FROM staged s JOIN migrations_svc_migrationrecord r
        ON r.event_id = %s AND lower(r.source_address) = lower(s.address)
"""
_STORE = """
    UPDATE migrations_svc_migrationrecord r SET
        status = s.status,
        status_at = CASE WHEN r.status <> s.status THEN %s ELSE r.status_at END,
        items_moved = coalesce(s.items, r.items_moved),
        items_failed = coalesce(s.errors, r.items_failed),
        message = s.message,
        version = r.version + 1
    FROM staged s
    WHERE r.event_id = %s AND lower(r.source_address) = lower(s.address)
        AND (r.status, r.items_moved, r.items_failed, r.message) IS DISTINCT FROM
            (s.status::varchar, coalesce(s.items, r.items_moved), coalesce(s.errors, r.items_failed), s.message)
"""


class Loaded(NamedTuple):
    """What a file of states did: `rows` records named, `changed` of them in another state now, `backwards` of these
    less far than before."""

    rows: int
    changed: int
    backwards: int


@transaction.atomic
def load_states(event: MigrationEvent, states: States, *, key: uuid.UUID, by: User | None, at: datetime) -> Loaded:
    """Each record named in the file has the state that the file says, and the event its new totals.

    An address that is not on the list is an error of its line (ListRefused); states may go backwards and are counted.
    A mailbox and its archive share an address and are moved together. Raises Conflict before the list is frozen and
    after the window.
    """
    require(by, "migrations.load_states", event)
    hold(event)
    if event.states_key == key:
        return Loaded(len(states.rows), 0, 0)
    _require_moving(event, at)
    if states.errors:
        raise ListRefused(states.errors, states.errors_left_out)
    with transaction.atomic(), staged(_STAGE, (_cells(row) for row in states.rows)) as cursor:
        _refuse_unknown(cursor, event)
        cursor.execute(_COMPARE, [json.dumps(totals.RANKS), event.pk])
        loaded = Loaded(*cursor.fetchone())
        cursor.execute(_STORE, [at, event.pk])
    records.save_changes(event, totals=totals.counted(event), states_key=key, states_loaded_at=at)
    tell("states_loaded", event, by, **loaded._asdict(), totals=event.totals)
    return loaded


def takes_states(event: MigrationEvent, at: datetime) -> bool:
    """From the freeze of the list until the window closes."""
    if event.is_complete and event.window_closes_at:
        return windows.is_open(at, event.window_closes_at)
    return event.status in (event.Status.LOCKED, event.Status.GO, event.Status.RUNNING)


def _require_moving(event: MigrationEvent, at: datetime) -> None:
    if not takes_states(event, at):
        raise Conflict(
            _("This event is “%(now)s”. States are loaded from the freeze of its list until its window closes.")
            % {"now": event.get_status_display()},
            subject=event,
        )


def _cells(row: Any) -> tuple[Any, ...]:
    return (row.line, row.address, row.state, totals.RANKS[row.state], row.items, row.errors, row.message)


def _refuse_unknown(cursor: Any, event: MigrationEvent) -> None:
    cursor.execute(_UNKNOWN, [event.pk, DEFAULT_LIMITS.errors])
    found = cursor.fetchall()
    if not found:
        return
    errors = [
        RowError(line, "address", address, _("“%(address)s” is not on the list of this event.") % {"address": address})
        for line, address, _count in found
    ]
    raise ListRefused(errors, found[0][2] - len(errors))
