"""The checkpoint series against an oracle that shares nothing with it: own clock-change rules, days one by one.

Nothing missing, nothing doubled, nothing outside the centre's hours, over two years in eight zones."""

import random
import time as clock
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagements.cadence import Series, Skipped, Slot, occurrences, plan
from fasttrack_portal.directory.calendars import WorkingCalendar

NINE_TO_FIVE = {weekday: (time(9), time(17)) for weekday in range(5)}
ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Pacific/Auckland",
    "America/St_Johns",
]
SINCE, UNTIL = date(2026, 1, 1), date(2027, 12, 31)
EASTER_MONDAY = {date(2026, 4, 6): "Easter Monday (Germany)"}


# --- the oracle: the rules of clock changes written down by hand, in minutes from UTC -------------------------------


def sunday(year, month, nth):
    """The nth Sunday of a month; -1 is the last."""
    days = (date(year, month, 1) + timedelta(k) for k in range(31))
    return [day for day in days if day.month == month and day.weekday() == 6][nth if nth < 0 else nth - 1]


def at(day, hours, offset):
    """The UTC time of a wall clock reading `hours` under that offset."""
    return datetime(day.year, day.month, day.day) + timedelta(hours=hours) - timedelta(minutes=offset)


def european(standard):
    return lambda year: (
        at(sunday(year, 3, -1), 1, 0),
        at(sunday(year, 10, -1), 1, 0),
        standard,
    )


def american(standard):
    return lambda year: (at(sunday(year, 3, 2), 2, standard), at(sunday(year, 11, 1), 2, standard + 60), standard)


def southern(standard, month, nth):
    """Summer spans the new year: told by the winter in between. It ends on the first Sunday of April at three."""
    return lambda year: (
        at(sunday(year, month, nth), 2, standard),
        at(sunday(year, 4, 1), 3, standard + 60),
        standard,
    )


RULES = {
    "Europe/Berlin": european(60),
    "Europe/London": european(0),
    "America/New_York": american(-300),
    "America/St_Johns": american(-210),
    "Australia/Sydney": southern(600, 10, 1),
    "Pacific/Auckland": southern(720, 9, -1),
    "America/Sao_Paulo": lambda year: (None, None, -180),
    "Asia/Kolkata": lambda year: (None, None, 330),
}


@cache
def rule(zone, year):
    return RULES[zone](year)


def offset(zone, utc):
    begins, ends, standard = rule(zone, utc.year)
    if begins is None:
        return standard
    summer = begins <= utc < ends if begins < ends else not ends <= utc < begins
    return standard + 60 if summer else standard


def wall_of(zone, utc):
    return utc + timedelta(minutes=offset(zone, utc))


def utc_of(zone, wall):
    """The first UTC minute at which the wall clock shows `wall` or, where it skips that, anything later."""
    guesses = sorted({wall - timedelta(minutes=rule(zone, wall.year)[2] + extra) for extra in (0, 60)})
    for minute in guesses:
        if wall_of(zone, minute) == wall:
            return minute
    minute = guesses[0]
    while wall_of(zone, minute) < wall:
        minute += timedelta(minutes=1)
    return minute


def rhythm(series):
    """Every nominal day of the two years, found by walking over each day since the start of the series."""
    found, met, day = [], 0, series.starts_on
    while day <= UNTIL:
        if day.weekday() == series.weekday:
            if met % series.every_weeks == 0 and day >= SINCE:
                found.append(day)
            met += 1
        day += timedelta(1)
    return found


def free(series, calendar, holidays, busy, start):
    end = start + timedelta(minutes=series.minutes)
    # Nobody meets into a holiday either: the last minute counts like the first.
    last_minute = end - timedelta(minutes=1)
    if wall_of(series.zone, start).date() in holidays or wall_of(series.zone, last_minute).date() in holidays:
        return False
    begin, finish = wall_of(calendar.zone, start), wall_of(calendar.zone, end)
    if begin.date() in calendar.closures or begin.weekday() > 4:
        return False
    if begin.time() < time(9) or finish > datetime.combine(begin.date(), time(17)):
        return False
    # In order, and none is longer than four hours.
    near = islice(busy, bisect_left(busy, (start - timedelta(hours=4), start)), None)
    return not any(start < until for _, until in takewhile(lambda meeting: meeting[0] < end, near))


