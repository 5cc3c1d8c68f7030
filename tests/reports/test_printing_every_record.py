"""The further files of a final report: the copy to keep, and every record in print."""

import errno
import io
import os
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.documents.models import StoredFile
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.pdf import RenderFailed
from fasttrack_portal.refusals import Conflict, Invalid
from reports import operations, printing
from reports.models import Annex, Report
from tests.reports.scene import COMPLETED


@pytest.fixture
def final(cast, scene, printer):
    """Ten records, issued."""
    report = operations.request("final", scene.done, by=cast.pm, at=COMPLETED)
    work()
    mail.outbox.clear()
    report.refresh_from_db()
    return report


def work():
    return engine.run_due(at=timezone.now() + timedelta(minutes=1))


def bytes_of(response):
    return b"".join(response.streaming_content)


def test_a_final_report_has_a_copy_to_keep(cast, final, sign_in, printer):
    reading, keeping = printer.sheets[0][1]["editions"]
    assert (reading.variant, dict(reading.attachments)) == ("pdf/ua-1", {})
    assert keeping.variant == "pdf/a-3a"
    assert [content for content, _told in keeping.attachments.values()] == [documents.read(final.records)]
    client = sign_in(cast.lead)
    answer = client.get(f"{final.get_absolute_url()}archive/")
    assert bytes_of(answer) == documents.read(final.archive)
    assert f"contoso-final-archive-{final.number}.pdf" in answer["Content-Disposition"]
    assert Event.objects.filter(kind="reports.downloaded", internal=True).count() == 1
    page = client.get(final.get_absolute_url()).content.decode()
    assert final.archive.sha256 in page


def test_every_record_is_printed_in_parts_that_let_others_pass(cast, scene, final, sign_in, printer, monkeypatch):
    monkeypatch.setattr(printing, "AT_ONCE", 4)
    client = sign_in(cast.pm)
    assert "Print every record" in client.get(final.get_absolute_url()).content.decode()
    for _click in range(2):
        assert client.post(f"{final.get_absolute_url()}annex/").status_code == 303
    assert Event.objects.filter(kind="reports.annex_requested").count() == 1
    assert "Printing every record" in client.get(final.get_absolute_url()).content.decode()
    # A report that is asked for meanwhile is made before the second part.
    other = operations.request("status", scene.running, by=cast.lead, at=COMPLETED)
    made = []
    printer.meanwhile = lambda beat: made.append(Annex.objects.get().parts.count())
    Job.objects.filter(pk=other.job.pk).update(due_at=timezone.now())
    while work():
        pass
    assert made == [0, 1, 1, 2]
    annex = Annex.objects.get()
    assert annex.made_at is not None
    answer = client.get(f"{final.get_absolute_url()}annex/download/")
    content = bytes_of(answer)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = packed.namelist()
        text = b"".join(packed.read(name) for name in names)
    assert names == [f"contoso-annex-{final.number}-0{part}-of-03.pdf" for part in (1, 2, 3)]
    assert all(record.source_address.encode() in text for record in scene.done.records.all())
    assert bytes_of(client.get(f"{final.get_absolute_url()}annex/download/")) == content
    assert [message.to[0] for message in mail.outbox if "printed" in message.subject] == [cast.pm.email]


def test_a_part_that_was_kept_is_not_printed_again(cast, final, printer):
    operations.request_annex(final, by=cast.pm)
    work()
    drawn = len(printer.sheets)
    Job.objects.filter(kind="reports.annex").update(status="waiting", due_at=timezone.now())
    work()
    assert len(printer.sheets) == drawn
    assert Event.objects.filter(kind="reports.annex_made").count() == 1


