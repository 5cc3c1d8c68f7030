"""The lists behind the numbers of a portfolio, as they are now: engagements, milestones that were reached, issues."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from engagements.tables import SHOWN, EngagementTable
from fasttrack_portal import lists
from fasttrack_portal.http import Request
from fasttrack_portal.lists import list_page
from reports.filters import CountedFilter, IssueFilter
from reports.gather import Now, now_in
from reports.models import Report
from reports.pages.words import days
from reports.tables import IssueTable, ReachedTable
from reports.views.finding import portfolio_of


@require_GET
def counted(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The engagements that a portfolio counts: all, or those of one state, phase or reason, or moved in its days."""
    report, now = _now(request, public_id)
    seen = now.engagements.select_related("specialist").only(*SHOWN)
    filters = CountedFilter(request.GET, queryset=seen, request=request, user=request.user, now=now)
    is_filtered = any(request.GET.get(name) for name in filters.form.fields)
    return _list(request, report, EngagementTable(filters.qs, is_filtered=is_filtered), _("Engagements"), filters)


@require_GET
def reached(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The milestones that a portfolio counts as reached."""
    report, now = _now(request, public_id)
    return _list(request, report, ReachedTable(now.reached), _("Milestones reached"))


@require_GET
def issues(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The issues of its migration events; of its days those that were reported in them, or resolved."""
    report, now = _now(request, public_id)
    seen = now.issues.select_related("event__project__engagement__customer")
    filters = IssueFilter(request.GET, queryset=seen, span=now.span)
    return _list(request, report, IssueTable(filters.qs), _("Issues"), filters)


def _now(request: Request, public_id: uuid.UUID) -> tuple[Report, Now]:
    report = portfolio_of(request, public_id)
    return report, now_in(report, request.user, at=timezone.now())


def _list(request: Request, report: Report, table: lists.Table, title: str, filters: Any = None) -> HttpResponseBase:
    period = days(report.first_day, report.last_day) if report.first_day and report.last_day else ""
    context = {
        "report": report,
        "period": period,
        "title": title,
        "filter": filters,
        "sort": request.GET.get("sort", ""),
        "box": table.box_id,
    }
    return list_page(request, table, "reports/traced.html", context)