def oracle(series, calendar, holidays, busy, day):
    """Try every quarter hour of the period, nearest first."""
    wall = datetime.combine(day, series.wall_time)
    usual = utc_of(series.zone, wall)
    if free(series, calendar, holidays, busy, usual):
        return usual
    half = timedelta(days=3.5 * series.every_weeks)
    low = max(utc_of(series.zone, wall - half), utc_of(series.zone, datetime.combine(series.starts_on, time.min)))
    high = utc_of(series.zone, wall + half) - timedelta(minutes=series.minutes)
    near = (usual + timedelta(minutes=15 * k * side) for k in range(96 * 8 + 1) for side in (-1, 1))
    steps = (start for start in near if low <= start <= high or start == usual)
    return next((start for start in steps if free(series, calendar, holidays, busy, start)), None)


# --- two years, eight zones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [1, 2], ids=["weekly", "biweekly"])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("centre_zone", ["own", "Europe/London", "Asia/Kolkata", "America/New_York"])
def test_two_years_of_checkpoints_agree_with_the_oracle(zone, weeks, centre_zone):
    centre_zone = zone if centre_zone == "own" else centre_zone
    dice = random.Random(f"{zone} {weeks} {centre_zone}")
    series = Series(
        date(2025, 11, 3), dice.randrange(5), time(dice.randrange(7, 18), dice.choice((0, 30))), zone, weeks
    )
    closures = frozenset(SINCE + timedelta(dice.randrange(730)) for _ in range(40))
    holidays = {SINCE + timedelta(dice.randrange(730)): f"Feast {n}" for n in range(40)}
    # A fortnight without anybody, so that some weekly meetings have nowhere to go.
    closures |= {date(2026, 12, 21) + timedelta(k) for k in range(14)}
    calendar = WorkingCalendar(centre_zone, NINE_TO_FIVE, closures)
    busy = []
    for _ in range(600):
        begins = datetime(2026, 1, 1) + timedelta(minutes=15 * dice.randrange(730 * 96))
        busy.append((begins, begins + timedelta(minutes=dice.choice((20, 30, 60, 240)))))
    busy.sort()

    placed = plan(
        series, calendar, holidays, [(a.replace(tzinfo=UTC), b.replace(tzinfo=UTC)) for a, b in busy], SINCE, UNTIL
    )

    days = rhythm(series)
    assert [slot.nominal_on for slot in placed] == days  # 0 missing, 0 doubled
    assert len(days) in ((104, 105) if weeks == 1 else (52, 53))
    earlier = None
    for slot in placed:
        wanted = oracle(series, calendar, holidays, busy, slot.nominal_on)
        if isinstance(slot, Skipped):
            assert wanted is None
            assert slot.reason
            continue
        start = slot.start_utc.replace(tzinfo=None)
        assert start == wanted, slot
        assert slot.end_utc - slot.start_utc == timedelta(minutes=30)
        assert free(series, calendar, holidays, busy, start)  # 0 outside the hours
        assert calendar.fits(slot.start_utc, slot.end_utc)
        at_its_time = wall_of(zone, start) == datetime.combine(slot.nominal_on, series.wall_time)
        assert slot.moved is not at_its_time
        assert bool(slot.reason) is slot.moved
        if earlier is not None:
            assert earlier.end_utc <= slot.start_utc  # in order and never over each other
        earlier = slot


@pytest.mark.parametrize("zone", ZONES)
def test_without_obstacles_the_wall_time_never_changes(zone):
    every_day = WorkingCalendar(zone, {weekday: (time(10, 30), time(11)) for weekday in range(7)})
    for weekday in range(7):
        series = Series(SINCE, weekday, time(10, 30), zone)
        for slot in plan(series, every_day, {}, [], SINCE, UNTIL):
            assert isinstance(slot, Slot)
            assert not slot.moved
            assert wall_of(zone, slot.start_utc.replace(tzinfo=None)) == datetime.combine(slot.nominal_on, time(10, 30))


# --- by example ---------------------------------------------------------------------------------------------------

BERLIN = WorkingCalendar("Europe/Berlin", NINE_TO_FIVE)
MONDAYS = Series(date(2026, 1, 1), 0, time(10), "Europe/Berlin")


