"""How many records of an event are in which state: the numbers, and the bar drawn from them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils.translation import gettext as _

from fasttrack_portal.charts import TONES, progress_by_state
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
# From what is done to what is to come, as the bar reads from left to right.
ORDER = (
    Status.COMPLETED,
    Status.COMPLETED_WITH_WARNINGS,
    Status.FAILED,
    Status.STOPPED,
    Status.SKIPPED,
    Status.COMPLETING,
    Status.SYNCED,
    Status.SYNCING,
    Status.VALIDATING,
    Status.QUEUED,
)
# What has not begun is as pale as the track.
_TONES = {**TONES, "queued": "track"}


class StateCount(NamedTuple):
    """One state with its number and its share in per cent."""

    code: str
    label: Any
    number: int
    share: float

    @property
    def shown(self) -> str:
        return f"{self.number:,}"


def by_state(totals: Mapping[str, int]) -> list[StateCount]:
    """The states that occur, in the order of the bar."""
    everything = sum(totals.values())
    return [
        StateCount(state.value, state.label, totals[state], 100 * totals[state] / everything)
        for state in ORDER
        if totals.get(state)
    ]


def picture_of(states: list[StateCount]) -> str:
    """The bar of the states, the same one as in the reports."""
    return progress_by_state(
        {str(state.label): state.number for state in states},
        title=_("Records by state"),
        tones={str(state.label): _TONES[state.code] for state in states},
        ident="totals",
    )


def moved(totals: Mapping[str, int]) -> int:
    return sum(totals.get(state, 0) for state in MOVED)


def is_without_issues(totals: Mapping[str, int]) -> bool:
    """Whether every record has moved or was skipped; one that failed, was warned of or never ended is an issue."""
    return sum(totals.values()) == sum(totals.get(state, 0) for state in FINE)


def counted(event: MigrationEvent) -> dict[str, int]:
    """The truth, counted from the records themselves."""
    rows = event.records.order_by().values_list("status").annotate(count=Count("pk"))
    return dict(rows)
