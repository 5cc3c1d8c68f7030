"""When reports come by themselves, and whether a final one can: the settings and the sum of one event."""

import uuid
from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from engagements.tabs import tabs_of
from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import list_page
from reports import operations, reckoning
from reports.forms import EngagementRhythmForm, EventRhythmForm
from reports.models import EngagementRhythm, EventRhythm
from reports.tables import MissingTable
from reports.views.finding import engagement_of, event_of


@require_http_methods(["GET", "POST"])
def event_rhythm(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """How often the status reports of an event come."""
    event = event_of(request, public_id)
    require(request.user, "reports.set_rhythm", event.engagement)
    row = EventRhythm.of(event)
    now = {"before": row.before, "running": row.running, "version": row.version if row.pk else 0}
    form = EventRhythmForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        operations.set_event_rhythm(event, by=request.user, at=timezone.now(), **form.cleaned_data)
        return see_other(request, event)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "reports/event_rhythm.html", {"form": form, "event": event}, status=status)


@require_http_methods(["GET", "POST"])
def engagement_rhythm(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """When the reports of an engagement come."""
    engagement = engagement_of(request, public_id)
    require(request.user, "reports.set_rhythm", engagement)
    row = EngagementRhythm.of(engagement)
    now = {"pace": row.pace, "version": row.version if row.pk else 0}
    form = EngagementRhythmForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        operations.set_engagement_rhythm(engagement, by=request.user, at=timezone.now(), **form.cleaned_data)
        return see_other(request, "reports:of_engagement", public_id=engagement.public_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    tabs = tabs_of(engagement, request.user, "reports:of_engagement")
    context = {"form": form, "engagement": engagement, "tabs": tabs}
    return render(request, "reports/engagement_rhythm.html", context, status=status)


@require_GET
def reckoned(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """Whether what was scheduled is what became of it, and which records are missing."""
    event = event_of(request, public_id)
    found = reckoning.of(event)
    table = MissingTable(reckoning.missing(event))
    context = {
        "event": event,
        "reckoning": found,
        "parts": reckoning.parts_of(found),
        "moved": reckoning.moved(event)[:50],
        "may_final": event.is_complete,
        "may_request": decide(request.user, "reports.request", event.engagement),
        "key": uuid.uuid4(),
    }
    return list_page(request, table, "reports/reckoning.html", context)
