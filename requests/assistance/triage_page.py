"""What triage adds to the pages of requests: the tabs of staff, the conversation, the days in each court, offers."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assistance import people, queue, waiting
from assistance.models import AssistanceRequest, Offer
from fasttrack_portal.accounts.models import User


def triage_tabs(user: User, current: str, *, count: int | None = None) -> list[dict[str, Any]]:
    """Staff: the queue with its count (counted here unless it is known), everything, who carries what, and what
    partners have."""
    if count is None:
        count = sum(each.waiting for each in waiting.queues_of(user))
    tabs = [
        (_("Queue"), "assistance:queue", count),
        (_("All requests"), "assistance:list", None),
        (_("Load"), "assistance:loads", None),
        (_("Partner offers"), "assistance:offers", None),
    ]
    return [
        {"label": label, "href": reverse(name), "is_current": name == current, "count": number}
        for label, name, number in tabs
    ]


def triage_of(ask: AssistanceRequest, user: User, *, at: datetime) -> dict[str, Any]:
    """The conversation so far, who waits for whom since when, and the offers that the person may see."""
    if ask.submitted_at is None:
        return {"rounds": [], "court": "nobody", "court_since": None, "courts": None, "offers": [], "told": {}}
    said = waiting.conversation(ask)
    calendar = ask.centre.calendar(range(ask.submitted_at.year, at.year + 2))
    is_staff = user.audience.is_staff
    return {
        "rounds": said,
        "court": queue.court_of(ask.status),
        "court_since": ask.turned_at or ask.submitted_at,
        "courts": queue.courts(calendar, ask.submitted_at, said, _ended(ask, at)),
        "offers": list(Offer.objects.visible_to(user).filter(ask=ask).select_related("partner").order_by("-pk")[:20]),
        "told": {"asking": len(people.sending_side(ask))} if is_staff else {},
    }


def _ended(ask: AssistanceRequest, at: datetime) -> datetime:
    """What is decided ages no further."""
    if queue.court_of(ask.status) != "nobody":
        return at
    return waiting.decided_at(ask) or at
