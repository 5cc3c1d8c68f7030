"""Planning anew what no longer fits: a specialist is away, a centre closes or has other hours, a customer has moved.

One way for all of them: `settle_engagements` says what becomes of each meeting, for a preview as for the worker, who
saves it and tells each engagement's people once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from psycopg2.extras import DateTimeTZRange

from engagements import slots
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations.desk import NOTHING, NOTICE, Office, Supposed, courses_of
from engagements.operations.moving import happened
from engagements.operations.planning import (
    Line,
    Outcome,
    changed,
    facts,
    held_series,
    next_of,
    save,
    settle_all,
    told_of,
    unless_raced,
    write_moved,
)
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.calendars import short_day
from fasttrack_portal.jobs.operations import enqueue

# A talk that cannot take place moves to the next free time within these weeks, or is left to people.
_LOOKS_AHEAD = timedelta(weeks=4)
_A_JOB = 100  # engagements
_RELATED = ("customer", "centre", "specialist", "partner")


@dataclass
class Replanned:
    """What becomes of one engagement's meetings: of its series, and of those that were booked one by one."""

    engagement: Engagement
    outcomes: list[Outcome] = field(default_factory=list)
    singles: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        found = [*(line for outcome in self.outcomes for line in outcome.lines), *self.singles]
        return sorted(found, key=lambda line: line.before or line.after or datetime.max.replace(tzinfo=ZoneInfo("UTC")))

    @property
    def changes(self) -> bool:
        """Whether anybody's calendar changes."""
        return any(outcome.changes for outcome in self.outcomes) or any(line.what == "moved" for line in self.singles)

    def left(self) -> list[Line]:
        return [line for line in self.singles if line.what == "left"]


def affected(engagements: QuerySet[Engagement], *, at: datetime) -> list[int]:
    """Those of the engagements that run and have meetings, by key; what one specialist guides stands together."""
    coming = Meeting.objects.filter(engagement=OuterRef("pk"), status=Meeting.Status.PLANNED)
    series = MeetingSeries.objects.filter(engagement=OuterRef("pk"), status=MeetingSeries.Status.ACTIVE)
    rows = engagements.filter(status__in=[Engagement.Status.PLANNED, Engagement.Status.ACTIVE])
    rows = rows.filter(Exists(series) | Exists(coming.filter(during__startswith__gt=at)))
    return list(rows.order_by("specialist", "pk").values_list("pk", flat=True))


def of_person(person_id: int) -> QuerySet[Engagement]:
    """What somebody guides, and where they hold a meeting for somebody else."""
    theirs = Meeting.objects.filter(specialist=person_id, status=Meeting.Status.PLANNED).values("engagement")
    return Engagement.objects.filter(Q(specialist=person_id) | Q(pk__in=theirs))


def ask_for(engagements: QuerySet[Engagement], *, why: str, cause: Event) -> None:
    """Leaves the replanning to the worker, in jobs of a bounded size; none splits what one specialist guides unless
    it is larger than that."""
    found = affected(engagements, at=cause.at)
    for first in range(0, len(found), _A_JOB):
        enqueue(
            "meetings.replan",
            key=f"{cause.public_id}:{first}",
            payload={"engagements": found[first : first + _A_JOB], "why": why, "cause": str(cause.public_id)},
        )


@transaction.atomic
def replan(engagements: Sequence[int], *, why: str, cause: str, at: datetime) -> None:
    """Plans the meetings of these engagements anew, and tells of each once. Running it again changes nothing."""

    def write() -> None:
        found = settle_engagements(engagements, at=at, for_update=True)
        save([outcome for each in found for outcome in each.outcomes])
        write_moved([line.meeting for each in found for line in each.singles if line.meeting and line.what == "moved"])
        for each in found:
            if each.changes or (each.left() and not _was_told(each.engagement, cause)):
                _record_replanned(each, why, cause, at)

    unless_raced(write)


def settle_engagements(
    engagements: Iterable[int], *, at: datetime, supposed: Supposed = NOTHING, for_update: bool = False
) -> list[Replanned]:
    """What becomes of the meetings of these engagements, in the order of their specialists and keys."""
    keys = list(engagements)
    rows = MeetingSeries.objects.filter(engagement__in=keys)
    if for_update:
        series = held_series(rows)
    else:
        related = [f"engagement__{name}" for name in _RELATED]
        series = list(rows.filter(status=MeetingSeries.Status.ACTIVE).select_related(*related))
    found = {
        each.pk: Replanned(each)
        for each in Engagement.objects.filter(pk__in=keys).select_related(*_RELATED).order_by("specialist", "pk")
    }
    for each in series:
        _follow(each, supposed)
    place = {pk: index for index, pk in enumerate(found)}
    courses = sorted(
        courses_of(series, at=at, for_update=for_update), key=lambda each: (place[each.engagement.pk], each.series.pk)
    )
    singles = _singles(keys, at, for_update)
    there = [*(course.engagement for course in courses), *(each.engagement for each in found.values())]
    office = Office.of(there, at=at, supposed=supposed, people=[meeting.specialist_id for meeting in singles])
    for outcome in settle_all(courses, office):
        found[outcome.course.engagement.pk].outcomes.append(outcome)
    for meeting in singles:
        replanned = found[meeting.engagement_id]
        if line := _settle_single(meeting, replanned.engagement, office):
            replanned.singles.append(line)
    return list(found.values())


