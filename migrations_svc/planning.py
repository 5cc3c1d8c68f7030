"""When an event can take place: its deadlines, counted on the working calendar of the centre that conducts it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fasttrack_portal.directory.calendars import WorkingCalendar, local_to_utc
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.refusals import Invalid
from migrations_svc import deadlines
from migrations_svc.deadlines import DeadlineRule
from migrations_svc.models import MigrationEvent, PlanningRules

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


class Shift(NamedTuple):
    """One day that moves with the day of the event."""

    label: Any
    before: date | None
    after: date
    days: int


def rules() -> tuple[DeadlineRule, ...]:
    """The deadline table as the admin has it now."""
    row = PlanningRules.current()
    return tuple(DeadlineRule(code, str(label), getattr(row, f"{code}_days")) for code, label in LABELS.items())


def today_at(centre: FastTrackCenter, at: datetime) -> date:
    """The day that moment is at the centre."""
    return at.astimezone(ZoneInfo(centre.zone)).date()


def last_day(at: datetime) -> date:
    return at.date() + timedelta(days=365 * YEARS_AHEAD)


def earliest_day(centre: FastTrackCenter, *, at: datetime) -> date:
    """The first day for which every deadline can still be met (D-C8). Raises Invalid where the calendar has none."""
    today = today_at(centre, at)
    try:
        return deadlines.earliest_day(today, _calendar(centre, today), rules())
    except ValueError:
        raise _no_working_days() from None


def due_days(event_day: date, centre: FastTrackCenter, *, at: datetime) -> list[DueDay]:
    """The deadlines of an event on that day, the earliest first; none where the centre has no working days."""
    try:
        found = deadlines.deadlines(event_day, _calendar(centre, event_day), rules())
    except ValueError:
        return []
    return _in_words({due.code: due.due_on for due in found}, today_at(centre, at))


def due_days_of(event: MigrationEvent, *, at: datetime) -> list[DueDay]:
    """The deadlines of the event: as they were counted when its day was set, whatever the rules have become."""
    day, centre = day_of(event), event.engagement.centre
    if day is None:
        return []
    if not event.deadlines:
        return due_days(day, centre, at=at)
    kept = {code: date.fromisoformat(due_on) for code, due_on in event.deadlines.items()}
    return _in_words(kept, today_at(centre, at))


def shifts(event: MigrationEvent, day: date, *, at: datetime) -> list[Shift]:
    """What moves when the event moves to that day: each deadline, then the day itself."""
    before = {due.code: due.due_on for due in due_days_of(event, at=at)}
    found = [
        _shift(due.label, before.get(due.code), due.due_on) for due in due_days(day, event.engagement.centre, at=at)
    ]
    return [*found, _shift(gettext_lazy("The event"), day_of(event), day)]


def freezes_at(due: Mapping[str, str], centre: FastTrackCenter) -> datetime | None:
    """When the list freezes by itself: as soon as the last day for changes is over at the centre."""
    if "list_freeze" not in due:
        return None
    after = date.fromisoformat(due["list_freeze"]) + timedelta(days=1)
    return local_to_utc(datetime.combine(after, time.min), centre.zone)


def day_of(event: MigrationEvent) -> date | None:
    """The day of the event where the event is."""
    return event.scheduled_for.astimezone(ZoneInfo(event.zone)).date() if event.scheduled_for else None


def _in_words(days: Mapping[str, date], today: date) -> list[DueDay]:
    found = [
        DueDay(code, LABELS.get(code, code), MEANINGS.get(code, ""), due_on, today > due_on)
        for code, due_on in days.items()
    ]
    return sorted(found, key=lambda due: (due.due_on, list(LABELS).index(due.code) if due.code in LABELS else 0))


def _shift(label: Any, before: date | None, after: date) -> Shift:
    return Shift(label, before, after, (after - before).days if before else 0)


def _calendar(centre: FastTrackCenter, around: date) -> WorkingCalendar:
    return centre.calendar(range(around.year - 1, around.year + 2))


def _no_working_days() -> Invalid:
    return Invalid(
        _("The FastTrack Center has no working days in the coming year. Please ask your specialist."), field="day"
    )
