"""Every write of people to a series of checkpoints: setting it, changing all of it or what follows a day, ending it.

Each meeting has its own place in people's calendars (UID): a series is split without anybody noticing more than the
times that change."""

import copy
import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations.desk import Course, courses_of
from engagements.operations.moving import happened, held, moving_engagement
from engagements.operations.planning import coming_for_update, day_of, facts, withdraw
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.calendars import WEEKDAYS
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import Conflict, StaleVersion, TransitionRefused

RHYTHM = ("every_weeks", "weekday", "wall_time", "zone")


def active_series(engagement: Engagement) -> MeetingSeries | None:
    return longest(all_active(engagement))


def longest(rows: QuerySet[MeetingSeries]) -> MeetingSeries | None:
    """Of those that are active the one that goes on the longest."""
    active = rows.filter(status=MeetingSeries.Status.ACTIVE)
    return active.order_by(F("ends_before").desc(nulls_first=True), "-pk").first()


def all_active(engagement: Engagement) -> QuerySet[MeetingSeries]:
    """Of a series that was split both halves, as long as the first has meetings to come."""
    return engagement.series.filter(status=MeetingSeries.Status.ACTIVE)


def first_week(engagement: Engagement) -> date | None:
    """Of a series that was split the first day of its first half that is not over."""
    return all_active(engagement).aggregate(first=Min("starts_on"))["first"]


def rhythm(series: MeetingSeries) -> str:
    """`Every week, Tue 10:00 Europe/Berlin`."""
    when = f"{WEEKDAYS[series.weekday]} {series.wall_time:%H:%M} {series.zone}"
    return f"{series.get_every_weeks_display()}, {when}"


# --- All of it -------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_series(
    engagement: Engagement,
    *,
    every_weeks: int,
    weekday: int,
    wall_time: time,
    zone: str,
    starts_on: date,
    by: User | None,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> MeetingSeries:
    """Sets the checkpoints of an engagement, or changes all of them where there are some; the worker plans what
    follows, and what is over stays as it was.

    A new series takes `key` (the form's one-time key), a change the `version` its form was made from. `weekday` 0 is
    Monday; `wall_time` is read in `zone`. Raises StaleVersion, and Conflict where another series came first.
    """
    require(by, "meetings.set_series", engagement)
    values = {**_anew(every_weeks, weekday, wall_time, zone), "starts_on": starts_on}
    if version is None:
        series, is_new = _create(engagement, key or uuid.uuid4(), values)
        if not is_new:
            return series
    else:
        found = active_series(engagement)
        if found is None:
            raise Conflict(_("These checkpoints were ended in the meantime. You can set new ones."))
        series = found
        others = _others(series)
        if not _save(series, version, values):
            return series
        MeetingSeries.objects.filter(pk__in=others).update(status=MeetingSeries.Status.ENDED)
        _gather_in(series, others, date.min, at or timezone.now())
    happened("meetings.series_set", series, engagement, by, rhythm=rhythm(series), version=series.version)
    return series


def _anew(every_weeks: int, weekday: int, wall_time: time, zone: str) -> dict[str, Any]:
    """A rhythm from now on, without an end. Forgetting how far it is planned is what tells the planner to place all
    of it anew."""
    values = dict(zip(RHYTHM, (every_weeks, weekday, wall_time, zone), strict=True))
    return {**values, "planned_until": None, "ends_before": None}


def _save(series: MeetingSeries, version: int, values: dict[str, Any]) -> bool:
    """Whether anything was to be saved: the same form sent twice changes nothing the second time."""
    try:
        save_changes(series, version=version, **values)
    except StaleVersion as stale:
        if set(stale.details["yours"]) - {"planned_until"}:
            raise
        return False
    return True


