"""Asking for a report: of one thing, anew, or of a whole portfolio."""

import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from engagements import board
from engagements.models import Engagement, Minutes
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import count_one
from fasttrack_portal.refusals import Invalid
from migrations_svc.models import MigrationEvent
from reports import operations
from reports.forms import PortfolioForm, ReissueForm, ReportForm
from reports.gather.portfolio import narrowed
from reports.models import Report
from reports.permissions import audiences_of
from reports.views.finding import report_of, subject_of

_KINDS: dict[type, list[Any]] = {
    Engagement: [Report.Kind.ENGAGEMENT],
    MigrationEvent: [Report.Kind.STATUS, Report.Kind.FINAL],
    Minutes: [Report.Kind.MINUTES],
}
_RANGE = timedelta(days=30)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Asks for a report. The buttons post here; whoever follows a link instead gets the form."""
    asked = request.POST if request.method == "POST" else request.GET
    subject = subject_of(request, asked.get("subject", ""))
    engagement = operations.engagement_of(subject)
    require(request.user, "reports.request", engagement)
    kinds = _KINDS[type(subject)]
    editions = [] if isinstance(subject, Minutes) else audiences_of(request.user, engagement)
    choices: dict[str, Any] = {"kinds": kinds, "editions": editions}
    if request.method == "GET":
        form = ReportForm(initial={"kind": kinds[0], "subject": subject.public_id, "key": uuid.uuid4()}, **choices)
        return render(request, "reports/new.html", {"form": form, "subject": subject})
    form = ReportForm(request.POST, **choices)
    if not form.is_valid():
        context = {"form": form, "subject": subject}
        return render(request, "reports/new.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    _count(request)
    data = form.cleaned_data
    report = operations.request(
        data["kind"], subject, by=request.user, at=timezone.now(), key=data["key"], audience=data["audience"]
    )
    return see_other(request, "reports:detail", public_id=report.public_id)


@require_http_methods(["GET", "POST"])
def reissue(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The next edition of a report, with a reason that stands on its first page."""
    report = report_of(request, public_id)
    require(request.user, "reports.reissue", report)
    if request.method == "GET":
        form = ReissueForm(initial={"key": uuid.uuid4()})
        return render(request, "reports/reissue.html", {"form": form, "report": report})
    form = ReissueForm(request.POST)
    if form.is_valid():
        _count(request)
        made = operations.reissue(report, by=request.user, at=timezone.now(), **form.cleaned_data)
        return see_other(request, "reports:detail", public_id=made.public_id)
    context = {"form": form, "report": report}
    return render(request, "reports/reissue.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_http_methods(["GET", "POST"])
def portfolio(request: Request) -> HttpResponse:
    """All engagements that fit the filters of the list or of the board, over a range of days. The filters come with
    the address from the list that is looked at, and can be changed here."""
    require(request.user, "reports.portfolio")
    asked = request.POST if request.method == "POST" else request.GET
    today = timezone.localdate()
    filters = {name: asked.get(name, "")[:200] for name in _names(request, asked.get("of", ""))}
    found = narrowed(
        request.user, operations.scope_of(request.user, filters), filters, board.Moment(timezone.now(), today)
    )
    context: dict[str, Any] = {"filters": found.form, "of": filters["of"]}
    if request.method == "GET":
        form = PortfolioForm(initial={"first_day": today - _RANGE, "last_day": today, "key": uuid.uuid4()})
        return render(request, "reports/portfolio.html", {**context, "form": form, "count": found.qs.count()})
    form = PortfolioForm(request.POST)
    if form.is_valid() and found.form.is_valid():
        _count(request)
        try:
            report = operations.request_portfolio(
                filters=filters, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except Invalid as refusal:
            form.add_error(refusal.details["field"], str(refusal.reason))
        else:
            return see_other(request, "reports:detail", public_id=report.public_id)
    context |= {"form": form, "count": found.qs.count()}
    return render(request, "reports/portfolio.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _names(request: Request, of: str) -> list[str]:
    """The filters of the list that the portfolio is asked for from."""
    moment = board.Moment(timezone.now(), timezone.localdate())
    form = narrowed(request.user, None, {"of": of}, moment).form
    return ["of", *form.fields]


def _count(request: Request) -> None:
    count_one("reports", str(request.user.pk), allowed=30, window=3600)


@require_POST
def annex(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Asks for every record in print."""
    report = report_of(request, public_id)
    _count(request)
    operations.request_annex(report, by=request.user)
    return see_other(request, "reports:detail", public_id=report.public_id)
