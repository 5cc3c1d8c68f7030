"""Pages of meetings."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from engagements import agenda, foresight
from engagements.forms.meetings import CancelForm
from engagements.in_need import in_need
from engagements.models import Meeting, SlotRequest
from engagements.operations import meetings as operations
from engagements.operations import series, slots
from engagements.tabs import tabs_of
from engagements.views.finding import engagement_of, posted
from engagements.views.meeting_page import meeting_page
from engagements.views.minutes import write_notes
from engagements.views.series import series_of
from fasttrack_portal.access import decide, require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import file_response, is_file_wanted
from fasttrack_portal.refusals import Reason

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
    engagement = engagement_of(request, public_id)
    now = timezone.now()
    own = (
        Meeting.objects.visible_to(request.user)
        .filter(engagement=engagement)
        .select_related("specialist", "engagement__customer", "engagement__centre")
    )
    coming = list(own.coming(at=now))
    over = own.exclude(pk__in=[meeting.pk for meeting in coming]).order_by("-during", "-pk")[:_RECENT]
    may_book = decide(request.user, "meetings.book", engagement).allowed
    own_series = series_of(request, engagement)
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, "engagements:meetings"),
        "series": own_series,
        "rhythm": series.rhythm(own_series) if own_series else "",
        "is_planning": own_series is not None and own_series.planned_until is None and not engagement.is_at_rest,
        "asked": SlotRequest.objects.visible_to(request.user).filter(
            engagement=engagement, status__in=["open", "proposed"]
        ),
        "in_need": in_need(request.user, engagement, at=now) if may_book else [],
        "coming": agenda.in_one(agenda.rows(request.user, coming)),
        "coming_count": len(coming),
        "over": agenda.in_one(agenda.rows(request.user, over)),
    }
    return render(request, "engagements/meetings_of_engagement.html", context)


@require_GET
def meeting(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One meeting on both sides' clocks, who is invited, and its minutes."""
    found = _meeting(request, public_id)
    return meeting_page(request, found)


@require_GET
def invitation(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The meeting as a calendar file; of a cancelled one the file that takes it out again."""
    found = _meeting(request, public_id)
    is_cancelled = found.status == Meeting.Status.CANCELLED
    (content,) = agenda.calendar_files_of(
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
    messages.success(
        request, _("The meeting is over and its minutes are written. Both sides are asked to confirm them.")
    )
    return see_other(request, "engagements:minutes", public_id=meeting.public_id)


def _cancel(request: Request, meeting: Meeting) -> HttpResponse:
    """This one, those that follow, or all that are to come; `preview` shows which and cancels nothing."""
    require(request.user, "meetings.cancel", meeting)
    form, now, preview = CancelForm.of(meeting, posted(request)), timezone.now(), None
    if form.is_valid():
        scope, reason = form.cleaned_data["scope"], form.cleaned_data["reason"]
        if "preview" not in request.POST:
            _cancel_them(meeting, scope, reason, now, request.user)
            messages.success(request, str(_CANCELLED[scope]))
            return see_other(request, meeting)
        preview = foresight.if_cancelled(meeting, scope, reason, at=now)
    context = {"meeting": meeting, "form": form, "told": agenda.invited(meeting.engagement), "preview": preview}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "engagements/meeting_cancel.html", context, status=status)


def _cancel_them(meeting: Meeting, scope: str, reason: str, at: datetime, by: User) -> None:
    if scope == "one":
        operations.cancel(meeting, reason=reason, by=by)
    elif scope == "following":
        series.cancel_following(meeting, reason=reason, at=at, by=by)
    else:
        assert meeting.series is not None
        series.end_series(meeting.series, at=at, by=by, reason=reason)


_CANCELLED: dict[str, Reason] = {
    "one": gettext_lazy("The meeting is cancelled. Everybody invited is told."),
    "following": gettext_lazy("This meeting and those after it are cancelled. Everybody invited is told."),
    "all": gettext_lazy("The checkpoints are ended. Everybody invited is told."),
}


def _forget(request: Request, meeting: Meeting) -> HttpResponse:
    slots.forget(meeting, by=request.user)
    messages.success(request, _("The meeting is not to be booked again."))
    return see_other(request, "engagements:meetings", public_id=meeting.engagement.public_id)


_STEPS = {"forget": _forget, "hold": _hold, "cancel": _cancel, "write_notes": write_notes}


def _whose_tabs(is_mine: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("My meetings"), "href": "?", "is_current": is_mine, "count": None},
        {"label": _("All meetings"), "href": "?whose=all", "is_current": not is_mine, "count": None},
    ]


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
