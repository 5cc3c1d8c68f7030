"""Booking talks, workshops and the named meetings at a free time, moving one meeting, and clearing them away.

The constraint has the last word (C3): of two who take the same time of a specialist one gets it, and the other is told
the next free ones."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import prefetch_related_objects
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from psycopg2.extras import DateTimeTZRange

from engagements import slots
from engagements.models import Engagement, Meeting
from engagements.operations.desk import NOTICE, absences, calendar_of, holidays_of_customer
from engagements.operations.moving import happened, held, moving_engagement
from engagements.operations.planning import RACES, coming_for_update, day_of, facts, withdraw
from engagements.slots import Free
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import Conflict, Invalid, TransitionRefused

# How far ahead somebody may book, and how many times a loser is offered.
FURTHEST = timedelta(weeks=26)
_OFFERED = 3
_LOOKS_AHEAD = timedelta(weeks=3)
# Two who wait for each other: one of them is turned away by the database and asks again.
_TRIES = 3


class Taken(Conflict):
    """The time is not free; `details["next"]` are the next ones that are."""


def specialists_of(engagement: Engagement) -> list[User]:
    """The engagement's specialist and who helps on it, while they are active."""
    helpers = User.objects.filter(co_engagements__engagement=engagement, is_active=True).order_by("name", "pk")
    people = dict.fromkeys([engagement.specialist, *helpers])
    return [person for person in people if person.is_active]


def people_for(engagement: Engagement, meeting: Meeting | None = None) -> list[User]:
    """Who could hold a meeting: of one that moves its own specialist, as long as they work on the engagement."""
    people = specialists_of(engagement)
    return [meeting.specialist] if meeting and meeting.specialist in people else people


def free_times(
    engagement: Engagement, *, since: datetime, until: datetime, minutes: int, without: Meeting | None = None
) -> Iterator[Free]:
    """When one of the engagement's specialists can come; `without` is a meeting that gives its own time back."""
    people = people_for(engagement, without)
    years = range(since.year, until.year + 1)
    prefetch_related_objects([engagement.centre], "hours", "closures")
    calendar = calendar_of(engagement.centre, years)
    busy: dict[int, list[tuple[datetime, datetime]]] = {person.pk: [] for person in people}
    taken = Meeting.objects.filter(specialist__in=people, during__overlap=(since, until)).exclude(status="cancelled")
    if without:
        taken = taken.exclude(pk=without.pk)
    for pk, during in taken.values_list("specialist", "during"):
        busy[pk].append((during.lower, during.upper))
    for pk, away in absences(busy, since, until).items():
        busy[pk].extend(away)
    holidays = holidays_of_customer(engagement, years)
    return slots.free(calendar, holidays, engagement.customer.zone, busy, since, until, minutes)


@transaction.atomic
def book(
    engagement: Engagement,
    *,
    kind: str,
    start: datetime,
    at: datetime,
    by: User | None,
    key: uuid.UUID | None = None,
    again: Meeting | None = None,
) -> Meeting:
    """Books a meeting of one hour with the first of the engagement's specialists who is free then. `again` is one that
    was called off and waits for another time: this is it.

    Raises Taken with the next free times where none is, Invalid for a kind that is not booked one by one.
    """
    require(by, "meetings.book", engagement)
    engagement = moving_engagement(engagement)
    require(by, "meetings.book", engagement)
    return take_time(engagement, kind=kind, start=start, at=at, by=by, key=key, again=again)


def take_time(
    engagement: Engagement,
    *,
    kind: str,
    start: datetime,
    at: datetime,
    by: User | None,
    key: uuid.UUID | None = None,
    again: Meeting | None = None,
) -> Meeting:
    """Books it as `book` does, for whoever was let through: FastTrack, or a customer who takes what was proposed."""
    if kind not in Meeting.BOOKED:
        raise Invalid(_("Choose what kind of meeting it is."), field="kind")
    public_id = key or uuid.uuid4()
    there = Meeting.objects.filter(public_id=public_id).first()
    if there is not None:
        return _mine(there, engagement)
    people = _free_at(engagement, start, at, Meeting.MINUTES)
    for person in people:
        meeting = _try_to_book(engagement, person, kind, start, public_id)
        if meeting:
            if again is not None and again.engagement_id == engagement.pk:
                engagement.meetings.filter(pk=again.pk).update(wanted_again="")
            _told("meetings.booked", meeting, by, meetings=[facts(meeting)])
            return meeting
    raise _taken(engagement, start, at, Meeting.MINUTES)