def _create(engagement: Engagement, key: uuid.UUID, values: dict[str, Any]) -> tuple[MeetingSeries, bool]:
    def make() -> MeetingSeries:
        if active_series(engagement):
            raise IntegrityError("an engagement has one series")
        return MeetingSeries.objects.create(engagement=engagement, public_id=key, **values)

    try:
        with transaction.atomic():
            series, is_new = create_once(MeetingSeries, key, make)
    except IntegrityError:
        raise Conflict(_("Somebody has set the checkpoints of this engagement in the meantime.")) from None
    if series.engagement_id != engagement.pk:
        raise Conflict(_("This form was used before. Please open it again."))
    return series, is_new


@transaction.atomic
def end_series(series: MeetingSeries, *, at: datetime, by: User | None, reason: str = "") -> None:
    """Ends the series, and its other half where it was split, and cancels what they still had planned. Raises
    TransitionRefused if it has ended already."""
    engagement = series.engagement
    require(by, "meetings.end_series", engagement)
    workflow.apply(series, "end")
    halves = [series.pk, *all_active(engagement).values_list("pk", flat=True)]
    MeetingSeries.objects.filter(pk__in=halves).update(status=MeetingSeries.Status.ENDED)
    coming = coming_for_update(Meeting.objects.filter(series__in=halves), at)
    withdraw(coming, reason or _("The checkpoints of this engagement were ended."))
    happened(
        "meetings.series_ended",
        series,
        engagement,
        by,
        count=len(coming),
        rhythm=rhythm(series),
        reason=reason,
        cancelled=[facts(meeting) for meeting in coming],
    )


# --- This one and those that follow ----------------------------------------------------------------------------------
@transaction.atomic
def change_following(
    meeting: Meeting,
    *,
    every_weeks: int,
    weekday: int,
    wall_time: time,
    zone: str,
    version: int,
    key: uuid.UUID,
    at: datetime,
    by: User | None,
) -> MeetingSeries:
    """Another rhythm from this meeting on; those before it stay as they are.

    The series is split where it has earlier meetings to come: `key` is then the second half's. `version` is that of
    the meeting's series. Raises TransitionRefused where the meeting is over or cancelled, StaleVersion."""
    require(by, "meetings.set_series", meeting.engagement)
    engagement = moving_engagement(meeting.engagement)
    there = MeetingSeries.objects.filter(public_id=key).first()
    if there is not None:
        return _mine(there, engagement)
    series, since = _following(meeting, at)
    values = {**_anew(every_weeks, weekday, wall_time, zone), "starts_on": first_day(since, weekday)}
    others = _others(series)
    # Of a series that was split before, the later halves make room.
    all_active(engagement).filter(pk__in=others, starts_on__gte=since).update(status=MeetingSeries.Status.ENDED)
    if _has_earlier(series, since, at):
        save_changes(series, version=version, ends_before=since)
        changed = MeetingSeries.objects.create(engagement=engagement, public_id=key, **values)
        others.append(series.pk)
    elif _save(series, version, values):
        changed = series
    else:
        return series
    _gather_in(changed, others, since, at)
    happened("meetings.series_set", changed, engagement, by, rhythm=rhythm(changed), version=changed.version)
    return changed


@transaction.atomic
def cancel_following(meeting: Meeting, *, reason: str, at: datetime, by: User | None) -> None:
    """This meeting and those that follow do not take place; those before it do. Raises TransitionRefused."""
    require(by, "meetings.end_series", meeting.engagement)
    engagement = held(meeting.engagement_id)
    series, since = _following(meeting, at)
    later = Meeting.objects.filter(series__in=all_active(engagement), nominal_on__gte=since)
    coming = coming_for_update(later, at)
    is_over = not _has_earlier(series, since, at)
    withdraw(coming, reason)
    for each in all_active(engagement):
        if each.starts_on >= since or is_over:
            workflow.apply(each, "end")
        else:
            save_changes(each, ends_before=min(since, each.ends_before or since))
    day = day_of(meeting, series.zone)
    cancelled = [facts(each) for each in coming]
    happened(
        "meetings.series_cut", series, engagement, by, day=day, count=len(coming), reason=reason, cancelled=cancelled
    )


