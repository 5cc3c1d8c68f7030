"""What the minutes of a meeting say on paper."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.snapshots.common import Head, MeetingLine


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
