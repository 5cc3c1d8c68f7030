"""Timers of meetings as soon as they stand in the calendar, and the reminders themselves."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from engagements import reminders
from engagements.models import Meeting
from engagements.operations.reminders import set_timers
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import at_once, on
from fasttrack_portal.notices.mail import holds_back
from fasttrack_portal.notices.operations import notify


@on("*")
def set_the_timers(event: Event) -> None:
    """Whatever puts meetings into calendars names them in its facts: planned, moved, booked or put back."""
    set_all_timers([event])


@at_once(set_the_timers)
def set_all_timers(events: Sequence[Event]) -> None:
    told = [fact for event in events for fact in _told(event)]
    set_timers([(fact["id"], datetime.fromisoformat(fact["start"])) for fact in told], at=timezone.now())


def _told(event: Event) -> list[dict[str, str]]:
    """What the event says of meetings in calendars."""
    told = event.data.get("meetings") if event.kind.startswith("meetings.") else None
    return told if isinstance(told, list) else []


@on("meetings.reminded")
def remind_people(event: Event) -> None:
    notify(User.objects.filter(public_id__in=event.data["people"]), event)


@on("meetings.digest")
def send_the_digest(event: Event) -> None:
    notify(User.objects.filter(public_id=event.data["for"]), event)


@holds_back("meetings.reminded")
def is_reminder_over(event: Event, person: User) -> str:
    """Cancelled, moved or too late by the time the mail server takes it."""
    meeting = Meeting._base_manager.get(pk=event.subject_id)
    start = datetime.fromisoformat(event.data["start"])
    if meeting.status != Meeting.Status.PLANNED or meeting.start != start:
        return "the meeting is elsewhere or cancelled"
    return _too_late(event)


@holds_back("meetings.digest")
def is_digest_over(event: Event, person: User) -> str:
    """A meeting in it was cancelled or moved since: what is named has to be true."""
    now = {str(each.public_id): each.start for each in _still(event)}
    if any(now.get(fact["id"]) != datetime.fromisoformat(fact["start"]) for fact in event.data["named"]):
        return "a meeting in it is elsewhere or cancelled"
    return _too_late(event)


def _still(event: Event) -> list[Meeting]:
    named = [fact["id"] for fact in event.data["named"]]
    return list(Meeting._base_manager.filter(public_id__in=named, status=Meeting.Status.PLANNED))


def _too_late(event: Event) -> str:
    due = datetime.fromisoformat(event.data["due"])
    return f"it was due at {due.isoformat()}" if reminders.is_late(due, timezone.now()) else ""
