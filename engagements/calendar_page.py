"""The arithmetic of the calendar page: the days a view shows, the days beside them, and what falls on which day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

VIEWS = ("month", "week", "agenda")
AGENDA_DAYS = 14
# What one day of a month shows; the rest is a link away.
A_DAY = 4
# The hours that a week shows at least.
OFFICE = range(8, 18)
_YEARS = 20


class Dated(Protocol):
    @property
    def start(self) -> datetime | date: ...


T = TypeVar("T", bound=Dated)


@dataclass(frozen=True, slots=True)
class Period:
    """What a view shows: `first` up to but without `last`; `earlier` and `later` are days of the views beside it."""

    view: str
    on: date
    first: date
    last: date
    earlier: date
    later: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days)]


@dataclass(slots=True)
class Day(Generic[T]):
    """One day: what is shown of it, and how much more there is."""

    date: date
    is_today: bool
    is_outside: bool
    entries: list[T] = field(default_factory=list)
    more: int = 0


@dataclass(slots=True)
class Hour(Generic[T]):
    """A row of the week: what begins in that hour, a list for each day; without an hour, what takes the whole day."""

    hour: int | None
    cells: list[list[T]]


def period(view: str, on: date) -> Period:
    """The weeks of a month, one week from its Monday, or fourteen days from the day itself."""
    monday = on - timedelta(days=on.weekday())
    if view == "month":
        first = on.replace(day=1)
        following = _first_of_next(first)
        start = first - timedelta(days=first.weekday())
        end = following + timedelta(days=-following.weekday() % 7)
        return Period(view, on, start, end, (first - timedelta(days=1)).replace(day=1), following)
    if view == "week":
        week = timedelta(days=7)
        return Period(view, on, monday, monday + week, monday - week, monday + week)
    length = timedelta(days=AGENDA_DAYS)
    return Period("agenda", on, on, on + length, on - length, on + length)


def _first_of_next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def day_in(text: str, today: date) -> date:
    """The day that an address names; today where it names none, or one that no calendar is asked for."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs(found.year - today.year) <= _YEARS else today


def by_day(
    shown: Period, entries: Iterable[T], zone: ZoneInfo, *, today: date, most: int | None = None
) -> list[Day[T]]:
    """Every day of the period with what falls on it there; what began before stands on the first."""
    falls: dict[date, list[T]] = defaultdict(list)
    for entry in entries:
        falls[max(_local(entry.start, zone)[0], shown.first)].append(entry)
    return [
        Day(
            date=each,
            is_today=each == today,
            is_outside=shown.view == "month" and each.month != shown.on.month,
            entries=_shown(falls[each], most),
            more=len(falls[each]) - len(_shown(falls[each], most)),
        )
        for each in shown.days
    ]


def _shown(entries: list[T], most: int | None) -> list[T]:
    """One that would be hidden alone takes no more room than the words that say so."""
    return entries if most is None or len(entries) <= most + 1 else entries[:most]


def in_weeks(days: Sequence[Day[T]]) -> list[list[Day[T]]]:
    return [list(days[at : at + 7]) for at in range(0, len(days), 7)]


def by_hour(days: Sequence[Day[T]], zone: ZoneInfo) -> list[Hour[T]]:
    """The rows of a week: the whole-day things where there are any, then every hour from the first to the last."""
    placed: dict[int | None, list[list[T]]] = defaultdict(lambda: [[] for _day in days])
    for at, each in enumerate(days):
        for entry in each.entries:
            placed[_local(entry.start, zone)[1]][at].append(entry)
    used = [hour for hour in placed if hour is not None]
    hours = range(min([OFFICE.start, *used]), max([OFFICE.stop - 1, *used]) + 1)
    whole = [Hour(None, placed[None])] if None in placed else []
    return [*whole, *(Hour(hour, placed[hour]) for hour in hours)]


def _local(start: datetime | date, zone: ZoneInfo) -> tuple[date, int | None]:
    if isinstance(start, datetime):
        local = start.astimezone(zone)
        return local.date(), local.hour
    return start, None
