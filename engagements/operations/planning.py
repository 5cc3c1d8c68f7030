"""Planning the checkpoints of a series: foreseen for a preview, and written by the worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg2.extras import DateTimeTZRange

from engagements import cadence
from engagements.cadence import Interval, Skipped, Slot
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations.moving import happened
from fasttrack_portal.directory.calendars import WorkingCalendar, country_name, local_to_utc, public_holidays
from fasttrack_portal.jobs.operations import enqueue

_WEEK = timedelta(weeks=1)
# (default) Nobody is invited, or asked to come at another time, with less warning than this.
_NOTICE = timedelta(hours=4)
# How often the loser of a race looks again before it leaves the rest to a later attempt of its job.
_TRIES = 5
# PostgreSQL's codes for "the exclusion constraint says no" and "two planners waited for each other".
RACES = frozenset({"23P01", "40P01"})


def horizon() -> timedelta:
    """How far ahead meetings stand in people's calendars."""
    found: timedelta = getattr(settings, "MEETINGS_HORIZON", timedelta(weeks=8))
    return found


def pattern_of(series: MeetingSeries) -> cadence.Series:
    """The series as the planner reads it."""
    return cadence.Series(
        starts_on=series.starts_on,
        weekday=series.weekday,
        wall_time=series.wall_time,
        zone=series.zone,
        every_weeks=series.every_weeks,
        minutes=series.minutes,
    )


def foresee(
    engagement: Engagement, pattern: cadence.Series, *, at: datetime, series: MeetingSeries | None
) -> list[Slot | Skipped]:
    """What planning would make of this pattern now; `series` is the one it would replace. Nothing is written."""
    own = list(_coming(series, at + _NOTICE)) if series else []
    desk = _Desk.of(engagement, pattern, at, {meeting.pk for meeting in own})
    settled = _settled(series, own, desk.monday) if series else set()
    return [
        slot for slot in desk.slots(desk.monday) if not (desk.is_too_late(slot) or _week(slot.nominal_on) in settled)
    ]


@transaction.atomic
def plan(series: MeetingSeries, *, at: datetime) -> None:
    """Keeps the horizon of one series planned: makes what is missing, moves what no longer fits, cancels what is no
    longer wanted. Running it again changes nothing. The constraint has the last word: whoever loses a race for a
    specialist's time looks again (C3). Raises what the last try raised.
    """
    locked = MeetingSeries.objects.select_for_update(of=("self",)).select_related(
        "engagement__customer", "engagement__centre", "engagement__specialist", "engagement__partner"
    )
    series = locked.get(pk=series.pk)
    if series.status != MeetingSeries.Status.ACTIVE:
        return
    _enqueue_next(series, at)
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                _write(series, at)
            return
        except (IntegrityError, OperationalError) as lost:
            if getattr(lost.__cause__, "pgcode", "") not in RACES or not left:
                raise


def withdraw(meetings: list[Meeting], reason: str) -> None:
    """Cancels meetings that the rhythm no longer asks for; the caller holds their rows.

    They give their day back, so that a later change of the series can plan it again. One that a person cancelled
    keeps its day: it is not to come back.
    """
    for meeting in meetings:
        meeting.status, meeting.reason, meeting.nominal_on = Meeting.Status.CANCELLED, reason, None
        meeting.ics_sequence += 1
        meeting.version += 1
    Meeting.objects.bulk_update(meetings, ["status", "reason", "nominal_on", "ics_sequence", "version"])


def facts(meeting: Meeting) -> dict[str, str]:
    """A meeting as it stands in an event's data."""
    return {"id": str(meeting.public_id), "start": meeting.start.isoformat(), "note": meeting.reason}


def coming_for_update(series: MeetingSeries, at: datetime) -> list[Meeting]:
    """The future planned meetings of a series, held until the transaction ends: nobody cancels one meanwhile."""
    return list(_coming(series, at).select_for_update(of=("self",)))


