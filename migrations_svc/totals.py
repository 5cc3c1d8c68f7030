"""How many records of an event are in which state: the numbers, and the bar drawn from them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count

from migrations_svc.models import MigrationEvent, MigrationRecord

Status = MigrationRecord.Status
FINE = (Status.COMPLETED, Status.SKIPPED)
TROUBLED = (Status.COMPLETED_WITH_WARNINGS, Status.FAILED, Status.STOPPED)
MOVED = (Status.COMPLETED, Status.COMPLETED_WITH_WARNINGS)
OVER = (*FINE, *TROUBLED)

# How far along a state is: one that comes after a higher one has gone backwards.
RANKS: dict[str, int] = {
    Status.QUEUED: 0,
    Status.VALIDATING: 1,
    Status.SYNCING: 2,
    Status.SYNCED: 3,
    Status.COMPLETING: 4,
    Status.STOPPED: 5,
    Status.FAILED: 5,
    Status.SKIPPED: 5,
    Status.COMPLETED_WITH_WARNINGS: 6,
    Status.COMPLETED: 6,
}
_TONES = {
    Status.COMPLETED: "success",
    Status.COMPLETED_WITH_WARNINGS: "warning",
    Status.FAILED: "danger",
    Status.STOPPED: "waiting",
    Status.SKIPPED: "6",
    Status.COMPLETING: "2",
    Status.SYNCED: "1",
    Status.SYNCING: "info",
    Status.VALIDATING: "3",
    Status.QUEUED: "track",
}
# From what is done to what is to come, as the bar reads from left to right.
ORDER = tuple(_TONES)
WIDTH = 620
_LEAST = 3.0


class StateCount(NamedTuple):
    """One state with its number, its share in per cent and its piece of the bar."""

    code: str
    label: Any
    count: int
    share: float
    tone: str
    x: float
    width: float


def by_state(totals: Mapping[str, int]) -> list[StateCount]:
    """The states that occur, in the order of the bar. A single failure among many keeps a piece one can see."""
    there = [(state, totals[state]) for state in ORDER if totals.get(state)]
    everything = sum(count for _state, count in there)
    if not everything:
        return []
    widths = [max(_LEAST, WIDTH * count / everything) for _state, count in there]
    shrink = WIDTH / sum(widths)
    found, x = [], 0.0
    for (state, count), width in zip(there, widths, strict=True):
        width *= shrink
        found.append(
            StateCount(state, state.label, count, 100 * count / everything, _TONES[state], round(x, 1), round(width, 1))
        )
        x += width
    return found


def over(totals: Mapping[str, int]) -> int:
    """How many records will not change any more."""
    return sum(totals.get(state, 0) for state in OVER)


def moved(totals: Mapping[str, int]) -> int:
    return sum(totals.get(state, 0) for state in MOVED)


def is_without_issues(totals: Mapping[str, int]) -> bool:
    """Whether every record has moved or was skipped; one that failed, was warned of or never ended is an issue."""
    return sum(totals.values()) == sum(totals.get(state, 0) for state in FINE)


def counted(event: MigrationEvent) -> dict[str, int]:
    """The truth, counted from the records themselves."""
    rows = event.records.order_by().values_list("status").annotate(count=Count("pk"))
    return dict(rows)
