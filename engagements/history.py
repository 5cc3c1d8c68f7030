"""The meetings that were, on one page: who was there, what was decided, what was taken on and what became of it."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.utils import timezone

from engagements.models import Action, Engagement, Meeting, Minutes
from fasttrack_portal.accounts.models import User

_A_PAGE = 25


def page_of(engagement: Engagement, user: User, *, page: str | None) -> dict[str, Any]:
    """Held meetings, the newest first, in a fixed number of queries; what was said is read off the minutes."""
    held = Meeting.objects.visible_to(user).filter(engagement=engagement, status=Meeting.Status.HELD)
    newest = Minutes.objects.select_related("agreement").order_by("-edition")
    actions = Action.objects.select_related("assignee", "engagement").exclude(status="dropped").order_by("due_on", "pk")
    rows = held.prefetch_related(Prefetch("minutes", newest), Prefetch("actions", actions)).order_by("-during", "-pk")
    shown = Paginator(rows, _A_PAGE).get_page(page)
    today = timezone.localdate()
    open_ones = Action.objects.filter(engagement=engagement, status="open")
    return {
        "page": shown,
        "rows": [_row(meeting, today) for meeting in shown.object_list],
        "open_count": open_ones.count(),
        "late_count": open_ones.filter(due_on__lt=today).count() if engagement.is_running else 0,
    }


def _row(meeting: Meeting, today: date) -> dict[str, Any]:
    editions = list(meeting.minutes.all())
    minutes = editions[0] if editions else None
    if minutes is not None:
        minutes.meeting = meeting
    record = minutes.snapshot if minutes else {}
    actions = list(meeting.actions.all())
    return {
        "meeting": meeting,
        "minutes": minutes,
        "present": [person["name"] for person in record.get("present", [])],
        "guests": record.get("guests", ""),
        "decisions": record.get("decisions", []),
        "actions": [{"action": each, "is_late": each.is_overdue(today)} for each in actions],
        "open_count": len([each for each in actions if each.status == "open"]),
    }