# --- The desk: all that one planning looks at ------------------------------------------------------------------------
@dataclass(frozen=True)
class _Desk:
    engagement: Engagement
    pattern: cadence.Series
    at: datetime
    monday: date
    until: date
    calendar: WorkingCalendar
    holidays: Mapping[date, str]
    busy: list[Interval]

    @classmethod
    def of(cls, engagement: Engagement, pattern: cadence.Series, at: datetime, own: set[int]) -> "_Desk":
        """`own` are the meetings that are being planned anew: they do not stand in their own way."""
        today = at.astimezone(ZoneInfo(pattern.zone)).date()
        monday, until = today - timedelta(days=today.weekday()), today + horizon()
        years = range((monday - 3 * _WEEK).year, (until + 3 * _WEEK).year + 1)
        prefetch_related_objects([engagement.centre], "hours", "closures")
        taken = (
            Meeting.objects.filter(
                specialist=engagement.specialist_id, during__overlap=(at - 3 * _WEEK, at + horizon() + 3 * _WEEK)
            )
            .exclude(status=Meeting.Status.CANCELLED)
            .exclude(pk__in=own)
            .values_list("during", flat=True)
        )
        return cls(
            engagement=engagement,
            pattern=pattern,
            at=at,
            monday=monday,
            until=until,
            calendar=replace(engagement.centre.calendar(years), closure_names=engagement.centre.closed_days(years)),
            holidays=holidays_of_customer(engagement, years),
            busy=[(during.lower, during.upper) for during in taken],
        )

    def slots(self, since: date) -> list[Slot | Skipped]:
        return cadence.plan(
            self.pattern, self.calendar, self.holidays, self.busy, since, self.until, not_before=self.at + _NOTICE
        )

    def is_too_late(self, slot: Slot | Skipped) -> bool:
        return (slot.start_utc if isinstance(slot, Slot) else self._usual(slot)) < self.at + _NOTICE

    def _usual(self, slot: Skipped) -> datetime:
        return local_to_utc(datetime.combine(slot.nominal_on, self.pattern.wall_time), self.pattern.zone)

    def still_fits(self, meeting: Meeting) -> bool:
        """Whether a planned meeting may stay where it is: people have it in their calendars."""
        start, end = meeting.start, meeting.end
        place = ZoneInfo(self.pattern.zone)
        days = {start.astimezone(place).date(), (end - timedelta(microseconds=1)).astimezone(place).date()}
        return not (
            days & self.holidays.keys()
            or self.calendar.obstacle(start, end)
            or any(start < taken_until and taken_from < end for taken_from, taken_until in self.busy)
        )


def holidays_of_customer(engagement: Engagement, years: range) -> dict[date, str]:
    """The public holidays where the customer is, by day."""
    country = engagement.customer.country
    try:
        named = public_holidays(country, None, years)
    except ValueError:
        return {}  # a country of whose holidays nobody keeps a list
    return {day: f"{name} in {country_name(country)}" for day, name in named.items()}


def _coming(series: MeetingSeries, at: datetime) -> QuerySet[Meeting]:
    planned = Meeting.objects.filter(series=series, status=Meeting.Status.PLANNED, during__startswith__gt=at)
    return planned.order_by("during")


# --- Writing ---------------------------------------------------------------------------------------------------------
@dataclass
class _Outcome:
    """What one planning changes; `stays` are the future meetings that are still wanted."""

    made: list[Meeting] = field(default_factory=list)
    moved: list[Meeting] = field(default_factory=list)
    stays: set[int] = field(default_factory=set)
    withdrawn: list[Meeting] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def _write(series: MeetingSeries, at: datetime) -> None:
    engagement = series.engagement
    is_open = engagement.status in (Engagement.Status.PLANNED, Engagement.Status.ACTIVE)
    # What is about to begin is left alone, unless the engagement itself has come to rest.
    own = coming_for_update(series, at + _NOTICE if is_open else at)
    desk = _Desk.of(engagement, pattern_of(series), at, {meeting.pk for meeting in own})
    outcome = _Outcome()
    if is_open:
        _match(series, own, desk, outcome)
        unwanted = _("The checkpoints no longer fall on this day.")
    else:
        unwanted = _("The engagement is now: %(status)s.") % {"status": engagement.get_status_display()}
    outcome.withdrawn = [meeting for meeting in own if meeting.pk not in outcome.stays]
    _save(outcome, unwanted)
    MeetingSeries.objects.filter(pk=series.pk).update(planned_until=desk.until)
    if outcome.made or outcome.moved or outcome.withdrawn:
        _record_planned(series, outcome, at)


def _match(series: MeetingSeries, own: list[Meeting], desk: _Desk, outcome: _Outcome) -> None:
    """Finds the meeting of each occurrence by its week: a series that changes its weekday moves its meetings."""
    # A changed series moves all it has; otherwise a meeting stays where it is as long as nothing stands against it.
    has_changed = series.planned_until is None
    since = min([desk.monday, *(meeting.nominal_on for meeting in own if meeting.nominal_on)])
    planned = {_week(meeting.nominal_on): meeting for meeting in own if meeting.nominal_on}
    settled = _settled(series, own, since)
    for slot in desk.slots(since):
        week = _week(slot.nominal_on)
        meeting = planned.get(week)
        if meeting and not has_changed and desk.still_fits(meeting):
            outcome.stays.add(meeting.pk)
            if meeting.specialist_id != desk.engagement.specialist_id:
                outcome.moved.append(_changed(meeting, specialist=desk.engagement.specialist))
        elif desk.is_too_late(slot) or week in settled:
            continue
        elif isinstance(slot, Skipped):
            outcome.skipped.append(slot.reason)
        elif meeting is None:
            outcome.made.append(_new(series, desk.engagement, slot))
        else:
            outcome.stays.add(meeting.pk)
            _move(meeting, slot, desk.engagement, outcome)


