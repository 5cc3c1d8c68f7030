"""The working time of a centre: days counted forward and back, hours in local wall time, holidays by name (F8)."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasttrack_portal.directory import calendars
from fasttrack_portal.directory.calendars import (
    WorkingCalendar,
    country_name,
    is_zone,
    local_to_utc,
    public_holidays,
    zone_of,
)

NINE_TO_FIVE = {weekday: (time(9), time(17)) for weekday in range(5)}
EASTER = {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}
DUBLIN = WorkingCalendar("Europe/Dublin", NINE_TO_FIVE, frozenset(EASTER), EASTER)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 4, 2), True),
        (date(2026, 4, 3), False),
        (date(2026, 4, 4), False),
        (date(2026, 4, 5), False),
        (date(2026, 4, 6), False),
        (date(2026, 4, 7), True),
    ],
)
def test_weekends_and_closures_are_free(day, works):
    assert DUBLIN.is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "n", "lands_on"),
    [
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 4, 7), -1, date(2026, 4, 2)),
        (date(2026, 4, 17), -10, date(2026, 4, 1)),
        (date(2026, 4, 18), -10, date(2026, 4, 2)),
        (date(2026, 4, 4), 1, date(2026, 4, 7)),
        (date(2026, 4, 4), -1, date(2026, 4, 2)),
        (date(2026, 4, 4), 0, date(2026, 4, 7)),
        (date(2026, 4, 7), 0, date(2026, 4, 7)),
        (date(2026, 1, 1), 5, date(2026, 1, 8)),
    ],
)
def test_working_days_are_counted_both_ways(day, n, lands_on):
    assert DUBLIN.add_working_days(day, n) == lands_on


@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.integers(-300, 300))
def test_counting_agrees_with_a_calendar_on_the_wall(day, n):
    landed = DUBLIN.add_working_days(day, n)
    if n:
        assert DUBLIN.is_working_day(landed)
        assert DUBLIN.working_days_between(day, landed) == n
        low, high = (day + timedelta(1), landed) if n > 0 else (landed, day - timedelta(1))
        by_hand = [low + timedelta(k) for k in range((high - low).days + 1)]
        assert sum(d.weekday() < 5 and d not in EASTER for d in by_hand) == abs(n)


@given(st.dates(date(2025, 6, 1), date(2026, 12, 31)), st.dates(date(2025, 6, 1), date(2026, 12, 31)))
def test_the_days_between_are_the_days_one_by_one(a, b):
    low, high = min(a, b), max(a, b)
    days = [low + timedelta(k) for k in range((high - low).days + 1)]
    days = days[1:] if b >= a else days[:-1]
    expected = sum(d.weekday() < 5 and d not in EASTER for d in days)
    assert DUBLIN.working_days_between(a, b) == (expected if b >= a else -expected)


@pytest.mark.parametrize(("day", "n"), [(date.max, 1), (date.min, -1), (date(9999, 12, 1), 60), (date(1, 1, 9), -20)])
def test_the_ends_of_the_calendar_are_refused(day, n):
    with pytest.raises(ValueError, match="outside the calendar"):
        DUBLIN.add_working_days(day, n)


def test_no_search_is_long():
    began = clock.monotonic()
    with pytest.raises(ValueError, match="too far"):
        DUBLIN.add_working_days(date(2026, 1, 1), 10**9)
    with pytest.raises(ValueError, match="no working days at all"):
        WorkingCalendar("UTC", {}).add_working_days(date(2026, 1, 1), 1)
    shut = frozenset(date(2026, 1, 1) + timedelta(k) for k in range(1500))
    with pytest.raises(ValueError, match="within a year"):
        WorkingCalendar("UTC", NINE_TO_FIVE, shut).add_working_days(date(2026, 1, 1), 1)
    assert DUBLIN.working_days_between(date.min, date.max) > 2_600_000
    assert clock.monotonic() - began < 0.5


@pytest.mark.parametrize(
    ("start", "minutes", "words"),
    [
        # Summer time in Dublin: 08:00 UTC is 09:00 there, in winter it is 08:00.
        ((2026, 7, 1, 8, 0), 30, ""),
        ((2026, 1, 7, 8, 0), 30, "hours, 09:00 to 17:00"),
        ((2026, 1, 7, 9, 0), 480, ""),
        ((2026, 1, 7, 9, 0), 481, "hours"),
        ((2026, 1, 7, 16, 30), 30, ""),
        ((2026, 1, 7, 16, 31), 30, "hours"),
        ((2026, 1, 7, 23, 45), 30, "hours"),
        ((2026, 4, 6, 10, 0), 30, "Easter Monday"),
        ((2026, 4, 4, 10, 0), 30, "it is Saturday"),
    ],
)
def test_a_meeting_fits_the_hours_of_the_place(start, minutes, words):
    begins = datetime(*start, tzinfo=UTC)
    ends = begins + timedelta(minutes=minutes)
    assert DUBLIN.fits(begins, ends) is (words == "")
    assert words in DUBLIN.obstacle(begins, ends)


def test_a_closure_without_a_name_says_the_day():
    centre = WorkingCalendar("UTC", NINE_TO_FIVE, frozenset({date(2026, 4, 7)}))
    begins = datetime(2026, 4, 7, 10, tzinfo=UTC)
    assert centre.obstacle(begins, begins + timedelta(hours=1)) == "the FastTrack Center is closed on Tue 7 Apr"


def test_times_without_a_zone_and_backward_times_are_refused():
    noon = datetime(2026, 1, 7, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="carry a zone"):
        DUBLIN.fits(datetime(2026, 1, 7, 12), noon)
    with pytest.raises(ValueError, match="before the start"):
        DUBLIN.fits(noon, noon)
    far = WorkingCalendar("Pacific/Auckland", NINE_TO_FIVE)
    with pytest.raises(ValueError, match="outside the calendar"):
        far.fits(datetime.max.replace(tzinfo=UTC) - timedelta(minutes=1), datetime.max.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "Factory", "localtime", "../etc/passwd", "Europe", "europe/berlin", "\0"]
)
def test_what_is_no_zone_is_refused(name):
    assert not is_zone(name)
    with pytest.raises(ValueError, match="not a time zone"):
        zone_of(name)
    with pytest.raises(ValueError, match="not a time zone"):
        WorkingCalendar(name, NINE_TO_FIVE)


@pytest.mark.parametrize(
    "hours",
    [{7: (time(9), time(17))}, {0: (time(17), time(9))}, {0: (time(9), time(9))}, {0: (time(9, tzinfo=UTC), time(17))}],
)
def test_impossible_hours_are_refused(hours):
    with pytest.raises(ValueError):
        WorkingCalendar("UTC", hours)


@pytest.mark.parametrize(
    ("wall", "zone", "utc"),
    [
        # Berlin skips 02:00 to 03:00 on 29 March 2026, and has 02:00 to 03:00 twice on 25 October.
        ((2026, 3, 29, 1, 59), "Europe/Berlin", (2026, 3, 29, 0, 59)),
        ((2026, 3, 29, 2, 0), "Europe/Berlin", (2026, 3, 29, 1, 0)),
        ((2026, 3, 29, 2, 30), "Europe/Berlin", (2026, 3, 29, 1, 0)),
        ((2026, 3, 29, 3, 0), "Europe/Berlin", (2026, 3, 29, 1, 0)),
        ((2026, 10, 25, 2, 30), "Europe/Berlin", (2026, 10, 25, 0, 30)),
        ((2026, 10, 25, 3, 0), "Europe/Berlin", (2026, 10, 25, 2, 0)),
        # Lord Howe moves by half an hour; Apia left out a whole day.
        ((2026, 10, 4, 2, 15), "Australia/Lord_Howe", (2026, 10, 3, 15, 30)),
        ((2011, 12, 30, 12, 0), "Pacific/Apia", (2011, 12, 30, 10, 0)),
        ((2026, 1, 7, 9, 0), "Asia/Kolkata", (2026, 1, 7, 3, 30)),
    ],
)
def test_wall_times_around_clock_changes(wall, zone, utc):
    assert local_to_utc(datetime(*wall), zone) == datetime(*utc, tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "Australia/Lord_Howe", "America/Nuuk"]),
)
def test_a_wall_time_that_exists_comes_back_the_same(wall, zone):
    back = local_to_utc(wall, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert back == wall or back.replace(microsecond=0) > wall


@pytest.mark.parametrize(("wall", "zone"), [(datetime.min, "Asia/Tokyo"), (datetime.max, "America/New_York")])
def test_wall_times_at_the_ends_of_the_calendar_are_refused(wall, zone):
    with pytest.raises(ValueError, match="outside the calendar"):
        local_to_utc(wall, zone)


def test_holidays_have_english_names_and_follow_the_subdivision():
    bavaria = public_holidays("de", "BY", [2026])
    assert bavaria[date(2026, 4, 6)] == "Easter Monday"
    assert date(2026, 1, 6) in bavaria
    assert date(2026, 1, 6) not in public_holidays("DE", None, [2026])
    assert {day.year for day in public_holidays("US", "CA", range(2026, 2029))} == {2026, 2027, 2028}
    assert public_holidays("DE", "", []) == {}


def test_the_returned_holidays_are_the_callers_own():
    public_holidays("IE", None, [2026]).clear()
    assert public_holidays("IE", None, [2026])


@pytest.mark.parametrize(
    ("country", "subdivision", "years"),
    [
        ("XX", None, [2026]),
        ("", None, [2026]),
        ("DE", "ZZ", [2026]),
        ("DE", None, [1]),
        ("DE", None, [9999]),
        ("DE", None, [-5]),
        ("DE", None, range(1970, 2101)),
    ],
)
def test_holidays_nobody_can_know_are_refused(country, subdivision, years):
    with pytest.raises(ValueError):
        public_holidays(country, subdivision, years)


def test_countries_have_names():
    assert country_name("DE") == "Germany"
    assert country_name("us") == "United States"
    assert country_name("xx") == "XX"


def test_days_read_the_same_everywhere():
    assert calendars.short_day(date(2026, 4, 6)) == "Mon 6 Apr"
