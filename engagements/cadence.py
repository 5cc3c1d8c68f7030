"""The checkpoint series: which days it falls on, and where each meeting goes when its day is taken (F8)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fasttrack_portal.directory.calendars import WorkingCalendar, local_to_utc, shifted, short_day, zone_of

STEP = timedelta(minutes=15)
# Ten years of weekly meetings in one call: more is a slip of the pen.
MOST_OCCURRENCES = 530

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Series:
    """A meeting every one or two weeks on `weekday` (0 = Monday) at `wall_time` in `zone`, from `starts_on`."""

    starts_on: date
    weekday: int
    wall_time: time
    zone: str
    every_weeks: int = 1
    minutes: int = 30

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if self.weekday not in range(7):
            raise ValueError(f"{self.weekday} is not a weekday; use 0 (Monday) to 6 (Sunday).")
        if self.every_weeks not in (1, 2):
            raise ValueError("Checkpoints are weekly or biweekly.")
        if self.wall_time.tzinfo is not None:
            raise ValueError("The time of a series is a wall time and carries no zone.")
        if not 0 < self.minutes <= 24 * 60:
            raise ValueError("A meeting lasts between one minute and a day.")

    @property
    def period(self) -> timedelta:
        return timedelta(weeks=self.every_weeks)


@dataclass(frozen=True, slots=True)
class Slot:
    """One meeting of the series. `nominal_on` is its day by the rhythm and identifies it for good; `moved` says that
    the meeting is not at its usual time, and `reason` why, as a sentence."""

    nominal_on: date
    start_utc: datetime
    end_utc: datetime
    moved: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A meeting for which there is no room nearer to it than to its neighbours."""

    nominal_on: date
    reason: str


def occurrences(series: Series, since: date, until: date) -> list[date]:
    """The nominal local days from `since` to `until`, both included. ValueError for more than ten years of them."""
    return list(_days(series, since, until))


