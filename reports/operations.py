"""Every write to reports: asking for one, freezing what it says, issuing it, keeping its rhythm."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.http import FileResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement, Minutes
from engagements.operations.moving import happened
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.documents.models import Seal
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import Conflict, Invalid
from migrations_svc.models import MigrationEvent
from migrations_svc.operations import takes_states
from reports import printing, rhythm, snapshots
from reports.gather import gather, unfinished
from reports.models import Annex, AnnexPart, Report

Subject = Engagement | MigrationEvent | Minutes
Kind = Report.Kind


@transaction.atomic
def request(
    kind: str, subject: Subject, *, by: User | None, at: datetime, key: uuid.UUID | None = None, period: str = ""
) -> Report:
    """Puts a report in the queue and answers with it; the same `period` of the same subject, or the same `key` of a
    form, is the same report however often it is asked for (C2). `by` None is the portal's own rhythm.

    Raises Invalid for a kind that does not fit the subject, Conflict for a final report of what is not final yet.
    """
    engagement = _engagement_of(subject)
    require(by, "reports.request", engagement)
    key = key or uuid.uuid4()
    name = f"{kind}:{subject.public_id}:{period or key}"
    there = Report.objects.filter(Q(period=name) | Q(public_id=key)).first()
    if there is not None:
        return there
    refuse_unfit(kind, subject, at=at)
    try:
        with transaction.atomic():
            report = Report.objects.create(
                public_id=key,
                kind=kind,
                period=name,
                engagement=engagement,
                event=subject if isinstance(subject, MigrationEvent) else None,
                minutes=subject if isinstance(subject, Minutes) else None,
                customer=engagement.customer,
                centre=engagement.centre,
                requested_by=by,
            )
    except IntegrityError:
        # Somebody else was first by a moment: that one is the report.
        return Report.objects.get(Q(period=name) | Q(public_id=key))
    _record("reports.requested", report, by=by, internal=by is None)
    report.job = enqueue("reports.render", key=str(report.public_id), payload={"report": report.pk}, by=by)
    Report.objects.filter(pk=report.pk).update(job=report.job)
    return report


def refuse_unfit(kind: str, subject: Subject, *, at: datetime) -> None:
    """Raises Invalid or Conflict where there can be no such report."""
    fits = {Engagement: (Kind.ENGAGEMENT,), Minutes: (Kind.MINUTES,), MigrationEvent: (Kind.STATUS, Kind.FINAL)}
    if kind not in fits[type(subject)]:
        raise Invalid(_("There is no such report about this."), field="kind")
    if not isinstance(subject, MigrationEvent):
        return
    if subject.status in ("draft", "validated", "cancelled"):
        raise Conflict(_("There is nothing to report yet: this migration event is not scheduled."))
    if kind == Kind.FINAL and (reason := why_not_final(subject, at=at)):
        raise Conflict(reason)


def why_not_final(event: MigrationEvent, *, at: datetime) -> str:
    """Why an event has no final report yet, in words that name how many records are missing; "" if it can have one.

    It waits for them while states are still taken; what is unfinished when the window closes is reported as that."""
    if event.status not in event.COMPLETE:
        return _("The final report is made when the migration event is completed.")
    if takes_states(event, at) and (left := unfinished(event)):
        return ngettext(
            "The final report has to wait: %(left)d record is not in a final state yet.",
            "The final report has to wait: %(left)d records are not in a final state yet.",
            left,
        ) % {"left": left}
    return ""


@transaction.atomic
def suppress(report: Report) -> None:
    """Who asked for it lost their access while it was in the queue (A2)."""
    workflow.apply(report, "suppress")
    _record("reports.suppressed", report, by=None, internal=True)


def is_wanted(report: Report) -> bool:
    """Whether who asked for it may still see what it is about; the portal's own reports always are."""
    person = report.requested_by
    if person is None:
        return True
    return person.is_active and Engagement.objects.visible_to(person).filter(pk=report.engagement_id).exists()


def freeze(report: Report, *, at: datetime) -> Report:
    """Gathers what the report says and gives it its seal; a report that has them keeps them, so that a worker that was
    killed goes on with the same words and the same code. A step of the job: the Event is the issue."""
    if report.snapshot is not None:
        return report
    with transaction.atomic():
        _read_one_moment()
        said, records = gather(report, at=at)
    plain = snapshots.to_plain(said)
    with transaction.atomic():
        held = _for_work().select_for_update(of=("self",)).get(pk=report.pk)
        if held.snapshot is not None:
            return held
        held.snapshot, held.snapshot_sha256, held.gathered_at = plain, snapshots.digest(plain), at
        held.seal = documents.seal(
            title=str(held.get_kind_display()),
            number=held.number,
            issued_by=held.centre.name,
            issued_at=at,
            snapshot_sha256=held.snapshot_sha256,
        )
        if records is not None:
            held.records = documents.store(
                records, name=file_name(held, "records", "csv"), media_type="text/csv", by=held.requested_by
            )
        held.save(update_fields=["snapshot", "snapshot_sha256", "gathered_at", "seal", "records"])
    return held


