"""How long a customer has been silent, in working days of its own, and when that is going cold."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fasttrack_portal.directory.calendars import FIRST_YEAR, LAST_YEAR, WorkingCalendar, local_to_utc
from fasttrack_portal.directory.models import Customer


def calendar_for(customer: Customer, since: datetime) -> WorkingCalendar:
    """The customer's calendar for the year or two in which its silence lies."""
    return customer.calendar(range(max(since.year - 1, FIRST_YEAR), min(since.year + 2, LAST_YEAR) + 1))


def cold_at(calendar: WorkingCalendar, since: datetime, days: int) -> datetime:
    """The beginning of the day on which so many working days have passed without a word."""
    day = calendar.add_working_days(since.astimezone(ZoneInfo(calendar.zone)).date(), days)
    return local_to_utc(datetime.combine(day, time.min), calendar.zone)


def next_nudge(nudged_at: datetime | None, days: int) -> datetime | None:
    """From when on a reminder may follow the last one; None where none was sent."""
    return nudged_at + timedelta(days=days) if nudged_at else None
