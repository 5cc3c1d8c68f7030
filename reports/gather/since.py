"""What happened since the report before: done, slipped, new and decided, read off the Events between two snapshots."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from engagements.milestones import RECURRING
from engagements.models import RUNNING, UNMET, Action, Milestone, RemediationItem, Responsibility, SuccessItem
from fasttrack_portal.activity.models import Event
from migrations_svc.models import MigrationEvent
from reports.gather.readers import Reader, language_of
from reports.models import Report
from reports.snapshots import Since, Told

MOST_LINES = 8
MOST_EVENTS = 2_000
MOST_INTERNAL = 25
# Which heading an event stands under. What is undone before the next report is under none.
_DONE = {
    "engagements.responsibility_finished", "engagements.responsibility_verified", "engagements.remediation_finished",
    "engagements.remediation_verified", "engagements.success_finished", "engagements.success_verified",
    "engagements.milestone_completed", "engagements.phase_passed", "engagements.action_finished",
    "migrations.completed", "migrations.issue_resolved", "migrations.finding_settled", "meetings.held",
}  # fmt: skip
_SLIPPED = {
    "engagements.responsibility_blocked", "engagements.remediation_blocked", "engagements.success_blocked",
    "engagements.milestone_planned", "engagements.milestone_rejected", "migrations.rescheduled",
    "migrations.declined", "migrations.stalled", "migrations.failed", "migrations.cancelled",
}  # fmt: skip
_NEW = {
    "engagements.remediation_made", "engagements.remediation_added", "engagements.success_added",
    "engagements.action_added", "engagements.delegated", "migrations.created", "migrations.scheduled",
    "migrations.issue_reported", "migrations.change_asked", "migrations.finding_added",
}  # fmt: skip
_DECIDED = {
    "meetings.decided", "meetings.decision_edited", "engagements.plan_agreed", "engagements.risk_accepted",
    "engagements.milestone_approved", "engagements.scope_changed", "engagements.phase_skipped",
    "engagements.phase_overridden", "engagements.responsibility_excluded", "engagements.remediation_excluded",
    "migrations.approved", "migrations.option_chosen", "migrations.change_agreed", "migrations.change_refused",
}  # fmt: skip
_UNDONE = {
    **{f"engagements.{part}_reopened": "done" for part in ("responsibility", "remediation", "success", "milestone")},
    **{f"engagements.{part}_reopened": "done" for part in ("phase", "action")},
    **{f"engagements.{part}_begun": "slipped" for part in ("responsibility", "remediation", "success")},
    "engagements.responsibility_included": "decided",
    "engagements.remediation_included": "decided",
    "engagements.action_dropped": "new",
    "meetings.decision_removed": "decided",
    "migrations.issue_reopened": "done",
    "migrations.started": "slipped",
}
# Days that were moved: it is a slip only where they were put off.
_MOVED = {"engagements.milestone_planned", "migrations.rescheduled"}
# What can become overdue, by the field of its day; executives read of milestones alone.
_DAYS: tuple[tuple[Any, str], ...] = (
    (Milestone, "planned_on"),
    (Responsibility, "due_on"),
    (RemediationItem, "due_on"),
    (SuccessItem, "due_on"),
    (Action, "due_on"),
)
_HEADINGS = {"done": _DONE, "slipped": _SLIPPED, "new": _NEW, "decided": _DECIDED}
_HEADING_OF = {kind: heading for heading, kinds in _HEADINGS.items() for kind in kinds}


def before_of(report: Report) -> Report | None:
    """The last issued report of the same kind, subject and edition; for a re-issue, the one before what it replaces."""
    replaced, chain = report.replaces, []
    while replaced is not None:
        chain.append(replaced.pk)
        replaced = replaced.replaces
    earlier = Report.objects.filter(
        kind=report.kind,
        audience=report.audience,
        engagement=report.engagement_id,
        event=report.event_id,
        status=Report.Status.ISSUED,
    ).exclude(pk__in=[report.pk, *chain])
    return earlier.order_by("-gathered_at", "-pk").first()


def since_of(report: Report, reader: Reader, at: datetime, before: Report | None) -> Since | None:
    """In the language of the report; None for the first report, which has nothing to look back on."""
    if before is None or before.gathered_at is None:
        return None
    zone = ZoneInfo(report.event.zone if report.event else reader.user.time_zone)
    with translation.override(language_of(report)):
        events = _events(report, reader, before.gathered_at, at)
        found = _sorted(events, reader, zone)
        if report.event is None:
            found["slipped"] += _overdue(report, reader, before.gathered_at.astimezone(zone).date(), at, zone)
    more = sum(max(0, len(lines) - MOST_LINES) for lines in found.values())
    last = {heading: tuple(lines[-MOST_LINES:]) for heading, lines in found.items()}
    return Since(before.number, before.gathered_at, last["done"], last["slipped"], last["new"], last["decided"], more)


def internal_of(report: Report, reader: Reader, at: datetime, before: Report | None) -> tuple[Told, ...]:
    """What the story of the engagement tells FastTrack alone, since the report before; nothing in other editions."""
    if not reader.is_internal or report.engagement is None:
        return ()
    zone = ZoneInfo(report.engagement.customer.zone)
    events = Event.objects.visible_to(reader.user).filter(thread=report.engagement.public_id, internal=True, at__lte=at)
    if before is not None and before.gathered_at is not None:
        events = events.filter(at__gt=before.gathered_at)
    told = events.exclude(kind__startswith="reports.").order_by("-at", "-pk")[:MOST_INTERNAL]
    with translation.override(language_of(report)):
        return tuple(_told(event, reader, zone) for event in reversed(told))


def _events(report: Report, reader: Reader, after: datetime, at: datetime) -> Iterable[Event]:
    assert report.engagement is not None
    events = Event.objects.visible_to(reader.user).filter(
        thread=report.engagement.public_id,
        internal=False,
        at__gt=after,
        at__lte=at,
        kind__in=[*_HEADING_OF, *_UNDONE],
    )
    if report.event is not None:
        events = events.filter(subject_label=MigrationEvent._meta.label, subject_id=report.event.pk)
    return events.order_by("at", "pk")[:MOST_EVENTS]


def _sorted(events: Iterable[Event], reader: Reader, zone: ZoneInfo) -> dict[str, list[Told]]:
    """The last word on each thing under each heading, in the order of the last words."""
    found: dict[str, dict[Any, Told]] = {heading: {} for heading in _HEADINGS}
    for event in events:
        thing = (event.subject_label, event.subject_id, event.fact("issue") or event.fact("item"))
        if undone := _UNDONE.get(event.kind):
            found[undone].pop(thing, None)
        heading = _HEADING_OF.get(event.kind)
        if heading is None or (event.kind in _MOVED and not _is_later(event)):
            continue
        if heading == "done":
            found["slipped"].pop(thing, None)
        found[heading].pop(thing, None)
        found[heading][thing] = _told(event, reader, zone)
    return {heading: list(lines.values()) for heading, lines in found.items()}


def _is_later(event: Event) -> bool:
    """ISO days compare as text."""
    now = event.fact("planned_on") or event.fact("scheduled_for")
    return bool(event.fact("before")) and str(now) > str(event.fact("before"))


def _told(event: Event, reader: Reader, zone: ZoneInfo) -> Told:
    return Told(reader.sentence(event.kind, event.data), event.at.astimezone(zone).date())


def _overdue(report: Report, reader: Reader, first: date, at: datetime, zone: ZoneInfo) -> list[Told]:
    """What became overdue in between: nothing happened, and that is it."""
    today = at.astimezone(zone).date()
    lines = []
    for model, day in _DAYS if reader.reads_items else _DAYS[:1]:
        is_milestone = model is Milestone
        late = model.objects.visible_to(reader.user).filter(
            engagement=report.engagement_id,
            engagement__status__in=RUNNING,
            status__in=("planned", "in_progress") if is_milestone else UNMET,
            **{f"{day}__gte": first, f"{day}__lt": today},
        )
        if is_milestone:
            late = late.exclude(code__in=RECURRING, status="in_progress")
        for item in late.order_by(day, "pk")[:MOST_LINES]:
            lines.append(Told(_("“%(what)s” was due and is not done") % {"what": str(item)}, getattr(item, day)))
    return lines
