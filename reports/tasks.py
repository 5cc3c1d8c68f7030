"""The jobs of reports: making one, keeping the rhythm, the final one, and many in one file."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from engagements.models import Engagement
from fasttrack_portal import pdf
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.jobs.registry import Later, job
from fasttrack_portal.refusals import Conflict
from migrations_svc.models import MigrationEvent
from migrations_svc.operations import takes_states
from reports import operations, packing, printing
from reports.models import Bundle, Report

# A final report waits for the last states of its records: asked for every hour while the window is open (D-F12), and
# once a day after it, when a record can still find a place in another event.
_ASK_AGAIN = timedelta(hours=1)
_ASK_LATER = timedelta(days=1)


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
        try:
            report = operations.freeze(report, at=timezone.now())
        except Conflict as refusal:
            raise Later(str(refusal.reason)) from refusal
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
    """One period of the rhythm of an event or of an engagement."""
    day, now = date.fromisoformat(run.payload["day"]), timezone.now()
    if "engagement" in run.payload:
        engagement = Engagement.objects.select_related("customer", "centre").get(pk=run.payload["engagement"])
        operations.keep_engagement_rhythm(engagement, day=day, at=now)
        return
    event = MigrationEvent.objects.select_related("project__engagement__customer").get(pk=run.payload["event"])
    operations.keep_rhythm(event, pace=run.payload["pace"], day=day, at=now)


@job("reports.final")
def make_final(run: JobRun) -> None:
    """Asks for the final report of a completed event, in each edition; while its sum does not come out it asks again,
    and once the window is closed both sides hear of it."""
    event = MigrationEvent.objects.select_related("project__engagement__customer").get(pk=run.payload["event"])
    attempt, now = int(run.payload["attempt"]), timezone.now()
    try:
        for audience in operations.editions_of(event.engagement):
            operations.request(Report.Kind.FINAL, event, by=None, at=now, period="completion", audience=audience)
    except Conflict:
        is_open, is_told = takes_states(event, now), bool(run.payload.get("told"))
        if not is_open and not is_told:
            operations.tell_final_waits(event)
        enqueue(
            "reports.final",
            key=f"{event.public_id}:{attempt + 1}",
            payload={"event": event.pk, "attempt": attempt + 1, "told": is_told or not is_open},
            due_at=now + (_ASK_AGAIN if is_open else _ASK_LATER),
        )


@job("reports.bundle", atomic=False, lane="heavy")
def bundle(run: JobRun) -> None:
    """Many reports in one file, gathered with the rights that who asked for it has now."""
    asked = Bundle.objects.select_related("engagement__customer", "engagement__centre", "requested_by").get(
        pk=run.payload["bundle"]
    )
    if asked.status != Bundle.Status.QUEUED:
        return
    if not packing.is_wanted(asked):
        with run.finishing():
            operations.suppress_bundle(asked)
        return
    person = asked.requested_by
    with translation.override(person.language), timezone.override(person.zone()):
        packed = packing.pack(asked, at=timezone.now(), told=run.progress)
        with run.finishing(result_url=asked.get_absolute_url()):
            operations.finish_bundle(
                asked, packed.content, name=packed.name, contents=packed.reports, at=timezone.now()
            )


@job("reports.retire")
def retire(run: JobRun) -> None:
    """The file of a bundle is removed after its days."""
    operations.retire_bundle(Bundle.objects.select_related("file", "engagement").get(pk=run.payload["bundle"]))