def test_what_cannot_be_printed_says_why(cast, scene, final, sign_in, monkeypatch):
    with pytest.raises(Conflict, match="not been printed yet"):
        operations.download_annex(final, by=cast.pm)
    status = operations.request("status", scene.running, by=cast.pm, at=COMPLETED)
    with pytest.raises(Conflict, match="not been issued"):
        operations.request_annex(status, by=cast.pm)
    work()
    with pytest.raises(Invalid, match="no list of records"):
        operations.request_annex(Report.objects.get(pk=status.pk), by=cast.pm)
    with pytest.raises(Invalid, match="copy for the archive"):
        operations.download(Report.objects.get(pk=status.pk), by=cast.pm, what="archive")
    monkeypatch.setattr(printing, "MOST_IN_PRINT", 9)
    with pytest.raises(Invalid, match="too many to print"):
        operations.request_annex(final, by=cast.pm)
    assert "too many to print" in sign_in(cast.pm).get(final.get_absolute_url()).content.decode()
    assert not Annex.objects.exists()


def test_the_code_stands_for_every_file_that_bears_it(cast, final, client, printer, monkeypatch):
    monkeypatch.setattr(printing, "AT_ONCE", 6)
    address = f"/verify/{final.seal.code}"
    page = client.get(address).content.decode()
    assert final.file.sha256 in page
    assert final.archive.sha256 in page
    assert "records in print" not in page
    operations.request_annex(final, by=cast.pm)
    while work():
        pass
    page = client.get(address).content.decode()
    for number, part in enumerate(Annex.objects.get().parts.all(), 1):
        assert f"records in print, part {number} of 2" in page
        assert part.file.sha256 in page
    assert "ontoso" not in page


class FullDisk:
    """No space after so many files, until somebody makes room."""

    def __init__(self, monkeypatch, place, after=0):
        self.left, self.real = after, getattr(os, place)
        monkeypatch.setattr(os, place, self.call)

    def call(self, *args, **kwargs):
        if self.left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.left -= 1
        return self.real(*args, **kwargs)


@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_a_disk_that_is_full_for_the_copy_to_keep_leaves_no_report_without_it(
    cast, scene, printer, monkeypatch, sign_in, place
):
    """The copy to read fits, the one to keep does not: neither is there until both are (F7)."""
    report = operations.request("final", scene.done, by=cast.pm, at=COMPLETED)
    # The list of records is kept when it is gathered, then the two copies.
    disk = FullDisk(monkeypatch, place, after=2)
    for minutes in (0, 10, 30):
        disk.left = disk.left if minutes == 0 else 1
        engine.run_due(at=timezone.now() + timedelta(minutes=minutes))
        report.refresh_from_db()
        assert (report.status, report.file, report.archive, report.is_stuck) == ("queued", None, None, False)
    for file in ("download", "archive"):
        assert sign_in(cast.pm).get(f"{report.get_absolute_url()}{file}/").status_code == 409
    disk.left = -1
    engine.run_due(at=timezone.now() + timedelta(minutes=60))
    report.refresh_from_db()
    assert report.status == "issued"
    assert documents.read(report.archive).startswith(b"%PDF-1.7 pdf/a-3a")
    assert StoredFile.objects.filter(media_type="application/pdf").count() == 2
    assert Event.objects.filter(kind="reports.issued").count() == 1


@pytest.mark.parametrize("trouble", ["killed", "fsync", "replace"])
def test_a_part_that_could_not_be_made_or_kept_is_made_once_more(cast, final, printer, monkeypatch, sign_in, trouble):
    """The renderer is killed, or the disk is full: no part is missing in the end and none is there twice (F1, F7)."""
    monkeypatch.setattr(printing, "AT_ONCE", 6)
    operations.request_annex(final, by=cast.pm)
    if trouble == "killed":
        printer.fails = [RenderFailed("the renderer ended with -9: no message")]
    else:
        disk = FullDisk(monkeypatch, trouble, after=0)
    work()
    assert not Annex.objects.get().parts.exists()
    assert sign_in(cast.pm).get(f"{final.get_absolute_url()}annex/download/").status_code == 409
    if trouble != "killed":
        disk.left = -1
    for minutes in (10, 20, 30):
        engine.run_due(at=timezone.now() + timedelta(minutes=minutes))
    annex = Annex.objects.get()
    assert [part.number for part in annex.parts.all()] == [1, 2]
    assert annex.made_at is not None
    assert not annex.is_stuck
    assert Event.objects.filter(kind="reports.annex_made").count() == 1
    # The final report, the part that went wrong, and each part once.
    assert len(printer.sheets) == 4