def _follow(series: MeetingSeries, supposed: Supposed) -> None:
    zone = zone_followed(series, supposed)
    if zone:
        series.zone, series.planned_until = zone, None


def zone_followed(series: MeetingSeries, supposed: Supposed) -> str:
    """The zone that a series takes over from its customer or centre, whose clock it is on; empty where it stays. A
    series on the clock of both stays with the one that does not move."""
    customer, centre = series.engagement.customer, series.engagement.centre
    if supposed.customer and supposed.customer.pk == customer.pk and series.zone == customer.zone != centre.zone:
        return "" if supposed.customer.zone == series.zone else supposed.customer.zone
    if supposed.centre and supposed.centre.pk == centre.pk and series.zone == centre.zone != customer.zone:
        return "" if supposed.centre.zone == series.zone else supposed.centre.zone
    return ""


def follow_zone(before: str, after: str, *, customer: int | None = None, centre: int | None = None) -> None:
    """The series of a customer or centre that has moved take over its zone; part of the move that was told already,
    and planned anew by the worker."""
    rows = MeetingSeries.objects.filter(status=MeetingSeries.Status.ACTIVE, zone=before)
    if customer is not None:
        rows = rows.filter(engagement__customer=customer).exclude(engagement__centre__zone=before)
    else:
        rows = rows.filter(engagement__centre=centre).exclude(engagement__customer__zone=before)
    for series in rows.select_for_update(of=("self",)).order_by("pk"):
        series.zone, series.planned_until = after, None
        series.version += 1
        series.save(update_fields=["zone", "planned_until", "version"])


# --- Talks and workshops ---------------------------------------------------------------------------------------------
def _singles(engagements: list[int], at: datetime, for_update: bool) -> list[Meeting]:
    rows = Meeting.objects.filter(engagement__in=engagements, during__startswith__gt=at + NOTICE)
    rows = rows.filter(status=Meeting.Status.PLANNED).exclude(series__status="active").order_by("during", "pk")
    return list(rows.select_for_update(of=("self",)) if for_update else rows)


def _settle_single(meeting: Meeting, engagement: Engagement, office: Office) -> Line | None:
    """Where the meeting goes if something stands against its time; None where nothing does."""
    obstacle = office.obstacle(meeting, engagement)
    if not obstacle:
        return None
    meeting.engagement = engagement
    minutes = int((meeting.end - meeting.start) / timedelta(minutes=1))
    office.give_back(meeting)
    since = max(meeting.start, office.at + NOTICE)
    person = meeting.specialist_id
    following = next(
        slots.free(
            office.calendars[engagement.centre_id],
            office.holidays_of(engagement),
            engagement.customer.zone,
            {person: [*office.booked[person], *office.away[person]]},
            since,
            since + _LOOKS_AHEAD,
            minutes,
        ),
        None,
    )
    before, note = meeting.start, _moved_from(meeting, engagement, obstacle)
    if following is None:
        office.take(meeting)
        return Line("left", before, before, obstacle, None, meeting)
    during = DateTimeTZRange(following.start, following.end, "[)")
    changed(meeting, during=during, is_moved=True, reason=note)
    office.take(meeting)
    return Line("moved", before, meeting.start, note, None, meeting)


def _moved_from(meeting: Meeting, engagement: Engagement, obstacle: str) -> str:
    local = meeting.start.astimezone(ZoneInfo(engagement.centre.zone))
    return f"Moved from {short_day(local.date())}, {local:%H:%M}: {obstacle}"


# --- Telling ---------------------------------------------------------------------------------------------------------
def _record_replanned(found: Replanned, why: str, cause: str, at: datetime) -> None:
    engagement = found.engagement
    told: dict[str, Any] = (
        told_of(found.outcomes, next_of([engagement], at))
        if found.outcomes
        else {"made": 0, "moved": 0, "withdrawn": 0, "meetings": [], "cancelled": [], "skipped": []}
    )
    moved = [line for line in found.singles if line.what == "moved" and line.meeting]
    told["meetings"] += [facts(line.meeting, line.before) for line in moved if line.meeting]
    told["meetings"].sort(key=lambda fact: fact["start"])
    told["moved"] += len(moved)
    told["count"] = len(told["meetings"])
    told["first"] = told["meetings"][0]["start"] if told["meetings"] else ""
    told["left"] = [{**facts(line.meeting), "note": line.note} for line in found.left() if line.meeting]
    happened("meetings.replanned", engagement, engagement, None, why=why, cause=cause, **told)


def _was_told(engagement: Engagement, cause: str) -> bool:
    told = Event.objects.filter(kind="meetings.replanned", thread=engagement.public_id, data__cause=cause)
    return told.exists()
