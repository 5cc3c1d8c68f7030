"""Migration events: the list, one engagement's, one event's page, a new one."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from engagements.models import Engagement
from engagements.tabs import tabs_of as engagement_tabs
from fasttrack_portal.access import decide, require
from fasttrack_portal.activity.models import Event
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import list_page
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations, planning, totals, windows
from migrations_svc.filters import EventFilter
from migrations_svc.forms import CreateForm, EditForm
from migrations_svc.models import Issue, MigrationEvent
from migrations_svc.operations.events import EDITABLE
from migrations_svc.permissions import side_of
from migrations_svc.sections import sections_for
from migrations_svc.tables import EventTable
from migrations_svc.turns import path_of, turn_of
from migrations_svc.views.common import counted_import, event_or_404, tabs_of, too_many
from migrations_svc.views.steps import offered


@require_GET
def events(request: Request) -> HttpResponseBase:
    """The events one may see."""
    rows = EventFilter(request.GET, MigrationEvent.objects.visible_to(request.user).with_facts())
    exclude = () if request.user.audience.is_staff or request.user.audience.partner_ids else ("customer",)
    table = EventTable(rows.qs, exclude=exclude)
    may_create = not request.user.audience.is_staff
    table.empty = _empty(reverse("migrations_svc:new") if may_create else "")
    context = {"filter": rows, "may_create": may_create, "sort": request.GET.get("sort", "")}
    return list_page(request, table, "migrations_svc/list.html", context)


@require_GET
def of_engagement(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """One engagement's events: the tab "Migration" of its page."""
    engagement = _engagement(request, public_id)
    rows = MigrationEvent.objects.visible_to(request.user).filter(project__engagement=engagement).with_facts()
    table = EventTable(rows, exclude=("customer",))
    may_create = decide(request.user, "migrations.create", engagement)
    new_url = f"{reverse('migrations_svc:new')}?engagement={engagement.public_id}"
    table.empty = _empty(new_url if may_create.allowed else "")
    context = {
        "engagement": engagement,
        "may_create": may_create,
        "tabs": engagement_tabs(engagement, request.user, "migrations_svc:of_engagement"),
        "windows": rows.filter(window=MigrationEvent.Window.OPEN).order_by("window_closes_at"),
    }
    return list_page(request, table, "migrations_svc/of_engagement.html", context)


@require_GET
def detail(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One event: whose turn it is, its days, its numbers, its issues and its story."""
    event = event_or_404(request, public_id)
    now = timezone.now()
    day = planning.day_of(event)
    story = Event.objects.about(event.engagement.public_id, request.user).filter(
        subject_label=event._meta.label, subject_id=event.pk
    )
    states = totals.by_state(event.totals)
    issues = Issue.objects.visible_to(request.user)
    context = {
        "event": event,
        "side": side_of(request.user, event.engagement),
        "tabs": tabs_of(event, "detail"),
        "turn": turn_of(event),
        "path": path_of(event),
        "steps": offered(event, request.user, at=now),
        "due_days": planning.due_days(day, event.engagement.centre, at=now) if day else [],
        "states": states,
        "picture": totals.picture_of(states),
        "window": _window(event, now),
        "takes_states": operations.takes_states(event, now),
        "takes_issues": operations.takes_issues(event),
        "may_edit": event.status in EDITABLE and decide(request.user, "migrations.edit", event).allowed,
        "issues": issues.filter(event=event).select_related("reported_by").order_by("pk"),
        "sections": sections_for(request.user, event),
        "story": [{"at": entry.at, "sentence": entry.sentence, "by": entry.actor} for entry in story[:30]],
    }
    return render(request, "migrations_svc/detail.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """A new event of the engagement named in the address, with its list in one go if one wants."""
    wanted = request.GET.get("engagement", "")
    if not wanted and request.method == "GET":
        return _choose(request)
    try:
        engagement = _engagement(request, uuid.UUID(wanted[:64]))
    except ValueError:
        raise Http404 from None
    require(request.user, "migrations.create", engagement)
    context: dict[str, Any] = {"engagement": engagement}
    if request.method == "GET":
        form = CreateForm(initial={"key": uuid.uuid4(), "zone": engagement.customer.zone, "source": "exchange"})
        return render(request, "migrations_svc/new.html", {**context, "form": form})
    if refusal := counted_import(request):
        return too_many(request, "migrations_svc/new.html", context, CreateForm(request.POST), refusal)
    form = CreateForm(request.POST, request.FILES)
    if form.is_valid():
        plan = form.cleaned_data.pop("file")
        try:
            event = operations.create(engagement, by=request.user, plan=plan, **form.cleaned_data)
        except Invalid as refusal_of_list:
            form.refuse(refusal_of_list)
        else:
            messages.success(request, _created(event))
            return see_other(request, event)
    return render(request, "migrations_svc/new.html", {**context, "form": form}, status=422)


@require_http_methods(["GET", "POST"])
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Title and zone, until the event is scheduled."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.edit", event)
    if request.method == "GET":
        form = EditForm(initial={"title": event.title, "zone": event.zone, "version": event.version})
        return render(request, "migrations_svc/edit.html", {"event": event, "form": form})
    form = EditForm(request.POST)
    if not form.is_valid():
        return render(request, "migrations_svc/edit.html", {"event": event, "form": form}, status=422)
    operations.edit(event, by=request.user, **form.cleaned_data)
    messages.success(request, _("The plan is saved."))
    return see_other(request, event)


def _empty(new_url: str) -> dict[str, str]:
    """What an empty list says, and what comes next for who may plan."""
    return {
        "title": _("No migration events here"),
        "text": _("An event is one batch of mailboxes, drives or sites that moves at one time."),
        "href": new_url,
        "link_label": _("Plan an event"),
    }


def _choose(request: Request) -> HttpResponse:
    """Which engagement a new event belongs to."""
    found = Engagement.objects.visible_to(request.user).select_related("customer", "centre").order_by("-pk")[:50]
    choices = [(engagement, decide(request.user, "migrations.create", engagement)) for engagement in found]
    return render(request, "migrations_svc/choose.html", {"choices": choices})


def _engagement(request: Request, public_id: uuid.UUID) -> Engagement:
    visible = Engagement.objects.visible_to(request.user).select_related("customer", "centre", "partner", "specialist")
    return get_object_or_404(visible, public_id=public_id)


def _window(event: MigrationEvent, now: Any) -> dict[str, Any] | None:
    """The window as both sides read it; the clock says whether it is open, not the job that closes it."""
    if event.window_closes_at is None:
        return None
    return {
        "is_open": windows.is_open(now, event.window_closes_at),
        "closes_at": event.window_closes_at,
        "days_left": windows.days_left(now, event.window_closes_at, event.zone),
    }


def _created(event: MigrationEvent) -> str:
    count = event.record_count
    if not count:
        return _("%(number)s is there. Its list comes next.") % {"number": event.number}
    return ngettext(
        "%(number)s is there, with %(count)s record.", "%(number)s is there, with %(count)s records.", count
    ) % {"number": event.number, "count": f"{count:,}"}
