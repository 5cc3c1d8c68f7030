"""What stands in a person's calendar: meetings, milestones, and whatever apps above add to the sources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg2.extras import DateTimeTZRange

from engagements.agenda import zone_across
from engagements.models import AT_REST, CoSpecialist, Engagement, Meeting, Milestone
from fasttrack_portal.accounts.models import User
from fasttrack_portal.design import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a calendar. `start` and `end` are moments, or the day and the day after of what has no hour;
    `zone` is where its wall time is kept, `zone_across` the clock of the other side of who looks."""

    uid: str
    sequence: int
    kind: str
    kind_label: str
    title: str
    start: datetime | date
    end: datetime | date
    zone: str
    zone_across: str
    status: str
    status_label: str
    url: str
    number: str
    note: str = ""
    with_whom: str = ""
    # How long it takes is known; else `end` is only what a calendar program needs.
    has_end: bool = True

    @property
    def is_whole_day(self) -> bool:
        return not isinstance(self.start, datetime)

    @property
    def is_cancelled(self) -> bool:
        return self.status == "cancelled"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calendar, of which engagements, from one moment up to another; `kind` is one alone, "" all."""

    user: User
    engagements: "QuerySet[Engagement]"
    first: datetime
    last: datetime
    kind: str = ""
    # Only what the person takes part in.
    is_own: bool = True
    # The engagements were narrowed: nothing of others, even if the person takes part in it.
    is_narrow: bool = False
    most: int = 500

    def days(self) -> tuple[date, date]:
        """The first day, and the one after the last, on the person's calendar."""
        zone = self.user.zone()
        return self.first.astimezone(zone).date(), self.last.astimezone(zone).date()


class Source(NamedTuple):
    """Where entries come from: the kinds it has, and a function that reads those of a scope in one query."""

    kinds: Callable[[], Sequence[tuple[str, Text]]]
    entries: Callable[[Scope], list[Entry]]


def own(user: User) -> "QuerySet[Engagement]":
    """Those that a person takes part in: of staff the ones they conduct, of others all that they see."""
    visible = Engagement.objects.visible_to(user)
    if not user.audience.is_staff:
        return visible
    theirs = Q(specialist=user) | Q(pk__in=CoSpecialist.of(user)) | Q(customer__in=user.audience.customer_ids)
    return visible.filter(theirs)


def entries(scope: Scope) -> list[Entry]:
    """Everything in the scope, what comes first at the front; a day's whole-day things before its hours."""
    found = [
        entry
        for source in sources
        if not scope.kind or scope.kind in dict(source.kinds())
        for entry in source.entries(scope)
    ]
    zone = scope.user.zone()

    def at(entry: Entry) -> tuple[date, str, str]:
        if isinstance(entry.start, datetime):
            local = entry.start.astimezone(zone)
            return local.date(), local.isoformat(), entry.uid
        return entry.start, "", entry.uid

    return sorted(found, key=at)


def kinds() -> list[tuple[str, Text]]:
    return [kind for source in sources for kind in source.kinds()]


# --- What engagements have ------------------------------------------------------------------------------------------
def _meeting_kinds() -> list[tuple[str, Text]]:
    return list(Meeting.Kind.choices)


def _meetings(scope: Scope) -> list[Entry]:
    rows = Meeting.objects.visible_to(scope.user).filter(during__overlap=DateTimeTZRange(scope.first, scope.last))
    whose = Q(engagement__in=scope.engagements)
    if scope.is_own and not scope.is_narrow:
        whose |= Q(specialist=scope.user)
    rows = rows.filter(whose)
    if scope.kind:
        rows = rows.filter(kind=scope.kind)
    related = rows.select_related("engagement__customer", "engagement__centre", "specialist", "series")
    return [_meeting(each, scope.user) for each in related.order_by("during", "pk")[: scope.most]]


def _meeting(meeting: Meeting, user: User) -> Entry:
    engagement = meeting.engagement
    return Entry(
        uid=str(meeting.ics_uid),
        sequence=meeting.ics_sequence,
        kind=meeting.kind,
        kind_label=meeting.get_kind_display(),
        title=meeting.title,
        start=meeting.start,
        end=meeting.end,
        zone=meeting.series.zone if meeting.series else engagement.centre.zone,
        zone_across=zone_across(user, engagement),
        status=meeting.status,
        status_label=meeting.get_status_display(),
        url=meeting.get_absolute_url(),
        number=engagement.number,
        note=meeting.reason,
        with_whom=str(meeting.specialist),
    )


def _milestone_kinds() -> list[tuple[str, Text]]:
    return [("milestone", gettext_lazy("Milestone"))]


def _milestones(scope: Scope) -> list[Entry]:
    first, last = scope.days()
    rows = (
        Milestone.objects.visible_to(scope.user)
        .filter(engagement__in=scope.engagements, planned_on__gte=first, planned_on__lt=last)
        .exclude(status="skipped")
        .exclude(engagement__status__in=AT_REST)
        .select_related("engagement__customer", "engagement__centre")
        .order_by(F("planned_on"), "pk")
    )
    return [_milestone(each, scope.user) for each in rows[: scope.most]]


def _milestone(milestone: Milestone, user: User) -> Entry:
    engagement = milestone.engagement
    assert milestone.planned_on is not None
    return Entry(
        uid=str(milestone.public_id),
        sequence=milestone.version,
        kind="milestone",
        kind_label=_("Milestone"),
        title=f"{milestone.title}: {engagement.customer.name}",
        start=milestone.planned_on,
        end=milestone.planned_on + timedelta(days=1),
        zone=engagement.customer.zone,
        zone_across=zone_across(user, engagement),
        status=milestone.status,
        status_label=milestone.get_status_display(),
        url=milestone.get_absolute_url(),
        number=engagement.number,
    )


sources: list[Source] = [Source(_meeting_kinds, _meetings), Source(_milestone_kinds, _milestones)]


def link(entry: Entry) -> str:
    """The address of an entry's page as it stands outside the portal."""
    return settings.PUBLIC_URL + entry.url
