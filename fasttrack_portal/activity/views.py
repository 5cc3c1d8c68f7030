"""The audit page."""

import uuid

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from fasttrack_portal.access import require
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.tables import SHOWN, EventTable
from fasttrack_portal.http import Request
from fasttrack_portal.lists import list_page


@require_GET
def audit(request: Request) -> HttpResponseBase:
    """Everything that happened, newest first; `?thread=` is one story."""
    require(request.user, "staff.machine_room")
    events = Event.objects.visible_to(request.user).select_related("actor", "customer").only(*SHOWN)
    thread = request.GET.get("thread", "")
    try:
        events = events.filter(thread=uuid.UUID(thread)) if thread else events
    except ValueError:
        events = events.none()
    return list_page(request, EventTable(events), "activity/audit.html", per_page=50)
