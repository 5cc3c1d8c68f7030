"""What migrations bring up in a meeting: the events of the fortnight that follows it, and windows that are open."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from engagements.agenda_sources import AHEAD, Group, Line, group
from engagements.models import Meeting
from migrations_svc.models import MigrationEvent


def events_ahead(meeting: Meeting, at: datetime) -> list[Group]:
    """Events from now to two weeks after the meeting, those that run, and those whose window is open: by their day."""
    last = max(meeting.start, at) + AHEAD
    soon = Q(scheduled_for__gte=at, scheduled_for__lt=last) & ~Q(status__in=["draft", "cancelled"])
    events = MigrationEvent._base_manager.filter(project__engagement=meeting.engagement_id)
    rows = events.filter(soon | Q(status="running") | Q(window="open")).order_by("scheduled_for", "pk")
    return group("", [_line(event) for event in rows])


def _line(event: MigrationEvent) -> Line:
    on = event.scheduled_for.astimezone(ZoneInfo(event.zone)).date() if event.scheduled_for else None
    is_open = event.window == MigrationEvent.Window.OPEN
    matter = event.get_window_display() if is_open else event.get_status_display()
    return Line(f"{event.number} {event.title}", "", str(matter), on, event.get_absolute_url())
