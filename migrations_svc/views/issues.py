"""Issues of an event, in three lanes."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations, windows
from migrations_svc.forms import IssueForm, LaneForm, ResolveForm
from migrations_svc.models import Issue
from migrations_svc.permissions import FASTTRACK, side_of
from migrations_svc.views.common import event_or_404


@require_http_methods(["GET", "POST"])
def new(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Somebody says what went wrong."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.report_issue", event)
    now = timezone.now()
    is_late = event.window_closes_at is not None and not windows.is_open(now, event.window_closes_at)
    chooses_lane = side_of(request.user, event.engagement) == FASTTRACK and not is_late
    form = IssueForm(
        request.POST if request.method == "POST" else None,
        chooses_lane=chooses_lane,
        initial={"key": uuid.uuid4(), "lane": Issue.Lane.FASTTRACK},
    )
    if form.is_bound and form.is_valid():
        try:
            operations.report_issue(event, by=request.user, at=now, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The issue is noted, and the other side has been told."))
            return see_other(request, event)
    context = {"event": event, "form": form, "is_late": is_late}
    return render(request, "migrations_svc/new_issue.html", context, status=422 if form.is_bound else 200)


@require_GET
def issue(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One issue and what can be done with it."""
    found = _issue(request, public_id)
    return _page(request, found, ResolveForm(), _lane_form(found))


@require_POST
def resolve(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Done with, and how."""
    found = _issue(request, public_id)
    form = ResolveForm(request.POST)
    require(request.user, "migrations.resolve_issue", found)
    if not form.is_valid():
        return _page(request, found, form, _lane_form(found), status=422)
    operations.resolve_issue(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("The issue is resolved."))
    return see_other(request, found.event)


@require_POST
def set_lane(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """FastTrack says who takes it on."""
    found = _issue(request, public_id)
    form = LaneForm(request.POST)
    require(request.user, "migrations.set_lane", found)
    if not form.is_valid():
        return _page(request, found, ResolveForm(), form, status=422)
    operations.set_lane(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("The lane is changed."))
    return see_other(request, "migrations_svc:issue", public_id=found.public_id)


@require_POST
def reopen(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Not done with after all."""
    found = _issue(request, public_id)
    operations.reopen_issue(found, by=request.user, at=timezone.now())
    messages.success(request, _("The issue is open again."))
    return see_other(request, "migrations_svc:issue", public_id=found.public_id)


def _issue(request: Request, public_id: uuid.UUID) -> Issue:
    visible = Issue.objects.visible_to(request.user).select_related(
        "reported_by",
        "event__project__engagement__customer",
        "event__project__engagement__centre",
        "event__project__engagement__partner",
        "event__project__engagement__specialist",
    )
    return get_object_or_404(visible, public_id=public_id)


def _lane_form(found: Issue) -> LaneForm:
    return LaneForm(initial={"lane": found.lane, "version": found.version})


def _page(
    request: Request, found: Issue, resolve_form: forms.Form, lane_form: forms.Form, status: int = 200
) -> HttpResponse:
    context = {
        "issue": found,
        "event": found.event,
        "resolve_form": resolve_form,
        "lane_form": lane_form,
        "may_resolve": decide(request.user, "migrations.resolve_issue", found),
        "may_set_lane": decide(request.user, "migrations.set_lane", found),
        "may_reopen": decide(request.user, "migrations.reopen_issue", found),
    }
    return render(request, "migrations_svc/issue.html", context, status=status)