def first_day(since: date, weekday: int) -> date:
    """The chosen weekday in the week of a day."""
    return since + timedelta(days=weekday - since.weekday())


def _following(meeting: Meeting, at: datetime) -> tuple[MeetingSeries, date]:
    """The meeting's series, and its day by the rhythm; both are held."""
    found = Meeting.objects.select_for_update(of=("self",)).select_related("series").get(pk=meeting.pk)
    series = found.series
    if (
        series is None
        or found.nominal_on is None
        or found.status != Meeting.Status.PLANNED
        or found.start <= at
        or series.status != MeetingSeries.Status.ACTIVE
    ):
        raise TransitionRefused(_("This meeting can no longer be moved: it has begun, was held or was cancelled."))
    series.engagement = meeting.engagement
    return series, found.nominal_on


def _has_earlier(series: MeetingSeries, since: date, at: datetime) -> bool:
    return series.meetings.filter(nominal_on__lt=since).coming(at=at).exists()


def _others(series: MeetingSeries) -> list[int]:
    return list(all_active(series.engagement).exclude(pk=series.pk).values_list("pk", flat=True))


def _gather_in(series: MeetingSeries, others: list[int], since: date, at: datetime) -> None:
    """What those others have planned after `at`, from the day `since` of their rhythm on, is this one's from now on.
    One that a person cancelled goes along, so that it does not come back."""
    theirs = Meeting.objects.filter(series__in=others, nominal_on__gte=since, during__startswith__gt=at)
    theirs.exclude(status=Meeting.Status.HELD).update(series=series)


def _mine(series: MeetingSeries, engagement: Engagement) -> MeetingSeries:
    if series.engagement_id != engagement.pk:
        raise Conflict(_("This form was used before. Please open it again."))
    return series


# --- As it would be --------------------------------------------------------------------------------------------------
def if_set(engagement: Engagement, values: dict[str, Any], *, at: datetime) -> list[Course]:
    """What planning would look at if the checkpoints were set so; nothing is written."""
    courses = courses_of(all_active(engagement), at=at)
    found = active_series(engagement)
    series = copy.copy(found) if found else MeetingSeries(engagement=engagement)
    return [_gathered(series, engagement, courses, values)]


def if_changed_following(meeting: Meeting, values: dict[str, Any], *, at: datetime) -> list[Course]:
    """What planning would look at if the rhythm were another one from this meeting on."""
    since = meeting.nominal_on
    assert since is not None
    courses = courses_of(all_active(meeting.engagement), at=at)
    later = []
    for course in courses:
        own = [each for each in course.own if each.nominal_on and each.nominal_on >= since]
        later.append(Course(course.series, course.engagement, own, course.settled))
    series = MeetingSeries(engagement=meeting.engagement)
    values = {**values, "starts_on": first_day(since, values["weekday"])}
    return [_gathered(series, meeting.engagement, later, values)]


def _gathered(
    series: MeetingSeries, engagement: Engagement, courses: Iterable[Course], values: dict[str, Any]
) -> Course:
    all_of_them = list(courses)
    for name, value in {**_anew(*(values[name] for name in RHYTHM)), "starts_on": values["starts_on"]}.items():
        setattr(series, name, value)
    own = [meeting for course in all_of_them for meeting in course.own]
    settled = set().union(*(course.settled for course in all_of_them))
    return Course(series, engagement, own, settled)


def if_cancelled(meeting: Meeting, scope: str, *, at: datetime) -> list[Meeting]:
    """Which meetings would be cancelled: this `one`, those that are `following`, or `all` that are to come."""
    if scope == "one":
        return [meeting]
    coming = Meeting.objects.filter(series__in=all_active(meeting.engagement)).filter(during__startswith__gt=at)
    planned = coming.filter(status=Meeting.Status.PLANNED).order_by("during")
    return list(planned.filter(nominal_on__gte=meeting.nominal_on) if scope == "following" else planned)
