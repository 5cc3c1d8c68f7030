"""What moves when a day of the plan moves, and how far a milestone has slipped: arithmetic in working days."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fasttrack_portal.directory.calendars import WorkingCalendar


def years_of(days: Iterable[date | None]) -> range:
    """The years a calendar has to know, with room for what moves behind them."""
    known = [day.year for day in days if day is not None]
    return range(min(known) - 1, max(known) + 3) if known else range(0)


def followers(code: str, after: Mapping[str, Sequence[str]]) -> set[str]:
    """Everything that comes after `code`, directly or by way of others; `after` names what comes before each."""
    found: set[str] = set()
    todo = [code]
    while todo:
        first = todo.pop()
        fresh = {name for name, earlier in after.items() if first in earlier} - found - {code}
        found |= fresh
        todo += fresh
    return found


def moved(day: date, by: int, calendar: WorkingCalendar) -> date:
    """So many working days on, or back; a day that does not move stays, a free one as well. ValueError beyond it."""
    return calendar.add_working_days(day, by) if by else day


def slippage(baseline: date | None, reached: date | None, calendar: WorkingCalendar) -> int | None:
    """Working days from the first plan to what became of it: positive is late, negative early; None without days."""
    if baseline is None or reached is None:
        return None
    return calendar.working_days_between(baseline, reached)


def expected(planned: date | None, completed: date | None, on: date) -> date | None:
    """The day that counts for slippage: when it was completed, else when it is planned, at the earliest today."""
    if completed is not None:
        return completed
    return max(planned, on) if planned is not None else None
