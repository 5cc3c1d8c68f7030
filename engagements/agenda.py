"""Reading meetings: what comes next, who is invited, and on whose clocks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from engagements.invitations import Guest, Invitation, Method, calendar_file
from engagements.models import Engagement, Meeting
from fasttrack_portal.accounts.models import Membership, User

Role = Membership.Role
# Executive viewers read along in the portal; meetings are for those who do the work.
INVITED_ROLES = (Role.LEAD, Role.PROJECT_MANAGER, Role.TECHNICAL_LEAD)


class Row(NamedTuple):
    """A meeting as one person reads it: on their own clock and on that of the other side."""

    meeting: Meeting
    zone_across: str


class Week(NamedTuple):
    """The meetings of one calendar week, as it falls in the zone of the person who looks; without a Monday, of any."""

    monday: date | None
    rows: list[Row]


def invited(engagement: Engagement) -> list[User]:
    """The customer's lead, project manager and technical lead, and the specialist; each once and only while active."""
    return invited_to([engagement])[engagement.pk]


def invited_to(engagements: Iterable[Engagement]) -> dict[int, list[User]]:
    """Who is invited to the meetings of each engagement, by its key: one query, however many they are."""
    all_of_them = list(engagements)
    theirs: dict[int, dict[int, User]] = defaultdict(dict)
    rows = Membership.objects.filter(
        customer__in={each.customer_id for each in all_of_them}, role__in=INVITED_ROLES, user__is_active=True
    )
    for row in rows.select_related("user").order_by("user__name", "user"):
        theirs[row.customer_id or 0][row.user_id] = row.user
    found = {}
    for engagement in all_of_them:
        people = dict(theirs[engagement.customer_id])
        if engagement.specialist.is_active:
            people.setdefault(engagement.specialist_id, engagement.specialist)
        found[engagement.pk] = list(people.values())
    return found


def zone_across(user: User, engagement: Engagement) -> str:
    """The zone of the other side: the customer's for staff, the centre's for everybody else."""
    return engagement.customer.zone if user.audience.is_staff else engagement.centre.zone


def rows(user: User, meetings: Iterable[Meeting]) -> list[Row]:
    """The meetings for a list; their engagement, its customer and its centre are read with them."""
    return [Row(meeting, zone_across(user, meeting.engagement)) for meeting in meetings]


def by_week(rows: Iterable[Row], zone: ZoneInfo) -> list[Week]:
    """Rows in order, grouped by the week they fall in on that clock."""

    def monday(row: Row) -> date:
        day = row.meeting.start.astimezone(zone).date()
        return day - timedelta(days=day.weekday())

    return [Week(start, list(group)) for start, group in groupby(rows, key=monday)]


def in_one(rows: list[Row]) -> list[Week]:
    """The rows of a short list, not grouped."""
    return [Week(None, rows)] if rows else []


def calendar_files_of(
    method: Method, meetings: Iterable[Meeting], engagement: Engagement, *, stamp: datetime
) -> list[bytes]:
    """An .ics for each of these meetings of one engagement, with everybody who is invited, in the language that is
    switched on: a calendar takes one UID from an invitation or cancellation (RFC 5546)."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    guests = tuple(
        Guest(str(person), person.email, has_accepted=person.pk == engagement.specialist_id)
        for person in invited(engagement)
    )
    organizer = Guest(name or address, address)
    return [
        calendar_file(method, [_invitation(meeting, engagement, guests)], organizer=organizer, stamp=stamp)
        for meeting in meetings
    ]


def file_name(meeting: Meeting, engagement: Engagement, what: str) -> str:
    """`2026-03-30-invitation.ics`: the day is the one it falls on for the customer."""
    return f"{meeting.start.astimezone(ZoneInfo(engagement.customer.zone)):%Y-%m-%d}-{what}.ics"


def _invitation(meeting: Meeting, engagement: Engagement, guests: tuple[Guest, ...]) -> Invitation:
    url = settings.PUBLIC_URL + meeting.get_absolute_url()
    lines = [
        _("%(number)s, with %(specialist)s") % {"number": engagement.number, "specialist": engagement.specialist},
        meeting.reason,
        _("Agenda and minutes: %(url)s") % {"url": url},
    ]
    return Invitation(
        uid=meeting.ics_uid,
        sequence=meeting.ics_sequence,
        start=meeting.start,
        end=meeting.end,
        zone=meeting.series.zone if meeting.series else engagement.centre.zone,
        summary=meeting.title,
        description="\n".join(line for line in lines if line),
        url=url,
        guests=guests,
    )
