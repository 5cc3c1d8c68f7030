"""What a report says, as typed values, and their one way into text that can be hashed and back."""

import dataclasses
import hashlib
import json
import types
import typing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

FORM = 1  # of this file's values; a later form reads the older ones


@dataclass(frozen=True, slots=True)
class Head:
    """Who and what a report is about. `as_of` is the moment everything in it was read."""

    form: int
    kind: str
    number: str
    as_of: datetime
    zone: str
    language: str
    first_day: date
    last_day: date
    customer: str
    engagement: str
    title: str
    services: tuple[str, ...]
    status: str
    specialist: str
    centre: str
    partner: str
    # Reports that were frozen before there was a choice are on A4.
    paper: str = "a4"


@dataclass(frozen=True, slots=True)
class EventFacts:
    """A migration event; times in UTC, `zone` is the wall they are read on."""

    number: str
    title: str
    source: str
    status: str
    zone: str
    scheduled_for: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    window: str
    window_closes_at: datetime | None


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
        parts = self.completed + self.with_warnings + self.failed + self.skipped + self.stopped + self.others
        return parts == self.scheduled


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
class MeetingLine:
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """The report before this one, for what moved in between."""

    number: str
    as_of: datetime
    moved: int
    failed: int


@dataclass(frozen=True, slots=True)
class RecordsFile:
    """The file of every record that belongs to a final report."""

    name: str
    rows: int
    sha256: str


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
    records: RecordsFile | None


@dataclass(frozen=True, slots=True)
class PhaseLine:
    code: str
    status: str
    started_at: datetime | None
    passed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    title: str
    outcome: str
    phase: str
    status: str
    is_optional: bool
    planned_on: date | None
    completed_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """The responsibilities of one party in one phase."""

    phase: str
    party: str
    open: int
    in_progress: int
    waiting: int
    blocked: int
    done: int
    not_applicable: int
    overdue: int
    troubled: int  # overdue or blocked, each item once

    @property
    def total(self) -> int:
        """Those that apply."""
        return self.open + self.in_progress + self.waiting + self.blocked + self.done


@dataclass(frozen=True, slots=True)
class HolderLine:
    """Whose court: one person, or a party for what nobody has taken yet (`name` is then empty)."""

    name: str
    party: str
    items: int
    blocked: int
    waiting: int
    overdue: int
    next_due_on: date | None


@dataclass(frozen=True, slots=True)
class CourtLine:
    """One court: what lies in it now, the working days of the oldest item, and those of all items since the start."""

    holder: str
    items: int
    longest: int
    days: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    code: str
    text: str
    phase: str
    party: str
    holder: str
    status: str
    due_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class EventLine:
    event: EventFacts
    scheduled: int
    moved: int
    failed: int


@dataclass(frozen=True, slots=True)
class EngagementReport:
    head: Head
    starts_on: date
    desired_on: date
    phases: tuple[PhaseLine, ...]
    milestones: tuple[MilestoneLine, ...]
    matrix: tuple[MatrixCell, ...]
    holders: tuple[HolderLine, ...]
    items: tuple[ItemLine, ...]
    items_open: int
    past_meetings: tuple[MeetingLine, ...]
    next_meetings: tuple[MeetingLine, ...]
    events: tuple[EventLine, ...]
    # Reports that were frozen before items had courts have none.
    courts: tuple[CourtLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonLine:
    name: str
    side: str


@dataclass(frozen=True, slots=True)
class PointPart:
    """What the portal brought up under a point: `who` has it, and what was the matter with it."""

    group: str
    text: str
    who: str
    matter: str
    on: date | None
    more: int = 0  # how many others there were, where that is all that is said


@dataclass(frozen=True, slots=True)
class PointLine:
    title: str
    notes: str
    parts: tuple[PointPart, ...]


@dataclass(frozen=True, slots=True)
class DecisionLine:
    text: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class ActionLine:
    text: str
    owner: str
    side: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class NameLine:
    """One side under the minutes; without a name it has not confirmed them yet."""

    side: str
    name: str
    role: str
    comment: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class MinutesReport:
    """The minutes of one meeting, as they were frozen, with the names that stood under them."""

    head: Head
    meeting: MeetingLine
    edition: int
    correction: str
    present: tuple[PersonLine, ...]
    absent: tuple[PersonLine, ...]
    guests: str
    points: tuple[PointLine, ...]
    notes: str
    decisions: tuple[DecisionLine, ...]
    actions: tuple[ActionLine, ...]
    next_at: datetime | None
    names: tuple[NameLine, ...]


Snapshot = EventReport | EngagementReport | MinutesReport
T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Values as JSON has them: moments as UTC to the second, days as ISO, and no floats, which print differently on
    different machines. TypeError for anything else."""
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a moment without a zone")
            return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
        case date():
            return value.isoformat()
        case tuple() | list():
            return [to_plain(entry) for entry in value]
        case _ if dataclasses.is_dataclass(value):
            return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def canonical(plain: Any) -> bytes:
    """The one text of a snapshot: keys sorted, no blanks, UTF-8."""
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def hash_of(content: bytes) -> str:
    """SHA-256, as it is printed."""
    return hashlib.sha256(content).hexdigest()


def digest(plain: Any) -> str:
    """The hash of the canonical text."""
    return hash_of(canonical(plain))


def from_plain(plain: dict[str, Any]) -> Snapshot:
    """The typed values of a stored snapshot."""
    kinds = {"engagement": EngagementReport, "minutes": MinutesReport}
    found: Snapshot = _read(kinds.get(plain["head"]["kind"], EventReport), plain)
    return found


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(option for option in typing.get_args(kind) if option is not type(None))
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(_read(inner, entry) for entry in value)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        # What an older snapshot did not have yet is as its default says; a value that is missing still fails.
        return kind(**{name: _read(hint, value[name]) for name, hint in hints.items() if name in value})  # type: ignore[operator]
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    return value
