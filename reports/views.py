"""The list of reports, one report with its progress and summary, and the files it hands out."""

import uuid
from http import HTTPStatus
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagements.models import Engagement, Minutes
from engagements.tabs import tabs_of
from fasttrack_portal.access import decide, require
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import count_one, limited
from fasttrack_portal.lists import list_page
from migrations_svc.models import MigrationEvent
from reports import operations, snapshots
from reports.filters import ReportFilter
from reports.forms import ReportForm
from reports.models import Report
from reports.pages import page_of
from reports.printing import verify_address
from reports.sections import offers
from reports.tables import SHOWN, ReportTable


def _listed(request: Request) -> Any:
    """Reports for the lines of a list."""
    found = Report.objects.visible_to(request.user)
    return found.select_related(
        "engagement", "event", "customer", "job", "minutes__engagement", "minutes__meeting__engagement__customer"
    ).only(*SHOWN)


def _one(request: Request, public_id: uuid.UUID) -> Report:
    found = Report.objects.visible_to(request.user).select_related(
        "engagement__customer", "event__project", "customer", "centre", "requested_by", "job", "file", "records",
        "archive", "annex__job", "seal", "minutes__engagement", "minutes__meeting__engagement__customer",
    )  # fmt: skip
    return get_object_or_404(found, public_id=public_id)


@require_GET
def reports(request: Request) -> HttpResponseBase:
    """Every report one may see, newest first."""
    narrowed = ReportFilter(request.GET, queryset=_listed(request))
    audience = request.user.audience
    is_own = not audience.is_staff and not audience.partner_ids and len(audience.customer_ids) == 1
    table = ReportTable(narrowed.qs, exclude=("customer",) if is_own else ())
    context = {"filter": narrowed, "sort": request.GET.get("sort", "")}
    return list_page(request, table, "reports/list.html", context)


@require_GET
def of_engagement(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The reports of one engagement, on its own tab."""
    found = Engagement.objects.visible_to(request.user).select_related("customer", "centre", "specialist", "partner")
    engagement = get_object_or_404(found, public_id=public_id)
    table = ReportTable(_listed(request).filter(engagement=engagement), exclude=("customer",))
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, "reports:of_engagement"),
        "offers": offers(engagement, request.user),
    }
    return list_page(request, table, "reports/of_engagement.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Asks for a report. The buttons post here; whoever follows a link instead gets the form."""
    asked = request.POST if request.method == "POST" else request.GET
    subject = _subject(request, asked.get("subject", ""))
    require(request.user, "reports.request", subject if isinstance(subject, Engagement) else subject.engagement)
    kinds = _KINDS[type(subject)]
    if request.method == "GET":
        form = ReportForm(initial={"kind": kinds[0], "subject": subject.public_id, "key": uuid.uuid4()}, kinds=kinds)
        return render(request, "reports/new.html", {"form": form, "subject": subject})
    form = ReportForm(request.POST, kinds=kinds)
    if not form.is_valid():
        context = {"form": form, "subject": subject}
        return render(request, "reports/new.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    count_one("reports", str(request.user.pk), allowed=30, window=3600)
    kind, key = form.cleaned_data["kind"], form.cleaned_data["key"]
    report = operations.request(kind, subject, by=request.user, at=timezone.now(), key=key)
    return see_other(request, "reports:detail", public_id=report.public_id)


_KINDS: dict[type, list[Any]] = {
    Engagement: [Report.Kind.ENGAGEMENT],
    MigrationEvent: [Report.Kind.STATUS, Report.Kind.FINAL],
    Minutes: [Report.Kind.MINUTES],
}


def _subject(request: Request, named: str) -> Engagement | MigrationEvent | Minutes:
    """What the report is to be about, if the person may see it; else the same 404 as for nothing."""
    try:
        public_id = uuid.UUID(named)
    except ValueError:
        raise Http404 from None
    event = MigrationEvent.objects.visible_to(request.user).filter(public_id=public_id)
    if found := event.select_related("project__engagement__customer", "project__engagement__centre").first():
        return found
    minutes = Minutes.objects.visible_to(request.user).filter(public_id=public_id)
    if written := minutes.select_related(
        "engagement__customer", "engagement__centre", "meeting__engagement__customer"
    ).first():
        return written
    engagement = Engagement.objects.visible_to(request.user).select_related("customer", "centre")
    return get_object_or_404(engagement, public_id=public_id)


@require_GET
def detail(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Progress while it is made; then what it says, its hashes and its files."""
    report = _one(request, public_id)
    context: dict[str, Any] = {"report": report, "page": None, "verify_address": "", "newer": None, "annex": None}
    if report.status == Report.Status.ISSUED and report.snapshot is not None and report.seal is not None:
        context["annex"] = getattr(report, "annex", None)
        context["no_annex"] = operations.why_no_annex(report)
        context["may_annex"] = decide(request.user, "reports.request", report.engagement)
        context["page"] = page_of(snapshots.from_plain(report.snapshot))
        context["verify_address"] = verify_address(report.seal.code)
        newer = documents.newest_after(report.seal)
        context["newer"] = Report.objects.visible_to(request.user).filter(seal=newer).first() if newer else None
    return render(request, "reports/detail.html", context)


@require_GET
def progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The bar of a report that is being made; once it is over, the page shows itself anew."""
    report = _one(request, public_id)
    answer = render(request, "reports/_progress.html", {"report": report})
    if not report.is_under_way:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@limited("downloads", per_hour=60)
def download(request: Request, public_id: uuid.UUID) -> FileResponse:
    """The sealed PDF."""
    return operations.download(_one(request, public_id), by=request.user)


@require_GET
@limited("downloads", per_hour=60)
def records(request: Request, public_id: uuid.UUID) -> FileResponse:
    """Every record of a final report as CSV: the same bytes as in the PDF."""
    return operations.download(_one(request, public_id), by=request.user, what="records")


@require_GET
@limited("downloads", per_hour=60)
def archive(request: Request, public_id: uuid.UUID) -> FileResponse:
    """The copy to keep for decades, with every record inside it."""
    return operations.download(_one(request, public_id), by=request.user, what="archive")


@require_POST
def annex(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Asks for every record in print."""
    report = _one(request, public_id)
    count_one("reports", str(request.user.pk), allowed=30, window=3600)
    operations.request_annex(report, by=request.user)
    return see_other(request, "reports:detail", public_id=report.public_id)


@require_GET
@limited("downloads", per_hour=60)
def annex_file(request: Request, public_id: uuid.UUID) -> FileResponse:
    """Every record in print: one PDF, or its parts in one ZIP."""
    return operations.download_annex(_one(request, public_id), by=request.user)
