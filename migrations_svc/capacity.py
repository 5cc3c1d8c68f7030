"""How many events a centre conducts on one day, and on which days it has room."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fasttrack_portal.directory.calendars import local_to_utc
from fasttrack_portal.directory.models import FastTrackCenter
from migrations_svc.models import CentreCapacity, MigrationEvent, PlanningRules

DAY = timedelta(days=1)
DAYS_LOOKED_AT = 120


def own(centre: FastTrackCenter) -> CentreCapacity | None:
    """The number that its manager has set, if any."""
    return CentreCapacity.objects.filter(centre=centre).first()


def of_centre(centre: FastTrackCenter) -> int:
    """Its own number, or that of the portal."""
    return (own(centre) or PlanningRules.current()).events_per_day


def taken(centre: FastTrackCenter, first: date, last: date, *, but: MigrationEvent | None = None) -> Counter[date]:
    """How many events have those days of the centre already; whose they are is nobody's business here."""
    place = ZoneInfo(centre.zone)
    begin, end = (local_to_utc(datetime.combine(day, time.min), centre.zone) for day in (first, last + DAY))
    # Of all customers, whoever asks: a day is full or it is not.
    events = MigrationEvent._base_manager.filter(
        project__engagement__centre=centre,
        status__in=("scheduled", "locked", "go", "running"),
        scheduled_for__gte=begin,
        scheduled_for__lt=end,
    )
    events = events.exclude(pk=but.pk) if but else events
    return Counter(at.astimezone(place).date() for at in events.values_list("scheduled_for", flat=True) if at)


def day_with_room(centre: FastTrackCenter, from_day: date, *, but: MigrationEvent | None = None) -> date | None:
    """The first day from that one on which the centre has room; None where it has none for months."""
    days: Iterable[date] = (from_day + n * DAY for n in range(DAYS_LOOKED_AT))
    room, held = of_centre(centre), taken(centre, from_day, from_day + DAYS_LOOKED_AT * DAY, but=but)
    return next((day for day in days if held[day] < room), None)
