"""How long it takes: from the sizes, then from its own history."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_svc.forecast import GIGABYTE, SEED, Band, Forecast, band_of, by_history, by_sizes, daily, fits

MONDAY = date(2026, 4, 13)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (None, (1, 7)),
        (0, (1, 7)),
        (10 * GIGABYTE, (1, 7)),
        (10 * GIGABYTE + 1, (3, 14)),
        (50 * GIGABYTE, (3, 14)),
        (99 * GIGABYTE, (3, 30)),
        (200 * GIGABYTE, (8, 45)),
        (200 * GIGABYTE + 1, None),
    ],
)
def test_the_band_of_a_size(size, expected):
    band = band_of(size, SEED)
    assert (band and (band.median_days, band.slow_days)) == expected


def test_an_event_is_as_long_as_its_largest_records():
    assert by_sizes({SEED[0]: 900, SEED[3]: 1}) == Forecast(8, 45, "sizes")
    assert by_sizes({SEED[0]: 1, SEED[3]: 0}) == Forecast(1, 7, "sizes")
    assert by_sizes({}) is None


@pytest.mark.parametrize(
    ("left", "per_day", "expected"),
    [
        (100, [10, 10], None),
        (100, [10, 10, 10], Forecast(10, 10, "history")),
        (100, [5, 10, 20], Forecast(10, 20, "history")),
        (100, [10, 0, 10, 0, 10, 0], Forecast(20, 20, "history")),
        (0, [10, 10, 10], Forecast(0, 0, "history")),
    ],
)
def test_from_its_own_history(left, per_day, expected):
    assert by_history(left, per_day) == expected


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), max_size=60))
def test_the_slow_end_never_comes_first(left, per_day):
    found = by_history(left, per_day)
    assert found is None or 0 <= found.median_days <= found.slow_days


@pytest.mark.parametrize(
    ("days", "answer"), [(0, "unlikely"), (2, "unlikely"), (3, "open"), (13, "open"), (14, "likely")]
)
def test_whether_it_fits(days, answer):
    assert fits(Forecast(3, 14, "sizes"), MONDAY, MONDAY + timedelta(days=days)) == answer


def test_days_without_a_number_added_nothing_and_a_step_back_adds_none():
    numbers = [(MONDAY, 3), (MONDAY, 5), (MONDAY + timedelta(days=2), 9), (MONDAY + timedelta(days=3), 4)]
    assert [count for _day, count in daily(numbers)] == [5, 0, 4, 0]
    assert daily([]) == []


def test_the_defaults_are_in_order():
    assert list(SEED) == sorted(SEED, key=lambda band: band.up_to_gb)
    assert all(isinstance(band, Band) and band.median_days <= band.slow_days for band in SEED)
