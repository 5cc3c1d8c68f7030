"""Many reports as one ZIP: an export with its index, or all that an engagement has come to."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from engagements.models import Agreement, Decision, Engagement, Milestone, RemediationItem, Responsibility, SuccessItem
from fasttrack_portal.access import decide
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.output import csv_bytes
from migrations_svc.models import Issue, MigrationRecord
from reports.models import Audience, Bundle, Report
from reports.printing import verify_address

# So many reports fit in one file; the index says how many were left out.
MOST_REPORTS = 200
MOST_EVENTS = 20_000
# The filters of the list of reports with what each can be.
_FILTERS = {"kind": Report.Kind.values, "status": Report.Status.values, "audience": Audience.values}
Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Packed:
    """`reports` are the keys of those that are in it."""

    content: bytes
    name: str
    reports: list[int]


def is_wanted(bundle: Bundle) -> bool:
    """Whether who asked for it may still have it."""
    person = bundle.requested_by
    if not person.is_active:
        return False
    if bundle.engagement is None:
        return True
    seen = Engagement.objects.visible_to(person).filter(pk=bundle.engagement.pk).exists()
    return seen and decide(person, "reports.hand_over", bundle.engagement).allowed


def pack(bundle: Bundle, *, at: datetime, told: Told) -> Packed:
    """The file, with the rights that the person has now; `told` hears how far it is."""
    person, out = bundle.requested_by, io.BytesIO()
    reports = list(chosen(bundle, person)[: MOST_REPORTS + 1])
    left_out, reports = max(0, len(reports) - MOST_REPORTS), reports[:MOST_REPORTS]
    lists = dict(_lists(bundle.engagement, person)) if bundle.engagement else {}
    steps = len(reports) + len(lists) + 1
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, report in enumerate(reports):
            told(number, steps, _("Packing %(number)s") % {"number": report.number})
            for name, file in _files(report):
                # A PDF is compressed already.
                kind = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
                archive.writestr(_entry(name, at, kind), documents.read(file))
        for number, (name, rows) in enumerate(lists.items()):
            told(len(reports) + number, steps, _("Writing %(name)s") % {"name": name})
            archive.writestr(_entry(name, at), csv_bytes(*rows))
        archive.writestr(_entry("index.csv", at), csv_bytes(_INDEX, (_line(report) for report in reports)))
        archive.writestr(_entry("README.txt", at), _readme(bundle, reports, list(lists), left_out, at))
    told(steps, steps, _("Done"))
    subject = bundle.engagement.customer.name if bundle.engagement else "reports"
    name = f"{slugify(subject)[:60] or 'customer'}-{slugify(bundle.kind)}-{bundle.number}.zip"
    return Packed(out.getvalue(), name, [report.pk for report in reports])


def chosen(bundle: Bundle, person: User) -> QuerySet[Report]:
    """The issued reports that go into it, the newest first."""
    seen = Report.objects.visible_to(person).filter(status=Report.Status.ISSUED)
    if bundle.engagement is not None:
        found = seen.filter(engagement=bundle.engagement)
    else:
        wanted = {name: bundle.filters.get(name) for name in _FILTERS}
        found = seen.filter(**{name: value for name, value in wanted.items() if value in _FILTERS[name]})
    return found.select_related("file", "records", "seal__superseded_by", "customer", "engagement").order_by("-pk")


def _files(report: Report) -> Iterator[tuple[str, Any]]:
    folder = "minutes" if report.kind == Report.Kind.MINUTES else "reports"
    for file in (report.file, report.records):
        if file is not None:
            yield f"{folder}/{file.name}", file


_INDEX = (
    "number", "kind", "edition for", "edition", "customer", "engagement", "from", "until", "as of (UTC)",
    "issued (UTC)", "code", "check at", "superseded by", "file", "SHA-256 of the PDF", "SHA-256 of the snapshot",
)  # fmt: skip


def _line(report: Report) -> list[Any]:
    head = (report.snapshot or {}).get("head", {})
    seal, file = report.seal, report.file
    newer = seal.superseded_by.number if seal and seal.superseded_by else ""
    return [
        report.number, report.get_kind_display(), report.get_audience_display(), report.edition,
        report.customer.name if report.customer else "", report.engagement.number if report.engagement else "",
        head.get("first_day", ""), head.get("last_day", ""), _utc(report.gathered_at), _utc(report.issued_at),
        seal.code if seal else "", verify_address(seal.code) if seal else "", newer, file.name if file else "",
        file.sha256 if file else "", report.snapshot_sha256,
    ]  # fmt: skip


def _lists(engagement: Engagement, person: User) -> Iterator[tuple[str, tuple[list[str], Iterable[list[Any]]]]]:
    """The lists of a hand-over pack by the name of their file, each as the person sees it in the portal."""
    yield "matrix.csv", _table(
        Responsibility.objects.visible_to(person).filter(engagement=engagement).order_by("position"),
        "code", "phase", "party", "text", "status", "assignee__name", "due_on", "evidence", "reason",
    )  # fmt: skip
    yield "milestones.csv", _table(
        Milestone.objects.visible_to(person).filter(engagement=engagement).order_by("position"),
        "title", "phase", "status", "planned_on", "completed_on", "note",
    )  # fmt: skip
    yield "remediation.csv", _table(
        RemediationItem.objects.visible_to(person).filter(engagement=engagement).order_by("workload", "pk"),
        "workload", "title", "severity", "party", "status", "assignee__name", "due_on", "risk_owner", "reason",
    )  # fmt: skip
    yield "success-plan.csv", _table(
        SuccessItem.objects.visible_to(person).filter(engagement=engagement).order_by("track", "pk"),
        "track", "title", "criterion", "measure", "result", "status", "assignee__name", "due_on",
    )  # fmt: skip
    yield "decisions.csv", _table(
        Decision.objects.visible_to(person).filter(meeting__engagement=engagement).order_by("decided_on", "pk"),
        "decided_on", "text", "decided_by__name", "meeting__kind",
    )  # fmt: skip
    yield "gates.csv", _table(
        Agreement.objects.visible_to(person).filter(engagement=engagement).order_by("pk"),
        "kind", "phase__code", "status", "signatures__side", "signatures__name", "signatures__at", "settled_at",
    )  # fmt: skip
    yield "records.csv", _table(
        MigrationRecord.objects.visible_to(person)
        .filter(event__project__engagement=engagement)
        .order_by("event", "source_address", "pk"),
        "event__title", "source_address", "target_address", "display_name", "kind", "status", "size_bytes",
        "items_moved", "items_failed", "message",
    )  # fmt: skip
    yield "issues.csv", _table(
        Issue.objects.visible_to(person).filter(event__project__engagement=engagement).order_by("pk"),
        "event__title", "title", "details", "lane", "status", "is_late", "created_at", "resolution",
    )  # fmt: skip
    yield "audit.csv", (["at (UTC)", "what happened", "by", "more"], _audit(engagement, person))


def _table(rows: QuerySet[Any], *names: str) -> tuple[list[str], Iterable[list[Any]]]:
    head = [name.replace("__name", "").replace("__", " ").replace("_", " ") for name in names]
    lines = rows.values_list(*names).iterator(chunk_size=2_000)
    return head, ([_utc(cell) if isinstance(cell, datetime) else cell for cell in line] for line in lines)


def _audit(engagement: Engagement, person: User) -> Iterator[list[Any]]:
    for event in Event.objects.about(engagement.public_id, person)[:MOST_EVENTS]:
        yield [_utc(event.at), event.sentence, str(event.actor) if event.actor else "", event.body]


def _utc(value: datetime | None) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%SZ") if value else ""


def _entry(name: str, at: datetime, kind: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, timezone.localtime(at).timetuple()[:6])
    entry.compress_type, entry.external_attr = kind, 0o600 << 16
    return entry


def _readme(bundle: Bundle, reports: list[Report], lists: list[str], left_out: int, at: datetime) -> str:
    """What is in it, as whom it was made, how to check it, and for how long it is kept."""
    about = bundle.engagement
    lines = [
        f"{bundle.get_kind_display()} {bundle.number}",
        _("Customer: %(name)s, %(number)s") % {"name": about.customer.name, "number": about.number} if about else "",
        _("Made on %(day)s for %(name)s, with what this person may read.")
        % {"day": date_format(timezone.localtime(at), "j F Y, H:i"), "name": str(bundle.requested_by)},
        "",
        _("Reports: %(count)d; index.csv lists them with their codes and hashes.") % {"count": len(reports)},
        _("Only the newest %(count)d are in this file; narrow the list to have the older ones.")
        % {"count": MOST_REPORTS} if left_out else "",
        _("Lists: %(names)s") % {"names": ", ".join(lists)} if lists else "",
        "",
        _("How to check a report: compare the SHA-256 of the PDF with index.csv, or open the address beside it."),
        "",
        _("How long it is kept: the portal removes this ZIP after %(days)d days. The reports in it do not expire: they "
          "stay in the portal, and it can be made again. What you save yourself is yours to keep and to delete under "
          "your own rules; it can hold names and addresses of people.") % {"days": Bundle.KEPT},
    ]  # fmt: skip
    return "\r\n".join(line for line, before in zip(lines, ["x", *lines], strict=False) if line or before) + "\r\n"
