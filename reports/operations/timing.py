"""Keeping the rhythm: each period has its report once, a late worker makes up for what can still be told."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from engagements.models import Engagement, Meeting
from engagements.operations.moving import happened
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.records import save_changes
from migrations_svc.models import MigrationEvent
from reports import reckoning, rhythm
from reports.models import Audience, EngagementRhythm, EventRhythm, Report
from reports.operations.asking import request
from reports.operations.delivery import partners_people

Kind = Report.Kind
_AWAKE = ("planned", "active")
_FRESH = timedelta(days=7)


def editions_of(engagement: Engagement) -> list[str]:
    """Which editions come by themselves: one for the customer's team, and one each for executives and partners where
    there are any."""
    found = [Audience.CUSTOMER.value]
    if engagement.customer.people(Membership.Role.VIEWER).exists():
        found.append(Audience.EXECUTIVE.value)
    if partners_people(engagement.customer).exists():
        found.append(Audience.PARTNER.value)
    return found


@transaction.atomic
def keep_rhythm(event: MigrationEvent, *, pace: str, day: date, at: datetime) -> Report | None:
    """The status report of one period, and the timer of the next; nothing once the event is over or keeps another
    pace. While the engagement rests the timers go on and no report is made. May run twice and late: a period has one
    report and one timer, and of several that passed unreported the last has one, which covers them all: how things
    stood on the others nobody can tell any more."""
    if EventRhythm.of(event).pace(event.status) != pace:
        return None
    last = rhythm.last_due(pace, day, event.zone, at)
    report = None
    if event.engagement.status in _AWAKE:
        report = _each_edition(Kind.STATUS, event, event.engagement, rhythm.period(pace, last), day, last, at)
    set_timer(event, pace=pace, day=rhythm.next_day(pace, last))
    return report


@transaction.atomic
def keep_engagement_rhythm(engagement: Engagement, *, day: date, at: datetime) -> Report | None:
    """The weekly report of an engagement and the next timer, under the rules of `keep_rhythm`; the timers end when the
    engagement is at rest."""
    if EngagementRhythm.of(engagement).pace != EngagementRhythm.Pace.WEEKLY or engagement.is_at_rest:
        return None
    last = rhythm.last_due(rhythm.WEEKLY, day, engagement.customer.zone, at)
    report = None
    if engagement.status in _AWAKE:
        period = rhythm.period(rhythm.WEEKLY, last)
        report = _each_edition(Kind.ENGAGEMENT, engagement, engagement, period, day, last, at)
    set_engagement_timer(engagement, day=rhythm.next_day(rhythm.WEEKLY, last))
    return report


@transaction.atomic
def report_on_checkpoint(meeting: Meeting, *, at: datetime) -> Report | None:
    """The report that goes with a checkpoint meeting, once a meeting; none with one that was long ago when it was
    marked as held: how things stood then nobody can tell any more."""
    engagement = meeting.engagement
    if meeting.kind != Meeting.Kind.CHECKPOINT or engagement.status not in _AWAKE or at - meeting.end > _FRESH:
        return None
    if EngagementRhythm.of(engagement).pace != EngagementRhythm.Pace.CHECKPOINT:
        return None
    return _each_edition(Kind.ENGAGEMENT, engagement, engagement, f"checkpoint-{meeting.public_id}", None, None, at)


def _each_edition(
    kind: str, subject: Any, engagement: Engagement, period: str, day: date | None, last: date | None, at: datetime
) -> Report:
    """The report of the customer's team; the other editions beside it."""
    days = {"first_day": day, "last_day": last} if day != last else {}
    made = [
        request(kind, subject, by=None, at=at, period=period, audience=audience, **days)  # type: ignore[arg-type]
        for audience in editions_of(engagement)
    ]
    return made[0]


def set_timer(event: MigrationEvent, *, pace: str, day: date) -> None:
    """Insert-or-ignore: one row for each period, due at its moment."""
    enqueue(
        "reports.schedule",
        key=f"{event.public_id}:{rhythm.period(pace, day)}",
        payload={"event": event.pk, "pace": pace, "day": day.isoformat()},
        due_at=rhythm.moment(pace, day, event.zone),
    )


def set_engagement_timer(engagement: Engagement, *, day: date) -> None:
    """As `set_timer`, for the weekly report of an engagement."""
    enqueue(
        "reports.schedule",
        key=f"{engagement.public_id}:{rhythm.period(rhythm.WEEKLY, day)}",
        payload={"engagement": engagement.pk, "day": day.isoformat()},
        due_at=rhythm.moment(rhythm.WEEKLY, day, engagement.customer.zone),
    )


def begin_rhythm(event: MigrationEvent, *, at: datetime) -> None:
    """The first timer of the pace that the event keeps now."""
    if pace := EventRhythm.of(event).pace(event.status):
        set_timer(event, pace=pace, day=rhythm.first_day(pace, at, event.zone))


def begin_engagement_rhythm(engagement: Engagement, *, at: datetime) -> None:
    """The first weekly timer of an engagement that has one."""
    if EngagementRhythm.of(engagement).pace == EngagementRhythm.Pace.WEEKLY and not engagement.is_at_rest:
        set_engagement_timer(engagement, day=rhythm.first_day(rhythm.WEEKLY, at, engagement.customer.zone))


@transaction.atomic
def set_event_rhythm(
    event: MigrationEvent, *, before: str, running: str, version: int, by: User, at: datetime
) -> EventRhythm:
    """How often an event is reported on from now on. Raises StaleVersion if somebody else set it meanwhile (C1)."""
    require(by, "reports.set_rhythm", event.engagement)
    row: EventRhythm = _save(EventRhythm, version, {"event": event}, before=before, running=running)
    _told(event.number, event, event.engagement, by, f"{row.get_before_display()}, {row.get_running_display()}")
    begin_rhythm(event, at=at)
    return row


@transaction.atomic
def set_engagement_rhythm(
    engagement: Engagement, *, pace: str, version: int, by: User, at: datetime
) -> EngagementRhythm:
    """How often an engagement is reported on from now on. Raises StaleVersion as above."""
    require(by, "reports.set_rhythm", engagement)
    row: EngagementRhythm = _save(EngagementRhythm, version, {"engagement": engagement}, pace=pace)
    _told(engagement.number, engagement, engagement, by, str(row.get_pace_display()))
    begin_engagement_rhythm(engagement, at=at)
    return row


@transaction.atomic
def tell_final_waits(event: MigrationEvent) -> None:
    """The window has closed and records are unaccounted for: both sides are told once."""
    left = reckoning.of(event).missing
    _told(event.number, event, event.engagement, None, "", kind="reports.final_waits", left=left, title=event.title)


def _save(model: Any, version: int, subject: dict[str, Any], **changes: Any) -> Any:
    """The setting as it was sent; version 0 stands for the defaults, which nobody may have changed meanwhile."""
    row, is_new = model._base_manager.get_or_create(**subject)
    save_changes(row, version=row.version if is_new and not version else version, **changes)
    return row


def _told(
    number: str, subject: Any, engagement: Engagement, by: User | None, what: str, *, kind: str = "", **facts: Any
) -> None:
    happened(kind or "reports.rhythm_set", subject, engagement, by, **{"number": number, "what": what, **facts})
