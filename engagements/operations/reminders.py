"""Reminding people of meetings as each of them wants it: never after a cancel, never for another time, never late."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format

from engagements import reminders
from engagements.agenda import INVITED_ROLES, invited
from engagements.models import Meeting
from engagements.operations.moving import happened
from engagements.operations.planning import day_of
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.calendars import local_to_utc
from fasttrack_portal.jobs.operations import enqueue, enqueue_many

log = logging.getLogger(__name__)


def set_timers(meetings: Iterable[tuple[str, datetime]], *, at: datetime) -> None:
    """The timers of meetings by public id and start: a meeting that moves gets others, and the old ones find it
    elsewhere. Each once, in one INSERT."""
    _set((meeting, start, when, due) for meeting, start in meetings for when, due in reminders.timers_of(start, at))


def _set(timers: Iterable[tuple[str, datetime, str, datetime]]) -> None:
    enqueue_many(
        "meetings.remind",
        [
            (
                f"{meeting}:{start.isoformat()}:{when}",
                {"meeting": meeting, "start": start.isoformat(), "when": when, "due": due.isoformat()},
                due,
            )
            for meeting, start, when, due in timers
        ],
    )


@transaction.atomic
def remind(meeting: Meeting, when: str, *, start: datetime, due: datetime, at: datetime) -> None:
    """One timer of a meeting: tells whoever wants to be reminded then, or sets their digests."""
    if meeting.status != Meeting.Status.PLANNED or meeting.start != start:
        return
    people = [person for person in invited(meeting.engagement) if person.reminder == when]
    if when == "digest":
        # One whose time has passed is dropped by its own job, which says so.
        _set((str(meeting.public_id), start, each, reminders.due_of(each, start)) for each in reminders.BEFORE)
        for person in people:
            _set_digest(person, reminders.day_of_digest(start, person.time_zone), at)
        return
    if reminders.is_late(due, at):
        log.warning("reminder dropped: %s of %s was due at %s", when, meeting.public_id, due.isoformat())
        return
    if people and not _was_told("meetings.reminded", meeting, when=when, start=start.isoformat()):
        happened(
            "meetings.reminded",
            meeting,
            meeting.engagement,
            None,
            people=[str(person.public_id) for person in people],
            count=len(people),
            when=when,
            title=meeting.title,
            start=start.isoformat(),
            due=due.isoformat(),
            day=day_of(meeting, meeting.engagement.centre.zone),
        )


@transaction.atomic
def name_meetings(person: User, *, day: date, due: datetime, at: datetime) -> None:
    """The digest of one person: the meetings of their tomorrow, one mail for each organisation they meet for."""
    if person.reminder != "digest" or not person.is_active:
        return
    if reminders.is_late(due, at):
        log.warning("digest dropped: %s for %s was due at %s", day, person.public_id, due.isoformat())
        return
    if _was_told("meetings.digest", person, due=due.isoformat()):
        return
    grouped: dict[Any, list[Meeting]] = {}
    for meeting in meetings_of(person, day):
        engagement = meeting.engagement
        grouped.setdefault(engagement.centre if person.audience.centre_ids else engagement.customer, []).append(meeting)
    for place, meetings in grouped.items():
        is_centre = bool(person.audience.centre_ids)
        record(
            "meetings.digest",
            subject=person,
            by=None,
            thread=person.public_id,
            customer=None if is_centre else place,
            centre=place if is_centre else None,
            url="/meetings/",
            data={
                "person": str(person),
                "for": str(person.public_id),
                "day": date_format(day, "j M Y"),
                "due": due.isoformat(),
                "count": len(meetings),
                "named": [
                    {
                        "id": str(each.public_id),
                        "title": each.title,
                        "start": each.start.isoformat(),
                        "url": each.get_absolute_url(),
                    }
                    for each in meetings
                ],
            },
        )


def _was_told(kind: str, subject: Meeting | User, **said: str) -> bool:
    """Whether it was told already, by the same job that is delivered once more (F5). The row is held, so that of two at
    once one waits for the other's Event."""
    type(subject)._base_manager.select_for_update().get(pk=subject.pk)
    told = Event.objects.filter(kind=kind, subject_label=subject._meta.label, subject_id=subject.pk)
    return told.filter(**{f"data__{name}": value for name, value in said.items()}).exists()


def meetings_of(person: User, day: date) -> list[Meeting]:
    """The planned meetings of one day, as it falls on their clock, to which somebody is invited."""
    begin, end = (local_to_utc(datetime.combine(each, datetime.min.time()), person.time_zone)
                  for each in (day, day + timedelta(days=1)))  # fmt: skip
    customers = [row.customer_id for row in person.all_memberships if row.customer_id and row.role in INVITED_ROLES]
    mine = Q(engagement__specialist=person) | Q(engagement__customer__in=customers)
    found = Meeting.objects.visible_to(person).filter(
        mine, status=Meeting.Status.PLANNED, during__startswith__gte=begin, during__startswith__lt=end
    )
    return list(found.select_related("engagement__customer", "engagement__centre").order_by("during", "pk"))


def _set_digest(person: User, day: date, at: datetime) -> None:
    due = reminders.digest_due(day, person.time_zone)
    if reminders.is_late(due, at):
        log.warning("digest dropped: %s for %s was due at %s", day, person.public_id, due.isoformat())
        return
    enqueue(
        "meetings.digest",
        key=f"{person.public_id}:{day.isoformat()}",
        payload={"user": person.pk, "day": day.isoformat(), "due": due.isoformat()},
        due_at=due,
    )
