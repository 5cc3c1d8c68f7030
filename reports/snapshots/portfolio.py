"""What a portfolio report says."""

from dataclasses import dataclass
from datetime import date

from reports.snapshots.common import Head, ListFile, Number


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list was narrowed to: the label of the filter and the word that was chosen."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PortfolioLine:
    number: str
    title: str
    customer: str
    specialist: str
    status: str
    phase: str
    next_milestone: str
    next_on: date | None
    desired_on: date
    with_fasttrack: int
    with_customer: int
    stuck: int
    reasons: tuple[str, ...]  # why it stands on the board, the most urgent first


@dataclass(frozen=True, slots=True)
class ReachedLine:
    """A milestone that was reached in the range of days."""

    on: date
    title: str
    customer: str
    engagement: str


@dataclass(frozen=True, slots=True)
class PortfolioEvent:
    """A migration event with a day in the range. Numbers of records by the portal's own count."""

    number: str
    title: str
    customer: str
    status: str
    on: date | None
    records: int
    moved: int
    failed: int
    # By which its page is found; "" in reports that were frozen before.
    key: str = ""


@dataclass(frozen=True, slots=True)
class PortfolioReport:
    """Engagements that fit a filter, and what came of them over a range of days. Long lists hold their first lines; the
    numbers count all, and the file has a line for each engagement."""

    head: Head
    filters: tuple[Filter, ...]
    total: int
    late: int  # the next milestone is past its day
    stuck: int
    statuses: tuple[Number, ...]
    phases: tuple[Number, ...]
    opened: int
    completed: int
    engagements: tuple[PortfolioLine, ...]
    attention: tuple[PortfolioLine, ...]
    reached: tuple[ReachedLine, ...]
    reached_total: int
    events: tuple[PortfolioEvent, ...]
    events_total: int
    issues_reported: int
    issues_resolved: int
    file: ListFile | None
