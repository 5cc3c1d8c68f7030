"""The remediation checklist: its list, its lines, and how it is made."""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from engagements import holding
from engagements.filters import RemediationFilter
from engagements.forms.plans import ChecklistForm, RemediationForm, RiskForm, WaitForm
from engagements.models import Engagement, RemediationItem
from engagements.operations import remediation
from engagements.permissions.engagement import side_of
from engagements.tables import RemediationTable
from engagements.tabs import tabs_of
from engagements.views.finding import engagement_of, part_of, posted, taken
from engagements.views.plan_lines import Plan, edit_line, form_page, line_context, new_line
from engagements.views.steps import step_page
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import limited
from fasttrack_portal.lists import paged
from fasttrack_portal.output import csv_response

_TAB = "engagements:remediation"
PLAN = Plan(
    model=RemediationItem,
    form=RemediationForm,
    tab=_TAB,
    label=gettext_lazy("Remediation"),
    add=remediation.add_remediation,
    edit=remediation.edit_remediation,
    asks=gettext_lazy("Add to the checklist"),
    added=gettext_lazy("It stands on the checklist."),
)


@require_GET
def checklist(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What is to be put right, the gravest first."""
    engagement = engagement_of(request, public_id)
    filters, today = _filtered(request, engagement), timezone.localdate()
    is_filtered = any(request.GET.get(name) for name in filters.form.fields)
    table = paged(request, RemediationTable(filters.qs, is_filtered=is_filtered, today=today), per_page=50)
    holding.mark(engagement, table.shown(), side_of(request.user, engagement), at=timezone.now())
    states = list(_items(request, engagement).values_list("status", flat=True))
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, _TAB),
        "filter": filters,
        "table": table,
        "sort": request.GET.get("sort", ""),
        "query": request.GET.urlencode(),
        "total": len([state for state in states if state != "not_applicable"]),
        "met": len([state for state in states if state in ("done", "verified", "risk_accepted")]),
    }
    return render(request, "engagements/remediation.html", context)


@require_GET
@limited("exports", per_hour=10)
def checklist_csv(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The same lines as the page shows, as a file for a spreadsheet."""
    engagement = engagement_of(request, public_id)
    header = (_("What is to be put right"), _("How to tell that it is right"), _("Workload"), _("Severity"),
              _("Status"), _("Reason"), _("Whose"), _("Who does it"), _("Due"), _("Who accepts the risk"),
              _("Verified by"), _("Verified at"))  # fmt: skip
    rows = [
        (
            item.title,
            item.detail,
            item.get_workload_display(),
            item.get_severity_display(),
            item.get_status_display(),
            item.reason,
            item.get_party_display(),
            item.assignee or "",
            item.due_on.isoformat() if item.due_on else "",
            item.risk_owner,
            item.verified_by or "",
            item.verified_at.isoformat() if item.verified_at else "",
        )
        for item in _filtered(request, engagement).qs.select_related("assignee", "verified_by")
    ]
    return csv_response(f"{engagement.number}-remediation.csv", header, rows)


@require_http_methods(["GET", "POST"])
def make(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The checklist from the workloads that were assessed."""
    engagement = engagement_of(request, public_id)
    require(request.user, "engagements.write_plan", engagement)
    form = ChecklistForm(posted(request), engagement=engagement)

    def take(form: Form) -> None:
        chosen = form.cleaned_data["workloads"]
        made = remediation.make_checklist(engagement, workloads=chosen, by=request.user, at=timezone.now())
        messages.success(request, _("%(count)s lines were put on the checklist.") % {"count": len(made)})

    if request.method == "POST" and form.is_valid() and taken(form, take):
        return see_other(request, _TAB, public_id=engagement.public_id)
    return form_page(request, engagement, PLAN, form, _("Make the checklist"), _("Put on the list"))


@require_http_methods(["GET", "POST"])
def new(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A line by hand."""
    return new_line(request, public_id, PLAN)


@require_GET
def item(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One line: how to tell that it is right, where it stands, what shows it."""
    found = part_of(request, RemediationItem, public_id, "assignee", "verified_by")
    stay = holding.days_of(found.engagement, found, timezone.now())
    return render(request, "engagements/remediation_item.html", {**line_context(request, found), "stay": stay})


@require_http_methods(["GET", "POST"])
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return edit_line(request, public_id, PLAN)


@require_http_methods(["GET", "POST"])
def move(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    found = part_of(request, RemediationItem, public_id)
    form: Form | None = None
    if step == "wait":
        form = WaitForm(posted(request), line=found)
    elif step == "accept_risk":
        form = RiskForm(posted(request), initial={"owner": request.user.name})

    def take(form: Form) -> None:
        at, by = timezone.now(), request.user
        if step == "accept_risk":
            remediation.accept_risk(found, by=by, at=at, **form.cleaned_data)
        else:
            remediation.move_remediation(found, step, by=by, at=at, **form.cleaned_data)

    return step_page(request, found, step, take, back=found, form=form)


def _items(request: Request, engagement: Engagement) -> Any:
    return RemediationItem.objects.visible_to(request.user).filter(engagement=engagement)


def _filtered(request: Request, engagement: Engagement) -> RemediationFilter:
    items = _items(request, engagement).select_related("assignee", "engagement").order_by("-severity", "pk")
    return RemediationFilter(request.GET, queryset=items, request=request)
