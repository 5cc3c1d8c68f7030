"""Many reports in one file: asking for it, watching it being made, taking it away."""

import uuid

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import limited
from fasttrack_portal.lists import list_page
from reports import operations
from reports.filters import ReportFilter
from reports.forms import key_of
from reports.models import Bundle, Report
from reports.tables import BundleTable
from reports.views.finding import engagement_of


@require_GET
def bundles(request: Request) -> HttpResponseBase:
    """The files that one has asked for."""
    found = Bundle.objects.visible_to(request.user).select_related("engagement__customer", "requested_by", "job")
    return list_page(request, BundleTable(found), "reports/bundles.html", {})


@require_POST
@limited("exports", per_hour=10)
def export(request: Request) -> HttpResponse:
    """All reports that fit the filters of the list, as one file."""
    names = ReportFilter(request.POST, queryset=Report.objects.visible_to(request.user).none()).form.fields
    filters = {name: request.POST.get(name, "")[:100].replace("\x00", "") for name in names}
    bundle = operations.request_export(filters=filters, key=key_of(request.POST), by=request.user)
    return see_other(request, "reports:bundle", public_id=bundle.public_id)


@require_POST
def hand_over(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """All that an engagement has come to, as one file."""
    engagement = engagement_of(request, public_id)
    require(request.user, "reports.hand_over", engagement)
    return _hand_over(request, public_id)


@limited("exports", per_hour=10)
def _hand_over(request: Request, public_id: uuid.UUID) -> HttpResponse:
    engagement = engagement_of(request, public_id)
    bundle = operations.request_handover(engagement, key=key_of(request.POST), by=request.user)
    return see_other(request, "reports:bundle", public_id=bundle.public_id)


@require_GET
def bundle(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Progress while it is made; then the file, and for how long it is kept."""
    return render(request, "reports/bundle.html", {"bundle": _one(request, public_id)})


@require_GET
def bundle_progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The bar; once it is over, the page shows itself anew."""
    found = _one(request, public_id)
    answer = render(request, "reports/_bundle_progress.html", {"bundle": found})
    if not found.is_under_way:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@limited("downloads", per_hour=60)
def download_bundle(request: Request, public_id: uuid.UUID) -> FileResponse:
    """The ZIP, as long as the person may read all that is in it."""
    return operations.download_bundle(_one(request, public_id), by=request.user)


def _one(request: Request, public_id: uuid.UUID) -> Bundle:
    found = Bundle.objects.visible_to(request.user).select_related(
        "engagement__customer", "engagement__centre", "requested_by", "file", "job"
    )
    return get_object_or_404(found, public_id=public_id)
