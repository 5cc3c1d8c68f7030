"""Pages of a series of checkpoints: setting it, changing all of it, or what follows one meeting."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements import agenda, foresight
from engagements.forms.meetings import FollowingForm, SeriesForm
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations import series as operations
from engagements.tabs import tabs_of_move
from engagements.views.finding import engagement_of, part_of, posted
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other


@require_http_methods(["GET", "POST"])
def set_series(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Sets, changes or ends the checkpoints; `preview` shows what becomes of each date and saves nothing."""
    engagement = engagement_of(request, public_id)
    series = series_of(request, engagement)
    if request.method == "POST" and "end" in request.POST:
        return _end(request, engagement, series)
    require(request.user, "meetings.set_series", engagement)
    now = timezone.now()
    form = SeriesForm.of(engagement, series, on=timezone.localdate(now), data=posted(request))
    context: dict[str, Any] = {"engagement": engagement, "series": series, "form": form}
    context["invited"] = agenda.invited(engagement)
    if not form.is_valid():
        return render(request, "engagements/series.html", context, status=422 if form.is_bound else 200)
    if "preview" in request.POST:
        context["preview"] = foresight.if_set(engagement, form.changes(), at=now)
        return render(request, "engagements/series.html", context)
    operations.set_series(engagement, by=request.user, at=now, **form.changes())
    return _planned(request, engagement)


def _end(request: Request, engagement: Engagement, series: MeetingSeries | None) -> HttpResponse:
    require(request.user, "meetings.end_series", engagement)
    last = series or MeetingSeries.objects.visible_to(request.user).filter(engagement=engagement).last()
    if last is None:
        raise Http404
    operations.end_series(last, at=timezone.now(), by=request.user)
    messages.success(request, _("The checkpoints were ended."))
    return see_other(request, "engagements:meetings", public_id=engagement.public_id)


@require_http_methods(["GET", "POST"])
def change_following(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Another rhythm from this meeting on; `preview` shows what becomes of each date and saves nothing."""
    meeting: Meeting = part_of(request, Meeting, public_id, "specialist", "series")
    engagement, series, now = meeting.engagement, meeting.series, timezone.now()
    require(request.user, "meetings.set_series", engagement)
    if series is None or meeting.nominal_on is None:
        raise Http404
    form = FollowingForm.of_meeting(series, on=timezone.localdate(now), data=posted(request))
    context: dict[str, Any] = {"engagement": engagement, "meeting": meeting, "form": form}
    context |= {"invited": agenda.invited(engagement), "tabs": tabs_of_move(meeting, "engagements:change_following")}
    if not form.is_valid():
        return render(request, "engagements/change_following.html", context, status=422 if form.is_bound else 200)
    if "preview" in request.POST:
        context["preview"] = foresight.if_changed_following(meeting, form.changes(), at=now)
        return render(request, "engagements/change_following.html", context)
    operations.change_following(meeting, at=now, by=request.user, **form.changes())
    return _planned(request, engagement)


def _planned(request: Request, engagement: Engagement) -> HttpResponse:
    messages.success(request, _("The checkpoints are set. The portal is planning them and sends the invitations."))
    return see_other(request, "engagements:meetings", public_id=engagement.public_id)


def series_of(request: Request, engagement: Engagement) -> MeetingSeries | None:
    """The one that goes on the longest."""
    visible = MeetingSeries.objects.visible_to(request.user).filter(engagement=engagement)
    return operations.longest(visible)
