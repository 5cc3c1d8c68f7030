"""Working time of a FastTrack Center: its zone, weekly hours and closures, and the arithmetic of working days (F8)."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import holidays
from holidays.registry import COUNTRIES

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Some forty years of working days: more is a slip of the pen, and a loop nobody should wait for.
MOST_STEPS = 10_000
# A centre that is shut longer than this in one go has no calendar worth counting on.
LONGEST_CLOSURE = 366
# Moving feasts are worked out year by year; outside this span the rules of today say nothing.
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1970, 2100, 60

# Listed by the zone database, but no place on earth.
_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every IANA zone name a person may choose."""
    return frozenset(available_timezones()) - _NOT_PLACES


def is_zone(name: str) -> bool:
    return name in zones()


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; ValueError names the one that does not exist."""
    if not is_zone(name):
        raise ValueError(f"“{name[:60]}” is not a time zone we know.")
    return ZoneInfo(name)


def local_to_utc(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall time. A wall time that a clock change skips becomes the first instant after
    the gap; one that comes twice is the first of the two. ValueError at the far ends of the calendar."""
    if wall.tzinfo is not None:
        raise ValueError("A wall time carries no zone of its own.")
    place = zone_of(zone)
    try:
        first = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
        second = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
        if second >= first:
            return first
        # In a gap the two readings lie on either side of the clock change: close in on it, to the second.
        low, high = second, first
        after = high.astimezone(place).utcoffset()
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
            if middle.astimezone(place).utcoffset() == after:
                high = middle
            else:
                low = middle
    except OverflowError:
        raise ValueError(f"{wall:%H:%M} on {wall.date().isoformat()} lies outside the calendar.") from None
    return high.replace(microsecond=0)


def short_day(day: date) -> str:
    """`Mon 6 Apr`, the same on every machine whatever its locale."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def shifted(day: date, days: int) -> date:
    """A calendar day so many days on or back; ValueError before year 1 and after year 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise ValueError(f"{days:+,} days from {day.isoformat()} lies outside the calendar.") from None


@dataclass(frozen=True)
class WorkingCalendar:
    """Weekly hours in local wall time (weekday 0 = Monday -> open, close), minus single closed days.

    `closure_names` says why a day is closed; a closure without a name is simply closed."""

    zone: str
    hours: Mapping[int, tuple[time, time]]
    closures: frozenset[date] = frozenset()
    closure_names: Mapping[date, str] = field(default_factory=dict)
    _closed_workdays: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        zone_of(self.zone)
        for weekday, (opens, closes) in self.hours.items():
            if weekday not in range(7):
                raise ValueError(f"{weekday} is not a weekday; use 0 (Monday) to 6 (Sunday).")
            if opens.tzinfo is not None or closes.tzinfo is not None:
                raise ValueError("Hours are wall times of the centre and carry no zone.")
            if opens >= closes:
                raise ValueError(f"On {WEEKDAYS[weekday]} the centre would close at {closes:%H:%M} before it opens.")
        closures = frozenset(self.closures) | frozenset(self.closure_names)
        object.__setattr__(self, "closures", closures)
        # In order and once a calendar: a page asks it for the days of every row.
        shut = sorted(day.toordinal() for day in closures if day.weekday() in self.hours)
        object.__setattr__(self, "_closed_workdays", tuple(shut))

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.hours and day not in self.closures

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day`, or before it for a negative n; `day` itself is never counted.
        With n = 0 it is `day`, or the next working day where `day` is none. ValueError instead of a long search."""
        if abs(n) > MOST_STEPS:
            raise ValueError(f"{n:+,} working days is too far; {MOST_STEPS:,} is the most.")
        if not self.hours:
            raise ValueError("The centre has no working days at all.")
        if n == 0 and self.is_working_day(day):
            return day
        step = -1 if n < 0 else 1
        found, idle, left = day, 0, max(abs(n), 1)
        while left:
            found = shifted(found, step)
            if self.is_working_day(found):
                left, idle = left - 1, 0
            elif (idle := idle + 1) > LONGEST_CLOSURE:
                raise ValueError(f"There is no working day within a year of {short_day(day)} {day.year}.")
        return found

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days after `a` up to and with `b`; negative backwards, so that adding it to `a` leads to
        the working day `b` again. Counts whole weeks at once: any two dates of the calendar are quick."""
        if b < a:
            # Days from b up to, but not with, a.
            return -self._count(b.toordinal(), a.toordinal())
        return self._count(a.toordinal() + 1, b.toordinal() + 1)

    def _count(self, first: int, end: int) -> int:
        weeks, rest = divmod(end - first, 7)
        open_days = weeks * len(self.hours)
        # Ordinal 1 is a Monday.
        open_days += sum((first + offset - 1) % 7 in self.hours for offset in range(rest))
        shut = self._closed_workdays
        return open_days - (bisect_left(shut, end) - bisect_left(shut, first))

    def fits(self, start_utc: datetime, end_utc: datetime) -> bool:
        """Does the meeting lie inside the hours of one working day, in the centre's local wall time?"""
        return not self.obstacle(start_utc, end_utc)

    def obstacle(self, start_utc: datetime, end_utc: datetime) -> str:
        """Why a meeting does not fit, in a few words; empty where it fits. ValueError for times without a zone."""
        if start_utc.tzinfo is None or end_utc.tzinfo is None:
            raise ValueError("A start and an end carry a zone; these do not.")
        if end_utc <= start_utc:
            raise ValueError("The end lies before the start.")
        place = ZoneInfo(self.zone)
        try:
            start, end = start_utc.astimezone(place), end_utc.astimezone(place)
        except OverflowError:
            raise ValueError("That time lies outside the calendar.") from None
        day = start.date()
        if day in self.closures:
            name = self.closure_names.get(day, "")
            return f"{name} at the FastTrack Center" if name else f"the FastTrack Center is closed on {short_day(day)}"
        if day.weekday() not in self.hours:
            return f"it is {_DAY_NAMES[day.weekday()]} at the FastTrack Center, which does not work then"
        opens, closes = self.hours[day.weekday()]
        if end.date() != day or start.time() < opens or end.time() > closes:
            return f"outside the FastTrack Center’s hours, {opens:%H:%M} to {closes:%H:%M} in {self.zone}"
        return ""


def country_name(country: str) -> str:
    """The English name of a two-letter country code, `Germany` for `DE`; the code itself where we have no name."""
    return _country_names().get(country.upper(), country.upper())


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    return {codes[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", codes[0]) for codes in COUNTRIES.values()}


def public_holidays(country: str, subdivision: str | None, years: Iterable[int]) -> dict[date, str]:
    """Public holidays with their English names, by day. ValueError for a country, subdivision or year without rules."""
    wanted = tuple(sorted(set(years)))
    if len(wanted) > MOST_YEARS:
        raise ValueError(f"{len(wanted)} years of holidays are too many; {MOST_YEARS} is the most.")
    for year in wanted:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"Holidays are known from {FIRST_YEAR} to {LAST_YEAR}, not for {year}.")
    # A copy: the caller may change it, the cached one stays.
    return dict(_public_holidays(country.upper(), (subdivision or "").upper(), wanted)) if wanted else {}


@lru_cache(maxsize=256)
def _public_holidays(country: str, subdivision: str, years: tuple[int, ...]) -> dict[date, str]:
    try:
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=years, language="en_US", expand=False
        )
    except NotImplementedError:
        where = f"{country}, {subdivision}" if subdivision else country
        raise ValueError(f"We know no public holidays for “{where[:40]}”.") from None
    return dict(sorted(found.items()))
