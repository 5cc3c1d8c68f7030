"""The FastTrack Centers: their hours, and the people of each."""

import uuid
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.views.decorators.http import require_GET

from fasttrack_portal.access import require
from fasttrack_portal.accounts.invitations import people_of
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.http import Request

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
    """Staff: who works in one centre."""
    found = get_object_or_404(FastTrackCenter.objects.visible_to(request.user), public_id=public_id)
    require(request.user, "staff.pages")
    people = people_of(found, request.user, at=timezone.now())
    return render(request, "directory/centre.html", {"centre": found, "people": people})