def only(series, calendar=BERLIN, holidays=(), busy=(), day=date(2026, 4, 6), **more):
    (slot,) = plan(series, calendar, holidays, busy, day, day, **more)
    return slot


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_a_holiday_moves_the_meeting_and_says_so():
    slot = only(MONDAYS, holidays=EASTER_MONDAY)
    assert slot == Slot(
        date(2026, 4, 6), utc(2026, 4, 7, 7), utc(2026, 4, 7, 7, 30), True,
        "Moved from Mon 6 Apr: Easter Monday (Germany)",
    )  # fmt: skip


def test_a_holiday_without_a_name_and_a_closure_say_so_too():
    assert only(MONDAYS, holidays=[date(2026, 4, 6)]).reason == "Moved from Mon 6 Apr: Mon 6 Apr is a holiday"
    shut = WorkingCalendar("Europe/Berlin", NINE_TO_FIVE, frozenset({date(2026, 4, 6)}))
    assert only(MONDAYS, shut).reason == "Moved from Mon 6 Apr: the FastTrack Center is closed on Mon 6 Apr"


def test_a_taken_time_moves_within_the_day_the_earlier_of_two_equals():
    slot = only(MONDAYS, busy=[(utc(2026, 4, 6, 8), utc(2026, 4, 6, 8, 30))])
    assert slot.start_utc == utc(2026, 4, 6, 7, 30)
    assert slot.reason == "Moved from Mon 6 Apr, 10:00: another meeting is booked then"


def test_meetings_may_touch_but_not_overlap():
    touching = [(utc(2026, 4, 6, 7), utc(2026, 4, 6, 8)), (utc(2026, 4, 6, 8, 30), utc(2026, 4, 6, 9))]
    assert not only(MONDAYS, busy=touching).moved
    assert only(MONDAYS, busy=[(utc(2026, 4, 6, 8, 29), utc(2026, 4, 6, 8, 30))]).moved


def test_a_time_outside_the_centre_s_hours_is_brought_inside():
    evening = Series(date(2026, 1, 1), 0, time(19), "Europe/Berlin")
    slot = only(evening)
    assert slot.start_utc == utc(2026, 4, 6, 14, 30)
    assert slot.reason == (
        "Moved from Mon 6 Apr, 19:00: outside the FastTrack Center’s hours, 09:00 to 17:00 in Europe/Berlin"
    )


def test_a_skipped_wall_time_becomes_the_first_valid_one():
    always = WorkingCalendar("UTC", {weekday: (time(0), time.max) for weekday in range(7)})
    series = Series(date(2026, 1, 1), 6, time(2, 30), "Europe/Berlin")
    slot = only(series, always, day=date(2026, 3, 29))
    assert slot.start_utc == utc(2026, 3, 29, 1)
    assert slot.moved
    assert slot.reason == "Moved from 02:30 to 03:00: the clocks go forward on Sun 29 Mar"
    # Twice 02:30 in October: the first of the two.
    slot = only(series, always, day=date(2026, 10, 25))
    assert slot.start_utc == utc(2026, 10, 25, 0, 30)
    assert not slot.moved


def test_no_room_is_said_and_not_hidden():
    whole_week = [(utc(2026, 3, 30), utc(2026, 4, 14))]
    slot = only(MONDAYS, busy=whole_week)
    assert slot == Skipped(
        date(2026, 4, 6), "No meeting for Mon 6 Apr: another meeting is booked then, and no time nearby is free"
    )


def test_the_first_meeting_is_never_before_the_start():
    series = Series(date(2026, 4, 6), 0, time(10), "Europe/Berlin")
    # Tuesday is taken up to noon: Friday before would be nearer than Tuesday afternoon, were it not before the start.
    busy = [(utc(2026, 4, 7, 0), utc(2026, 4, 10, 12))]
    slot = only(series, holidays=EASTER_MONDAY, busy=busy)
    assert isinstance(slot, Skipped)
    slot = only(MONDAYS, holidays=EASTER_MONDAY, busy=busy)
    assert slot.start_utc == utc(2026, 4, 3, 14, 30)


