"""The further files of a final report: the copy to keep, and every record in print."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
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
