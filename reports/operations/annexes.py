"""Every record of a final report in print: asked for once, made part by part, handed out as one file."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import Conflict, Invalid
from reports import printing
from reports.models import Annex, AnnexPart, Report
from reports.operations.delivery import file_name
from reports.operations.making import for_work
from reports.operations.telling import tell


@transaction.atomic
def request_annex(report: Report, *, by: User) -> Annex:
    """Puts the printed list of every record in the queue and answers with it; asked for twice it is the same.

    Raises Conflict before the report is issued, Invalid where there is nothing to print or too much."""
    if report.engagement is None:
        raise Invalid(_("This report has no list of records to print."))
    require(by, "reports.request", report.engagement)
    if there := Annex.objects.filter(report=report).first():
        return there
    if report.status != Report.Status.ISSUED:
        raise Conflict(_("This report has not been issued yet, so its records cannot be printed."))
    if refused := why_no_annex(report):
        raise Invalid(refused)
    rows = rows_of(report)
    try:
        with transaction.atomic():
            annex = Annex.objects.create(report=report, requested_by=by, parts_in_all=printing.parts_of(rows))
    except IntegrityError:
        return Annex.objects.get(report=report)
    tell("reports.annex_requested", report, by=by)
    _print_next(annex, 1)
    return annex


def why_no_annex(report: Report) -> str:
    """Why its records are not printed; "" if they can be."""
    rows = rows_of(report)
    if not rows:
        return _("This report has no list of records to print.")
    if rows > printing.MOST_IN_PRINT:
        return _("%(rows)d records are too many to print: the list of records has them all.") % {"rows": rows}
    return ""


def rows_of(report: Report) -> int:
    """How many records its file has; 0 without one."""
    told = (report.snapshot or {}).get("records") or {}
    return int(told.get("rows", 0)) if report.records_id else 0


def annex_for_work(pk: int) -> Annex:
    """An annex with everything its making needs."""
    annex = Annex.objects.select_related("requested_by").get(pk=pk)
    annex.report = for_work(annex.report_id)
    return annex


def keep_annex_part(annex: Annex, part: int, pdf: bytes, *, at: datetime) -> None:
    """The part, and the job of the next one or the end of it. Called while the job finishes, in its transaction."""
    report = annex.report
    last = annex.parts_in_all
    name = f"{file_name(report, 'annex', 'pdf').removesuffix('.pdf')}-{part:02d}-of-{last:02d}.pdf"
    file = documents.store(pdf, name=name, media_type="application/pdf", by=None)
    AnnexPart.objects.create(annex=annex, number=part, file=file)
    if part < last:
        _print_next(annex, part + 1)
        return
    Annex.objects.filter(pk=annex.pk).update(made_at=at)
    tell("reports.annex_made", report, by=None)


def _print_next(annex: Annex, part: int) -> None:
    payload = {"annex": annex.pk, "part": part}
    annex.job = enqueue("reports.annex", key=f"{annex.public_id}:{part}", payload=payload, by=annex.requested_by)
    Annex.objects.filter(pk=annex.pk).update(job=annex.job)


@transaction.atomic
def download_annex(report: Report, *, by: User) -> FileResponse:
    """The printed records: one PDF, or all parts in one ZIP whose bytes are the same every time. Raises Conflict before
    they are printed."""
    require(by, "reports.download", report)
    annex = Annex.objects.filter(report=report, made_at__isnull=False).first()
    if annex is None:
        raise Conflict(_("The records have not been printed yet, so there is nothing to download."))
    files = [part.file for part in annex.parts.select_related("file")]
    name = files[0].name if len(files) == 1 else file_name(report, "annex", "zip")
    tell("reports.downloaded", report, by=by, internal=True, file=name)
    return documents.serve(files[0]) if len(files) == 1 else documents.serve_all(files, name=name)
