"""Planning the checkpoints of series: foreseen for a preview, and written by the worker.

Both are the same: what a preview shows is what `settle` makes in memory, and the worker saves it. Many series planned
together come out as if each had been planned alone, one after the other."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.cadence import Skipped, Slot
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations.desk import WEEK, Course, Desk, Office, courses_of, during_of, is_open, week_of
from engagements.operations.moving import happened_to_many
from fasttrack_portal.copying import copy
from fasttrack_portal.jobs.operations import enqueue_many

# How often the loser of a race looks again before it leaves the rest to a later attempt of its job.
TRIES = 5
# PostgreSQL's codes for "the exclusion constraint says no" and "two planners waited for each other".
RACES = frozenset({"23P01", "40P01"})
What = Literal["stays", "new", "moved", "cancelled", "skipped", "left"]


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one date: from when, to when, and why. `nominal_on` is the day by the rhythm."""

    what: What
    before: datetime | None
    after: datetime | None
    note: str
    nominal_on: date | None = None
    meeting: Meeting | None = None


@dataclass(slots=True)
class Made:
    """A meeting that is not there yet, as lean as can be: many are made at once, and its keys come when it is saved."""

    series: MeetingSeries
    engagement: Engagement
    slot: Slot
    public_id: UUID | None = None
    ics_uid: UUID | None = None

    @property
    def specialist_id(self) -> int:
        return self.engagement.specialist_id

    @property
    def start(self) -> datetime:
        return self.slot.start_utc

    @property
    def end(self) -> datetime:
        return self.slot.end_utc

    @property
    def reason(self) -> str:
        return self.slot.reason


@dataclass
class Outcome:
    """What one planning makes of a series; its meetings are changed in memory, and nothing is saved."""

    course: Course
    until: date | None = None
    made: list[Made] = field(default_factory=list)
    moved: list[Meeting] = field(default_factory=list)
    withdrawn: list[Meeting] = field(default_factory=list)
    stays: set[int] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return bool(self.made or self.moved or self.withdrawn)

    @property
    def skipped(self) -> list[str]:
        return [line.note for line in self.lines if line.what == "skipped"]

    def before(self) -> dict[int, datetime]:
        """When each moved meeting was, by its key."""
        return {line.meeting.pk: line.before for line in self.lines if line.meeting and line.before}


# --- Writing ---------------------------------------------------------------------------------------------------------
def plan(series: MeetingSeries, *, at: datetime) -> None:
    """Keeps the horizon of one series planned: makes what is missing, moves what no longer fits, cancels what is no
    longer wanted. Running it again changes nothing. The constraint has the last word: whoever loses a race for a
    specialist's time looks again (C3). Raises what the last try raised.
    """
    plan_many([series.pk], at=at)


@transaction.atomic
def plan_many(keys: Iterable[int], *, at: datetime) -> None:
    """Keeps the horizons of many series planned, in a few statements for all of them; it comes out as if each had been
    planned alone, in the order of their keys."""
    rows = held_series(MeetingSeries.objects.filter(pk__in=list(keys)))
    _come_back(rows, at)
    unless_raced(lambda: _write(rows, at))


def held_series(rows: QuerySet[MeetingSeries]) -> list[MeetingSeries]:
    """Those that are planned at all, in order, held until the transaction ends."""
    related = ("engagement__customer", "engagement__centre", "engagement__specialist", "engagement__partner")
    active = rows.filter(status=MeetingSeries.Status.ACTIVE).order_by("pk")
    return list(active.select_for_update(of=("self",)).select_related(*related))