def test_no_meeting_is_moved_into_the_past():
    late = Series(date(2026, 1, 1), 0, time(19), "Europe/Berlin")
    assert only(late).start_utc == utc(2026, 4, 6, 14, 30)
    assert only(late, not_before=utc(2026, 4, 6, 15)).start_utc == utc(2026, 4, 7, 7)
    assert not only(MONDAYS, not_before=utc(2026, 5, 1)).moved


FEASTS = {date(2026, 1, 5) + timedelta(weeks=w): "Feast" for w in range(0, 100, 3)}
WHOLE = plan(MONDAYS, BERLIN, FEASTS, [], SINCE, UNTIL)


@given(st.dates(date(2026, 1, 1), date(2027, 6, 1)), st.integers(0, 200))
@settings(max_examples=50, deadline=None)
def test_the_horizon_does_not_change_a_meeting(begin, days):
    until = min(begin + timedelta(days), UNTIL)
    part = plan(MONDAYS, BERLIN, FEASTS, [], begin, until)
    assert part == [slot for slot in WHOLE if begin <= slot.nominal_on <= until]


@pytest.mark.parametrize(
    ("starts_on", "weekday", "weeks", "since", "until", "days"),
    [
        (date(2026, 4, 1), 2, 1, date(2026, 4, 1), date(2026, 4, 15), [1, 8, 15]),
        (date(2026, 4, 2), 2, 1, date(2026, 4, 1), date(2026, 4, 15), [8, 15]),
        (date(2026, 4, 1), 2, 2, date(2026, 4, 2), date(2026, 4, 29), [15, 29]),
        (date(2025, 4, 2), 2, 2, date(2026, 4, 1), date(2026, 4, 29), [1, 15, 29]),
        (date(2026, 4, 1), 2, 1, date(2026, 4, 9), date(2026, 4, 14), []),
        (date(2027, 4, 1), 2, 1, date(2026, 4, 1), date(2026, 4, 30), []),
        (date(2026, 4, 1), 2, 1, date(2026, 4, 30), date(2026, 4, 1), []),
    ],
)
def test_nominal_days(starts_on, weekday, weeks, since, until, days):
    series = Series(starts_on, weekday, time(10), "UTC", weeks)
    assert occurrences(series, since, until) == [date(2026, 4, day) for day in days]


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": 7},
        {"weekday": -1},
        {"zone": "Europe/Atlantis"},
        {"every_weeks": 3},
        {"every_weeks": 0},
        {"minutes": 0},
        {"minutes": 1441},
        {"wall_time": time(10, tzinfo=UTC)},
    ],
)
def test_impossible_series_are_refused(wrong):
    right = {"starts_on": SINCE, "weekday": 0, "wall_time": time(10), "zone": "UTC"}
    with pytest.raises(ValueError):
        Series(**(right | wrong))


def test_the_ends_of_the_calendar_are_refused_and_quickly():
    began = clock.monotonic()
    with pytest.raises(ValueError, match="ten years"):
        plan(MONDAYS, BERLIN, {}, [], SINCE, date.max)
    with pytest.raises(ValueError, match="calendar"):
        occurrences(Series(date.max, 0, time(10), "UTC"), date.max, date.max)
    last = Series(date(9999, 1, 1), 4, time(23, 50), "America/New_York")
    with pytest.raises(ValueError, match="calendar"):
        plan(last, BERLIN, {}, [], date(9999, 12, 30), date.max)
    first = Series(date.min, 0, time(0), "Asia/Kolkata")
    with pytest.raises(ValueError, match="calendar"):
        plan(first, BERLIN, {}, [], date.min, date.min)
    assert clock.monotonic() - began < 0.5


def test_busy_times_without_a_zone_are_refused():
    with pytest.raises(ValueError, match="carry a zone"):
        only(MONDAYS, busy=[(datetime(2026, 4, 6, 8), datetime(2026, 4, 6, 9))])


def test_the_work_grows_with_the_meetings_and_not_with_their_square():
    nobody = WorkingCalendar("UTC", {})
    few, four_times = (min(_seconds(nobody, weeks) for _ in range(3)) for weeks in (15, 60))
    assert four_times < 8 * few + 0.05


def _seconds(calendar, weeks):
    began = clock.perf_counter()
    plan(MONDAYS, calendar, {}, [], SINCE, SINCE + timedelta(weeks=weeks))
    return clock.perf_counter() - began
