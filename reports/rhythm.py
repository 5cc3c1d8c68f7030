"""The moments at which reports come by themselves: a local evening every day, or every Monday morning."""

from datetime import date, datetime, time

from fasttrack_portal.directory.calendars import local_to_utc, shifted, zone_of

DAILY = "daily"
WEEKLY = "weekly"
# Wall times in the event's zone: the week begins with a report, a day of migration ends with one.
WALL = {DAILY: time(18), WEEKLY: time(9)}
MONDAY = 0


def moment(pace: str, day: date, zone: str) -> datetime:
    """When the report of that day is due, in UTC."""
    return local_to_utc(datetime.combine(day, WALL[pace]), zone)


def first_day(pace: str, after: datetime, zone: str) -> date:
    """The first local day whose moment lies after `after`."""
    day = after.astimezone(zone_of(zone)).date()
    if pace == WEEKLY:
        day = shifted(day, (MONDAY - day.weekday()) % 7)
    return day if moment(pace, day, zone) > after else next_day(pace, day)


def next_day(pace: str, day: date) -> date:
    """The day of the report after this one, counted from the day it was due and not from when it ran: lateness never
    adds up."""
    return shifted(day, 1 if pace == DAILY else 7)


def last_due(pace: str, day: date, zone: str, at: datetime) -> date:
    """The last day, from `day` on, whose moment has come: the one period that a late worker can still report on."""
    while moment(pace, next_day(pace, day), zone) <= at:
        day = next_day(pace, day)
    return day


def period(pace: str, day: date) -> str:
    """The name of the period, the same for everybody: 2026-04-17, or 2026-W16 (ISO week)."""
    return day.isoformat() if pace == DAILY else f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"


def day_of(period: str) -> date | None:
    """The day that a period's name begins on; None for one that was asked for."""
    try:
        if "-W" in period:
            year, week = period.split("-W")
            return date.fromisocalendar(int(year), int(week), 1)
        return date.fromisoformat(period)
    except ValueError:
        return None