def unless_raced(write: Any) -> None:
    """Tries again where somebody took a specialist's time meanwhile."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                write()
            return
        except (IntegrityError, OperationalError) as lost:
            if getattr(lost.__cause__, "pgcode", "") not in RACES or not left:
                raise


def _write(rows: Sequence[MeetingSeries], at: datetime) -> None:
    courses = courses_of(rows, at=at, for_update=True)
    outcomes = settle_all(courses, Office.of([course.engagement for course in courses], at=at))
    save(outcomes)
    changed_ones = [outcome for outcome in outcomes if outcome.changes]
    coming = next_of([outcome.course.engagement for outcome in changed_ones], at)
    happened_to_many(
        "meetings.planned",
        ((outcome.course.series, outcome.course.engagement, told_of([outcome], coming)) for outcome in changed_ones),
    )


def save(outcomes: Iterable[Outcome]) -> None:
    """Writes what was settled; the caller holds the series and their meetings."""
    found = list(outcomes)
    call_off([meeting for outcome in found for meeting in outcome.withdrawn])
    write_moved([meeting for outcome in found for meeting in outcome.moved])
    make([meeting for outcome in found for meeting in outcome.made])
    planned: dict[date | None, list[int]] = {}
    for outcome in found:
        planned.setdefault(outcome.until, []).append(outcome.course.series.pk)
    for until, keys in planned.items():
        MeetingSeries.objects.filter(pk__in=keys).update(planned_until=until)


_COLUMNS = (
    "public_id, version, created_at, engagement_id, series_id, kind, status, specialist_id, during, nominal_on, "
    "is_moved, reason, ics_uid, ics_sequence, notes, wanted_again"
)


def make(meetings: Sequence[Made]) -> None:
    """New meetings of series in one stream."""
    if not meetings:
        return
    noise = os.urandom(32 * len(meetings))
    for place, each in enumerate(meetings):
        first = 32 * place
        each.public_id = UUID(bytes=noise[first : first + 16], version=4)
        each.ics_uid = UUID(bytes=noise[first + 16 : first + 32], version=4)
    now, checkpoint, planned = timezone.now(), Meeting.Kind.CHECKPOINT.value, Meeting.Status.PLANNED.value
    rows = (
        (each.public_id, 1, now, each.engagement.pk, each.series.pk, checkpoint, planned, each.specialist_id,
         f"[{each.start.isoformat()},{each.end.isoformat()})", each.slot.nominal_on, each.slot.moved, each.reason,
         each.ics_uid, 0, "", "")
        for each in meetings
    )  # fmt: skip
    # What COPY raises comes from the driver as it is: here it is caught as what any other statement raises.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        copy(cursor, f"engagements_meeting ({_COLUMNS})", rows)


def write_moved(meetings: Sequence[Meeting]) -> None:
    if not meetings:
        return
    # All step aside before any takes its new place: on the way there two of them may well meet.
    Meeting.objects.filter(pk__in=[meeting.pk for meeting in meetings]).update(
        status=Meeting.Status.CANCELLED, nominal_on=None
    )
    Meeting.objects.bulk_update(
        meetings, ["status", "during", "specialist", "nominal_on", "is_moved", "reason", "ics_sequence", "version"]
    )


def withdraw(meetings: list[Meeting], reason: str) -> None:
    """Cancels meetings that nobody wants any more; the caller holds their rows.

    They give their day back, so that a later change of the series can plan it again. One that a person cancelled
    keeps its day: it is not to come back.
    """
    call_off([_withdrawn(meeting, reason) for meeting in meetings])


def call_off(meetings: list[Meeting]) -> None:
    Meeting.objects.bulk_update(meetings, ["status", "reason", "nominal_on", "ics_sequence", "version"])


def facts(meeting: Meeting | Made, before: datetime | None = None) -> dict[str, str]:
    """A meeting as it stands in an event's data; `before` is when it was, of one that moved."""
    told = {"id": str(meeting.public_id), "start": meeting.start.isoformat(), "note": meeting.reason}
    return {**told, "before": before.isoformat()} if before and before != meeting.start else told


# --- Settling --------------------------------------------------------------------------------------------------------
def settle_all(courses: Iterable[Course], office: Office) -> list[Outcome]:
    return [settle(course, office) for course in courses]


def settle(course: Course, office: Office) -> Outcome:
    """Finds the meeting of each occurrence by its week: a series that changes its weekday moves its meetings."""
    outcome = Outcome(course)
    desk = office.desk(course)
    outcome.until = desk.until
    unwanted = _("The checkpoints no longer fall on this day.")
    why_not: dict[int, str] = {}
    if is_open(course.engagement):
        planned = {week_of(meeting.nominal_on): meeting for meeting in course.own if meeting.nominal_on}
        days = [meeting.nominal_on for meeting in course.own if meeting.nominal_on]
        # The last meeting may get a later day of its week: it moves and does not fall out of the horizon.
        until = max([desk.until, *(day + timedelta(days=6 - day.weekday()) for day in days)])
        for slot in desk.slots(min([desk.monday, *days]), until, course.series.ends_before):
            meeting = planned.get(week_of(slot.nominal_on))
            if meeting and isinstance(slot, Skipped):
                why_not[meeting.pk] = slot.reason
            _settle_one(slot, meeting, desk, outcome)
    else:
        unwanted = _("The engagement is now: %(status)s.") % {"status": course.engagement.get_status_display()}
    for meeting in course.own:
        if meeting.pk not in outcome.stays:
            reason = why_not.get(meeting.pk, unwanted)
            outcome.lines.append(Line("cancelled", meeting.start, None, reason, meeting.nominal_on, meeting))
            outcome.withdrawn.append(_withdrawn(meeting, reason))
        else:
            office.take(meeting)
    for made in outcome.made:
        office.take(made)
    return outcome


def _settle_one(slot: Slot | Skipped, meeting: Meeting | None, desk: Desk, outcome: Outcome) -> None:
    # A changed series moves all it has; otherwise a meeting stays where it is as long as nothing stands against it.
    series = outcome.course.series
    if meeting and series.planned_until is not None and desk.still_fits(meeting):
        _stay(meeting, desk, outcome)
    elif desk.is_too_late(slot) or week_of(slot.nominal_on) in outcome.course.settled:
        return
    elif isinstance(slot, Skipped):
        if meeting is None:
            outcome.lines.append(Line("skipped", None, None, slot.reason, slot.nominal_on))
    elif meeting is None:
        outcome.made.append(Made(series, desk.engagement, slot))
        outcome.lines.append(Line("new", None, slot.start_utc, slot.reason, slot.nominal_on))
    else:
        _move(meeting, slot, desk, outcome)


