"""Deadlines lie working days before the event, and the earliest event is the first that still meets them all (D-C8)."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasttrack_portal.directory.calendars import WorkingCalendar
from migrations_svc.deadlines import DEFAULT_RULES, DeadlineRule, deadlines, earliest_day

CENTRE = WorkingCalendar(
    "Europe/Dublin",
    {weekday: (time(9), time(17)) for weekday in range(5)},
    frozenset({date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4)}),
)


def due(event_day, rules=DEFAULT_RULES):
    return {deadline.code: deadline.due_on for deadline in deadlines(event_day, CENTRE, rules)}


@pytest.mark.parametrize(
    ("event_day", "freeze", "check", "go"),
    [
        # Friday after a plain fortnight.
        (date(2026, 6, 19), date(2026, 6, 5), date(2026, 6, 10), date(2026, 6, 17)),
        # Easter lies between.
        (date(2026, 4, 17), date(2026, 4, 1), date(2026, 4, 8), date(2026, 4, 15)),
        # A Saturday counts back from Friday.
        (date(2026, 6, 20), date(2026, 6, 8), date(2026, 6, 11), date(2026, 6, 18)),
        # An event on a closed day.
        (date(2026, 4, 6), date(2026, 3, 20), date(2026, 3, 25), date(2026, 4, 1)),
    ],
)
def test_ten_seven_and_two_working_days(event_day, freeze, check, go):
    assert due(event_day) == {"list_freeze": freeze, "access_check": check, "go_no_go": go}


def test_the_defaults_are_rows():
    assert [(rule.code, rule.working_days_before) for rule in DEFAULT_RULES] == [
        ("list_freeze", 10),
        ("access_check", 7),
        ("go_no_go", 2),
    ]


def test_the_earliest_comes_first_whatever_the_order_of_the_rows():
    found = deadlines(date(2026, 6, 19), CENTRE, tuple(reversed(DEFAULT_RULES)))
    assert [deadline.code for deadline in found] == ["list_freeze", "access_check", "go_no_go"]


def test_a_deadline_of_no_days_is_the_event_or_the_working_day_before():
    rules = (DeadlineRule("sign_off", "Sign-off", 0),)
    assert due(date(2026, 6, 19), rules) == {"sign_off": date(2026, 6, 19)}
    assert due(date(2026, 6, 20), rules) == {"sign_off": date(2026, 6, 19)}
    assert due(date(2026, 4, 6), rules) == {"sign_off": date(2026, 4, 2)}


def test_the_day_itself_is_still_in_time():
    (freeze, *_rest) = deadlines(date(2026, 6, 19), CENTRE)
    assert not freeze.is_missed(date(2026, 6, 5))
    assert freeze.is_missed(date(2026, 6, 6))


@pytest.mark.parametrize(
    ("today", "earliest"),
    [
        (date(2026, 6, 5), date(2026, 6, 19)),
        # On a Saturday counting starts on Monday; the tenth day is a Friday, so the event may be that Saturday.
        (date(2026, 6, 6), date(2026, 6, 20)),
        (date(2026, 6, 8), date(2026, 6, 20)),
        (date(2026, 4, 1), date(2026, 4, 17)),
    ],
)
def test_the_earliest_event(today, earliest):
    assert earliest_day(today, CENTRE) == earliest


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.lists(st.integers(0, 25), max_size=4))
def test_the_earliest_event_is_the_first_that_meets_every_deadline(today, days):
    rules = [DeadlineRule(f"rule_{n}", "Rule", before) for n, before in enumerate(days)]
    expected = today
    while any(deadline.is_missed(today) for deadline in deadlines(expected, CENTRE, rules)):
        expected += timedelta(1)
    assert earliest_day(today, CENTRE, rules) == expected


@pytest.mark.parametrize("days", [-1, 251, 10**9])
def test_a_deadline_after_the_event_or_years_before_it_is_refused(days):
    with pytest.raises(ValueError, match="working days before"):
        DeadlineRule("odd", "Odd", days)


def test_the_ends_of_the_calendar_are_refused():
    for today in (date.max, date.max - timedelta(3), date.min):
        with pytest.raises(ValueError, match="calendar"):
            earliest_day(today, CENTRE)
    with pytest.raises(ValueError, match="calendar"):
        deadlines(date(1, 1, 5), CENTRE)
    with pytest.raises(ValueError, match="no working days"):
        earliest_day(date(2026, 1, 1), WorkingCalendar("UTC", {}))