def _mine(meeting: Meeting, engagement: Engagement) -> Meeting:
    if meeting.engagement_id != engagement.pk:
        raise Conflict(_("This form was used before. Please open it again."))
    return meeting


def _try_to_book(engagement: Engagement, person: User, kind: str, start: datetime, key: uuid.UUID) -> Meeting | None:
    """The meeting, or None where somebody was faster."""
    during = DateTimeTZRange(start, start + timedelta(minutes=Meeting.MINUTES), "[)")

    def make() -> Meeting:
        return Meeting.objects.create(public_id=key, engagement=engagement, kind=kind, specialist=person, during=during)

    return _unless_taken(lambda: create_once(Meeting, key, make)[0])


def _unless_taken(write: Any) -> Any:
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                return write()
        except (IntegrityError, OperationalError) as lost:
            code = getattr(lost.__cause__, "pgcode", "")
            if code not in RACES:
                raise
            if code == "23P01" or not left:
                return None
    return None


@transaction.atomic
def reschedule(meeting: Meeting, *, start: datetime, reason: str, version: int, at: datetime, by: User | None) -> None:
    """Moves this one meeting; the others of its series stay. Its UID stays, its SEQUENCE rises, and the planner leaves
    it where a person put it for as long as nothing stands against that time.

    Raises StaleVersion, Taken with the next free times, TransitionRefused where it is no longer planned.
    """
    require(by, "meetings.reschedule", meeting)
    engagement = moving_engagement(meeting.engagement)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("series", "specialist").get(pk=meeting.pk)
    meeting.engagement = engagement
    if meeting.status != Meeting.Status.PLANNED or meeting.start <= at:
        raise TransitionRefused(_("This meeting can no longer be moved: it has begun, was held or was cancelled."))
    before = meeting.start
    if start == before and meeting.version != version:
        return  # the same form sent twice
    length = meeting.end - meeting.start
    minutes = int(length / timedelta(minutes=1))
    people = _free_at(engagement, start, at, minutes, without=meeting)
    if not people:
        raise _taken(engagement, start, at, minutes, without=meeting)
    values = {
        "specialist": people[0],
        "during": DateTimeTZRange(start, start + length, "[)"),
        "is_moved": True,
        "reason": reason,
        "ics_sequence": meeting.ics_sequence + 1,
    }

    def write() -> bool:
        save_changes(meeting, version=version, **values)
        return True

    if not _unless_taken(write):
        raise _taken(engagement, start, at, minutes, without=meeting)
    _told("meetings.rescheduled", meeting, by, meetings=[facts(meeting)], before=before.isoformat(), reason=reason)


@transaction.atomic
def clear(engagement: Engagement, *, at: datetime) -> None:
    """Cancels the coming meetings that belong to no series, where the engagement has come to rest; a job does it."""
    engagement = held(engagement.pk)
    if engagement.status in (Engagement.Status.PLANNED, Engagement.Status.ACTIVE):
        return
    coming = coming_for_update(engagement.meetings.filter(series=None), at)
    if not coming:
        return
    withdraw(coming, _("The engagement is now: %(status)s.") % {"status": engagement.get_status_display()})
    Meeting.objects.filter(pk__in=[meeting.pk for meeting in coming]).update(wanted_again=Meeting.Again.RESUME)
    cancelled = [facts(meeting) for meeting in coming]
    happened("meetings.cleared", engagement, engagement, None, count=len(coming), cancelled=cancelled)