def _stay(meeting: Meeting, desk: Desk, outcome: Outcome) -> None:
    outcome.stays.add(meeting.pk)
    outcome.lines.append(Line("stays", meeting.start, meeting.start, meeting.reason, meeting.nominal_on, meeting))
    if meeting.specialist_id != desk.engagement.specialist_id:
        outcome.moved.append(changed(meeting, specialist=desk.engagement.specialist))


def _move(meeting: Meeting, slot: Slot, desk: Desk, outcome: Outcome) -> None:
    outcome.stays.add(meeting.pk)
    wanted = {
        "during": during_of(slot),
        "specialist": desk.engagement.specialist,
        "nominal_on": slot.nominal_on,
        "is_moved": slot.moved,
        "reason": slot.reason,
    }
    before = meeting.start
    what: What = "moved" if slot.start_utc != before else "stays"
    outcome.lines.append(Line(what, before, slot.start_utc, slot.reason, slot.nominal_on, meeting))
    if any(getattr(meeting, name) != value for name, value in wanted.items()):
        outcome.moved.append(changed(meeting, **wanted))


def changed(meeting: Meeting, **values: Any) -> Meeting:
    """The same meeting for everybody's calendar (its UID stays), a later edition of it (its SEQUENCE rises)."""
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.ics_sequence += 1
    meeting.version += 1
    return meeting


def _withdrawn(meeting: Meeting, reason: str) -> Meeting:
    return changed(meeting, status=Meeting.Status.CANCELLED, reason=reason, nominal_on=None)


# --- Telling ---------------------------------------------------------------------------------------------------------
def next_of(engagements: Iterable[Engagement], at: datetime) -> dict[int, Meeting]:
    """The next meeting of each engagement, by its key: one query."""
    keys = [engagement.pk for engagement in engagements]
    coming = Meeting.objects.filter(engagement__in=keys).coming(at=at).order_by("engagement", "during", "pk")
    return {meeting.engagement_id: meeting for meeting in coming.distinct("engagement")}


def told_of(outcomes: Sequence[Outcome], next_ones: Mapping[int, Meeting]) -> dict[str, Any]:
    """What an event says of the outcomes of one engagement."""
    engagement = outcomes[0].course.engagement
    series = outcomes[0].course.series
    coming = next_ones.get(engagement.pk)
    made: list[tuple[Meeting | Made, datetime | None]] = [(each, None) for outcome in outcomes for each in outcome.made]
    moved = [(each, outcome.before().get(each.pk)) for outcome in outcomes for each in outcome.moved]
    changes = sorted([*made, *moved], key=lambda each: each[0].start)
    return {
        "count": len(changes),
        "made": sum(len(outcome.made) for outcome in outcomes),
        "moved": sum(len(outcome.moved) for outcome in outcomes),
        "withdrawn": sum(len(outcome.withdrawn) for outcome in outcomes),
        "first": changes[0][0].start.isoformat() if changes else "",
        "next": day_of(coming, series.zone) if coming else "–",
        "meetings": [facts(meeting, before) for meeting, before in changes],
        "cancelled": [facts(meeting) for outcome in outcomes for meeting in outcome.withdrawn],
        "skipped": [reason for outcome in outcomes for reason in outcome.skipped],
    }


def day_of(meeting: Meeting, zone: str) -> str:
    """`30 Mar 2026` where the meeting's wall time is kept, for a sentence in the timeline."""
    return date_format(meeting.start.astimezone(ZoneInfo(zone)), "j M Y")


def coming_for_update(rows: QuerySet[Meeting], at: datetime) -> list[Meeting]:
    """The future planned ones of some meetings, held until the transaction ends: nobody cancels one meanwhile."""
    planned = rows.filter(status=Meeting.Status.PLANNED, during__startswith__gt=at).order_by("during")
    return list(planned.select_for_update(of=("self",)))


def _come_back(rows: Iterable[MeetingSeries], at: datetime) -> None:
    """The run of the coming week, at a minute of that week which is the series's own: many series spread over it.

    Its key is the week, so that a run that comes late, early or twice leaves one next run and no second chain. A
    series that has run out is over, as was told when its end was set.
    """
    today = at.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday()) + WEEK
    year, week = week_of(monday)
    first = datetime.combine(monday, time.min, UTC)
    over, runs = [], []
    for series in rows:
        if series.ends_before and series.ends_before + 2 * WEEK < today:
            over.append(series.pk)
        else:
            due = first + timedelta(minutes=series.pk % (7 * 24 * 60))
            runs.append((f"{series.pk}:{year}-W{week:02d}", {"series": series.pk}, due))
    if over:
        MeetingSeries.objects.filter(pk__in=over).update(status=MeetingSeries.Status.ENDED)
    enqueue_many("meetings.plan", runs)
