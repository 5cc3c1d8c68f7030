"""Pages of meetings."""

import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from engagements import agenda
from engagements.cadence import Skipped, Slot
from engagements.forms.meetings import CancelForm, NotesForm, SeriesForm
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations import meetings as operations
from engagements.operations import planning
from engagements.tabs import tabs_of
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import file_response, is_file_wanted

_RECENT = 20
_A_PAGE = 50


@require_GET
def meetings(request: Request) -> HttpResponseBase:
    """What is coming, week by week; specialists see their own first, `?whose=all` shows all they may see."""
    user = request.user
    coming = Meeting.objects.visible_to(user).coming(at=timezone.now())
    has_own = bool(user.audience.centre_ids)
    is_mine = has_own and request.GET.get("whose") != "all"
    if is_mine:
        coming = coming.filter(specialist=user)
    if is_file_wanted(request):
        return _file(coming)
    related = coming.select_related("engagement__customer", "engagement__centre", "specialist")
    page = Paginator(related, _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "weeks": agenda.by_week(agenda.rows(user, page.object_list), user.zone()),
        "is_mine": is_mine,
        "names_specialist": not is_mine,
        "tabs": _whose_tabs(is_mine) if has_own else [],
    }
    return render(request, "engagements/meetings.html", context)


def _file(coming: QuerySet[Meeting]) -> HttpResponseBase:
    """All that are coming, on the clock of whoever looks."""
    header = (_("Begins"), _("Ends"), _("Kind"), _("Engagement"), _("Customer"), _("Specialist"))
    found = coming.select_related("engagement__customer", "specialist").defer("notes").iterator(chunk_size=500)
    lines = (
        (
            meeting.start,
            meeting.end,
            meeting.get_kind_display(),
            meeting.engagement.number,
            meeting.engagement.customer.name,
            meeting.specialist,
        )
        for meeting in found
    )
    return file_response("meetings", header, lines)


@require_GET
def of_engagement(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """An engagement's meetings: its rhythm, what is coming, what was."""
    engagement = _engagement(request, public_id)
    now = timezone.now()
    own = (
        Meeting.objects.visible_to(request.user)
        .filter(engagement=engagement)
        .select_related("specialist", "engagement__customer", "engagement__centre")
    )
    coming = list(own.coming(at=now))
    over = own.exclude(pk__in=[meeting.pk for meeting in coming]).order_by("-during", "-pk")[:_RECENT]
    series = _series(request.user, engagement)
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, "engagements:meetings"),
        "series": series,
        "rhythm": operations.rhythm(series) if series else "",
        "is_planning": series is not None and series.planned_until is None and not engagement.is_at_rest,
        "coming": agenda.in_one(agenda.rows(request.user, coming)),
        "coming_count": len(coming),
        "over": agenda.in_one(agenda.rows(request.user, over)),
    }
    return render(request, "engagements/meetings_of_engagement.html", context)


