"""Reading what a report says, once, as those it is for may see it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from engagements.models import Minutes
from reports import snapshots
from reports.gather.common import head_of
from reports.gather.engagement import engagement_report
from reports.gather.event import event_report
from reports.gather.minutes import minutes_report
from reports.gather.portfolio import Now, now_in, portfolio_report
from reports.gather.readers import Reader, language_of, reader_of
from reports.models import Report

__all__ = ["Now", "Reader", "gather", "now_in", "reader_of"]


def gather(report: Report, *, at: datetime) -> tuple[snapshots.Snapshot, bytes | None]:
    """Everything the report says as of `at`, and the file of all its lines where it has one."""
    with translation.override(language_of(report)):
        if report.kind == Report.Kind.PORTFOLIO:
            return portfolio_report(report, at)
        reader = reader_of(report)
        if report.minutes is not None:
            return _minutes(report, report.minutes.pk, reader, at), None
        if report.event_id is None:
            return engagement_report(report, reader, at), None
        return event_report(report, reader, at)


def _minutes(report: Report, pk: int, reader: Reader, at: datetime) -> snapshots.MinutesReport:
    minutes = Minutes.objects.visible_to(reader.user).select_related("meeting", "agreement").get(pk=pk)
    assert report.customer is not None
    day = minutes.meeting.start.astimezone(ZoneInfo(report.customer.zone)).date()
    return minutes_report(minutes, head_of(report, at, day, day))
