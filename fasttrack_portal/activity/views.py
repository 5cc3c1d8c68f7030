"""The audit page."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django_tables2 import RequestConfig
from django_tables2.paginators import LazyPaginator

from fasttrack_portal.access import require
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.tables import EventTable
from fasttrack_portal.http import Request


@require_GET
def audit(request: Request) -> HttpResponse:
    """Everything that happened, newest first; `?thread=` is one story."""
    require(request.user, "staff.machine_room")
    events = Event.objects.visible_to(request.user).select_related("actor", "customer")
    thread = request.GET.get("thread", "")
    try:
        events = events.filter(thread=uuid.UUID(thread)) if thread else events
    except ValueError:
        events = events.none()
    table = EventTable(events)
    RequestConfig(request, paginate={"per_page": 50, "paginator_class": LazyPaginator}).configure(table)
    return render(request, "activity/audit.html", {"table": table})