@require_http_methods(["GET", "POST"])
def set_series(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Sets, changes or ends the checkpoints; `preview` shows the next dates and saves nothing."""
    engagement = _engagement(request, public_id)
    series = _series(request.user, engagement)
    if request.method == "POST" and "end" in request.POST:
        return _end(request, engagement, series)
    require(request.user, "meetings.set_series", engagement)
    today = timezone.localdate()
    if request.method == "GET":
        return _series_page(request, engagement, series, SeriesForm.of(engagement, series, on=today))
    form = SeriesForm.of(engagement, series, on=today, data=request.POST)
    if not form.is_valid():
        return _series_page(request, engagement, series, form, status=422)
    if "preview" in request.POST:
        return _series_page(request, engagement, series, form, is_preview=True)
    operations.set_series(engagement, by=request.user, **form.changes())
    messages.success(request, _("The checkpoints are set. The portal is planning them and sends the invitations."))
    return see_other(request, "engagements:meetings", public_id=engagement.public_id)


def _end(request: Request, engagement: Engagement, series: MeetingSeries | None) -> HttpResponse:
    require(request.user, "meetings.end_series", engagement)
    last = series or MeetingSeries.objects.visible_to(request.user).filter(engagement=engagement).last()
    if last is None:
        raise Http404
    operations.end_series(last, at=timezone.now(), by=request.user)
    messages.success(request, _("The checkpoints were ended."))
    return see_other(request, "engagements:meetings", public_id=engagement.public_id)


def _series_page(
    request: Request,
    engagement: Engagement,
    series: MeetingSeries | None,
    form: SeriesForm,
    *,
    status: int = 200,
    is_preview: bool = False,
) -> HttpResponse:
    foreseen: Sequence[Slot | Skipped] = []
    zone = engagement.centre.zone
    if is_preview:
        pattern = form.pattern()
        foreseen = planning.foresee(engagement, pattern, at=timezone.now(), series=series)
        zone = pattern.zone
    context = {
        "engagement": engagement,
        "series": series,
        "form": form,
        "is_preview": is_preview,
        "foreseen": [_foreseen(item) for item in foreseen],
        "zone": zone,
        "zone_across": _another_zone(engagement, zone),
        "invited": agenda.invited(engagement),
    }
    return render(request, "engagements/series.html", context, status=status)


@require_GET
def meeting(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One meeting on both sides' clocks, who is invited, and its minutes."""
    found = _meeting(request, public_id)
    return _meeting_page(request, found, NotesForm.of(found))


@require_GET
def invitation(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The meeting as a calendar file; of a cancelled one the file that takes it out again."""
    found = _meeting(request, public_id)
    is_cancelled = found.status == Meeting.Status.CANCELLED
    content = agenda.calendar_file_of(
        "CANCEL" if is_cancelled else "REQUEST", [found], found.engagement, stamp=timezone.now()
    )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    name = agenda.file_name(found, found.engagement, "cancellation" if is_cancelled else "invitation")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
def move(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """One step of a meeting; the page that asks for the reason is the only one to be looked at."""
    if step not in _STEPS:
        raise Http404
    found = _meeting(request, public_id)
    if request.method == "GET" and step != "cancel":
        return HttpResponseNotAllowed(["POST"])
    return _STEPS[step](request, found)


def _hold(request: Request, meeting: Meeting) -> HttpResponse:
    operations.hold(meeting, at=timezone.now(), by=request.user)
    messages.success(request, _("The meeting is marked as held."))
    return see_other(request, meeting)


def _cancel(request: Request, meeting: Meeting) -> HttpResponse:
    require(request.user, "meetings.cancel", meeting)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operations.cancel(meeting, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The meeting is cancelled. Everybody invited is told."))
        return see_other(request, meeting)
    context = {"meeting": meeting, "form": form, "told": agenda.invited(meeting.engagement)}
    return render(request, "engagements/meeting_cancel.html", context, status=422 if form.is_bound else 200)


def _write_notes(request: Request, meeting: Meeting) -> HttpResponse:
    require(request.user, "meetings.write_notes", meeting)
    form = NotesForm.of(meeting, request.POST)
    if not form.is_valid():
        return _meeting_page(request, meeting, form, status=422)
    operations.write_notes(meeting, by=request.user, **form.cleaned_data)
    messages.success(request, _("The minutes are saved."))
    return see_other(request, meeting)


_STEPS = {"hold": _hold, "cancel": _cancel, "write_notes": _write_notes}


def _meeting_page(request: Request, meeting: Meeting, notes: NotesForm, status: int = 200) -> HttpResponse:
    engagement = meeting.engagement
    context = {
        "meeting": meeting,
        "engagement": engagement,
        "form": notes,
        "clocks": _clocks(request.user, meeting),
        "invited": agenda.invited(engagement),
        "is_planned": meeting.status == Meeting.Status.PLANNED,
        "has_begun": meeting.start <= timezone.now(),
    }
    return render(request, "engagements/meeting.html", context, status=status)


def _clocks(user: User, meeting: Meeting) -> list[dict[str, str]]:
    """The meeting on each clock that matters, the person's own first; each zone once, with all who live by it."""
    engagement = meeting.engagement
    whose: dict[str, list[str]] = {user.time_zone: [_("You")]}
    whose.setdefault(engagement.customer.zone, []).append(engagement.customer.name)
    whose.setdefault(engagement.centre.zone, []).append(engagement.centre.name)
    return [_clock(meeting, zone, ", ".join(names)) for zone, names in whose.items()]


def _clock(meeting: Meeting, zone: str, whose: str) -> dict[str, str]:
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in (meeting.start, meeting.end))
    return {
        "whose": whose,
        "day": date_format(start, pgettext("weekday and date", "l j F Y")),
        "from_to": f"{date_format(start, 'H:i')}–{date_format(end, 'H:i')} {date_format(start, 'T')}",
        "zone": zone.replace("_", " "),
    }


def _foreseen(item: Slot | Skipped) -> dict[str, Any]:
    if isinstance(item, Skipped):
        return {"start": None, "nominal_on": item.nominal_on, "note": item.reason}
    return {"start": item.start_utc, "nominal_on": item.nominal_on, "note": item.reason}


def _another_zone(engagement: Engagement, zone: str) -> str:
    """The side of an engagement whose clock is not the one of the series."""
    return engagement.customer.zone if engagement.customer.zone != zone else engagement.centre.zone


def _whose_tabs(is_mine: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("My meetings"), "href": "?", "is_current": is_mine, "count": None},
        {"label": _("All meetings"), "href": "?whose=all", "is_current": not is_mine, "count": None},
    ]


def _engagement(request: Request, public_id: uuid.UUID) -> Engagement:
    visible = Engagement.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("customer", "centre", "specialist", "partner"), public_id=public_id)


def _meeting(request: Request, public_id: uuid.UUID) -> Meeting:
    related = Meeting.objects.visible_to(request.user).select_related(
        "engagement__customer",
        "engagement__centre",
        "engagement__specialist",
        "engagement__partner",
        "specialist",
        "series",
    )
    return get_object_or_404(related, public_id=public_id)


def _series(user: User, engagement: Engagement) -> MeetingSeries | None:
    active = MeetingSeries.objects.visible_to(user).filter(engagement=engagement, status="active")
    return active.first()
