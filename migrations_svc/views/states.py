"""The states of the records: loaded from a file, set by hand, and what files put back."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.limits import limited
from fasttrack_portal.output import csv_response
from fasttrack_portal.refusals import Invalid
from migrations_svc import operations
from migrations_svc.forms import RecordForm, StatesForm
from migrations_svc.models import Issue, MigrationRecord, StatesFile
from migrations_svc.recordfile import FileRefused
from migrations_svc.views.common import EVENT_FACTS, counted_import, event_or_404, too_many


@require_http_methods(["GET", "POST"])
def load_states(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The states of the records, as the migration tools export them."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.load_states", event)
    files = StatesFile.objects.visible_to(request.user).filter(event=event).select_related("uploaded_by")
    context: dict[str, Any] = {"event": event, "files": files[:10]}
    template = "migrations_svc/load_states.html"
    if request.method == "GET":
        return render(request, template, {**context, "form": StatesForm(initial={"key": uuid.uuid4()})})
    if refusal := counted_import(request):
        return too_many(request, template, context, StatesForm(request.POST), refusal)
    form = StatesForm(request.POST, request.FILES)
    if form.is_valid():
        key, at = form.cleaned_data["key"], timezone.now()
        try:
            file = operations.bring_states(event, key=key, by=request.user, at=at, **form.content())
        except FileRefused as refused:
            form.add_error("file", refused.sentence)
        except Invalid as refusal_of_list:
            form.refuse(refusal_of_list)
        else:
            if file.status != StatesFile.Status.IMPORTED:
                return see_other(request, file)
            messages.success(request, _told(file))
            return see_other(request, event)
    return render(request, template, {**context, "form": form}, status=422)


@require_GET
def states_file(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What a file with states did, or why it did nothing; or how far its job is."""
    file = _file_or_404(request, public_id)
    may_load = decide(request.user, "migrations.load_states", file.event)
    context = {"file": file, "event": file.event, "may_load": may_load, "told": _told(file), "job": None}
    if file.job_id is not None and file.status == StatesFile.Status.READING:
        # Others who see the event read that it goes on; how far it is only who may look at the job.
        context["job"] = Job.objects.visible_to(request.user).filter(pk=file.job_id).first()
    return render(request, "migrations_svc/states_file.html", context)


@require_GET
@limited("exports", per_hour=10)
def states_reasons(request: Request, public_id: uuid.UUID) -> HttpResponseBase:
    """What was refused, line by line, as a file."""
    file = _file_or_404(request, public_id)
    rows: list[tuple[Any, ...]] = [(each.line, each.column, each.value, each.message) for each in file.line_errors]
    if file.left_out:
        more = ngettext("and %(count)s more", "and %(count)s more", file.left_out)
        rows.append(("", "", "", more % {"count": f"{file.left_out:,}"}))
    return csv_response(f"{file.event.number}-states-refused.csv", ("line", "column", "value", "reason"), rows)


def _file_or_404(request: Request, public_id: uuid.UUID) -> StatesFile:
    rows = StatesFile.objects.visible_to(request.user).select_related(
        "uploaded_by", *(f"event__{path}" for path in EVENT_FACTS)
    )
    return get_object_or_404(rows, public_id=public_id)


@require_GET
def record(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One record: where it stands, what is said of it, and its issues."""
    found = _record(request, public_id)
    return _page(request, found, RecordForm(initial={"status": found.status, "version": found.version}))


@require_POST
def set_record(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Its state by hand, with a reason."""
    found = _record(request, public_id)
    require(request.user, "migrations.load_states", found.event)
    form = RecordForm(request.POST)
    if form.is_valid():
        try:
            operations.set_record(found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The state is set."))
            return see_other(request, found)
    return _page(request, found, form, status=422)


@require_POST
def settle_doubts(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What files put back: taken after all, or dropped."""
    event = event_or_404(request, public_id)
    take = request.POST.get("take") == "1"
    count = operations.settle_doubts(event, take=take, by=request.user, at=timezone.now())
    told = (
        ngettext("%(count)s record went back.", "%(count)s records went back.", count)
        if take
        else ngettext("%(count)s record keeps its state.", "%(count)s records keep their state.", count)
    )
    messages.success(request, told % {"count": f"{count:,}"})
    return see_other(request, event)


def _record(request: Request, public_id: uuid.UUID) -> MigrationRecord:
    rows = MigrationRecord.objects.visible_to(request.user).select_related(*(f"event__{path}" for path in EVENT_FACTS))
    return get_object_or_404(rows, public_id=public_id)


def _page(request: Request, found: MigrationRecord, form: RecordForm, status: int = 200) -> HttpResponse:
    issues = Issue.objects.visible_to(request.user).filter(records=found).select_related("reported_by")
    context = {
        "record": found,
        "event": found.event,
        "form": form,
        "may_set": decide(request.user, "migrations.load_states", found.event),
        "takes_states": operations.takes_states(found.event, timezone.now()),
        "takes_issues": operations.takes_issues(found.event),
        "issues": issues.order_by("pk")[:100],
    }
    return render(request, "migrations_svc/record.html", context, status=status)


def _told(file: StatesFile) -> str:
    """What the file did, in sentences; nothing of one that did nothing."""
    if file.status != StatesFile.Status.IMPORTED:
        return ""
    parts = [
        ngettext("%(count)s record named", "%(count)s records named", file.count("rows"))
        % {"count": f"{file.count('rows'):,}"},
        _("%(count)s in a new state") % {"count": f"{file.count('changed'):,}"},
    ]
    if file.count("backwards"):
        parts.append(_("%(count)s would go backwards and was left") % {"count": f"{file.count('backwards'):,}"})
    told = _("The states are stored: %(parts)s.") % {"parts": ", ".join(parts)}
    if file.ignored_columns:
        told += " " + _("Columns that were not read: %(columns)s.") % {"columns": ", ".join(file.ignored_columns)}
    return told
