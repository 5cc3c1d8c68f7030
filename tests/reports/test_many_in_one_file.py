"""Many reports leave in one file, with an index; an engagement leaves with all that it has come to."""

import csv
import hashlib
import io
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone

from fasttrack_portal import pdf
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from reports import operations, packing
from reports.models import Bundle, Report
from tests.answers import body_of
from tests.reports.conftest import Printer, as_a_worker
from tests.reports.scene import COMPLETED, trouble

EXPORT = "/reports/files/export/"


@pytest.fixture(scope="module")
def with_a_partners(made, once_issued):
    asked = operations.request("status", made.running, by=None, at=COMPLETED, audience="partner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "render", Printer().render)
        as_a_worker()
    return [*once_issued, asked.pk]


@pytest.fixture
def issued(cast, scene, with_a_partners, printer):
    return [Report.objects.get(pk=pk) for pk in with_a_partners]


def sent(**changes):
    return {"key": str(uuid.uuid4()), **changes}


def opened(answer):
    return zipfile.ZipFile(io.BytesIO(body_of(answer)))


def rows(archive, name="index.csv"):
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_all_that_fit_the_filter_are_in_it_with_their_hashes(cast, scene, issued, run_jobs, sign_in):
    client = sign_in(cast.lead)
    answer = client.post(EXPORT, sent(kind="status"))
    bundle = Bundle.objects.get()
    assert answer["Location"] == bundle.get_absolute_url()
    assert "Waiting for a free place" in client.get(bundle.get_absolute_url()).content.decode()
    run_jobs()
    archive = opened(client.get(f"{bundle.get_absolute_url()}download/"))
    index = rows(archive)
    # The team reads its own edition and the one its partner got.
    assert [row["number"] for row in index] == [issued[4].number, issued[0].number]
    for row in index:
        content = archive.read(f"reports/{row['file']}")
        assert hashlib.sha256(content).hexdigest() == row["SHA-256 of the PDF"]
        assert row["code"] in row["check at"]
    assert "removes this ZIP after 30 days" in archive.read("README.txt").decode()
    assert [message.to for message in mail.outbox] == [["lead@contoso.example"]]
    assert mail.outbox[0].attachments == []
    assert bundle.get_absolute_url() in mail.outbox[0].body
    assert list(Event.objects.filter(kind__startswith="reports.bundle").values_list("kind", flat=True)) == [
        "reports.bundle_requested", "reports.bundle_ready", "reports.bundle_downloaded",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "number"), [("admin", 5), ("specialist", 4), ("partner", 1), ("litware_partner", 0), ("fabrikam_lead", 1)]
)
def test_each_gets_what_they_may_read(cast, issued, run_jobs, sign_in, who, number):
    client = sign_in(getattr(cast, who))
    client.post(EXPORT, sent())
    run_jobs()
    archive = opened(client.get(f"{Bundle.objects.get().get_absolute_url()}download/"))
    assert len(rows(archive)) == len([name for name in archive.namelist() if name.endswith(".pdf")]) == number
    if who == "fabrikam_lead":
        assert all(b"contoso" not in archive.read(name).lower() for name in archive.namelist())


def test_the_hand_over_pack_holds_all_that_an_engagement_has_come_to(cast, scene, issued, run_jobs, sign_in):
    trouble(scene.running, cast.lead)
    client = sign_in(cast.lead)
    answer = client.post(f"/reports/of/{scene.engagement.public_id}/hand-over/", sent())
    assert answer.status_code == 303
    run_jobs()
    archive = opened(client.get(f"{Bundle.objects.get().get_absolute_url()}download/"))
    names = set(archive.namelist())
    assert {"index.csv", "README.txt", "matrix.csv", "milestones.csv", "remediation.csv", "success-plan.csv"} <= names
    assert {"decisions.csv", "gates.csv", "records.csv", "issues.csv", "audit.csv"} <= names
    assert len([name for name in names if name.endswith(".pdf")]) == 4
    assert len(rows(archive, "matrix.csv")) == 137
    assert len(rows(archive, "records.csv")) == 20
    assert [row["title"] for row in rows(archive, "issues.csv")] == ["Shared calendar is empty"]
    audit = [row["what happened"] for row in rows(archive, "audit.csv")]
    assert any("was issued" in line for line in audit)
    assert not any("downloaded" in line for line in audit), "what is internal stays with FastTrack"
    for name in names:
        assert b"fabrikam" not in archive.read(name).lower(), name


