"""Admins: bring a list of customers, see what it would do, import it or its valid part, take the refused lines away."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.imports import operations
from fasttrack_portal.imports.forms import UploadForm
from fasttrack_portal.imports.models import ImportLine, ImportPlan
from fasttrack_portal.imports.reading import COLUMNS
from fasttrack_portal.imports.tables import LineTable, PlanTable
from fasttrack_portal.limits import count_one
from fasttrack_portal.lists import list_page
from fasttrack_portal.output import csv_response
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.tabular import FileRefused

_EACH_HOUR = 10
_EXAMPLE = (
    "Contoso", "640114", "Contoso", "00000000-0000-0000-0000-000000000000", "contoso.com contoso.de", "620", "DE",
    "de", "Europe/Berlin", "emea",
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def imports(request: Request) -> HttpResponseBase:
    """The lists so far, and the form for the next one."""
    require(request.user, "imports.import")
    if request.method == "GET":
        return _page(request, UploadForm(initial={"key": uuid.uuid4()}))
    form = UploadForm(request.POST, request.FILES)
    if request.FILES:
        count_one("imports", str(request.user.pk), _EACH_HOUR, 3600)
    if not form.is_valid():
        return _page(request, form, 413 if form.is_too_large() else 422)
    data = form.cleaned_data
    name = data["file"].name.replace("\x00", "")[:200]
    try:
        plan = operations.upload(
            data["file"].file, name=name, key=data["key"], lines_at_most=form.lines, by=request.user
        )
    except FileRefused as refused:
        form.add_error("file", refused.sentence)
        return _page(request, form, 422)
    return see_other(request, plan)


def _page(request: Request, form: UploadForm, status: int = 200) -> HttpResponseBase:
    plans = ImportPlan.objects.visible_to(request.user).select_related("uploaded_by")
    context = {"form": form, "columns": COLUMNS}
    return list_page(request, PlanTable(plans), "imports/imports.html", context, status=status)


def _plan_or_404(request: Request, public_id: uuid.UUID) -> ImportPlan:
    rows = ImportPlan.objects.visible_to(request.user).select_related("job", "uploaded_by")
    return get_object_or_404(rows, public_id=public_id)


@require_GET
def plan(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """What the list would do, line by line; or how far its job is."""
    found = _plan_or_404(request, public_id)
    lines = ImportLine.objects.visible_to(request.user).filter(plan=found).order_by("line")
    chosen = request.GET.get("outcome", "")
    if chosen in ImportLine.Outcome.values:
        lines = lines.filter(outcome=chosen)
    states = [("", _("All"), found.line_count), *((o.value, o.label, found.count(o.value)) for o in ImportLine.Outcome)]
    tabs = [
        {"label": label, "href": f"?outcome={code}", "is_current": code == chosen, "count": f"{count:,}"}
        for code, label, count in states
    ]
    return list_page(request, LineTable(lines), "imports/plan.html", {"plan": found, "tabs": tabs})


@require_POST
def confirm(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Imports what the page showed."""
    found = _plan_or_404(request, public_id)
    try:
        operations.confirm(found, valid_part="valid" in request.POST, at=timezone.now(), by=request.user)
    except Invalid as refusal:
        messages.error(request, str(refusal.reason))
        return see_other(request, found)
    found.refresh_from_db(fields=["status", "counts"])
    if found.status == ImportPlan.Status.IMPORTED:
        told = _("Imported. New lines: %(new)s, changed: %(changed)s.")
        messages.success(request, told % {"new": f"{found.count('new'):,}", "changed": f"{found.count('changed'):,}"})
    return see_other(request, found)


@require_POST
def check_again(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The same file against the directory as it is now."""
    found = _plan_or_404(request, public_id)
    operations.check_again(found, by=request.user)
    if found.status == ImportPlan.Status.READY:
        messages.success(request, _("The list was checked again."))
    return see_other(request, found)


@require_GET
def refused(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The refused lines as a file: corrected, it can be brought again."""
    found = _plan_or_404(request, public_id)
    lines = ImportLine.objects.visible_to(request.user).filter(plan=found, outcome="refused").order_by("line")
    return csv_response("refused-lines.csv", (*COLUMNS, "line", "reason"), _rows(lines))


def _rows(lines: Any) -> Iterator[tuple[Any, ...]]:
    for line in lines.iterator(chunk_size=2_000):
        yield *(line.cell(column) for column in COLUMNS), line.line, line.reason


@require_GET
def template(request: Request) -> HttpResponseBase:
    """The header to start from, with an example."""
    require(request.user, "imports.import")
    return csv_response("customers.csv", COLUMNS, [_EXAMPLE])
