"""What status and final reports of a migration event say."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.snapshots.common import EventFacts, Head, ListFile, MeetingLine, Since, Told


@dataclass(frozen=True, slots=True)
class Totals:
    """Records of an event by where they stand. Sizes in bytes, items as counted by the source."""

    scheduled: int
    completed: int
    with_warnings: int
    failed: int
    skipped: int
    stopped: int
    under_way: int
    waiting: int
    size: int
    size_moved: int
    items_moved: int
    # Came to no end here and stands in another event of the project; counted in none of the parts above.
    elsewhere: int = 0

    @property
    def moved(self) -> int:
        return self.completed + self.with_warnings

    @property
    def others(self) -> int:
        """Not in a final state yet."""
        return self.under_way + self.waiting

    @property
    def exceptions(self) -> int:
        return self.with_warnings + self.failed + self.skipped + self.stopped

    @property
    def is_reconciled(self) -> bool:
        """Whether the parts are the whole; in a final report nothing is stopped or under way any more."""
        parts = self.completed + self.with_warnings + self.failed + self.skipped + self.elsewhere
        return parts + self.stopped + self.others == self.scheduled


@dataclass(frozen=True, slots=True)
class Day:
    """What arrived on one local day."""

    on: date
    records: int
    items: int
    size: int


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    source: str
    target: str
    name: str
    status: str
    message: str


@dataclass(frozen=True, slots=True)
class IssueLine:
    title: str
    lane: str
    status: str
    is_late: bool
    reported_at: datetime
    resolution: str


@dataclass(frozen=True, slots=True)
class Before:
    """The report before this one, for what moved in between."""

    number: str
    as_of: datetime
    moved: int
    failed: int


@dataclass(frozen=True, slots=True)
class EventReport:
    """Status and final reports. Long lists hold their first lines; the totals count all."""

    head: Head
    event: EventFacts
    totals: Totals
    days: tuple[Day, ...]
    exceptions: tuple[ExceptionLine, ...]
    issues: tuple[IssueLine, ...]
    issues_open: int
    issues_total: int
    meetings: tuple[MeetingLine, ...]
    before: Before | None
    records: ListFile | None
    since: Since | None = None
    # For FastTrack alone: what is told to nobody else.
    internal: tuple[Told, ...] = ()