@pytest.mark.parametrize(
    ("who", "status"), [("partner", 403), ("fabrikam_lead", 404), ("specialist", 303), ("pm", 303)]
)
def test_who_may_have_the_pack(cast, scene, sign_in, who, status):
    address = f"/reports/of/{scene.engagement.public_id}/hand-over/"
    assert sign_in(getattr(cast, who)).post(address, sent()).status_code == status
    assert Bundle.objects.count() == (status == 303)


def test_nobody_finds_the_file_of_another(cast, issued, run_jobs, sign_in):
    sign_in(cast.lead).post(EXPORT, sent())
    run_jobs()
    address = Bundle.objects.get().get_absolute_url()
    for who, status in (("pm", 404), ("specialist", 404), ("fabrikam_lead", 404), ("admin", 200)):
        client = sign_in(getattr(cast, who))
        for path in (address, f"{address}download/", f"{address}progress/"):
            assert client.get(path).status_code == status, (who, path)


def test_who_may_not_read_one_of_them_any_more_gets_none(cast, issued, run_jobs, sign_in):
    client = sign_in(cast.partner)
    client.post(EXPORT, sent())
    run_jobs()
    address = f"{Bundle.objects.get().get_absolute_url()}download/"
    assert client.get(address).status_code == 200
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    answer = sign_in(cast.partner).get(address)
    assert answer.status_code == 403
    assert "may no longer read some of the reports" in answer.content.decode()


def test_who_lost_access_meanwhile_gets_no_pack(cast, scene, run_jobs, sign_in):
    sign_in(cast.pm).post(f"/reports/of/{scene.engagement.public_id}/hand-over/", sent())
    Membership.objects.filter(user=cast.pm).delete()
    run_jobs()
    assert Bundle.objects.get().status == "failed"
    assert Event.objects.filter(kind="reports.bundle_suppressed").count() == 1


def test_a_double_click_is_one_file_and_a_button_without_its_key_is_refused(cast, issued, sign_in):
    client, form = sign_in(cast.lead), sent()
    assert client.post(EXPORT, form)["Location"] == client.post(EXPORT, form)["Location"]
    assert Bundle.objects.count() == 1
    assert client.post(EXPORT, {"key": "x\x00"}).status_code == 422
    assert client.post(EXPORT, sent(kind="\x00", status="nothing")).status_code == 303


@pytest.mark.usefixtures("one_window")
def test_the_eleventh_export_of_an_hour_waits(cast, issued, sign_in):
    client = sign_in(cast.lead)
    answers = [client.post(EXPORT, sent()).status_code for _time in range(11)]
    assert answers == [303] * 10 + [429]


def test_the_file_goes_after_its_days_and_the_reports_stay(cast, issued, run_jobs, sign_in):
    client = sign_in(cast.lead)
    client.post(EXPORT, sent())
    run_jobs()
    bundle = Bundle.objects.get()
    path = bundle.file.path
    engine.run_due(at=timezone.now() + timedelta(days=31))
    bundle.refresh_from_db()
    assert (bundle.status, bundle.file) == ("retired", None)
    assert client.get(f"{bundle.get_absolute_url()}download/").status_code == 409
    assert "Its days are over" in client.get(bundle.get_absolute_url()).content.decode()
    assert client.get(f"{issued[0].get_absolute_url()}download/").status_code == 200
    assert Job.objects.get(kind="reports.retire").status == "done"
    assert default_storage.exists(path), "removed when the removal is committed, which no test does"


def test_of_very_many_the_newest_are_in_it_and_the_index_says_so(cast, issued, run_jobs, sign_in, monkeypatch):
    monkeypatch.setattr(packing, "MOST_REPORTS", 2)
    client = sign_in(cast.lead)
    client.post(EXPORT, sent())
    run_jobs()
    archive = opened(client.get(f"{Bundle.objects.get().get_absolute_url()}download/"))
    assert len(rows(archive)) == 2
    assert "Only the newest 2 are in this file" in archive.read("README.txt").decode()
