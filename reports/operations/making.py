"""Making a report: gathering it once, sealing it, issuing it, and putting it into its chain."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from fasttrack_portal import workflow
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.documents.models import Seal
from fasttrack_portal.refusals import Conflict
from reports import reckoning, snapshots
from reports.gather import gather
from reports.models import Audience, Report
from reports.operations.delivery import file_name
from reports.operations.telling import tell


@transaction.atomic
def suppress(report: Report) -> None:
    """Who asked for it lost their access while it was in the queue (A2)."""
    workflow.apply(report, "suppress")
    tell("reports.suppressed", report, by=None, internal=True)


def is_wanted(report: Report) -> bool:
    """Whether who asked for it may still read it, and whether the partner that an edition is for still works for the
    customer; the portal's own reports always are."""
    if report.audience == Audience.PARTNER and not _has_partner(report):
        return False
    person = report.requested_by
    return person is None or (person.is_active and Report.objects.visible_to(person).filter(pk=report.pk).exists())


def _has_partner(report: Report) -> bool:
    links = PartnerLink._base_manager.filter(customer=report.customer_id)
    return links.filter(status=PartnerLink.Status.ACTIVE).exists()


def freeze(report: Report, *, at: datetime) -> Report:
    """Gathers what the report says and gives it its seal; a report that has them keeps them, so that a worker that was
    killed goes on with the same words and the same code. A step of the job: the Event is the issue.

    Raises Conflict for a final report whose sum does not come out: a state was taken back since it was asked for."""
    if report.snapshot is not None:
        return report
    with transaction.atomic():
        _read_one_moment()
        if report.kind == Report.Kind.FINAL and report.event and (reason := reckoning.why_not(report.event)):
            raise Conflict(reason)
        said, records = gather(report, at=at)
    plain = snapshots.to_plain(said)
    with transaction.atomic():
        held = _for_work().select_for_update(of=("self",)).get(pk=report.pk)
        if held.snapshot is not None:
            return held
        held.snapshot, held.snapshot_sha256, held.gathered_at = plain, snapshots.digest(plain), at
        held.seal = documents.seal(
            title=_title(held),
            number=held.number,
            issued_by=held.centre.name if held.centre else "FastTrack",
            issued_at=at,
            snapshot_sha256=held.snapshot_sha256,
        )
        if records is not None:
            held.records = documents.store(
                records, name=file_name(held, "records", "csv"), media_type="text/csv", by=held.requested_by
            )
        held.save(update_fields=["snapshot", "snapshot_sha256", "gathered_at", "seal", "records"])
    return held


def _title(report: Report) -> str:
    kind = str(report.get_kind_display())
    return (
        kind if report.edition == 1 else _("%(kind)s, edition %(edition)d") % {"kind": kind, "edition": report.edition}
    )


def issue(report: Report, pdf: bytes, *, archive: bytes | None = None, at: datetime) -> Event:
    """The file, a copy for the archive if there is one, the seal's second hash, the Event and the notices: all of it or
    nothing. Called while the job finishes, in its transaction."""
    seal = report.seal
    assert seal is not None
    # One issue of an engagement at a time, so that the seals of a series form one chain.
    if report.engagement_id:
        Engagement.objects.select_for_update().get(pk=report.engagement_id)
    file = documents.store(pdf, name=file_name(report, report.kind, "pdf"), media_type="application/pdf", by=None)
    kept = None
    if archive is not None:
        name = file_name(report, f"{report.kind}-archive", "pdf")
        kept = documents.store(archive, name=name, media_type="application/pdf", by=None)
    workflow.apply(report, "issue", file=file, archive=kept, issued_at=at)
    Seal.objects.filter(pk=seal.pk).update(pdf_sha256=file.sha256, issued_at=at)
    _supersede(report, seal)
    return tell("reports.issued", report, by=None)


def _supersede(report: Report, seal: Seal) -> None:
    """Puts the report into the chain of its kind and subject by when it was gathered, not by when it was finished."""
    if report.kind == Report.Kind.PORTFOLIO:
        # Two portfolios are about different filters and days: one replaces another only where it says so.
        if report.replaces and report.replaces.seal_id:
            Seal.objects.filter(pk=report.replaces.seal_id).update(superseded_by=seal)
        return
    series = Report.objects.filter(
        kind=report.kind,
        audience=report.audience,
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
        "requested_by", "seal", "records", "replaces", "minutes__meeting__engagement__customer", "minutes__engagement",
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
