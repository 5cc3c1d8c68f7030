"""Every write of people to meetings: the series, what was held, what was cancelled, what was said."""

import uuid
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations.agenda import preparing, print_of
from engagements.operations.minutes import freeze
from engagements.operations.moving import happened, held
from engagements.operations.planning import coming_for_update, day_of, facts, withdraw
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.calendars import WEEKDAYS
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import Conflict, StaleVersion


@transaction.atomic
def set_series(
    engagement: Engagement,
    *,
    every_weeks: int,
    weekday: int,
    wall_time: time,
    zone: str,
    starts_on: date,
    by: User | None,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> MeetingSeries:
    """Sets the checkpoints of an engagement, or changes them where there are some; the worker plans what follows.

    A new series takes `key` (the form's one-time key), a change the `version` its form was made from. `weekday` 0 is
    Monday; `wall_time` is read in `zone`. Raises StaleVersion, and Conflict where another series came first.
    """
    require(by, "meetings.set_series", engagement)
    # Forgetting how far it is planned is what tells the planner to place all of it anew.
    values: dict[str, Any] = {
        "every_weeks": every_weeks,
        "weekday": weekday,
        "wall_time": wall_time,
        "zone": zone,
        "starts_on": starts_on,
        "planned_until": None,
    }
    if version is None:
        series, is_new = _create(engagement, key or uuid.uuid4(), values)
        if not is_new:
            return series
    else:
        found = active_series(engagement)
        if found is None:
            raise Conflict(_("These checkpoints were ended in the meantime. You can set new ones."))
        series = found
        try:
            save_changes(series, version=version, **values)
        except StaleVersion as stale:
            if set(stale.details["yours"]) - {"planned_until"}:
                raise
            return series  # the same form sent twice
    happened("meetings.series_set", series, engagement, by, rhythm=rhythm(series), version=series.version)
    return series


def _create(engagement: Engagement, key: uuid.UUID, values: dict[str, Any]) -> tuple[MeetingSeries, bool]:
    try:
        with transaction.atomic():
            series, is_new = create_once(
                MeetingSeries,
                key,
                lambda: MeetingSeries.objects.create(engagement=engagement, public_id=key, **values),
            )
    except IntegrityError:
        raise Conflict(_("Somebody has set the checkpoints of this engagement in the meantime.")) from None
    if series.engagement_id != engagement.pk:
        raise Conflict(_("This form was used before. Please open it again."))
    return series, is_new


@transaction.atomic
def end_series(series: MeetingSeries, *, at: datetime, by: User | None) -> None:
    """Ends the series and cancels what it still had planned. Raises TransitionRefused if it has ended already."""
    engagement = series.engagement
    require(by, "meetings.end_series", engagement)
    workflow.apply(series, "end")
    coming = coming_for_update(series, at)
    withdraw(coming, _("The checkpoints of this engagement were ended."))
    cancelled = [facts(meeting) for meeting in coming]
    happened(
        "meetings.series_ended", series, engagement, by, count=len(coming), rhythm=rhythm(series), cancelled=cancelled
    )


@transaction.atomic
def hold(meeting: Meeting, *, at: datetime, by: User | None) -> None:
    """The meeting took place, and its minutes are frozen for both sides to confirm. Raises Conflict before it has
    begun, TransitionRefused where it is not planned."""
    require(by, "meetings.hold", meeting)
    # Held against whoever still writes: what is saved before this stands in the minutes, what comes after is refused.
    meeting.engagement = held(meeting.engagement_id)
    meeting.refresh_from_db(fields=["status", "notes", "version"])
    if at < meeting.start and Meeting.WORKFLOW.leads(meeting, "hold"):
        raise Conflict(_("This meeting has not begun yet. Mark it as held when it has."))
    workflow.apply(meeting, "hold")
    minutes = freeze(meeting, by=by, at=at)
    decisions = [each["text"] for each in minutes.snapshot["decisions"]]
    actions = [{name: each[name] for name in ("text", "owner", "due_on")} for each in minutes.snapshot["actions"]]
    _record_meeting("meetings.held", meeting, by, url=minutes.get_absolute_url(), decisions=decisions, actions=actions)


@transaction.atomic
def cancel(meeting: Meeting, *, reason: str, by: User | None) -> None:
    """This one meeting does not take place; the series goes on and does not plan it again. Raises TransitionRefused."""
    require(by, "meetings.cancel", meeting)
    workflow.apply(meeting, "cancel", reason=reason, ics_sequence=F("ics_sequence") + 1)
    _record_meeting("meetings.cancelled", meeting, by, reason=reason, cancelled=[facts(meeting)])


@transaction.atomic
def write_notes(meeting: Meeting, *, notes: str, version: int, by: User | None, base: str = "") -> None:
    """What was said beside the agenda, as the specialist wrote it down. `base` is the print of the text the form was
    made from: a meeting that was moved meanwhile is no reason to refuse it. Raises StaleVersion with both texts."""
    require(by, "meetings.write_notes", meeting)
    preparing(meeting)
    if meeting.notes == notes:
        return
    if meeting.version != version and print_of(meeting.notes) != base:
        save_changes(meeting, version=0, notes=notes)
    save_changes(meeting, notes=notes)
    _record_meeting("meetings.notes_written", meeting, by)


def active_series(engagement: Engagement) -> MeetingSeries | None:
    return engagement.series.filter(status=MeetingSeries.Status.ACTIVE).first()


def rhythm(series: MeetingSeries) -> str:
    """`Every week, Tue 10:00 Europe/Berlin`."""
    when = f"{WEEKDAYS[series.weekday]} {series.wall_time:%H:%M} {series.zone}"
    return f"{series.get_every_weeks_display()}, {when}"


def _record_meeting(kind: str, meeting: Meeting, by: User | None, **told: Any) -> None:
    engagement = meeting.engagement
    day = day_of(meeting, meeting.series.zone if meeting.series else engagement.centre.zone)
    happened(kind, meeting, engagement, by, meeting=str(meeting.public_id), day=day, **told)
