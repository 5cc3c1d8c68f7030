"""How many records of an event are in which state: the numbers, and the bar drawn from them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count

from migrations_svc.models import MigrationEvent, MigrationRecord

Status = MigrationRecord.Status
FINE = (Status.COMPLETED, Status.SKIPPED)
MOVED = (Status.COMPLETED, Status.COMPLETED_WITH_WARNINGS)

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
    Status.SKIPPED: "neutral",
    Status.COMPLETING: "2",
    Status.SYNCED: "2",
    Status.SYNCING: "progress",
    Status.VALIDATING: "progress",
    Status.QUEUED: "track",
}
# From what is done to what is to come, as the bar reads from left to right.
ORDER = tuple(_TONES)
WIDTH = 620
_LEAST, _GAP = 3.0, 1.0


class StateCount(NamedTuple):
    """One state with its number, its share in per cent and its piece of the bar."""

    code: str
    label: Any
    number: int
    share: float
    tone: str
    x: float
    width: float

    @property
    def shown(self) -> str:
        return f"{self.number:,}"


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
        share, piece = 100 * count / everything, round(width - _GAP, 1)
        found.append(StateCount(state, state.label, count, share, _TONES[state], round(x, 1), piece))
        x += width
    return found


def moved(totals: Mapping[str, int]) -> int:
    return sum(totals.get(state, 0) for state in MOVED)


def is_without_issues(totals: Mapping[str, int]) -> bool:
    """Whether every record has moved or was skipped; one that failed, was warned of or never ended is an issue."""
    return sum(totals.values()) == sum(totals.get(state, 0) for state in FINE)


def counted(event: MigrationEvent) -> dict[str, int]:
    """The truth, counted from the records themselves."""
    rows = event.records.order_by().values_list("status").annotate(count=Count("pk"))
    return dict(rows)