@transaction.atomic
def restore(engagement: Engagement, *, at: datetime) -> None:
    """What was called off when the engagement came to rest takes place again, where its time is still free; the rest
    waits to be booked again. A job does it when the engagement is resumed."""
    engagement = held(engagement.pk)
    rows = engagement.meetings.filter(status=Meeting.Status.CANCELLED, wanted_again=Meeting.Again.RESUME)
    waiting = list(rows.select_for_update(of=("self",)).select_related("specialist").order_by("during", "pk"))
    if not waiting or engagement.status not in (Engagement.Status.PLANNED, Engagement.Status.ACTIVE):
        return
    back = [meeting for meeting in waiting if _put_back(meeting, engagement, at)]
    left = [meeting for meeting in waiting if meeting not in back]
    engagement.meetings.filter(pk__in=[each.pk for each in left]).update(wanted_again=Meeting.Again.REBOOK)
    happened(
        "meetings.restored",
        engagement,
        engagement,
        None,
        count=len(back),
        meetings=[facts(meeting) for meeting in back],
        left=[facts(meeting) for meeting in left],
    )


def _put_back(meeting: Meeting, engagement: Engagement, at: datetime) -> bool:
    """Whether somebody of the engagement can still come then; its own specialist is asked first."""
    people = _free_at(engagement, meeting.start, at, int((meeting.end - meeting.start) / timedelta(minutes=1)))
    for person in sorted(people, key=lambda each: each != meeting.specialist):
        values = {"status": Meeting.Status.PLANNED, "specialist": person, "reason": "", "wanted_again": ""}

        def write(values: dict[str, Any] = values) -> bool:
            save_changes(meeting, ics_sequence=meeting.ics_sequence + 1, **values)
            return True

        if _unless_taken(write):
            return True
    return False


@transaction.atomic
def forget(meeting: Meeting, *, by: User | None) -> None:
    """One that was called off is not to be booked again. Raises Conflict where it does not wait for that."""
    require(by, "meetings.forget", meeting)
    rows = Meeting.objects.filter(pk=meeting.pk, wanted_again=Meeting.Again.REBOOK)
    if not rows.update(wanted_again=""):
        raise Conflict(_("This meeting does not wait to be booked again any more."))
    _told("meetings.forgotten", meeting, by)


def are_free(engagement: Engagement, times: Sequence[datetime], *, at: datetime) -> bool:
    """Whether somebody could come to a meeting of an hour at each of these times."""
    return all(_free_at(engagement, start, at, Meeting.MINUTES) for start in times)


def _free_at(
    engagement: Engagement, start: datetime, at: datetime, minutes: int, without: Meeting | None = None
) -> list[User]:
    """Who is free exactly then; nobody where it is too soon or too far."""
    if not at + NOTICE <= start <= at + FURTHEST:
        return []
    end = start + timedelta(minutes=minutes)
    found = next(free_times(engagement, since=start, until=end, minutes=minutes, without=without), None)
    people = {person.pk: person for person in people_for(engagement, without)}
    return [people[pk] for pk in found.who] if found else []


def _taken(
    engagement: Engagement, start: datetime, at: datetime, minutes: int, without: Meeting | None = None
) -> Taken:
    since = min(max(start, at + NOTICE), at + FURTHEST)
    times = free_times(engagement, since=since, until=since + _LOOKS_AHEAD, minutes=minutes, without=without)
    following = list(islice((each for each in times if each.start != start), _OFFERED))
    if not following:
        return Taken(_("This time is no longer free, and none of the three weeks after it is either."), next=[])
    words = "; ".join(date_format(localtime(each.start), "D j M, H:i T") for each in following)
    return Taken(_("This time is not free. The next free ones: %(times)s.") % {"times": words}, next=following)


def _told(kind: str, meeting: Meeting, by: User | None, /, **told: Any) -> None:
    engagement = meeting.engagement
    zone = meeting.series.zone if meeting.series else engagement.centre.zone
    what: dict[str, Any] = {"what": meeting.get_kind_display(), "start": meeting.start.isoformat()}
    day = day_of(meeting, zone)
    happened(kind, meeting, engagement, by, meeting=str(meeting.public_id), day=day, **what, **told)
