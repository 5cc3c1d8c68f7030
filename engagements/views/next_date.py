"""Setting the next date from the page of a meeting: what follows moves there, or another one is booked."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engagements.forms.slots import NextForm
from engagements.models import Meeting
from engagements.operations import slots as operations
from engagements.views.finding import part_of
from engagements.views.meeting_page import following_of, meeting_page
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other


@require_POST
def set_next(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The page of the meeting stays; a time that is not free is told with the next ones that are."""
    meeting: Meeting = part_of(request, Meeting, public_id, "specialist", "series")
    require(request.user, "meetings.book", meeting.engagement)
    now = timezone.now()
    following = following_of(meeting, now)
    form = NextForm(request.POST, following=following, zone=request.user.time_zone, name="next")
    if not form.is_valid():
        return meeting_page(request, meeting, status=422, next=form)
    try:
        start = form.start()
        if following is None:
            kind, key = form.cleaned_data["kind"], form.cleaned_data["key"]
            operations.book(meeting.engagement, kind=kind, start=start, at=now, by=request.user, key=key)
        else:
            reason, version = _("Agreed in the meeting before it."), form.cleaned_data["version"]
            operations.reschedule(following, start=start, reason=reason, version=version, at=now, by=request.user)
    except ValueError as fault:
        form.add_error("day", str(fault))
        return meeting_page(request, meeting, status=422, next=form)
    except operations.Taken as taken:
        form.add_error("wall", str(taken.reason))
        return meeting_page(request, meeting, status=taken.status, next=form)
    messages.success(request, _("The next date is set. Everybody invited gets it for their calendar."))
    return see_other(request, f"{meeting.get_absolute_url()}#next")
