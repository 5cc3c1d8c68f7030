"""How many records of an event are in which state: the numbers, and the bar drawn from them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from fasttrack_portal.charts import TONES, progress_by_state
from migrations_svc.models import MigrationEvent, MigrationRecord, Watch

Status = MigrationRecord.Status
FINE = (Status.COMPLETED, Status.SKIPPED)
MOVED = (Status.COMPLETED, Status.COMPLETED_WITH_WARNINGS)
# Nothing is left to do for these.
THROUGH = (*MOVED, Status.SKIPPED)

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


def through(totals: Mapping[str, int]) -> int:
    return sum(totals.get(state, 0) for state in THROUGH)


def is_without_issues(totals: Mapping[str, int]) -> bool:
    """Whether every record has moved or was skipped; one that failed, was warned of or never ended is an issue."""
    return sum(totals.values()) == sum(totals.get(state, 0) for state in FINE)


def counted(event: MigrationEvent) -> dict[str, int]:
    """The truth, counted from the records themselves."""
    rows = event.records.order_by().values_list("status").annotate(count=Count("pk"))
    return dict(rows)


def bytes_through(event: MigrationEvent) -> int:
    """The size of what is through, as far as the list has it."""
    rows = event.records.filter(status__in=THROUGH)
    return int(rows.aggregate(size=Sum("size_bytes"))["size"] or 0)


def doubted(event: MigrationEvent) -> int:
    """How many records the last file would put back."""
    return event.records.exclude(doubted_status="").count()


def stalled_since(event: MigrationEvent) -> datetime | None:
    """Since when nothing has changed in a running event, once that was noticed."""
    if event.status != MigrationEvent.Status.RUNNING:
        return None
    return Watch.objects.filter(event=event, stalled_at__isnull=False).values_list("changed_at", flat=True).first()