def _days(series: Series, since: date, until: date) -> Iterator[date]:
    first = shifted(series.starts_on, (series.weekday - series.starts_on.weekday()) % 7)
    length = 7 * series.every_weeks
    skip = max(0, -((first - since).days // length)) if since > first else 0
    start, last = first.toordinal() + skip * length, until.toordinal()
    if (last - start) // length >= MOST_OCCURRENCES:
        raise ValueError(f"That is more than {MOST_OCCURRENCES} meetings; plan ten years at most.")
    return (date.fromordinal(ordinal) for ordinal in range(start, last + 1, length))


def plan(
    series: Series,
    calendar: WorkingCalendar,
    customer_holidays: Mapping[date, str] | Iterable[date],
    busy: "Iterable[Interval] | Busy",
    horizon_from: date,
    horizon_until: date,
    not_before: datetime | None = None,
    away: "Iterable[Interval] | Busy" = (),
) -> list[Slot | Skipped]:
    """One Slot or Skipped for each nominal day of the horizon, in order.

    The usual wall time holds across clock changes. A meeting outside the centre's hours, on a closure, on a holiday of
    the customer (`customer_holidays`: day -> name, in the zone of the series), over a `busy` interval or while the
    specialist is `away` is moved by quarter hours to the nearest free time, the earlier of two equally near, never
    before the first day of the series or `not_before`, and never past the middle to its neighbour: so two meetings
    cannot meet or change places, and each is placed without regard to the horizon that was asked for. A meeting that
    needs no move is left alone by `not_before`. The work is bounded for each meeting. ValueError at the far ends of
    the calendar."""
    names = customer_holidays if isinstance(customer_holidays, Mapping) else dict.fromkeys(customer_holidays, "")
    taken, absences = (each if isinstance(each, Busy) else Busy(each) for each in (busy, away))
    planner = _Planner(series, calendar, names, taken, absences, not_before)
    try:
        return [planner.place(day) for day in _days(series, horizon_from, horizon_until)]
    except OverflowError:
        raise ValueError("The series runs past the end of the calendar.") from None


class Busy:
    """Taken time as disjoint intervals in order, so that one look-up answers for all of it."""

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        self.starts: list[datetime] = []
        self.ends: list[datetime] = []
        for start, end in sorted((_utc(start), _utc(end)) for start, end in intervals):
            if end <= start:
                continue
            if self.ends and start < self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def __iter__(self) -> Iterator[Interval]:
        return zip(self.starts, self.ends, strict=True)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        before = bisect_right(self.starts, start) - 1
        if before >= 0 and self.ends[before] > start:
            return True
        return before + 1 < len(self.starts) and self.starts[before + 1] < end

    def take(self, start: datetime, end: datetime) -> None:
        """One more, which overlaps none of the others."""
        place = bisect_left(self.starts, start)
        self.starts.insert(place, start)
        self.ends.insert(place, end)

    def give_back(self, start: datetime, end: datetime) -> None:
        """One of them is free again; one that is not among them already was."""
        place = bisect_left(self.starts, start)
        if place < len(self.starts) and (self.starts[place], self.ends[place]) == (start, end):
            del self.starts[place], self.ends[place]


@dataclass(frozen=True, slots=True)
class _Planner:
    series: Series
    calendar: WorkingCalendar
    holidays: Mapping[date, str]
    busy: Busy
    away: Busy
    not_before: datetime | None

    def place(self, day: date) -> Slot | Skipped:
        usual = self._instant(datetime.combine(day, self.series.wall_time))
        length = timedelta(minutes=self.series.minutes)
        obstacle = self._obstacle(usual, usual + length)
        if not obstacle:
            gap = self._clock_change(day, usual)
            return Slot(day, usual, usual + length, bool(gap), gap)
        # Up to the middle between two neighbours, whichever clock change lies between them.
        half = self.series.period / 2
        wall = datetime.combine(day, self.series.wall_time)
        low, high = self._instant(wall - half), self._instant(wall + half)
        low = max(low, self._instant(datetime.combine(self.series.starts_on, time.min)))
        if self.not_before is not None:
            low = max(low, _utc(self.not_before))
        for start in _nearest(usual, low, high - length):
            if not self._obstacle(start, start + length):
                return Slot(day, start, start + length, True, self._moved(day, start, obstacle))
        return Skipped(day, f"No meeting for {short_day(day)}: {obstacle}, and no time nearby is free")

    def _instant(self, wall: datetime) -> datetime:
        return local_to_utc(wall, self.series.zone)

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.series.zone))

    def _obstacle(self, start: datetime, end: datetime) -> str:
        """Why not then; empty where nothing stands against it. The customer's holiday is named first."""
        # A meeting may run past midnight: no part of it is on a holiday.
        for day in {self._local(start).date(), self._local(end - timedelta(microseconds=1)).date()}:
            if day in self.holidays:
                return self.holidays[day] or f"{short_day(day)} is a holiday"
        if obstacle := self.calendar.obstacle(start, end):
            return obstacle
        if self.away.overlaps(start, end):
            return "the specialist is away then"
        if self.busy.overlaps(start, end):
            return "another meeting is booked then"
        return ""

    def _clock_change(self, day: date, start: datetime) -> str:
        local = self._local(start)
        if local.replace(tzinfo=None) == datetime.combine(day, self.series.wall_time):
            return ""
        wall = self.series.wall_time
        return f"Moved from {wall:%H:%M} to {local:%H:%M}: the clocks go forward on {short_day(local.date())}"

    def _moved(self, day: date, start: datetime, obstacle: str) -> str:
        if self._local(start).date() == day:
            return f"Moved from {short_day(day)}, {self.series.wall_time:%H:%M}: {obstacle}"
        return f"Moved from {short_day(day)}: {obstacle}"


def _nearest(usual: datetime, low: datetime, high: datetime) -> Iterator[datetime]:
    """Quarter hours around `usual` from `low` to `high`, the nearest first, of two equally near the earlier."""
    steps = max(abs(usual - low), abs(high - usual)) // STEP
    for step in range(1, steps + 1):
        for start in (usual - step * STEP, usual + step * STEP):
            if low <= start <= high:
                yield start


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("Busy times and limits carry a zone; these do not.")
    return instant.astimezone(UTC)
