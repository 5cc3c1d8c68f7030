"""Arithmetic of triage: whose court a request is in, how old it is, who could take it, what a partner reads first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fasttrack_portal.directory.calendars import WorkingCalendar, local_to_utc

Court = Literal["fasttrack", "customer", "nobody"]

OURS = ("submitted", "in_review")
THEIRS = ("needs_information",)
WAITING = (*OURS, *THEIRS)

# Bands that say how large a customer is and not who it is.
_BANDS = (100, 500, 1_000, 5_000, 10_000)


def court_of(status: str) -> Court:
    """Who has the next move."""
    return "fasttrack" if status in OURS else "customer" if status in THEIRS else "nobody"


# --- Working days ----------------------------------------------------------------------------------------------------
def age(calendar: WorkingCalendar, since: datetime, at: datetime) -> int:
    """Working days of the centre that have begun since then; 0 on the day itself."""
    place = ZoneInfo(calendar.zone)
    return max(calendar.working_days_between(since.astimezone(place).date(), at.astimezone(place).date()), 0)


def overdue_before(calendar: WorkingCalendar, at: datetime, days: int) -> datetime:
    """What waits since an earlier moment than this is older than so many working days."""
    today = at.astimezone(ZoneInfo(calendar.zone)).date()
    first = calendar.add_working_days(today + timedelta(days=1), -(days + 1))
    return local_to_utc(datetime.combine(first, datetime.min.time()), calendar.zone)


def working_days_later(calendar: WorkingCalendar, at: datetime, days: int) -> datetime:
    """The same wall time so many working days on, brought into the hours of that day."""
    local = at.astimezone(ZoneInfo(calendar.zone))
    day = calendar.add_working_days(local.date(), days)
    opens, closes = calendar.hours[day.weekday()]
    wall = min(max(local.time().replace(tzinfo=None), opens), closes)
    return local_to_utc(datetime.combine(day, wall), calendar.zone)


# --- The conversation ------------------------------------------------------------------------------------------------
@dataclass
class Round:
    """One question with its answer, and how often the asking side was reminded of it."""

    question: str
    asked_at: datetime
    asked_by: Any
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: Any = None
    reminders: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """One line of the story, oldest first: `kind` is asked, answered or reminded."""

    kind: str
    at: datetime
    by: Any = None
    words: str = ""


def rounds(story: Iterable[Said]) -> list[Round]:
    """The questions in the order in which they were asked."""
    found: list[Round] = []
    for line in story:
        if line.kind == "asked":
            found.append(Round(line.words, line.at, line.by))
        elif found and line.kind == "answered" and found[-1].answered_at is None:
            found[-1].answer, found[-1].answered_at, found[-1].answered_by = line.words, line.at, line.by
        elif found and line.kind == "reminded":
            found[-1].reminders.append(line.at)
    return found


@dataclass(frozen=True)
class Courts:
    """Working days that a request has spent with either side."""

    fasttrack: int
    customer: int


def courts(calendar: WorkingCalendar, begun: datetime, said: Sequence[Round], until: datetime) -> Courts:
    """How the time from the submission to `until` (its end, or now) is shared between the two sides."""
    ours, theirs, since = 0, 0, begun
    for each in said:
        ours += age(calendar, since, each.asked_at)
        since = each.answered_at or until
        theirs += age(calendar, each.asked_at, since)
    if not said or said[-1].answered_at is not None:
        ours += age(calendar, since, until)
    return Courts(ours, theirs)


# --- Who could take it -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Load:
    """What a specialist has in hand, and could."""

    person: Any
    role: str = "specialist"
    asks: int = 0
    engagements: int = 0
    capacity: int = 0
    languages: frozenset[str] = frozenset()
    centres: tuple[str, ...] = ()

    @property
    def carried(self) -> int:
        return self.asks + self.engagements

    @property
    def left(self) -> int:
        """Below zero: more than the person said they can carry."""
        return self.capacity - self.carried

    def speaks(self, language: str) -> bool:
        """`de-AT` is spoken by who speaks `de`."""
        return not language or language in self.languages or language.split("-")[0] in self.languages


def ranked(people: Iterable[Load], language: str) -> list[Load]:
    """Who speaks the language and has room comes first; specialists before managers; then whoever carries least."""
    return sorted(
        people,
        key=lambda load: (
            not load.speaks(language),
            load.left <= 0,
            load.role != "specialist",
            load.carried,
            str(load.person),
        ),
    )


# --- What a partner may know before it has agreed --------------------------------------------------------------------
def seats_band(seats: int | None) -> str:
    """`500 to 999`: a range that many customers share; empty where the number is not known."""
    if seats is None:
        return ""
    if seats < _BANDS[0]:
        return f"fewer than {_BANDS[0]:,}"
    for low, high in pairwise(_BANDS):
        if seats < high:
            return f"{low:,} to {high - 1:,}"
    return f"{_BANDS[-1]:,} or more"


def month_of(day: date | None) -> date | None:
    return day.replace(day=1) if day else None


def in_turn(partners: Iterable[tuple[int, str, datetime | None]]) -> list[int]:
    """Round robin: the ids of partners (id, name, when it last got an offer), the one that has waited longest first."""
    never = datetime.min.replace(tzinfo=ZoneInfo("UTC"))
    return [pk for pk, name, last in sorted(partners, key=lambda row: (row[2] or never, row[1].lower()))]
