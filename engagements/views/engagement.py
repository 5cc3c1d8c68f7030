"""The list of engagements, and the tabs of one."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from engagements import board, overview
from engagements.filters import EngagementFilter
from engagements.models import Action, Engagement, Responsibility
from engagements.permissions.engagement import side_of
from engagements.steps import offers_of, offers_of_others
from engagements.tables import SHOWN, EngagementTable
from engagements.tabs import tabs_of
from engagements.timeline import calendar_of, milestone_row, phase_row, timeline_of
from engagements.views.finding import engagement_of, names_of_helpers, told
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.http import Request
from fasttrack_portal.lists import Pages, list_page


@require_GET
def engagements(request: Request) -> HttpResponseBase:
    """The engagements one may see; a specialist's list begins with their own."""
    asked: Any = request.GET
    if not asked and request.user.has_role(Membership.Role.SPECIALIST):
        asked = {"specialist": str(request.user.public_id)}
    seen = Engagement.objects.visible_to(request.user).select_related("specialist").only(*SHOWN)
    filters = EngagementFilter(asked, queryset=seen, request=request, user=request.user)
    is_filtered = any(asked.get(name) for name in filters.form.fields)
    table = EngagementTable(filters.qs, is_filtered=is_filtered)
    context = {"filter": filters, "sort": request.GET.get("sort", "")}
    return list_page(request, table, "engagements/engagements.html", context)


@require_GET
def detail(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The overview: where it stands, what is next for either side, what comes."""
    engagement = engagement_of(request, public_id, helpers=names_of_helpers())
    phases = list(engagement.phases.all())
    milestones = list(engagement.milestones.all())
    side, today = side_of(request.user, engagement), timezone.localdate()
    current = overview.current_phase(phases)
    items = Responsibility.objects.visible_to(request.user).filter(engagement=engagement).select_related("assignee")
    running = [phase.code for phase in phases if phase.status in overview.RUNNING]
    here = Q(phase=current.code) if current else Q(pk__in=[])
    shown = list(items.filter(here | Q(status="blocked", phase__in=running)).exclude(status="not_applicable"))
    for item in shown:
        item.engagement = engagement
    now = [item for item in shown if current and item.phase == current.code]
    stuck = [item for item in shown if item.status == "blocked"]
    theirs = "fasttrack" if side == "fasttrack" else "customer"
    context = {
        "steps": overview.steps_of(phases),
        "current": current,
        "phase_offers": offers_of(current, request.user) if current else [],
        "other_phases": offers_of_others(phases, current, request.user) if side == "fasttrack" else [],
        "mine": overview.as_tasks([item for item in now if item.party == theirs], side, today),
        "others": overview.as_tasks([item for item in now if item.party != theirs], side, today),
        "stuck": [overview.as_task(item, side, today) for item in stuck],
        "actions": [overview.action_as_task(each, today) for each in _open_actions(engagement, request)],
        "milestones": milestones,
        "timeline": timeline_of(phases, milestones, today, is_paused=not engagement.is_running),
        "offers": offers_of(engagement, request.user) if side == "fasttrack" else [],
        "pause": _pause(engagement, request),
        "side": side,
        "shares": board.shares_of(engagement, side, timezone.now()),
        "is_nudged": board.is_nudged(engagement),
    }
    return _tab(request, engagement, "engagements:detail", "engagements/detail.html", context)


def _open_actions(engagement: Engagement, request: Request) -> QuerySet[Action]:
    """What was taken on in meetings and is not done, the first few by their day."""
    seen = Action.objects.visible_to(request.user).filter(engagement=engagement, status="open")
    return seen.select_related("assignee", "engagement").order_by("due_on", "pk")[:10]


@require_GET
def milestones(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The eight milestones with their outcomes and days."""
    engagement = engagement_of(request, public_id)
    phases, found = list(engagement.phases.all()), list(engagement.milestones.all())
    today = timezone.localdate()
    calendar = calendar_of(engagement, found, today)
    rows = [milestone_row(each, calendar, today) for each in found]
    spans = [phase_row(each, calendar, today) for each in phases if each.has_gate]
    drawn = timeline_of(phases, found, today, [*rows, *spans], is_paused=not engagement.is_running)
    context = {"rows": rows, "phases": spans, "timeline": drawn}
    return _tab(request, engagement, "engagements:milestones", "engagements/milestones.html", context)


@require_GET
def activity(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Everything that happened in the engagement, newest first."""
    engagement = engagement_of(request, public_id)
    events = Event.objects.about(engagement.public_id, request.user)
    page = Pages(events, 50).get_page(request.GET.get("page"))
    context = {"page": page, "events": told(page.object_list, request)}
    return _tab(request, engagement, "engagements:activity", "engagements/activity.html", context)


def _tab(request: Request, engagement: Engagement, name: str, template: str, context: dict[str, Any]) -> HttpResponse:
    tabs = tabs_of(engagement, request.user, name)
    return render(request, template, {"engagement": engagement, "tabs": tabs, **context})


def _pause(engagement: Engagement, request: Request) -> Event | None:
    """The event that put the engagement where it is, for its reason; asked only when it is not running."""
    if engagement.is_running:
        return None
    kinds = [f"engagements.{kind}" for kind in ("held", "rested", "completed", "cancelled")]
    return Event.objects.about(engagement.public_id, request.user).filter(kind__in=kinds).first()
