"""The jobs of reports: making one, keeping an event's rhythm, and the final one."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from fasttrack_portal import pdf
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.jobs.registry import job
from fasttrack_portal.refusals import Conflict
from migrations_svc.models import MigrationEvent
from reports import operations, printing
from reports.models import Report

# A final report waits for the last states of its records as long as the window is open (D-F12), asking every hour.
_ASK_AGAIN = timedelta(hours=1)


@job("reports.render", atomic=False, lane="heavy")
def render(run: JobRun) -> None:
    """Gather, draw, write, seal. Killed anywhere and run again it makes the same report, and one of it."""
    report = operations.for_work(run.payload["report"])
    if report.status != Report.Status.QUEUED:
        return
    if not operations.is_wanted(report):
        with run.finishing():
            operations.suppress(report)
        return
    with translation.override(settings.LANGUAGE_CODE):
        run.progress(0, 4, _("Gathering what there is to say"))
        report = operations.freeze(report, at=timezone.now())
        run.progress(1, 4, _("Drawing charts and tables"))
        records = documents.read(report.records) if report.records else None
        sheet = printing.sheet_of(report, records)
        run.progress(2, 4, _("Writing the PDF"))
        content, *lasting = _made(run, report, sheet)
        run.progress(3, 4, _("Sealing it"))
        with run.finishing(result_url=report.get_absolute_url()):
            operations.issue(report, content, archive=next(iter(lasting), None), at=timezone.now())


def _made(run: JobRun, report: Report, sheet: printing.Sheet) -> list[bytes]:
    return pdf.render(
        sheet.html,
        editions=sheet.editions,
        static_dirs=[*settings.STATICFILES_DIRS],
        dated=report.gathered_at,
        beat=run.beat,
    )


@job("reports.annex", atomic=False, lane="heavy")
def print_annex(run: JobRun) -> None:
    """One part of the printed records; the next one goes to the end of the queue, behind the reports that wait."""
    annex = operations.annex_for_work(run.payload["annex"])
    part = int(run.payload["part"])
    if annex.parts.filter(number=part).exists():
        return
    report = annex.report
    assert report.records is not None
    sheet = printing.annex_sheet(report, documents.read(report.records), part)
    run.progress(part - 1, annex.parts_in_all, _("Printing every record"))
    content = _made(run, report, sheet)[0]
    with run.finishing(result_url=report.get_absolute_url()):
        operations.keep_annex_part(annex, part, content, at=timezone.now())


@job("reports.schedule")
def schedule(run: JobRun) -> None:
    """One period of one event's rhythm."""
    event = MigrationEvent.objects.select_related("project__engagement__customer").get(pk=run.payload["event"])
    day = date.fromisoformat(run.payload["day"])
    operations.keep_rhythm(event, pace=run.payload["pace"], day=day, at=timezone.now())


@job("reports.final")
def make_final(run: JobRun) -> None:
    """Asks for the final report of a completed event; while its records may still move it asks again in an hour."""
    event = MigrationEvent.objects.select_related("project__engagement__customer").get(pk=run.payload["event"])
    attempt, now = int(run.payload["attempt"]), timezone.now()
    try:
        operations.request(Report.Kind.FINAL, event, by=None, at=now, period="completion")
    except Conflict:
        enqueue(
            "reports.final",
            key=f"{event.public_id}:{attempt + 1}",
            payload={"event": event.pk, "attempt": attempt + 1},
            due_at=now + _ASK_AGAIN,
        )
