"""The window after a migration event in which issues are still FastTrack's: five local calendar days (D-F12, D-C10)."""

from datetime import UTC, datetime, time, timedelta

from fasttrack_portal.directory.calendars import local_to_utc, shifted, zone_of

DEFAULT_DAYS = 5
SECOND = timedelta(seconds=1)
REMINDED_ON = (3, 5)
REMINDED_AT = time(9)


def window_closes_at(completed_at: datetime, zone: str, days: int = DEFAULT_DAYS) -> datetime:
    """The last second of the window, in UTC: the end of the local day `days` after the local day of completion.

    That is 23:59:59 on the wall, and the second of two where clocks go back over midnight; where a clock change leaves
    out the end of a day, it is the last second that day has. ValueError for a time without a zone, a zone that does
    not exist, and beyond the calendar."""
    _require_zone(completed_at)
    if days < 0:
        raise ValueError("A window cannot close before its event is completed.")
    try:
        completed_on = completed_at.astimezone(zone_of(zone)).date()
    except OverflowError:
        raise ValueError("The time of completion lies outside the calendar.") from None
    # The first instant of the day after, less a second: right whatever the clocks do at midnight.
    after = local_to_utc(datetime.combine(shifted(completed_on, days + 1), time.min), zone)
    return after - SECOND


def is_open(at: datetime, closes_at: datetime) -> bool:
    """Is an issue reported `at` that moment inside the window? The closing second belongs to it, to its very end."""
    _require_zone(at, closes_at)
    return at.astimezone(UTC).replace(microsecond=0) <= closes_at.astimezone(UTC)


def days_left(at: datetime, closes_at: datetime, zone: str) -> int:
    """How many local days are left after today: 5 on the day of completion, 0 on the last day and ever after."""
    _require_zone(at, closes_at)
    place = zone_of(zone)
    return max(0, (closes_at.astimezone(place).date() - at.astimezone(place).date()).days)


def reminders(completed_at: datetime, zone: str) -> list[tuple[int, datetime]]:
    """The days of the window on which both sides are reminded, and when: in the morning where the event is. Day 0, the
    day of completion, is not among them: the news that the event is complete names the window itself."""
    completed_on = completed_at.astimezone(zone_of(zone)).date()
    return [(day, local_to_utc(datetime.combine(shifted(completed_on, day), REMINDED_AT), zone)) for day in REMINDED_ON]


def _require_zone(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("A moment carries a zone; this one does not.")
