"""When an event can take place: its deadlines, counted on the working calendar of the centre that conducts it."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fasttrack_portal.directory.calendars import WorkingCalendar
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.refusals import Invalid
from migrations_svc import deadlines
from migrations_svc.models import MigrationEvent

YEARS_AHEAD = 5
LABELS = {
    "list_freeze": gettext_lazy("List freeze"),
    "access_check": gettext_lazy("Access check"),
    "go_no_go": gettext_lazy("Go or no-go"),
}
MEANINGS = {
    "list_freeze": gettext_lazy("the last day on which the list can change"),
    "access_check": gettext_lazy("FastTrack has checked that it can reach source and target"),
    "go_no_go": gettext_lazy("both sides have decided that the event takes place"),
}


class DueDay(NamedTuple):
    """One deadline as people read it."""

    code: str
    label: Any
    meaning: Any
    due_on: date
    is_missed: bool


def today_at(centre: FastTrackCenter, at: datetime) -> date:
    """The day that moment is at the centre."""
    return at.astimezone(ZoneInfo(centre.zone)).date()


def last_day(at: datetime) -> date:
    return at.date() + timedelta(days=365 * YEARS_AHEAD)


def earliest_day(centre: FastTrackCenter, *, at: datetime) -> date:
    """The first day for which every deadline can still be met (D-C8). Raises Invalid where the calendar has none."""
    today = today_at(centre, at)
    try:
        return deadlines.earliest_day(today, _calendar(centre, today))
    except ValueError:
        raise _no_working_days() from None


def due_days(event_day: date, centre: FastTrackCenter, *, at: datetime) -> list[DueDay]:
    """The deadlines of an event on that day, the earliest first; none where the centre has no working days."""
    today = today_at(centre, at)
    try:
        found = deadlines.deadlines(event_day, _calendar(centre, event_day))
    except ValueError:
        return []
    return [
        DueDay(due.code, LABELS.get(due.code, due.label), MEANINGS.get(due.code, ""), due.due_on, due.is_missed(today))
        for due in found
    ]


def day_of(event: MigrationEvent) -> date | None:
    """The day of the event where the event is."""
    return event.scheduled_for.astimezone(ZoneInfo(event.zone)).date() if event.scheduled_for else None


def _calendar(centre: FastTrackCenter, around: date) -> WorkingCalendar:
    return centre.calendar(range(around.year - 1, around.year + 2))


def _no_working_days() -> Invalid:
    return Invalid(
        _("The FastTrack Center has no working days in the coming year. Please ask your specialist."), field="day"
    )
