"""How an event comes along, when it may be through, and the numbers that an admin sets for that."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import StaleVersion
from migrations_svc import operations, pace, sizes, totals
from migrations_svc.models import WatchSettings
from migrations_svc.views.common import event_or_404, tabs_of
from migrations_svc.watch_forms import BandRows, StallForm, UntilForm, bands_in, first_rows


@require_GET
def progress(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Totals, velocity, and the forecast, which is none of a promise."""
    event = event_or_404(request, public_id)
    form = UntilForm(request.GET or None)
    until = form.cleaned_data["until"] if form.is_bound and form.is_valid() else None
    states = totals.by_state(event.totals)
    context = {
        "event": event,
        "tabs": tabs_of(event, "progress"),
        "states": states,
        "picture": totals.picture_of(states),
        "pace": pace.of(event, at=timezone.now(), until=until),
        "form": form,
        "until": until,
    }
    return render(request, "migrations_svc/progress.html", context)


@require_http_methods(["GET", "POST"])
def watch_settings(request: Request) -> HttpResponse:
    """When an event stands still, and how long a record of which size takes."""
    require(request.user, "migrations.change_watch_settings")
    row = WatchSettings.current()
    template = "migrations_svc/watch_settings.html"
    if request.method == "GET":
        form = StallForm(initial={"stall_hours": row.stall_hours, "version": row.version})
        return render(request, template, {"form": form, "rows": BandRows(initial=first_rows(sizes.bands()))})
    form, rows = StallForm(request.POST), BandRows(request.POST)
    if not (form.is_valid() & rows.is_valid()):
        return render(request, template, {"form": form, "rows": rows}, status=422)
    try:
        operations.change_watch_settings(bands=bands_in(rows), by=request.user, **form.cleaned_data)
    except StaleVersion as stale:
        now = WatchSettings.current()
        form = StallForm(initial={**form.cleaned_data, "version": now.version})
        context = {"form": form, "rows": rows, "theirs": now.stall_hours, "bands": sizes.bands(), "stale": stale}
        return render(request, template, context, status=409)
    messages.success(request, _("Saved. Events are watched by these numbers from now on."))
    return see_other(request, "migrations_svc:watch_settings")
