"""Every write about absences: adding one, and taking it back; the worker plans anew what it touches."""

import uuid
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg2.extras import DateTimeTZRange

from engagements.cadence import Interval
from engagements.models import Absence
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.calendars import local_to_utc
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.records import create_once
from fasttrack_portal.refusals import Conflict, Invalid

# (default) Who is away for longer hands the engagements over.
LONGEST = timedelta(days=366)


def interval(first_on: date, last_on: date, zone: str) -> Interval:
    """From the first moment of the first day to the first of the day after the last, on a clock there."""
    first, after = (datetime.combine(day, time.min) for day in (first_on, last_on + timedelta(days=1)))
    return local_to_utc(first, zone), local_to_utc(after, zone)


@transaction.atomic
def add_absence(
    person: User, *, first_on: date, last_on: date, at: datetime, by: User | None, key: uuid.UUID | None = None
) -> Absence:
    """Whole days on which nothing is planned with somebody. Raises Invalid for days that are over or in the wrong
    order, Conflict where they are away then already."""
    require(by, "meetings.add_absence", person)
    check(person, first_on=first_on, last_on=last_on, at=at)
    start, end = interval(first_on, last_on, person.time_zone)
    public_id = key or uuid.uuid4()
    try:
        with transaction.atomic():
            absence, is_new = create_once(
                Absence,
                public_id,
                lambda: Absence.objects.create(
                    public_id=public_id,
                    person=person,
                    during=DateTimeTZRange(start, end, "[)"),
                    zone=person.time_zone,
                ),
            )
    except IntegrityError:
        raise Invalid(_("There is an absence on one of these days already."), field="first_on") from None
    if absence.person_id != person.pk:
        raise Conflict(_("This form was used before. Please open it again."))
    if is_new:
        _told("meetings.absence_added", absence, by)
    return absence


@transaction.atomic
def withdraw_absence(absence: Absence, *, by: User | None) -> None:
    """The person is there after all. Raises TransitionRefused if it was taken back already."""
    require(by, "meetings.add_absence", absence.person)
    workflow.apply(absence, "withdraw")
    _told("meetings.absence_withdrawn", absence, by)


def check(person: User, *, first_on: date, last_on: date, at: datetime) -> None:
    """Raises Invalid for days on which nobody can be away."""
    if last_on < first_on:
        raise Invalid(_("The last day lies before the first."), field="last_on")
    if last_on - first_on > LONGEST:
        raise Invalid(_("An absence is a year at most. Hand the engagements over for a longer one."), field="last_on")
    if last_on < at.astimezone(person.zone()).date():
        raise Invalid(_("These days are over."), field="last_on")


def _told(kind: str, absence: Absence, by: User | None) -> None:
    person = absence.person
    record(
        kind,
        subject=absence,
        by=by,
        centre=_centre_of(person),
        internal=True,
        data={
            "name": person.name,
            "person": person.pk,
            "first": date_format(absence.first_on, "j M Y"),
            "last": date_format(absence.last_on, "j M Y"),
        },
    )


def _centre_of(person: User) -> FastTrackCenter | None:
    row = Membership.objects.filter(user=person, role__in=Membership.CENTRE_ROLES).select_related("centre").first()
    return row.centre if row else None
