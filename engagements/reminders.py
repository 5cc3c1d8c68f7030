"""When a meeting is reminded of, and when it is too late for that."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fasttrack_portal.directory.calendars import local_to_utc

# A reminder that missed its time by more than this helps nobody any more.
GRACE = timedelta(minutes=10)
BEFORE = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
# The meetings of a day are named the afternoon before, on the person's own clock.
DIGEST_AT = time(16)
# Who wants that is looked up while the afternoon before is still to come in every zone.
LOOK = timedelta(hours=48)


def due_of(when: str, start: datetime) -> datetime:
    """The moment of a reminder, or (for `digest`) of looking up who wants the meeting in theirs."""
    return start - BEFORE.get(when, LOOK)


def timers_of(start: datetime, at: datetime) -> list[tuple[str, datetime]]:
    """What is set for a meeting that is planned now: of one that is far off the first timer alone, which sets the
    others in its turn; a reminder whose time has passed is never made up for."""
    if due_of("digest", start) > at:
        return [("digest", due_of("digest", start))]
    found = [(when, due_of(when, start)) for when in BEFORE if due_of(when, start) >= at]
    return [*found, ("digest", at)] if start > at else found


def is_late(due: datetime, at: datetime) -> bool:
    """Missed by more than the grace."""
    return at - due > GRACE


def day_of_digest(start: datetime, zone: str) -> date:
    """The day that the meeting falls on for somebody there."""
    return start.astimezone(ZoneInfo(zone)).date()


def digest_due(day: date, zone: str) -> datetime:
    """When the meetings of that day are named, in UTC."""
    return local_to_utc(datetime.combine(day - timedelta(days=1), DIGEST_AT), zone)
