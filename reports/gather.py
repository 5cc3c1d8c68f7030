"""Reading what a report says, once, as the customer may see it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from engagements import holding
from engagements.models import Court, Engagement, Meeting, Milestone, Minutes, Phase, Responsibility
from fasttrack_portal.accounts.models import Audience, User
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.output import csv_bytes
from migrations_svc.models import Issue, MigrationEvent, MigrationRecord
from reports import rhythm, snapshots
from reports.gather_minutes import minutes_report
from reports.models import Report
from reports.papersizes import paper_of
from reports.snapshots import (
    Before,
    CourtLine,
    Day,
    EngagementReport,
    EventFacts,
    EventLine,
    EventReport,
    ExceptionLine,
    Head,
    HolderLine,
    IssueLine,
    ItemLine,
    MatrixCell,
    MeetingLine,
    MilestoneLine,
    PhaseLine,
    RecordsFile,
    Totals,
)

Record = MigrationRecord.Status
# Nothing more will happen to a record in one of these.
FINAL_STATES = (Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS, Record.FAILED, Record.SKIPPED, Record.STOPPED)
_MOVED = Q(status__in=[Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS])
# Pages are for reading: long lists show their first lines, the totals count all (S4).
MOST_EXCEPTIONS = 150
MOST_ISSUES = 60
MOST_ITEMS = 60
MOST_DAYS = 120
MOST_MEETINGS = 10
MOST_EVENTS = 60
_OPEN = ("open", "in_progress", "waiting", "blocked")


def as_customer(customer: Customer) -> User:
    """A reader who may see what the customer's own people may see, and nothing more."""
    reader = User(name="", language=customer.language, time_zone=customer.zone)
    reader.audience = Audience(is_admin=False, centre_ids=(), customer_ids=(customer.pk,), partner_ids=())
    return reader


def unfinished(event: MigrationEvent) -> int:
    """How many records of an event are not in a final state."""
    return event.records.exclude(status__in=FINAL_STATES).count()


def gather(report: Report, *, at: datetime) -> tuple[snapshots.Snapshot, bytes | None]:
    """Everything the report says as of `at`, and for a final report the file of every record."""
    reader = as_customer(report.customer)
    if report.minutes is not None:
        return _minutes(report, report.minutes.pk, reader, at), None
    if report.event_id is None:
        return _engagement(report, reader, at), None
    event = MigrationEvent.objects.visible_to(reader).select_related("project__engagement").get(pk=report.event_id)
    rows = _records_file(reader, event) if report.kind == Report.Kind.FINAL else None
    return _event(report, reader, event, rows, at), rows


# --- a migration event ---------------------------------------------------------------------------------------------
def _event(report: Report, reader: User, event: MigrationEvent, rows: bytes | None, at: datetime) -> EventReport:
    records = MigrationRecord.objects.visible_to(reader).filter(event=event)
    issues = Issue.objects.visible_to(reader).filter(event=event)
    totals = _totals(records)
    file = None
    if rows is not None:
        file = RecordsFile(f"{event.number}-records.csv", totals.scheduled, snapshots.hash_of(rows))
    first, last = _days_of(report, event, at)
    return EventReport(
        head=_head(report, at, first, last),
        event=_facts(event),
        totals=totals,
        days=tuple(_velocity(records, event.zone)),
        exceptions=tuple(_exceptions(records)),
        issues=tuple(_issue(issue) for issue in issues.order_by("-status", "created_at")[:MOST_ISSUES]),
        issues_open=issues.filter(status=Issue.Status.OPEN).count(),
        issues_total=issues.count(),
        meetings=tuple(_coming(report, reader, at)[:3]),
        before=_before(report),
        records=file,
    )


def _facts(event: MigrationEvent) -> EventFacts:
    return EventFacts(
        number=event.number,
        title=event.title,
        source=event.project.source,
        status=event.status,
        zone=event.zone,
        scheduled_for=event.scheduled_for,
        started_at=event.started_at,
        completed_at=event.completed_at,
        window=event.window,
        window_closes_at=event.window_closes_at,
    )


def _totals(records: Any) -> Totals:
    rows = records.values("status").annotate(
        number=Count("pk"), size=Sum("size_bytes", default=0), items=Sum("items_moved", default=0)
    )
    by_status = {row["status"]: row for row in rows.order_by("status")}

    def of(*states: str, what: str = "number") -> int:
        return sum(int(by_status[state][what]) for state in states if state in by_status)

    moved = (Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS)
    waiting = (Record.QUEUED, Record.VALIDATING)
    return Totals(
        scheduled=of(*by_status),
        completed=of(Record.COMPLETED),
        with_warnings=of(Record.COMPLETED_WITH_WARNINGS),
        failed=of(Record.FAILED),
        skipped=of(Record.SKIPPED),
        stopped=of(Record.STOPPED),
        under_way=of(*(state for state in by_status if state not in FINAL_STATES and state not in waiting)),
        waiting=of(*waiting),
        size=of(*by_status, what="size"),
        size_moved=of(*moved, what="size"),
        items_moved=of(*by_status, what="items"),
    )


