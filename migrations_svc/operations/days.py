"""Setting the day of an event: its deadlines, the timer of its freeze, and a place among the centre's events."""

from datetime import date, datetime, time
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fasttrack_portal import workflow
from fasttrack_portal.directory.calendars import local_to_utc
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import Invalid
from migrations_svc import capacity, planning
from migrations_svc.models import MigrationEvent
from migrations_svc.operations.base import hold

NO_DAY: dict[str, Any] = {"scheduled_for": None, "deadlines": {}, "freezes_at": None}


def set_day(event: MigrationEvent, step: str, day: date, wall: time, *, at: datetime, is_agreed: bool = False) -> None:
    """The step with that day. `is_agreed` where FastTrack has agreed to shorter notice. Raises Invalid, 409."""
    # The zone may still be edited: the wall time is read in the one that is kept.
    hold(event)
    centre = event.engagement.centre
    # In a wrong state the step says so; whether the day would do is no matter then.
    if event.WORKFLOW.leads(event, step):
        first = planning.today_at(centre, at) if is_agreed else planning.earliest_day(centre, at=at)
        if not first <= day <= planning.last_day(at):
            raise Invalid(
                _("The first day that leaves time for every deadline is %(day)s.") % {"day": _in_full(first)},
                field="day",
            )
    starts_at = local_to_utc(datetime.combine(day, wall), event.zone)
    if event.WORKFLOW.leads(event, step):
        take_place(centre, starts_at, but=event)
    due = {entry.code: entry.due_on.isoformat() for entry in planning.due_days(day, centre, at=at)}
    freezes_at = None if is_agreed else planning.freezes_at(due, centre)
    workflow.apply(event, step, scheduled_for=starts_at, deadlines=due, freezes_at=freezes_at)
    if freezes_at:
        name = freezes_at.isoformat()
        payload = {"event": event.pk, "due": name}
        enqueue("migrations.freeze_list", key=f"{event.public_id}:{name}", payload=payload, due_at=freezes_at)


def take_place(centre: FastTrackCenter, starts_at: datetime, *, but: MigrationEvent) -> None:
    """Raises Invalid where the centre conducts as many events on that day already as it can."""
    hold_days(centre)
    day = planning.today_at(centre, starts_at)
    room = capacity.of_centre(centre)
    if capacity.taken(centre, day, day, but=but)[day] < room:
        return
    free = capacity.day_with_room(centre, day, but=but)
    facts = {"centre": centre.name, "room": room, "day": _in_full(free) if free else ""}
    if free is None:
        raise Invalid(_("%(centre)s has no room for months. Please ask your specialist.") % facts, field="day")
    raise Invalid(
        _("%(centre)s conducts %(room)s events on one day, and that day is full. The next with room is %(day)s.")
        % facts,
        field="day",
    )


def hold_days(centre: FastTrackCenter) -> None:
    """Nobody else takes a day of the centre until this transaction ends: two could each see the last place free."""
    FastTrackCenter.objects.select_for_update(no_key=True).get(pk=centre.pk)


def _in_full(day: date) -> str:
    return date_format(day, "l j F Y")
