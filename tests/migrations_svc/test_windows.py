"""The five-day window closes at the end of a local day, exact to the second, whatever the clocks do (D-F12, D-C10)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_svc.windows import days_left, is_open, window_closes_at

SECOND = timedelta(seconds=1)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_the_example_of_the_rule():
    completed = datetime(2026, 4, 17, 18, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert window_closes_at(completed.astimezone(UTC), "Europe/Berlin") == utc(2026, 4, 22, 21, 59, 59)


@pytest.mark.parametrize(
    ("completed", "zone", "closes"),
    [
        # The local day counts, not the UTC day: 22:30 UTC is already tomorrow in Berlin, and still today in New York.
        (utc(2026, 4, 17, 22, 30), "Europe/Berlin", utc(2026, 4, 23, 21, 59, 59)),
        (utc(2026, 4, 18, 3, 30), "America/New_York", utc(2026, 4, 23, 3, 59, 59)),
        (utc(2026, 4, 17, 21, 59, 59), "Europe/Berlin", utc(2026, 4, 22, 21, 59, 59)),
        (utc(2026, 4, 17, 22, 0, 0), "Europe/Berlin", utc(2026, 4, 23, 21, 59, 59)),
        # Over a change to summer time and back.
        (utc(2026, 3, 26, 12), "Europe/Berlin", utc(2026, 3, 31, 21, 59, 59)),
        (utc(2026, 3, 24, 12), "Europe/Berlin", utc(2026, 3, 29, 21, 59, 59)),
        (utc(2026, 10, 22, 12), "Europe/Berlin", utc(2026, 10, 27, 22, 59, 59)),
        (utc(2026, 10, 20, 12), "Europe/London", utc(2026, 10, 25, 23, 59, 59)),
        (utc(2026, 9, 24, 0), "Pacific/Auckland", utc(2026, 9, 29, 10, 59, 59)),
        # Quarters and halves of an hour.
        (utc(2026, 4, 17, 12), "Asia/Kolkata", utc(2026, 4, 22, 18, 29, 59)),
        (utc(2026, 4, 17, 12), "America/St_Johns", utc(2026, 4, 23, 2, 29, 59)),
        (utc(2026, 4, 17, 12), "Australia/Lord_Howe", utc(2026, 4, 22, 13, 29, 59)),
        # Midnight itself is left out: Nuuk went from 23:00 to 0:00 on 30 March 2024, so the day ends at 22:59:59.
        (utc(2024, 3, 25, 12), "America/Nuuk", utc(2024, 3, 31, 0, 59, 59)),
        # Midnight comes twice: Sao Paulo went back from 0:00 to 23:00 on 17 February 2018; the later end counts.
        (utc(2018, 2, 12, 12), "America/Sao_Paulo", utc(2018, 2, 18, 2, 59, 59)),
        # The next day began at 1:00 in Sao Paulo on 4 November 2018.
        (utc(2018, 10, 29, 12), "America/Sao_Paulo", utc(2018, 11, 4, 2, 59, 59)),
        # Havana repeats the hour after midnight; the day has ended by then.
        (utc(2026, 10, 26, 12), "America/Havana", utc(2026, 11, 1, 3, 59, 59)),
    ],
)
def test_the_window_ends_with_the_local_day(completed, zone, closes):
    assert window_closes_at(completed, zone) == closes


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(
        [
            "Europe/Berlin",
            "America/New_York",
            "America/Sao_Paulo",
            "Asia/Kolkata",
            "Pacific/Auckland",
            "America/Nuuk",
            "America/Havana",
            "Asia/Beirut",
            "Africa/Cairo",
            "America/St_Johns",
        ]
    ),
    st.integers(0, 30),
)
def test_one_second_later_another_day_has_begun(completed, zone, days):
    closes = window_closes_at(completed, zone, days)
    place = ZoneInfo(zone)
    last = completed.astimezone(place).date() + timedelta(days)
    assert closes.astimezone(place).date() == last
    assert (closes + SECOND).astimezone(place).date() == last + timedelta(1)
    assert closes >= completed.replace(microsecond=0)
    assert days_left(completed, closes, zone) == days


def test_both_edges_to_the_second():
    closes = utc(2026, 4, 22, 21, 59, 59)
    assert is_open(closes - SECOND, closes)
    assert is_open(closes, closes)
    assert is_open(closes.replace(microsecond=999_999), closes)
    assert not is_open(closes + SECOND, closes)


def test_the_edge_is_the_same_in_every_zone():
    closes = utc(2026, 4, 22, 21, 59, 59)
    at = datetime(2026, 4, 22, 23, 59, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    assert is_open(at, closes)
    assert not is_open(at + SECOND, closes)


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (utc(2026, 4, 17, 16, 30), 5),
        (utc(2026, 4, 17, 22, 0), 4),
        (utc(2026, 4, 21, 21, 59, 59), 1),
        (utc(2026, 4, 21, 22, 0), 0),
        (utc(2026, 4, 22, 21, 59, 59), 0),
        (utc(2026, 4, 25, 12), 0),
    ],
)
def test_days_left_are_local_days(at, left):
    assert days_left(at, utc(2026, 4, 22, 21, 59, 59), "Europe/Berlin") == left


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="carries a zone"):
        window_closes_at(datetime(2026, 4, 17, 18, 30), "Europe/Berlin")
    with pytest.raises(ValueError, match="carries a zone"):
        is_open(datetime(2026, 4, 17, 18, 30), utc(2026, 4, 17))
    with pytest.raises(ValueError, match="carries a zone"):
        days_left(utc(2026, 4, 17), datetime(2026, 4, 17), "UTC")
    with pytest.raises(ValueError, match="time zone"):
        window_closes_at(utc(2026, 4, 17), "Europe/Atlantis")
    with pytest.raises(ValueError, match="cannot close before"):
        window_closes_at(utc(2026, 4, 17), "Europe/Berlin", -1)
    with pytest.raises(ValueError, match="calendar"):
        window_closes_at(utc(9999, 12, 30), "Europe/Berlin")
    with pytest.raises(ValueError, match="calendar"):
        window_closes_at(utc(9999, 12, 31, 23), "Pacific/Auckland")
    with pytest.raises(ValueError, match="calendar"):
        window_closes_at(utc(1, 1, 1), "America/New_York")
    with pytest.raises(ValueError, match="calendar"):
        window_closes_at(utc(2026, 1, 1), "UTC", 10**9)


def test_year_one_is_counted_where_it_exists():
    assert window_closes_at(utc(1, 1, 1, 12), "UTC").date() == date(1, 1, 6)
