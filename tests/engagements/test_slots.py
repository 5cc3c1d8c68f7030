"""Free times of several specialists: in the hours, off the holidays, and with whoever is free."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from engagements.slots import free
from fasttrack_portal.directory.calendars import WorkingCalendar

HOURS = dict.fromkeys(range(5), (time(9), time(17)))
BERLIN = WorkingCalendar("Europe/Berlin", HOURS)
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def starts(calendar=BERLIN, holidays=None, zone="Europe/Berlin", busy=None, since=MONDAY, until=None):
    found = free(calendar, holidays or {}, zone, busy or {1: []}, since, until or since + WEEK, 60)
    return {each.start: each.who for each in found}


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_free_week_has_fifteen_times_a_day():
    found = starts()
    assert len(found) == 5 * 15
    assert min(found) == at(9, 8)
    assert max(found) == at(13, 15)


def test_who_is_free_is_named_in_the_order_asked_for():
    busy = {7: [(at(9, 8), at(9, 9))], 3: [(at(9, 8, 30), at(9, 10))]}
    found = starts(busy=busy)
    assert at(9, 8) not in found  # the one is busy from the start, the other before the end
    assert found[at(9, 9)] == (7,)
    assert found[at(9, 10)] == (7, 3)


def test_touching_meetings_are_no_conflict():
    busy = {1: [(at(9, 8), at(9, 9)), (at(9, 10), at(9, 11))]}
    assert starts(busy=busy)[at(9, 9)] == (1,)


def test_holidays_of_the_customer_are_days_of_the_customer():
    tokyo = starts(holidays={date(2026, 3, 10): "Spring"}, zone="Asia/Tokyo")
    # 16:00 in Berlin is midnight in Tokyo: what begins from 15:30 on Monday runs into the holiday.
    assert max(start for start in tokyo if start < at(9, 23)) == at(9, 14)
    assert min(start for start in tokyo if start > at(9, 23)) == at(10, 15)


def test_closures_and_the_clock_change():
    closed = WorkingCalendar("Europe/Berlin", HOURS, closure_names={date(2026, 3, 9): "Spring cleaning"})
    assert min(starts(calendar=closed)) == at(10, 8)
    summer = starts(since=datetime(2026, 3, 28, tzinfo=UTC))
    assert min(summer) == at(30, 7)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham"])
def test_every_time_of_a_year_lies_in_the_hours(zone):
    calendar = WorkingCalendar(zone, HOURS)
    found = starts(calendar=calendar, until=MONDAY + timedelta(days=365))
    assert len(found) == len(set(found)) > 15 * 250
    assert all(calendar.fits(start, start + timedelta(hours=1)) for start in found)


def test_nobody_and_no_hours_give_nothing():
    assert not list(free(BERLIN, {}, "UTC", {}, MONDAY, MONDAY + WEEK, 60))
    assert not starts(calendar=WorkingCalendar("UTC", {}))
