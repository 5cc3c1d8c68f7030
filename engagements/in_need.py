"""Meetings of an engagement that wait for somebody: called off and to be booked again, or with nobody to hold them."""

from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.models import Absence, Engagement, Meeting
from engagements.operations.slots import specialists_of
from fasttrack_portal.accounts.models import User


class InNeed(NamedTuple):
    """One meeting, what is wrong with it, and where that is put right."""

    meeting: Meeting
    why: str
    href: str
    is_cancelled: bool


def in_need(user: User, engagement: Engagement, *, at: datetime) -> list[InNeed]:
    """For those who book meetings: the oldest first."""
    own = Meeting.objects.visible_to(user).filter(engagement=engagement).select_related("specialist")
    coming = list(own.filter(status=Meeting.Status.PLANNED, during__startswith__gt=at).order_by("during"))
    people = specialists_of(engagement)
    away = [
        (row.person_id, row.during.lower, row.during.upper)
        for row in Absence.objects.of(*{meeting.specialist for meeting in coming}).filter(during__endswith__gt=at)
    ]
    found = [_again(meeting, engagement) for meeting in own.filter(wanted_again="rebook").order_by("during")]
    for meeting in coming:
        href = reverse("engagements:reschedule_meeting", args=[meeting.public_id])
        name = {"name": meeting.specialist.name}
        if meeting.specialist not in people:
            found.append(InNeed(meeting, _("%(name)s no longer works on this engagement.") % name, href, False))
        elif any(
            who == meeting.specialist_id and first < meeting.end and meeting.start < last for who, first, last in away
        ):
            found.append(InNeed(meeting, _("%(name)s is away then.") % name, href, False))
    return found


def _again(meeting: Meeting, engagement: Engagement) -> InNeed:
    href = reverse("engagements:book_meeting", args=[engagement.public_id]) + f"?again={meeting.public_id}"
    return InNeed(meeting, _("It was called off when the engagement rested, and its time is gone."), href, True)
