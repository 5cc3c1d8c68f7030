"""Free times for a talk or a workshop: when at least one of several specialists can come, in the centre's hours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engagements.cadence import Interval
from fasttrack_portal.directory.calendars import WorkingCalendar, local_to_utc

# A meeting of an hour begins on the hour or at half past, as people say times.
STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Free:
    """One time that can be taken, and which specialists are free then: the keys as they were asked for, in order."""

    start: datetime
    end: datetime
    who: tuple[int, ...]


def free(
    calendar: WorkingCalendar,
    holidays: Mapping[date, str],
    zone: str,
    busy: Mapping[int, Iterable[Interval]],
    since: datetime,
    until: datetime,
    minutes: int,
) -> Iterator[Free]:
    """Times from `since` on that end by `until`, in order. `busy` names every specialist asked for with what is taken
    of their time; `holidays` are the customer's days in `zone`, on none of which a meeting may lie."""
    length = timedelta(minutes=minutes)
    taken = {person: sorted(intervals) for person, intervals in busy.items()}
    for start in _starts(calendar, since, until - length):
        end = start + length
        if obstacle(calendar, holidays, zone, start, end):
            continue
        who = tuple(person for person, intervals in taken.items() if not _overlaps(intervals, start, end))
        if who:
            yield Free(start, end, who)


def obstacle(calendar: WorkingCalendar, holidays: Mapping[date, str], zone: str, start: datetime, end: datetime) -> str:
    """Why nobody meets then, whoever it is; empty where nothing stands against it."""
    place = ZoneInfo(zone)
    for day in (start.astimezone(place).date(), (end - timedelta(microseconds=1)).astimezone(place).date()):
        if day in holidays:
            return holidays[day]
    return calendar.obstacle(start, end)


def _starts(calendar: WorkingCalendar, since: datetime, last: datetime) -> Iterator[datetime]:
    """The half hours of each day's hours, counted from its opening on the wall clock there."""
    day = since.astimezone(ZoneInfo(calendar.zone)).date()
    while (opening := _instant(calendar, day, time.min)) <= last:
        if calendar.is_working_day(day):
            opens, closes = calendar.hours[day.weekday()]
            opening, closing = _instant(calendar, day, opens), _instant(calendar, day, closes)
            while opening < closing:
                if since <= opening <= last:
                    yield opening
                opening += STEP
        day += timedelta(days=1)


def _instant(calendar: WorkingCalendar, day: date, wall: time) -> datetime:
    return local_to_utc(datetime.combine(day, wall), calendar.zone).astimezone(UTC)


def _overlaps(taken: Sequence[Interval], start: datetime, end: datetime) -> bool:
    return any(taken_from < end and start < taken_until for taken_from, taken_until in taken)
