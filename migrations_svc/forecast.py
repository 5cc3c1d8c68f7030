"""How long an event takes: from the sizes of what moves, then from how fast it has moved. A forecast, no promise."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

GIGABYTE = 1024**3
# So many measured days with progress make a history.
FEWEST_DAYS = 3
LONGEST = 3_650


@dataclass(frozen=True, slots=True)
class Band:
    """Records up to this size take so many days: one of two, nine of ten."""

    up_to_gb: int
    median_days: int
    slow_days: int


# What is publicly known of mailboxes; an admin edits it.
SEED: tuple[Band, ...] = (Band(10, 1, 7), Band(50, 3, 14), Band(100, 3, 30), Band(200, 8, 45))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days until the last record is through; `basis` is "sizes" or "history"."""

    median_days: int
    slow_days: int
    basis: str

    def median_on(self, start: date) -> date:
        return start + timedelta(days=self.median_days)

    def slow_on(self, start: date) -> date:
        return start + timedelta(days=self.slow_days)


def band_of(size_bytes: int | None, bands: Sequence[Band]) -> Band | None:
    """The band of a size; a record without a size is in the first one, and one past the last is in none."""
    for band in bands:
        if (size_bytes or 0) <= band.up_to_gb * GIGABYTE:
            return band
    return None


def by_sizes(counts: Mapping[Band, int]) -> Forecast | None:
    """An event is as long as its largest records: they move side by side. None without records."""
    present = [band for band, count in counts.items() if count > 0]
    if not present:
        return None
    return Forecast(max(band.median_days for band in present), max(band.slow_days for band in present), "sizes")


def by_history(remaining: int, per_day: Sequence[float]) -> Forecast | None:
    """From the records that came through on each measured day; None before there are days enough to go by.

    One of two: the median day again and again. Nine of ten: a day as slow as the slowest tenth.
    """
    rates = sorted(rate for rate in per_day if rate > 0)
    if len(rates) < FEWEST_DAYS or remaining < 0:
        return None
    slow = rates[max(0, math.ceil(0.1 * len(rates)) - 1)]
    # Days on which nothing came through slow it down as well.
    share = len(rates) / len(per_day)
    return Forecast(
        min(LONGEST, math.ceil(remaining / (median(rates) * share))),
        min(LONGEST, math.ceil(remaining / (slow * share))),
        "history",
    )


def fits(forecast: Forecast, start: date, until: date) -> str:
    """Whether it is through at the end of that day: "likely", "open" or "unlikely"."""
    if forecast.slow_on(start) <= until:
        return "likely"
    return "open" if forecast.median_on(start) <= until else "unlikely"


def daily(numbers: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    """From running sums by day, in order, what each day added; days without a number added nothing."""
    found: list[tuple[date, int]] = []
    last: dict[date, int] = {}
    for day, total in numbers:
        last[day] = total
    before = 0
    for day in sorted(last):
        while found and found[-1][0] + timedelta(days=1) < day and len(found) < LONGEST:
            found.append((found[-1][0] + timedelta(days=1), 0))
        found.append((day, max(0, last[day] - before)))
        before = last[day]
    return found
