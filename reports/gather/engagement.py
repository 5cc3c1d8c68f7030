"""Reading what an engagement report says."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Count, Q

from engagements import holding
from engagements.lines import NOBODY
from engagements.models import UNMET, Court, Engagement, Meeting, Milestone, Phase, Responsibility
from fasttrack_portal.accounts.models import User
from migrations_svc.models import MigrationEvent, MigrationRecord
from reports.gather import plans
from reports.gather.common import MOST_MEETINGS, coming, facts_of, head_of, meeting_line, of_engagement
from reports.gather.readers import Reader
from reports.gather.since import before_of, internal_of, since_of
from reports.models import Report
from reports.snapshots import (
    CourtLine,
    EngagementReport,
    EventLine,
    HolderLine,
    ItemLine,
    MatrixCell,
    MilestoneLine,
    PhaseLine,
)
from reports.snapshots.engagement import UNNAMED

Record = MigrationRecord.Status
# Pages are for reading: long lists show their first lines, the totals count all.
MOST_ITEMS = 60
MOST_EVENTS = 60


def engagement_report(report: Report, reader: Reader, at: datetime) -> EngagementReport:
    """Where the whole engagement stands, for one kind of reader."""
    user = reader.user
    assert report.engagement is not None
    engagement = Engagement.objects.visible_to(user).select_related("customer", "centre").get(pk=report.engagement.pk)
    today = engagement.day_at(at)
    items = list(
        of_engagement(Responsibility, user, engagement).select_related("assignee", "engagement").order_by("position")
    )
    still_open = [item for item in items if item.status in UNMET]
    urgent = sorted(still_open, key=lambda item: _urgency(item, today)) if reader.reads_items else []
    past = of_engagement(Meeting, user, engagement).filter(status=Meeting.Status.HELD).order_by("-during")
    before = before_of(report)
    return EngagementReport(
        head=head_of(report, at, engagement.starts_on, max(today, engagement.starts_on)),
        starts_on=engagement.starts_on,
        desired_on=engagement.desired_on,
        phases=tuple(
            PhaseLine(phase.code, phase.status, phase.started_at, phase.passed_at, reader.note(phase.reason, 300))
            for phase in of_engagement(Phase, user, engagement).order_by("position")
        ),
        milestones=tuple(_milestone(step, reader) for step in plans.milestones(user, engagement)),
        matrix=tuple(_matrix(items, today)),
        holders=tuple(_holders(still_open, today, reader)) if reader.reads_items else (),
        items=tuple(_item(item, reader) for item in urgent[:MOST_ITEMS]),
        items_open=len(still_open),
        past_meetings=tuple(meeting_line(meeting) for meeting in past[:MOST_MEETINGS]),
        next_meetings=tuple(coming(engagement.pk, user, at)),
        events=tuple(_events(user, engagement)),
        courts=tuple(_courts(engagement, at)),
        gates=tuple(plans.gates(engagement, reader)),
        remediation=tuple(plans.remediation(engagement, reader)),
        remediation_lines=tuple(plans.remediation_lines(engagement, reader)),
        success=tuple(plans.success(engagement, reader)),
        minutes=tuple(plans.minutes(engagement, reader)),
        since=since_of(report, reader, at, before),
        internal=internal_of(report, reader, at, before),
    )


def _milestone(step: Milestone, reader: Reader) -> MilestoneLine:
    return MilestoneLine(
        step.title,
        step.outcome,
        step.phase,
        step.status,
        step.is_optional,
        step.planned_on,
        step.completed_on,
        reader.note(step.note),
        step.goes_on,
    )


def _courts(engagement: Engagement, at: datetime) -> Iterator[CourtLine]:
    """In the order of `Court`; both sides always."""
    now, ever = holding.courts_of([engagement], at)[engagement], holding.history_of(engagement, at)
    for court in Court:
        load = now.get(court.value, holding.Load())
        if court in (Court.FASTTRACK, Court.CUSTOMER) or court.value in ever:
            yield CourtLine(court.value, load.items, load.longest, ever.get(court.value, 0))


def _urgency(item: Responsibility, today: date) -> tuple[bool, bool, date, int]:
    return (item.status != "blocked", not item.is_overdue(today), item.due_on or date.max, item.position)


def _matrix(items: Iterable[Responsibility], today: date) -> Iterator[MatrixCell]:
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for item in items:
        cell = cells.setdefault((item.phase, item.party), {})
        state = "done" if item.status == "verified" else item.status
        cell[state] = cell.get(state, 0) + 1
        is_overdue = item.is_overdue(today)
        cell["overdue"] = cell.get("overdue", 0) + is_overdue
        cell["troubled"] = cell.get("troubled", 0) + (is_overdue or item.status == "blocked")
    names = ("open", "in_progress", "waiting", "blocked", "done", "not_applicable", "overdue", "troubled")
    for (phase, party), cell in cells.items():
        yield MatrixCell(phase, party, *(cell.get(name, 0) for name in names))


def _holders(items: Iterable[Responsibility], today: date, reader: Reader) -> list[HolderLine]:
    """By name where the edition may say it, else by party; what nobody has taken yet by itself."""
    held: dict[tuple[str, str, bool], list[Responsibility]] = {}
    for item in items:
        held.setdefault((reader.name(item.assignee), item.party, item.assignee is None), []).append(item)
    lines = [
        HolderLine(
            name=name,
            party=party,
            items=len(theirs),
            blocked=sum(item.status == "blocked" for item in theirs),
            waiting=sum(item.status == "waiting" for item in theirs),
            overdue=sum(item.is_overdue(today) for item in theirs),
            next_due_on=min((item.due_on for item in theirs if item.due_on is not None), default=None),
            who=_who(name, theirs),
        )
        for (name, party, _is_nobodys), theirs in held.items()
    ]
    return sorted(lines, key=lambda line: (-line.blocked - line.overdue, -line.items, line.party, line.name))


def _who(name: str, items: list[Responsibility]) -> str:
    """The one person of these items, nobody, or whom the edition does not name; "" for several of one name."""
    people = {str(item.assignee.public_id) if item.assignee else NOBODY for item in items}
    if not name and people != {NOBODY}:
        return UNNAMED
    return people.pop() if len(people) == 1 else ""


def _item(item: Responsibility, reader: Reader) -> ItemLine:
    holder, reason = reader.name(item.assignee), reader.note(item.reason, 300)
    return ItemLine(item.code, item.text, item.phase, item.party, holder, item.status, item.due_on, reason)


def _events(reader: User, engagement: Engagement) -> Iterator[EventLine]:
    events = (
        MigrationEvent.objects.visible_to(reader)
        .filter(project__engagement=engagement)
        .exclude(status=MigrationEvent.Status.DRAFT)
        .select_related("project")
        .annotate(
            number_of=Count("records"),
            moved=Count("records", filter=Q(records__status__in=[Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS])),
            failed=Count("records", filter=Q(records__status=Record.FAILED)),
        )
        .order_by("scheduled_for", "pk")
    )
    for event in events[:MOST_EVENTS]:
        yield EventLine(facts_of(event), event.number_of, event.moved, event.failed)
