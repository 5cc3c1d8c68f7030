"""The FastTrack Centers: their hours, and the people of each."""

import uuid
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fasttrack_portal.access import decide, require
from fasttrack_portal.accounts.invitations import people_of
from fasttrack_portal.directory.following import follows
from fasttrack_portal.directory.forms import CentreForm, ClosureForm
from fasttrack_portal.directory.hours import supposed
from fasttrack_portal.directory.models import CenterClosure, CenterHours, FastTrackCenter
from fasttrack_portal.directory.operations import centres as operations
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid

_CLOSURES_SHOWN = 3


@require_GET
def centres(request: Request) -> HttpResponse:
    """Staff: the centres with their zones, hours and next closures."""
    require(request.user, "staff.pages")
    found = FastTrackCenter.objects.visible_to(request.user).prefetch_related("hours", "closures")
    now = timezone.now()
    rows = [_hours_and_closures(centre, timezone.localdate(now, ZoneInfo(centre.zone))) for centre in found]
    return render(request, "directory/centres.html", {"centres": rows})


def _hours_and_closures(centre: FastTrackCenter, today: date) -> dict[str, Any]:
    """What a person needs who wants to reach the centre; `today` is the day where it stands."""
    closed = centre.closed_days(range(today.year, today.year + 2))
    upcoming = sorted((day, name) for day, name in closed.items() if day >= today)
    return {
        "centre": centre,
        "hours": [
            {"weekday_name": WEEKDAYS_ABBR[row.weekday], "opens": row.opens, "closes": row.closes}
            for row in sorted(centre.hours.all(), key=lambda row: row.weekday)
        ],
        "closures": upcoming[:_CLOSURES_SHOWN],
    }


@require_GET
def centre(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Staff: who works in one centre, when it is open and when it is closed."""
    found = _found(request, public_id)
    require(request.user, "staff.pages")
    now = timezone.now()
    today = timezone.localdate(now, ZoneInfo(found.zone))
    context = {
        "centre": found,
        "people": people_of(found, request.user, at=now),
        "hours": _hours_and_closures(found, today)["hours"],
        "closures": [row for row in found.closures.all() if row.day >= today],
        "may_edit": decide(request.user, "directory.edit_centre", found).allowed,
    }
    return render(request, "directory/centre.html", context)


@require_http_methods(["GET", "POST"])
def edit_centre(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Place and hours; whose meetings move is shown before it is saved."""
    found = _found(request, public_id)
    require(request.user, "directory.edit_centre", found)
    form = CentreForm.of(found, request.POST if request.method == "POST" else None)
    previews: list[Any] = []
    if form.is_valid():
        try:
            operations.check_hours(form.hours())
            operations.check_place(form.facts()["country"], form.facts()["subdivision"])
            previews = follows(_with_hours(found, form), at=timezone.now())
            if not previews or "sure" in request.POST:
                version = form.cleaned_data["version"]
                operations.edit_centre(found, hours=form.hours(), version=version, by=request.user, **form.facts())
                messages.success(request, _("The changes are saved."))
                return see_other(request, found)
        except Invalid as refusal:
            form.refuse(refusal)
    title = _("Place and hours of %(name)s") % {"name": found.name}
    return _page(request, found, form, title, previews)


def _with_hours(centre: FastTrackCenter, form: CentreForm) -> FastTrackCenter:
    rows = [CenterHours(weekday=day, opens=opens, closes=closes) for day, (opens, closes) in form.hours().items()]
    return supposed(centre, hours=rows, **form.facts())


@require_http_methods(["GET", "POST"])
def add_closure(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Days on which the centre is closed; whose meetings move is shown before it is saved."""
    found = _found(request, public_id)
    require(request.user, "directory.edit_centre", found)
    now, previews = timezone.now(), []
    today = timezone.localdate(now, ZoneInfo(found.zone))
    form = ClosureForm(request.POST if request.method == "POST" else None, on=today)
    if form.is_valid():
        facts = form.facts()
        try:
            days = operations.closure_days(facts["first_on"], facts["last_on"])
            closures = [CenterClosure(day=day, name=facts["name"]) for day in days]
            previews = follows(supposed(found, closures=closures), at=now)
            if not previews or "sure" in request.POST:
                operations.add_closure(found, by=request.user, **facts)
                messages.success(request, _("The closure is saved."))
                return see_other(request, found)
        except Invalid as refusal:
            form.refuse(refusal)
    return _page(request, found, form, _("Add a closure of %(name)s") % {"name": found.name}, previews)


@require_POST
def remove_closure(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The centre is open on that day after all; meetings that have moved stay where they are by now."""
    found = _found(request, public_id)
    operations.remove_closure(found, day=_day(request.POST.get("day", "")), by=request.user)
    messages.success(request, _("The centre is open on that day."))
    return see_other(request, found)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return date.min


def _page(request: Request, centre: FastTrackCenter, form: forms.Form, title: str, previews: list[Any]) -> HttpResponse:
    days = form.days() if isinstance(form, CentreForm) else []
    context = {"centre": centre, "form": form, "title": title, "previews": previews, "days": days}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "directory/edit_centre.html", context, status=status)


def _found(request: Request, public_id: uuid.UUID) -> FastTrackCenter:
    rows = FastTrackCenter.objects.visible_to(request.user).prefetch_related("hours", "closures")
    return get_object_or_404(rows, public_id=public_id)
