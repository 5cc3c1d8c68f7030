"""What an engagement report says."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.snapshots.common import EventFacts, Head, MeetingLine, Since, Told


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
    # It recurs and has begun, so that no day makes it late.
    goes_on: bool = False


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


# Holds the items of a line whose people the edition does not name.
UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class HolderLine:
    """Whose court: one person, or a party for what nobody has taken yet, or whose holders are not named (`name` is
    then empty)."""

    name: str
    party: str
    items: int
    blocked: int
    waiting: int
    overdue: int
    next_due_on: date | None
    # By whom the matrix is narrowed to their items, or UNNAMED; "" where it cannot be, and in reports of before.
    who: str = ""


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
class GateLine:
    """The gate of a phase, or the remediation plan: who put their name to it, side by side, and when it was settled."""

    what: str
    phase: str
    status: str
    fasttrack: str
    customer: str
    settled_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class RemediationCell:
    """The remediation checklist of one workload."""

    workload: str
    open: int
    done: int
    accepted: int
    excluded: int
    severe: int  # open and of high or critical severity


@dataclass(frozen=True, slots=True)
class RemediationLine:
    title: str
    workload: str
    severity: int
    party: str
    holder: str
    status: str
    due_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class SuccessLine:
    track: str
    title: str
    measure: str
    result: str
    status: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class MinutesLine:
    """The last edition of the minutes of a meeting, with what was decided and taken on."""

    kind: str
    on: date
    is_confirmed: bool
    decisions: tuple[str, ...]
    actions: int
    actions_open: int
    # By which its meeting is found; "" in reports that were frozen before.
    key: str = ""


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
    # What later forms of the report add; a snapshot that was frozen before has none.
    gates: tuple[GateLine, ...] = ()
    remediation: tuple[RemediationCell, ...] = ()
    remediation_lines: tuple[RemediationLine, ...] = ()
    success: tuple[SuccessLine, ...] = ()
    minutes: tuple[MinutesLine, ...] = ()
    since: Since | None = None
    internal: tuple[Told, ...] = ()
