"""The records of an event: loading the list and the states, looking through them, taking them away."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import limited
from fasttrack_portal.lists import paged
from fasttrack_portal.output import csv_response
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations, recordfile
from migrations_svc.filters import RecordFilter
from migrations_svc.forms import ListForm, StatesForm
from migrations_svc.models import MigrationRecord
from migrations_svc.operations import Loaded
from migrations_svc.operations.lists import GIGABYTE
from migrations_svc.permissions import CUSTOMER, side_of
from migrations_svc.tables import RecordTable
from migrations_svc.views.common import counted_import, event_or_404, tabs_of, too_many

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
    """The header a customer starts from."""
    return csv_response("migration-list.csv", recordfile.PLAN_COLUMNS, [])


@require_http_methods(["GET", "POST"])
def load_list(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The list of a draft, checked and stored in one go."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.load_list", event)
    context: dict[str, Any] = {"event": event}
    template = "migrations_svc/load_list.html"
    if request.method == "GET":
        form = ListForm(event=event, initial={"key": uuid.uuid4(), "version": event.version})
        return render(request, template, {**context, "form": form})
    if refusal := counted_import(request):
        return too_many(request, template, context, ListForm(request.POST, event=event), refusal)
    form = ListForm(request.POST, request.FILES, event=event)
    if form.is_valid():
        data = form.cleaned_data
        try:
            count = operations.load_list(event, data["file"], key=data["key"], version=data["version"], by=request.user)
        except Invalid as refusal_of_list:
            form.refuse(refusal_of_list)
        else:
            told = ngettext("The list is stored: %(count)s record.", "The list is stored: %(count)s records.", count)
            messages.success(request, told % {"count": f"{count:,}"})
            return see_other(request, event)
    return render(request, template, {**context, "form": form}, status=422)


@require_http_methods(["GET", "POST"])
def load_states(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The states of the records, as the migration tools export them."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.load_states", event)
    context: dict[str, Any] = {"event": event}
    template = "migrations_svc/load_states.html"
    if request.method == "GET":
        return render(request, template, {**context, "form": StatesForm(initial={"key": uuid.uuid4()})})
    if refusal := counted_import(request):
        return too_many(request, template, context, StatesForm(request.POST), refusal)
    form = StatesForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            loaded = operations.load_states(event, data["file"], key=data["key"], by=request.user, at=timezone.now())
        except Invalid as refusal_of_list:
            form.refuse(refusal_of_list)
        else:
            messages.success(request, _told(loaded, data["file"].ignored_columns))
            return see_other(request, event)
    return render(request, template, {**context, "form": form}, status=422)


@require_GET
def records(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What is on the list, a page at a time."""
    event = event_or_404(request, public_id)
    rows = RecordFilter(request.GET, MigrationRecord.objects.visible_to(request.user).filter(event=event))
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
    rows = RecordFilter(request.GET, MigrationRecord.objects.visible_to(request.user).filter(event=event)).qs
    return csv_response(f"{event.number}-records.csv", _EXPORTED, _lines(rows.order_by("pk")))


def _lines(rows: QuerySet[MigrationRecord]) -> Iterator[tuple[Any, ...]]:
    cells = rows.values_list(*_FIELDS)
    for source, target, kind, name, size, status, moved, failed, message, since in cells.iterator(chunk_size=2_000):
        gigabytes = None if size is None else round(size / GIGABYTE, 6)
        stamp = since.isoformat() if since else ""
        yield source, target, kind, name, gigabytes, status, moved, failed, message, stamp


def _told(loaded: Loaded, ignored: tuple[str, ...]) -> str:
    """What the file did, in sentences."""
    parts = [
        ngettext("%(count)s record named", "%(count)s records named", loaded.rows) % {"count": f"{loaded.rows:,}"},
        _("%(count)s in a new state") % {"count": f"{loaded.changed:,}"},
    ]
    if loaded.backwards:
        parts.append(_("%(count)s went backwards") % {"count": f"{loaded.backwards:,}"})
    told = _("The states are stored: %(parts)s.") % {"parts": ", ".join(parts)}
    if ignored:
        told += " " + _("Columns that were not read: %(columns)s.") % {"columns": ", ".join(ignored)}
    return told
