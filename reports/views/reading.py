"""The list of reports, one report with its progress and summary, and the files it hands out."""

import uuid
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from engagements.tabs import tabs_of
from fasttrack_portal.access import decide
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.http import Request
from fasttrack_portal.limits import limited
from fasttrack_portal.lists import list_page
from reports import links, operations, snapshots
from reports.filters import ReportFilter
from reports.models import EngagementRhythm, Report
from reports.pages import page_of, story_of
from reports.printing import verify_address
from reports.sections import offers
from reports.tables import ReportTable
from reports.views.finding import engagement_of, listed, report_of


@require_GET
def reports(request: Request) -> HttpResponseBase:
    """Every report one may see, newest first."""
    narrowed = ReportFilter(request.GET, queryset=listed(request))
    audience = request.user.audience
    is_own = not audience.is_staff and not audience.partner_ids and len(audience.customer_ids) == 1
    table = ReportTable(narrowed.qs, exclude=("customer",) if is_own else ())
    table.keys_first = bool(audience.partner_ids)  # whose reports are found by its links
    context = {
        "filter": narrowed,
        "sort": request.GET.get("sort", ""),
        "may_portfolio": decide(request.user, "reports.portfolio").allowed,
        "export_fields": [(name, request.GET.get(name, "")) for name in narrowed.form.fields],
        "key": uuid.uuid4(),
    }
    return list_page(request, table, "reports/list.html", context)


@require_GET
def of_engagement(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The reports of one engagement, on its own tab."""
    engagement = engagement_of(request, public_id)
    table = ReportTable(listed(request).filter(engagement=engagement), exclude=("customer",))
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, "reports:of_engagement"),
        "offers": offers(engagement, request.user),
        "rhythm": EngagementRhythm.of(engagement),
        "may_set_rhythm": decide(request.user, "reports.set_rhythm", engagement),
        "may_hand_over": decide(request.user, "reports.hand_over", engagement),
        "key": uuid.uuid4(),
    }
    return list_page(request, table, "reports/of_engagement.html", context)


@require_GET
def detail(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Progress while it is made; then what it says, its hashes and its files."""
    report = report_of(request, public_id)
    context: dict[str, Any] = {
        "report": report,
        "page": None,
        "verify_address": "",
        "newer": None,
        "links": {},
        "annex": None,
    }
    if report.status == Report.Status.ISSUED and report.snapshot is not None and report.seal is not None:
        context["annex"] = getattr(report, "annex", None)
        context["no_annex"] = operations.why_no_annex(report)
        context["may_annex"] = decide(request.user, "reports.request", report.engagement) if report.engagement else None
        said = snapshots.from_plain(report.snapshot)
        context["page"] = page = page_of(said)
        context["story"] = story_of(said)
        context["verify_address"] = verify_address(report.seal.code)
        newer = documents.newest_after(report.seal)
        context["newer"] = Report.objects.visible_to(request.user).filter(seal=newer).first() if newer else None
        context["links"] = lists = links.of(report)
        page["stats"] = links.traced(page["stats"], lists)
        context["may_reissue"] = not newer and decide(request.user, "reports.reissue", report).allowed
    # What its parts name stands beside what the page itself is about.
    return render(request, "reports/detail.html", {**(context["page"] or {}), **context, "is_paper": False})


@require_GET
def progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The bar of a report that is being made; once it is over, the page shows itself anew."""
    report = report_of(request, public_id)
    answer = render(request, "reports/_progress.html", {"report": report})
    if not report.is_under_way:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@limited("downloads", per_hour=60)
def download(request: Request, public_id: uuid.UUID) -> FileResponse:
    """The sealed PDF."""
    return operations.download(report_of(request, public_id), by=request.user)


@require_GET
@limited("downloads", per_hour=60)
def records(request: Request, public_id: uuid.UUID) -> FileResponse:
    """Every record of a final report, or every engagement of a portfolio, as CSV: the same bytes as in the PDF."""
    return operations.download(report_of(request, public_id), by=request.user, what="records")


@require_GET
@limited("downloads", per_hour=60)
def archive(request: Request, public_id: uuid.UUID) -> FileResponse:
    """The copy to keep for decades, with every record inside it."""
    return operations.download(report_of(request, public_id), by=request.user, what="archive")


@require_GET
@limited("downloads", per_hour=60)
def annex_file(request: Request, public_id: uuid.UUID) -> FileResponse:
    """Every record in print: one PDF, or its parts in one ZIP."""
    return operations.download_annex(report_of(request, public_id), by=request.user)