def _velocity(records: Any, zone: str) -> Iterator[Day]:
    """What arrived on each local day of the event, the last ones if there are many."""
    days = (
        records.filter(_MOVED, status_at__isnull=False)
        .annotate(on=TruncDate("status_at", tzinfo=ZoneInfo(zone)))
        .values("on")
        .annotate(number=Count("pk"), items=Sum("items_moved", default=0), size=Sum("size_bytes", default=0))
        .order_by("-on")[:MOST_DAYS]
    )
    for row in reversed(days):
        yield Day(row["on"], int(row["number"]), int(row["items"]), int(row["size"]))


def _exceptions(records: Any) -> Iterator[ExceptionLine]:
    """The worst first: failed, stopped, with warnings, skipped."""
    left = MOST_EXCEPTIONS
    for state in (Record.FAILED, Record.STOPPED, Record.COMPLETED_WITH_WARNINGS, Record.SKIPPED):
        for record in records.filter(status=state).order_by("source_address")[:left]:
            left -= 1
            yield ExceptionLine(
                record.source_address, record.target_address, record.display_name, record.status, record.message[:400]
            )
        if left <= 0:
            return


def _issue(issue: Issue) -> IssueLine:
    return IssueLine(issue.title, issue.lane, issue.status, issue.is_late, issue.created_at, issue.resolution[:400])


def _before(report: Report) -> Before | None:
    """The last report of the same event; a final report looks back on nothing."""
    if report.kind != Report.Kind.STATUS:
        return None
    earlier = Report.objects.filter(event=report.event_id, kind=Report.Kind.STATUS, status=Report.Status.ISSUED)
    last = earlier.exclude(pk=report.pk).order_by("-gathered_at").first()
    if last is None or last.snapshot is None:
        return None
    told = snapshots.from_plain(last.snapshot)
    assert isinstance(told, EventReport)
    return Before(last.number, told.head.as_of, told.totals.moved, told.totals.failed)


def _days_of(report: Report, event: MigrationEvent, at: datetime) -> tuple[date, date]:
    """What the title page calls the period: the day reported on, or the whole event."""
    zone = ZoneInfo(event.zone)
    today = at.astimezone(zone).date()
    if report.kind == Report.Kind.FINAL:
        first = event.started_at or event.scheduled_for or at
        return first.astimezone(zone).date(), (event.completed_at or at).astimezone(zone).date()
    day = rhythm.day_of(report.period.rpartition(":")[2]) or today
    return day, day


# Heading and field of each column; the names a person reads first.
_COLUMNS = {
    "source": "source_address",
    "target": "target_address",
    "name": "display_name",
    "kind": "kind",
    "status": "status",
    "size in bytes": "size_bytes",
    "items moved": "items_moved",
    "items left out": "items_failed",
    "message": "message",
    "status since (UTC)": "status_at",
}


def _records_file(reader: User, event: MigrationEvent) -> bytes:
    """Every record, by source; the codes of kind and status as the portal's own imports read them."""
    records = MigrationRecord.objects.visible_to(reader).filter(event=event).order_by("source_address", "kind")
    rows = records.values_list(*_COLUMNS.values()).iterator(chunk_size=2_000)
    return csv_bytes(list(_COLUMNS), ([*row[:-1], snapshots.to_plain(row[-1])] for row in rows))


# --- the minutes of a meeting ---------------------------------------------------------------------------------------
def _minutes(report: Report, pk: int, reader: User, at: datetime) -> snapshots.MinutesReport:
    minutes = Minutes.objects.visible_to(reader).select_related("meeting", "agreement").get(pk=pk)
    day = minutes.meeting.start.astimezone(ZoneInfo(report.customer.zone)).date()
    return minutes_report(minutes, _head(report, at, day, day))


# --- an engagement -------------------------------------------------------------------------------------------------
def _engagement(report: Report, reader: User, at: datetime) -> EngagementReport:
    engagement = Engagement.objects.visible_to(reader).get(pk=report.engagement_id)
    today = at.astimezone(ZoneInfo(report.customer.zone)).date()
    items = list(_of(Responsibility, reader, engagement).select_related("assignee").order_by("position"))
    still_open = [item for item in items if item.status in _OPEN]
    urgent = sorted(still_open, key=lambda item: _urgency(item, today))
    past = _of(Meeting, reader, engagement).filter(status=Meeting.Status.HELD).order_by("-during")[:MOST_MEETINGS]
    return EngagementReport(
        head=_head(report, at, engagement.starts_on, max(today, engagement.starts_on)),
        starts_on=engagement.starts_on,
        desired_on=engagement.desired_on,
        phases=tuple(
            PhaseLine(phase.code, phase.status, phase.started_at, phase.passed_at, phase.reason[:300])
            for phase in _of(Phase, reader, engagement).order_by("position")
        ),
        milestones=tuple(
            MilestoneLine(
                step.title,
                step.outcome,
                step.phase,
                step.status,
                step.is_optional,
                step.planned_on,
                step.completed_on,
                step.note[:400],
            )
            for step in _of(Milestone, reader, engagement).order_by("position")
        ),
        matrix=tuple(_matrix(items, today)),
        holders=tuple(_holders(still_open, today)),
        items=tuple(_item(item) for item in urgent[:MOST_ITEMS]),
        items_open=len(still_open),
        past_meetings=tuple(_meeting(meeting) for meeting in past),
        next_meetings=tuple(_coming(report, reader, at)[:MOST_MEETINGS]),
        events=tuple(_events(reader, engagement)),
        courts=tuple(_courts(engagement, at)),
    )