def _settled(series: MeetingSeries, own: list[Meeting], since: date) -> set[tuple[int, int]]:
    """The weeks that have had their meeting: held, over, about to begin, or cancelled by a person."""
    others = Meeting.objects.filter(series=series, nominal_on__gte=since - _WEEK).exclude(
        pk__in=[meeting.pk for meeting in own]
    )
    return {_week(day) for day in others.values_list("nominal_on", flat=True) if day}


def _new(series: MeetingSeries, engagement: Engagement, slot: Slot) -> Meeting:
    return Meeting(
        engagement=engagement,
        series=series,
        kind=Meeting.Kind.CHECKPOINT,
        specialist=engagement.specialist,
        during=_during(slot),
        nominal_on=slot.nominal_on,
        is_moved=slot.moved,
        reason=slot.reason,
    )


def _move(meeting: Meeting, slot: Slot, engagement: Engagement, outcome: _Outcome) -> None:
    wanted = {
        "during": _during(slot),
        "specialist": engagement.specialist,
        "nominal_on": slot.nominal_on,
        "is_moved": slot.moved,
        "reason": slot.reason,
    }
    if any(getattr(meeting, name) != value for name, value in wanted.items()):
        outcome.moved.append(_changed(meeting, **wanted))


def _changed(meeting: Meeting, **values: Any) -> Meeting:
    """The same meeting for everybody's calendar (its UID stays), a later edition of it (its SEQUENCE rises)."""
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.ics_sequence += 1
    meeting.version += 1
    return meeting


def _save(outcome: _Outcome, unwanted: str) -> None:
    withdraw(outcome.withdrawn, unwanted)
    if outcome.moved:
        # All step aside before any takes its new place: on the way there two of them may well meet.
        Meeting.objects.filter(pk__in=[meeting.pk for meeting in outcome.moved]).update(
            status=Meeting.Status.CANCELLED, nominal_on=None
        )
        Meeting.objects.bulk_update(
            outcome.moved,
            ["status", "during", "specialist", "nominal_on", "is_moved", "reason", "ics_sequence", "version"],
        )
    Meeting.objects.bulk_create(outcome.made)


def _record_planned(series: MeetingSeries, outcome: _Outcome, at: datetime) -> None:
    engagement = series.engagement
    coming = engagement.meetings.coming(at=at).first()
    changed = sorted((*outcome.made, *outcome.moved), key=lambda meeting: meeting.start)
    happened(
        "meetings.planned",
        series,
        engagement,
        None,
        count=len(changed),
        made=len(outcome.made),
        moved=len(outcome.moved),
        withdrawn=len(outcome.withdrawn),
        first=changed[0].start.isoformat() if changed else "",
        next=day_of(coming, series.zone) if coming else "–",
        meetings=[facts(meeting) for meeting in changed],
        cancelled=[facts(meeting) for meeting in outcome.withdrawn],
        skipped=outcome.skipped,
    )


def day_of(meeting: Meeting, zone: str) -> str:
    """`30 Mar 2026` where the meeting's wall time is kept, for a sentence in the timeline."""
    return date_format(meeting.start.astimezone(ZoneInfo(zone)), "j M Y")


def _during(slot: Slot) -> DateTimeTZRange:
    return DateTimeTZRange(slot.start_utc, slot.end_utc, "[)")


def _week(day: date) -> tuple[int, int]:
    year, week, _weekday = day.isocalendar()
    return year, week


def _enqueue_next(series: MeetingSeries, at: datetime) -> None:
    """The run of the coming week, at a minute of that week which is the series's own: many series spread over it.

    Its key is the week, so that a run that comes late, early or twice leaves one next run and no second chain.
    """
    today = at.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday()) + _WEEK
    year, week = _week(monday)
    minute = timedelta(minutes=series.pk % (7 * 24 * 60))
    enqueue(
        "meetings.plan",
        key=f"{series.pk}:{year}-W{week:02d}",
        payload={"series": series.pk},
        due_at=datetime.combine(monday, time.min, UTC) + minute,
    )