def issue(report: Report, pdf: bytes, *, archive: bytes | None = None, at: datetime) -> Event:
    """The file, a copy for the archive if there is one, the seal's second hash, the Event and the notices: all of it or
    nothing. Called while the job finishes, in its transaction."""
    seal = report.seal
    assert seal is not None
    # One issue of an engagement at a time, so that the seals of a series form one chain.
    Engagement.objects.select_for_update().get(pk=report.engagement_id)
    file = documents.store(pdf, name=file_name(report, report.kind, "pdf"), media_type="application/pdf", by=None)
    kept = None
    if archive is not None:
        name = file_name(report, f"{report.kind}-archive", "pdf")
        kept = documents.store(archive, name=name, media_type="application/pdf", by=None)
    workflow.apply(report, "issue", file=file, archive=kept, issued_at=at)
    Seal.objects.filter(pk=seal.pk).update(pdf_sha256=file.sha256, issued_at=at)
    _supersede(report, seal)
    return _record("reports.issued", report, by=None)


@transaction.atomic
def download(report: Report, *, by: User, what: str = "file") -> FileResponse:
    """The sealed PDF, its "archive" copy or the file of every record ("records") as an answer, and a note of who took
    it. Raises Conflict before the report is issued, Invalid where there is no such file."""
    require(by, "reports.download", report)
    if report.status != Report.Status.ISSUED:
        raise Conflict(_("This report has not been issued, so there is nothing to download yet."))
    file = {"file": report.file, "archive": report.archive, "records": report.records}[what]
    if file is None:
        raise Invalid(_("Only final reports have a list of records, and with it a copy for the archive."))
    _record("reports.downloaded", report, by=by, internal=True, file=file.name)
    return documents.serve(file)


@transaction.atomic
def keep_rhythm(event: MigrationEvent, *, pace: str, day: date, at: datetime) -> Report | None:
    """The status report of one period, and the timer of the next; nothing once the event is over or keeps another
    pace. While the engagement rests the timers go on and no report is made. May run twice and late: a period has one
    report and one timer."""
    if rhythm.pace_of(event.status) != pace:
        return None
    report = None
    if event.engagement.status in ("planned", "active"):
        report = request(Kind.STATUS, event, by=None, at=at, period=rhythm.period(pace, day))
    set_timer(event, pace=pace, day=rhythm.next_day(pace, day))
    return report


def set_timer(event: MigrationEvent, *, pace: str, day: date) -> None:
    """Insert-or-ignore: one row for each period, due at its moment."""
    enqueue(
        "reports.schedule",
        key=f"{event.public_id}:{rhythm.period(pace, day)}",
        payload={"event": event.pk, "pace": pace, "day": day.isoformat()},
        due_at=rhythm.moment(pace, day, event.zone),
    )


def told_of_issue(report: Report) -> list[User]:
    """Who asked for it, and who runs the engagement for the customer."""
    people = list(report.customer.people(Membership.Role.LEAD, Membership.Role.PROJECT_MANAGER))
    return [*people, report.requested_by] if report.requested_by else people


def file_name(report: Report, what: str, suffix: str) -> str:
    """`contoso-status-RPT-000042.pdf`."""
    return f"{slugify(report.customer.name)[:60] or 'customer'}-{what}-{report.number}.{suffix}"


def _supersede(report: Report, seal: Seal) -> None:
    """Puts the report into the chain of its kind and subject by when it was gathered, not by when it was finished."""
    series = Report.objects.filter(
        kind=report.kind,
        engagement=report.engagement_id,
        event=report.event_id,
        status=Report.Status.ISSUED,
        **({"minutes__meeting": report.minutes.meeting_id} if report.minutes else {}),
    ).exclude(pk=report.pk)
    earlier = series.filter(gathered_at__lte=report.gathered_at).order_by("-gathered_at", "-pk").first()
    later = series.filter(gathered_at__gt=report.gathered_at).order_by("gathered_at", "pk").first()
    # Cut the chain before it is closed again: a seal supersedes one other at most.
    if earlier is not None:
        Seal.objects.filter(report=earlier).update(superseded_by=None)
    if later is not None:
        Seal.objects.filter(pk=seal.pk).update(superseded_by=later.seal)
    if earlier is not None:
        Seal.objects.filter(report=earlier).update(superseded_by=seal)


def _for_work() -> Any:
    return Report.objects.select_related(
        "engagement__specialist", "engagement__centre", "engagement__partner", "event__project", "customer", "centre",
        "requested_by", "seal", "records", "minutes__meeting__engagement__customer", "minutes__engagement",
    )  # fmt: skip


def for_work(pk: int) -> Report:
    """A report with everything its making needs."""
    report: Report = _for_work().get(pk=pk)
    return report


def _read_one_moment() -> None:
    """All that is gathered is read from one moment of the database; within a test's transaction there is only one."""
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _engagement_of(subject: Subject) -> Engagement:
    if isinstance(subject, MigrationEvent):
        return subject.project.engagement
    return subject.engagement if isinstance(subject, Minutes) else subject


def _record(kind: str, report: Report, *, by: User | None, internal: bool = False, **facts: Any) -> Event:
    """The Event of a write, in the story of the engagement."""
    about = {"kind": str(report.get_kind_display()), "about": report.subject.number, "title": report.subject.title}
    return happened(
        kind, report, report.engagement, by, internal=internal, **{"number": report.number, **about, **facts}
    )


# --- The records in print ---------------------------------------------------------------------------------------------
@transaction.atomic
def request_annex(report: Report, *, by: User) -> Annex:
    """Puts the printed list of every record in the queue and answers with it; asked for twice it is the same.

    Raises Conflict before the report is issued, Invalid where there is nothing to print or too much."""
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
    _record("reports.annex_requested", report, by=by)
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
    _record("reports.annex_made", report, by=None)


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
    _record("reports.downloaded", report, by=by, internal=True, file=name)
    return documents.serve(files[0]) if len(files) == 1 else documents.serve_all(files, name=name)
