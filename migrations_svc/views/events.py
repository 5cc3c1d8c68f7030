"""Migration events: the list, one engagement's, one event's page, a new one."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from engagements import holding
from engagements.models import Engagement
from engagements.tabs import tabs_of as engagement_tabs
from fasttrack_portal.access import decide, require
from fasttrack_portal.activity.models import Event
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import list_page
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations, planning, sources, totals
from migrations_svc.filters import EventFilter
from migrations_svc.forms import CreateForm, EditForm
from migrations_svc.models import Acknowledgement, ChangeRequest, Issue, MigrationEvent, MigrationProject
from migrations_svc.operations.changes import FROZEN
from migrations_svc.operations.events import EDITABLE
from migrations_svc.permissions import side_of
from migrations_svc.recordfile import FileRefused
from migrations_svc.sections import sections_for
from migrations_svc.tables import SHOWN, EventTable
from migrations_svc.turns import path_of, turn_of
from migrations_svc.views.common import counted_import, event_or_404, tabs_of, too_many
from migrations_svc.views.steps import offered


@require_GET
def events(request: Request) -> HttpResponseBase:
    """The events one may see."""
    seen = MigrationEvent.objects.visible_to(request.user).select_related("project__engagement__customer")
    rows = EventFilter(request.GET, seen.only(*SHOWN))
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
    projects = MigrationProject.objects.visible_to(request.user).filter(engagement=engagement)
    context = {
        "engagement": engagement,
        "projects": projects.order_by("pk"),
        "may_start": decide(request.user, "migrations.start_project", engagement),
        "self_service": [] if engagement.is_migration_eligible else _self_service(),
        "rule_version": engagement.ask.verdict_rule_version,
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
    decisions = list(event.decisions.all())
    gone = {decision.side for decision in decisions if decision.is_current}
    story = Event.objects.about(event.engagement.public_id, request.user).filter(
        subject_label=event._meta.label, subject_id=event.pk
    )
    states = totals.by_state(event.totals)
    side = side_of(request.user, event.engagement)
    issues = Issue.objects.visible_to(request.user).filter(event=event).select_related("reported_by").order_by("pk")
    holding.mark(event.engagement, issues, side, at=now)
    context = {
        "event": event,
        "side": side,
        "tabs": tabs_of(event, "detail"),
        "turn": turn_of(event, gone),
        "path": path_of(event),
        "steps": offered(event, request.user, at=now, gone=gone),
        "due_days": planning.due_days_of(event, at=now),
        "decisions": decisions,
        "signed": _signed(request, event),
        "changes": ChangeRequest.objects.visible_to(request.user).filter(event=event).select_related("asked_by")[:20],
        "may_ask_change": event.status in FROZEN and decide(request.user, "migrations.ask_change", event).allowed,
        "may_answer_change": decide(request.user, "migrations.answer_change", ChangeRequest(event=event)).allowed,
        "states": states,
        "picture": totals.picture_of(states),
        "takes_states": operations.takes_states(event, now),
        "takes_issues": operations.takes_issues(event),
        "may_edit": event.status in EDITABLE and decide(request.user, "migrations.edit", event).allowed,
        "issues": issues,
        "doubts": totals.doubted(event),
        "stalled_since": totals.stalled_since(event),
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
        facts = {name: form.cleaned_data[name] for name in ("key", "title", "source", "zone")}
        try:
            event = operations.create(engagement, by=request.user, **facts, **form.content())
        except FileRefused as refused:
            form.add_error("file", refused.sentence)
        except Invalid as refusal_of_form:
            form.refuse(refusal_of_form)
        else:
            return _created(request, event)
    status = 413 if form.is_too_large() else 422
    return render(request, "migrations_svc/new.html", {**context, "form": form}, status=status)


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


def _signed(request: Request, event: MigrationEvent) -> Acknowledgement | None:
    """Who has signed what does not move, and in which edition."""
    seen = Acknowledgement.objects.visible_to(request.user).filter(project=event.project_id)
    return seen.order_by("-edition").first()


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


def _self_service() -> list[tuple[Any, tuple[Any, ...]]]:
    """How a customer moves each source itself, where FastTrack guides only."""
    return [(label, sources.FACTS[code].self_service) for code, label in MigrationProject.Source.choices]


def _engagement(request: Request, public_id: uuid.UUID) -> Engagement:
    visible = Engagement.objects.visible_to(request.user).select_related(
        "customer", "centre", "partner", "specialist", "ask"
    )
    return get_object_or_404(visible, public_id=public_id)


def _created(request: Request, event: MigrationEvent) -> HttpResponse:
    """To the plan of its list, or to the event that waits for one."""
    plan = event.list_plans.first()
    if plan is None:
        messages.success(request, _("%(number)s is there. Its list comes next.") % {"number": event.number})
        return see_other(request, event)
    told = _("%(number)s is there. Look at what its list would do, and import it.")
    messages.success(request, told % {"number": event.number})
    return see_other(request, plan)
