"""Pages that take a free time: booking a meeting, and moving one."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements import agenda, foresight
from engagements.forms.slots import BookForm, RescheduleForm, moment
from engagements.models import Engagement, Meeting
from engagements.operations import slots as operations
from engagements.tabs import tabs_of_move
from engagements.views.finding import engagement_of, part_of
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other

_WEEKS = 2  # shown at once


@require_http_methods(["GET", "POST"])
def book(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Books a talk, a workshop or a named meeting; who is late for a time is shown the next free ones."""
    engagement = engagement_of(request, public_id)
    require(request.user, "meetings.book", engagement)
    again = _again(request, engagement)
    form = BookForm.of(given(request), again)
    if not form.is_valid():
        return _page(request, "engagements/book.html", engagement, form, 422 if form.is_bound else 200)
    try:
        meeting = operations.book(engagement, at=timezone.now(), by=request.user, again=again, **form.cleaned_data)
    except operations.Taken as taken:
        form.add_error("start", str(taken.reason))
        return _page(request, "engagements/book.html", engagement, form, taken.status)
    messages.success(request, _("The meeting is booked. Everybody invited gets it for their calendar."))
    return see_other(request, meeting)


@require_http_methods(["GET", "POST"])
def reschedule(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Another time for this one meeting; `preview` shows both dates and moves nothing."""
    meeting: Meeting = part_of(request, Meeting, public_id, "specialist", "series")
    require(request.user, "meetings.reschedule", meeting)
    form = RescheduleForm.of(meeting, given(request))
    template = "engagements/reschedule.html"
    more: dict[str, Any] = {"tabs": tabs_of_move(meeting, "engagements:reschedule_meeting")}
    if not form.is_valid():
        return _page(request, template, meeting.engagement, form, 422 if form.is_bound else 200, meeting, **more)
    if "preview" in request.POST:
        more["preview"] = foresight.if_moved(meeting, form.cleaned_data["start"], form.cleaned_data["reason"])
        return _page(request, template, meeting.engagement, form, 200, meeting, **more)
    try:
        operations.reschedule(meeting, at=timezone.now(), by=request.user, **form.cleaned_data)
    except operations.Taken as taken:
        form.add_error("start", str(taken.reason))
        return _page(request, template, meeting.engagement, form, taken.status, meeting, **more)
    messages.success(request, _("The meeting is moved. Everybody invited is told."))
    return see_other(request, meeting)


def _again(request: Request, engagement: Engagement) -> Meeting | None:
    """The meeting that was called off and is booked again here, named in the address."""
    try:
        key = uuid.UUID(request.GET.get("again", ""))
    except ValueError:
        return None
    waiting = Meeting.objects.visible_to(request.user).filter(engagement=engagement, wanted_again="rebook")
    return waiting.filter(public_id=key).first()


def given(request: Request) -> Any:
    """What was filled in, to be taken at its word; None while somebody only looks at other weeks."""
    return request.POST if request.method == "POST" and "from" not in request.POST else None


def _page(
    request: Request,
    template: str,
    engagement: Engagement,
    form: BookForm | RescheduleForm,
    status: int,
    meeting: Meeting | None = None,
    **more: Any,
) -> HttpResponse:
    context = show_times(request, engagement, form, ["start"], meeting)
    return render(request, template, {**context, **more}, status=status)


def show_times(
    request: Request,
    engagement: Engagement,
    form: Form,
    fields: Iterable[str],
    meeting: Meeting | None = None,
    *,
    first: datetime | None = None,
) -> dict[str, Any]:
    """Fills the fields of a form with the free times of two weeks, and says what the page tells of them. They are
    those that were asked for, else those from `first` on. What was typed stays while somebody looks at other weeks."""
    now, zone = timezone.now(), request.user.zone()
    asked = request.POST.get("from") or request.GET.get("from", f"{first.astimezone(zone):%Y-%m-%d}" if first else "")
    since, monday = _since(asked, now, zone)
    until = since + timedelta(weeks=_WEEKS)
    minutes = int((meeting.end - meeting.start) / timedelta(minutes=1)) if meeting else Meeting.MINUTES
    people = operations.people_for(engagement, meeting)
    times = list(operations.free_times(engagement, since=since, until=until, minutes=minutes, without=meeting))
    across = ZoneInfo(agenda.zone_across(request.user, engagement))
    if "from" in request.POST:
        form.initial.update({name: request.POST[name] for name in form.fields if name in request.POST})
    for name in fields:
        chosen = _moment(form[name].value()) if "from" in request.POST else None
        form.fields[name].show(times, zone, across, {person.pk: person.name for person in people}, chosen)  # type: ignore[attr-defined]
    return {
        "engagement": engagement,
        "meeting": meeting,
        "form": form,
        "has_times": bool(times),
        "zone": request.user.time_zone,
        "zone_across": across.key,
        "since": since,
        "until": until,
        "earlier": monday - timedelta(weeks=_WEEKS) if since > now + operations.NOTICE else None,
        "later": monday + timedelta(weeks=_WEEKS) if until < now + operations.FURTHEST else None,
        "told": agenda.invited(engagement),
    }


def _moment(chosen: Any) -> datetime | None:
    try:
        return moment(str(chosen)) if chosen else None
    except ValueError:
        return None


def _since(asked: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, date]:
    """The first moment shown, and its day; a day that cannot be booked leads to the first one that can."""
    first, last = now + operations.NOTICE, now + operations.FURTHEST
    try:
        day = parse_date(asked[:10])
    except ValueError:
        day = None
    if day is None or not first.date() < day < last.date():
        return first, first.astimezone(zone).date()
    return datetime.combine(day, time.min, zone), day
