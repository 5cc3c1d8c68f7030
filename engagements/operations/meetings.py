"""Every write of people to a single meeting: what was held, what was cancelled, what was said."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from engagements.models import Meeting
from engagements.operations.agenda import preparing, print_of
from engagements.operations.minutes import freeze
from engagements.operations.moving import happened, held
from engagements.operations.planning import day_of, facts
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict


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


def _record_meeting(kind: str, meeting: Meeting, by: User | None, **told: Any) -> None:
    engagement = meeting.engagement
    day = day_of(meeting, meeting.series.zone if meeting.series else engagement.centre.zone)
    happened(kind, meeting, engagement, by, meeting=str(meeting.public_id), day=day, **told)
