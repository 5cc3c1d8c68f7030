"""The records of an event: bringing the list, looking through it, taking it away."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import limited
from fasttrack_portal.lists import paged
from fasttrack_portal.output import csv_response
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations, recordfile
from migrations_svc.filters import RecordFilter
from migrations_svc.forms import ListForm
from migrations_svc.models import ListLine, ListPlan, MigrationEvent, MigrationRecord
from migrations_svc.operations.lists import GIGABYTE
from migrations_svc.permissions import CUSTOMER, side_of
from migrations_svc.recordfile import FileRefused
from migrations_svc.tables import LineTable, RecordTable
from migrations_svc.views.common import EVENT_FACTS, counted_import, event_or_404, tabs_of, too_many

_EXPORTED = (
    "source_address",
    "target_address",
    "kind",
    "display_name",
    "size_gb",
    "state",
    "items_moved",
    "items_left_out",
    "message",
    "state_since",
)
_FIELDS = (
    "source_address",
    "target_address",
    "kind",
    "display_name",
    "size_bytes",
    "status",
    "items_moved",
    "items_failed",
    "message",
    "status_at",
)


@require_GET
def template_csv(request: Request) -> HttpResponseBase:
    """The header a customer starts from, with the example of `?source=`."""
    source = request.GET.get("source", "")
    example = recordfile.EXAMPLES.get(source)
    name = f"migration-list-{source}.csv" if example else "migration-list.csv"
    return csv_response(name, recordfile.PLAN_COLUMNS, [example] if example else [])


@require_http_methods(["GET", "POST"])
def load_list(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The list of a draft: a file is brought, and its plan shows what it would do."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.load_list", event)
    plans = ListPlan.objects.visible_to(request.user).filter(event=event).select_related("uploaded_by")
    context: dict[str, Any] = {"event": event, "plans": plans[:10]}
    template = "migrations_svc/load_list.html"
    if request.method == "GET":
        return render(request, template, {**context, "form": ListForm(initial={"key": uuid.uuid4()})})
    if refusal := counted_import(request):
        return too_many(request, template, context, ListForm(request.POST), refusal)
    form = ListForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            plan = operations.upload_list(event, key=form.cleaned_data["key"], by=request.user, **form.content())
        except FileRefused as refused:
            form.add_error("file", refused.sentence)
        except Invalid as refusal_of_form:
            form.refuse(refusal_of_form)
        else:
            return see_other(request, plan)
    return render(request, template, {**context, "form": form}, status=413 if form.is_too_large() else 422)


@require_GET
def list_plan(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What the file would do to the list, line by line; or how far its reading is."""
    plan = _plan_or_404(request, public_id)
    lines = ListLine.objects.visible_to(request.user).filter(plan=plan).select_related("elsewhere").order_by("line")
    chosen = request.GET.get("outcome", "")
    if chosen in ListLine.Outcome.values:
        lines = lines.filter(outcome=chosen)
    states = [("", _("All"), plan.line_count), *((o.value, o.label, plan.count(o.value)) for o in ListLine.Outcome)]
    context = {
        "event": plan.event,
        "plan": plan,
        "table": paged(request, LineTable(lines.defer("raw"))),
        "tabs": [
            {"label": label, "href": f"?outcome={code}", "is_current": code == chosen, "count": f"{count:,}"}
            for code, label, count in states
        ],
        "may_import": decide(request.user, "migrations.load_list", plan.event),
        "is_draft": plan.event.status == MigrationEvent.Status.DRAFT,
    }
    return render(request, "migrations_svc/list_plan.html", context)


@require_POST
def import_list(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The list of the event becomes what the page showed."""
    plan = _plan_or_404(request, public_id)
    removes = "removes" in request.POST
    try:
        operations.import_list(
            plan, valid_part="valid" in request.POST, removes=removes, at=timezone.now(), by=request.user
        )
    except Invalid as refusal:
        messages.error(request, str(refusal.reason))
        return see_other(request, plan)
    if plan.status != ListPlan.Status.IMPORTED:
        return see_other(request, plan)
    told = ngettext(
        "The list is stored: %(count)s record.", "The list is stored: %(count)s records.", plan.event.record_count
    )
    messages.success(request, told % {"count": f"{plan.event.record_count:,}"})
    return see_other(request, plan if plan.count("refused") else plan.event)


@require_POST
def check_list(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The same file against the lists as they are now."""
    plan = _plan_or_404(request, public_id)
    operations.check_list(plan, by=request.user)
    if plan.status == ListPlan.Status.READY:
        messages.success(request, _("The list was checked again."))
    return see_other(request, plan)


@require_GET
@limited("exports", per_hour=10)
def list_reasons(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The same file back, with what each line comes to and why; corrected, it can be brought again."""
    plan = _plan_or_404(request, public_id)
    lines = ListLine.objects.visible_to(request.user).filter(plan=plan).select_related("elsewhere").order_by("line")
    return csv_response(
        f"{plan.event.number}-checked.csv", (*plan.header, "line", "outcome", "reason"), _checked(plan, lines)
    )


def _checked(plan: ListPlan, lines: QuerySet[ListLine]) -> Iterator[tuple[Any, ...]]:
    width = len(plan.header)
    for line in lines.iterator(chunk_size=2_000):
        cells = (line.cells + [""] * width)[:width]
        yield *cells, line.line, line.get_outcome_display(), line.reason


def _plan_or_404(request: Request, public_id: uuid.UUID) -> ListPlan:
    rows = ListPlan.objects.visible_to(request.user).select_related(
        "job", "uploaded_by", *(f"event__{path}" for path in EVENT_FACTS)
    )
    return get_object_or_404(rows, public_id=public_id)


def _narrowed(request: Request, event: MigrationEvent) -> RecordFilter:
    return RecordFilter(request.GET, MigrationRecord.objects.visible_to(request.user).filter(event=event), event=event)


@require_GET
def records(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What is on the list, a page at a time."""
    event = event_or_404(request, public_id)
    rows = _narrowed(request, event)
    context = {
        "event": event,
        "filter": rows,
        "table": paged(request, RecordTable(rows.qs)),
        "tabs": tabs_of(event, "records"),
        "is_customer": side_of(request.user, event.engagement) == CUSTOMER,
    }
    return render(request, "migrations_svc/records.html", context)


@require_GET
@limited("exports", per_hour=10)
def records_csv(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """The records that the filters in the address leave, as a file."""
    event = event_or_404(request, public_id)
    rows = _narrowed(request, event).qs
    return csv_response(f"{event.number}-records.csv", _EXPORTED, _lines(rows.order_by("pk")))


def _lines(rows: QuerySet[MigrationRecord]) -> Iterator[tuple[Any, ...]]:
    cells = rows.values_list(*_FIELDS)
    for source, target, kind, name, size, status, moved, failed, message, since in cells.iterator(chunk_size=2_000):
        gigabytes = None if size is None else round(size / GIGABYTE, 6)
        stamp = since.isoformat() if since else ""
        yield source, target, kind, name, gigabytes, status, moved, failed, message, stamp
