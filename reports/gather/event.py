"""Reading what status and final reports of a migration event say."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from fasttrack_portal.output import csv_bytes
from migrations_svc.models import Issue, MigrationEvent, MigrationRecord
from reports import reckoning, rhythm, snapshots
from reports.gather.common import coming, facts_of, head_of
from reports.gather.readers import Reader
from reports.gather.since import before_of, internal_of, since_of
from reports.models import Report
from reports.snapshots import Before, Day, EventReport, ExceptionLine, IssueLine, ListFile, Totals

Record = MigrationRecord.Status
# Nothing more will happen to a record in one of these.
FINAL_STATES = (Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS, Record.FAILED, Record.SKIPPED, Record.STOPPED)
_MOVED = Q(status__in=[Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS])
# Pages are for reading: long lists show their first lines, the totals count all (S4).
MOST_EXCEPTIONS = 150
MOST_ISSUES = 60
MOST_DAYS = 120


def event_report(report: Report, reader: Reader, at: datetime) -> tuple[EventReport, bytes | None]:
    """The report, and for a final one the file of every record where the reader may have it."""
    assert report.event is not None
    event = MigrationEvent.objects.visible_to(reader.user).select_related("project__engagement").get(pk=report.event.pk)
    records = MigrationRecord.objects.visible_to(reader.user).filter(event=event)
    issues = Issue.objects.visible_to(reader.user).filter(event=event)
    rows = None
    if report.kind == Report.Kind.FINAL and reader.reads_records:
        rows = _records_file(reader, records)
    before = before_of(report) if report.kind == Report.Kind.STATUS else None
    totals = _totals(event, records)
    said = EventReport(
        head=head_of(report, at, *_days_of(report, event, at)),
        event=facts_of(event),
        totals=totals,
        days=tuple(_velocity(records, event.zone)),
        exceptions=tuple(_exceptions(records, reader)) if reader.reads_records else (),
        issues=tuple(_issue(issue, reader) for issue in issues.order_by("-status", "created_at")[:MOST_ISSUES]),
        issues_open=issues.filter(status=Issue.Status.OPEN).count(),
        issues_total=issues.count(),
        meetings=tuple(coming(report.engagement_id, reader.user, at)[:3]),
        before=_before(before),
        records=ListFile(f"{event.number}-records.csv", totals.scheduled, snapshots.hash_of(rows)) if rows else None,
        since=since_of(report, reader, at, before),
        internal=internal_of(report, reader, at, before),
    )
    return said, rows


def _totals(event: MigrationEvent, records: Any) -> Totals:
    """A record that came to no end and stands in another event is counted there alone."""
    gone = reckoning.moved(event).values_list("pk", flat=True)
    rows = (
        records.exclude(pk__in=gone)
        .values("status")
        .annotate(number=Count("pk"), size=Sum("size_bytes", default=0), items=Sum("items_moved", default=0))
    )
    by_status = {row["status"]: row for row in rows.order_by("status")}

    def of(*states: str, what: str = "number") -> int:
        return sum(int(by_status[state][what]) for state in states if state in by_status)

    elsewhere = records.filter(pk__in=gone).aggregate(number=Count("pk"), size=Sum("size_bytes", default=0))
    moved = (Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS)
    waiting = (Record.QUEUED, Record.VALIDATING)
    return Totals(
        scheduled=of(*by_status) + elsewhere["number"],
        completed=of(Record.COMPLETED),
        with_warnings=of(Record.COMPLETED_WITH_WARNINGS),
        failed=of(Record.FAILED),
        skipped=of(Record.SKIPPED),
        stopped=of(Record.STOPPED),
        under_way=of(*(state for state in by_status if state not in FINAL_STATES and state not in waiting)),
        waiting=of(*waiting),
        size=of(*by_status, what="size") + elsewhere["size"],
        size_moved=of(*moved, what="size"),
        items_moved=of(*by_status, what="items"),
        elsewhere=elsewhere["number"],
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


def _exceptions(records: Any, reader: Reader) -> Iterator[ExceptionLine]:
    """The worst first: failed, stopped, with warnings, skipped."""
    left = MOST_EXCEPTIONS
    for state in (Record.FAILED, Record.STOPPED, Record.COMPLETED_WITH_WARNINGS, Record.SKIPPED):
        for record in records.filter(status=state).order_by("source_address")[:left]:
            left -= 1
            yield ExceptionLine(
                record.source_address,
                record.target_address,
                "" if reader.known is not None else record.display_name,
                record.status,
                reader.note(record.message),
            )
        if left <= 0:
            return


def _issue(issue: Issue, reader: Reader) -> IssueLine:
    told = reader.note(issue.resolution)
    return IssueLine(issue.title, issue.lane, issue.status, issue.is_late, issue.created_at, told)


def _before(last: Report | None) -> Before | None:
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


def _records_file(reader: Reader, records: Any) -> bytes:
    """Every record, by source; the codes of kind and status as the portal's own imports read them."""
    columns = {head: name for head, name in _COLUMNS.items() if name != "display_name" or reader.known is None}
    rows = records.order_by("source_address", "kind").values_list(*columns.values()).iterator(chunk_size=2_000)
    return csv_bytes(list(columns), ([*row[:-1], snapshots.to_plain(row[-1])] for row in rows))