def _courts(engagement: Engagement, at: datetime) -> Iterator[CourtLine]:
    """In the order of `Court`; both sides always."""
    now, ever = holding.courts_of([engagement], at)[engagement], holding.history_of(engagement, at)
    for court in Court:
        load = now.get(court.value, holding.Load())
        if court in (Court.FASTTRACK, Court.CUSTOMER) or court.value in ever:
            yield CourtLine(court.value, load.items, load.longest, ever.get(court.value, 0))


def _of(model: Any, reader: User, engagement: Engagement) -> Any:
    return model.objects.visible_to(reader).filter(engagement=engagement)


def _urgency(item: Responsibility, today: date) -> tuple[bool, bool, date, int]:
    is_overdue = item.due_on is not None and item.due_on < today
    return (item.status != "blocked", not is_overdue, item.due_on or date.max, item.position)


def _matrix(items: Iterable[Responsibility], today: date) -> Iterator[MatrixCell]:
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for item in items:
        cell = cells.setdefault((item.phase, item.party), {})
        state = "done" if item.status == "verified" else item.status
        cell[state] = cell.get(state, 0) + 1
        is_overdue = item.status in _OPEN and item.due_on is not None and item.due_on < today
        cell["overdue"] = cell.get("overdue", 0) + is_overdue
        cell["troubled"] = cell.get("troubled", 0) + (is_overdue or item.status == "blocked")
    names = ("open", "in_progress", "waiting", "blocked", "done", "not_applicable", "overdue", "troubled")
    for (phase, party), cell in cells.items():
        yield MatrixCell(phase, party, *(cell.get(name, 0) for name in names))


def _holders(items: Iterable[Responsibility], today: date) -> list[HolderLine]:
    held: dict[tuple[str, str], list[Responsibility]] = {}
    for item in items:
        held.setdefault((str(item.assignee) if item.assignee else "", item.party), []).append(item)
    lines = [
        HolderLine(
            name=name,
            party=party,
            items=len(theirs),
            blocked=sum(item.status == "blocked" for item in theirs),
            waiting=sum(item.status == "waiting" for item in theirs),
            overdue=sum(item.due_on is not None and item.due_on < today for item in theirs),
            next_due_on=min((item.due_on for item in theirs if item.due_on is not None), default=None),
        )
        for (name, party), theirs in held.items()
    ]
    return sorted(lines, key=lambda line: (-line.blocked - line.overdue, -line.items, line.party, line.name))


def _item(item: Responsibility) -> ItemLine:
    holder = str(item.assignee) if item.assignee else ""
    return ItemLine(item.code, item.text, item.phase, item.party, holder, item.status, item.due_on, item.reason[:300])


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
        yield EventLine(_facts(event), event.number_of, event.moved, event.failed)


# --- both ----------------------------------------------------------------------------------------------------------
def _head(report: Report, at: datetime, first: date, last: date) -> Head:
    engagement, customer = report.engagement, report.customer
    known = {code for code, _name in settings.LANGUAGES}
    return Head(
        form=snapshots.FORM,
        kind=report.kind,
        number=report.number,
        as_of=at,
        zone=report.event.zone if report.event else customer.zone,
        language=customer.language if customer.language in known else settings.LANGUAGE_CODE,
        first_day=first,
        last_day=last,
        customer=customer.name,
        engagement=engagement.number,
        title=engagement.title,
        services=tuple(engagement.service_labels),
        status=engagement.status,
        specialist=str(engagement.specialist),
        centre=engagement.centre.name,
        partner=engagement.partner.name if engagement.partner else "",
        paper=paper_of(customer.country),
    )


def _coming(report: Report, reader: User, at: datetime) -> list[MeetingLine]:
    planned = Meeting.objects.visible_to(reader).filter(
        engagement=report.engagement_id,
        status=Meeting.Status.PLANNED,
        during__startswith__gte=at,
        during__startswith__lt=at + timedelta(days=400),
    )
    return [_meeting(meeting) for meeting in planned.order_by("during")[:MOST_MEETINGS]]


def _meeting(meeting: Meeting) -> MeetingLine:
    return MeetingLine(meeting.kind, meeting.status, meeting.during.lower, meeting.during.upper)
