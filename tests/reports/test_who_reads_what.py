"""A customer's team, its executives, its partner and FastTrack read different reports: gathered so, not trimmed."""

import io
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from pypdf import PdfReader

from engagements.models import Responsibility
from engagements.operations.meetings import hold
from fasttrack_portal import pdf
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.operations import record
from fasttrack_portal.documents import operations as documents
from migrations_svc.models import Issue, MigrationRecord
from reports import operations, printing
from reports.models import Report
from tests.conftest import person
from tests.reports.scene import COMPLETED

# Each word stands in one field that somebody may not read.
NAME, PARTNERS_NAME, RECORD, PERSON, MESSAGE = (
    "Lenacanary",
    "Paulacanary",
    "recordcanary",
    "ownercanary",
    "messagecanary",
)
REASON, RESOLUTION, INTERNAL = "reasoncanary", "resolutioncanary", "internalcanary"
ALL = {NAME, PARTNERS_NAME, RECORD, PERSON, MESSAGE, REASON, RESOLUTION, INTERNAL}
READS = {
    "customer": ALL - {INTERNAL},
    "partner": {PARTNERS_NAME, RECORD, MESSAGE, REASON, RESOLUTION},
    "executive": set(),
    "staff": ALL,
}


@pytest.fixture
def marked(cast, scene):
    """A canary in every field that tells of people or of what they wrote to each other."""
    type(cast.lead).objects.filter(pk=cast.lead.pk).update(name=f"{NAME} Lead")
    type(cast.partner).objects.filter(pk=cast.partner.pk).update(name=f"{PARTNERS_NAME} Partner")
    cast.lead.refresh_from_db()
    items = list(Responsibility.objects.filter(engagement=scene.engagement, phase="initiate").order_by("position")[:2])
    for item, who in zip(items, (cast.lead, cast.partner), strict=True):
        Responsibility.objects.filter(pk=item.pk).update(status="blocked", reason=REASON, assignee=who)
    MigrationRecord.objects.filter(event=scene.done, status="failed").update(
        source_address=f"{RECORD}@contoso.example", display_name=PERSON, message=MESSAGE
    )
    Issue.objects.create(
        event=scene.done, title="Calendar", lane="fasttrack", status="resolved", reported_by=cast.lead,
        resolution=RESOLUTION, resolved_at=timezone.now(),
    )  # fmt: skip
    record(
        "engagements.nudged", subject=scene.engagement, by=None, thread=scene.engagement.public_id,
        customer=cast.contoso, centre=cast.contoso.centre, internal=True,
        data={"number": scene.engagement.number, "customer": INTERNAL},
    )  # fmt: skip
    return scene


def frozen(kind, subject, audience):
    report = operations.request(kind, subject, by=None, at=COMPLETED, audience=audience)
    return operations.freeze(operations.for_work(report.pk), at=timezone.now() + timedelta(minutes=1))


def heard(*texts):
    whole = " ".join(texts).lower()
    return {word for word in ALL if word.lower() in whole}


@pytest.mark.parametrize("audience", list(READS))
def test_the_snapshot_itself_holds_what_its_readers_may_read_and_no_more(marked, audience):
    """Snapshot, page, print and the attached list: what is not gathered cannot be left standing by a template."""
    texts = []
    for kind, subject in (("engagement", marked.engagement), ("final", marked.done)):
        report = frozen(kind, subject, audience)
        texts += [str(report.snapshot), printing.sheet_of(report, b"").html]
        if report.records:
            texts.append(documents.read(report.records).decode())
    assert heard(*texts) == READS[audience]


@pytest.mark.slow
@pytest.mark.parametrize("audience", ["partner", "executive"])
def test_the_text_of_the_pdf_tells_no_more(marked, audience):
    texts = []
    for kind, subject in (("engagement", marked.engagement), ("final", marked.done)):
        report = frozen(kind, subject, audience)
        records = documents.read(report.records) if report.records else None
        sheet = printing.sheet_of(report, records)
        dirs = [*settings.STATICFILES_DIRS]
        for content in pdf.render(sheet.html, editions=sheet.editions, static_dirs=dirs, dated=report.gathered_at):
            reader = PdfReader(io.BytesIO(content))
            # A long word can be broken over two lines.
            texts += ["".join(page.extract_text().split()) for page in reader.pages]
            texts += [data.decode() for files in reader.attachments.values() for data in files]
    assert heard(*texts) == READS[audience]


def test_executives_read_of_no_record_and_of_no_person_but_the_specialist(marked):
    said = frozen("final", marked.done, "executive")
    assert "contoso.example" not in str(said.snapshot)
    assert said.records is None
    assert "Sam Specialist" in str(said.snapshot)


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("specialist", {"customer", "executive", "partner", "staff"}),
        ("admin", {"customer", "executive", "partner", "staff"}),
        ("lead", {"customer", "executive", "partner"}),
        ("viewer", {"executive"}),
        ("partner", {"partner"}),
        ("litware_partner", set()),
        ("fabrikam_lead", set()),
        ("apac_specialist", set()),
    ],
)
def test_each_finds_the_editions_that_are_for_them(cast, scene, printer, run_jobs, sign_in, who, reads):
    viewer = person("board@contoso.example", "Bea Board")
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    made = {
        audience: operations.request("status", scene.running, by=None, at=COMPLETED, audience=audience)
        for audience in READS
    }
    client = sign_in(viewer if who == "viewer" else getattr(cast, who))
    for audience, report in made.items():
        expected = 200 if audience in reads else 404
        assert client.get(report.get_absolute_url()).status_code == expected, audience
        assert (report.number in client.get("/reports/").content.decode()) is (audience in reads)


@pytest.mark.parametrize(
    ("who", "asked", "status"),
    [
        ("lead", "executive", 303), ("lead", "staff", 422), ("lead", "partner", 422), ("partner", "customer", 422),
        ("partner", "partner", 303), ("specialist", "staff", 303), ("specialist", "nobody", 422),
    ],
)  # fmt: skip
def test_nobody_asks_for_an_edition_that_is_not_theirs(cast, scene, sign_in, who, asked, status):
    form = {"kind": "status", "subject": str(scene.running.public_id), "key": str(uuid.uuid4()), "audience": asked}
    assert sign_in(getattr(cast, who)).post("/reports/new/", form).status_code == status
    assert Report.objects.filter(audience=asked).exists() is (status == 303)


def test_minutes_are_one_edition_for_everybody_who_was_asked_to_the_meeting(cast, scene, sign_in):
    meeting = scene.engagement.meetings.get(status="held")
    type(meeting).objects.filter(pk=meeting.pk).update(status="planned")
    meeting.refresh_from_db()
    hold(meeting, at=COMPLETED, by=cast.specialist)
    report = operations.request("minutes", meeting.minutes.get(), by=cast.lead, at=COMPLETED)
    assert report.audience == "all"
    assert sign_in(cast.partner).get(report.get_absolute_url()).status_code == 200
