"""The job that makes a report: once, whatever dies on the way."""

import errno
import os
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents.models import Seal, StoredFile
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.pdf import RenderFailed
from migrations_svc.models import MigrationRecord
from reports import operations
from reports.models import Report
from tests.conftest import person
from tests.reports.scene import COMPLETED


class PowerCut(BaseException):
    """Nothing of ours catches it: the process is gone."""


def ask(scene, cast, kind="status", subject=None):
    return operations.request(kind, subject or scene.running, by=cast.pm, at=COMPLETED)


def work(*, later=0):
    """Everything that is due, as a worker does it; `later` in minutes."""
    return engine.run_due(at=timezone.now() + timedelta(minutes=later))


def traces():
    """What a made report leaves behind."""
    return {
        "issued": Report.objects.filter(status="issued").count(),
        "pdfs": StoredFile.objects.filter(media_type="application/pdf").count(),
        "seals": Seal.objects.count(),
        "events": Event.objects.filter(kind="reports.issued").count(),
        "mails": sorted(message.to[0] for message in mail.outbox),
    }


ONCE = {"issued": 1, "pdfs": 1, "seals": 1, "events": 1, "mails": ["lead@contoso.example", "pm@contoso.example"]}


def test_a_report_is_gathered_drawn_sealed_and_told_of(cast, scene, printer):
    report = ask(scene, cast)
    work()
    work()  # the mails are jobs of their own
    report.refresh_from_db()
    assert traces() == ONCE
    assert report.job.result_url == report.get_absolute_url()
    assert report.seal.snapshot_sha256 == report.snapshot_sha256
    assert report.seal.pdf_sha256 == report.file.sha256
    assert [edition.variant for edition in printer.sheets[0][1]["editions"]] == ["pdf/ua-1"]
    assert printer.sheets[0][1]["dated"] == report.gathered_at
    # The specialist sees it in the portal and gets no mail; a mail carries the link and never the file.
    assert Notification.objects.filter(user=cast.specialist, event__kind="reports.issued").exists()
    assert all(message.attachments == [] for message in mail.outbox)
    assert all(report.get_absolute_url() in message.body for message in mail.outbox)
    assert mail.outbox[0].subject == f"Status report {report.number} is ready: Head office, wave 1"


def test_a_job_delivered_twice_makes_one_report(cast, scene, printer):
    report = ask(scene, cast)
    work()
    Job.objects.filter(pk=report.job.pk).update(status="waiting", due_at=timezone.now())
    work()
    assert traces() == ONCE
    assert len(printer.sheets) == 1


@pytest.mark.parametrize("where", ["freeze", "render", "issue", "after the effect"])
def test_a_worker_that_dies_anywhere_is_followed_by_one_that_makes_it_once(cast, scene, printer, monkeypatch, where):
    """Before, during and after the effect; the second run goes on with what the first had gathered."""
    ask(scene, cast)

    def die(*_args, **_kwargs):
        raise PowerCut

    with monkeypatch.context() as cut:
        if where == "render":
            printer.fails = [PowerCut()]
        elif where == "after the effect":
            cut.setattr(engine.JobRun, "_finish", die)
        else:
            cut.setattr(operations, where, die)
        with pytest.raises(PowerCut):
            work()
    assert traces() == {**ONCE, "issued": 0, "pdfs": 0, "events": 0, "mails": [], "seals": int(where != "freeze")}
    kept = Report.objects.get().snapshot_sha256
    MigrationRecord.objects.filter(event=scene.running).update(status="completed")
    work(later=2)
    work(later=2)
    assert traces() == ONCE
    if where != "freeze":
        assert Report.objects.get().snapshot_sha256 == kept


def test_a_renderer_that_is_killed_starts_once_more_and_not_twice(cast, scene, printer):
    """The child is gone, the worker lives: the same words are drawn again, and the report is there once."""
    ask(scene, cast)
    printer.fails = [RenderFailed("the renderer ended with -9: no message")]
    work()
    assert traces()["issued"] == 0
    kept = Report.objects.get().snapshot_sha256
    for minutes in (1, 2, 3):
        work(later=minutes)
    assert (len(printer.sheets), traces()) == (2, ONCE)
    assert Report.objects.get().snapshot_sha256 == kept


@pytest.mark.parametrize("place", ["write", "replace"])
def test_a_full_disk_is_waited_for_and_nothing_cut_is_ever_served(cast, scene, printer, monkeypatch, sign_in, place):
    """Before and after the bytes are written; however long it lasts, it succeeds by itself when space returns (F7)."""
    report, full = ask(scene, cast), [True]
    replace, fsync = os.replace, os.fsync

    def no_space(how):
        def call(*args, **kwargs):
            if full[0]:
                raise OSError(errno.ENOSPC, "No space left on device")
            return how(*args, **kwargs)

        return call

    name, how = ("fsync", fsync) if place == "write" else ("replace", replace)
    monkeypatch.setattr(os, name, no_space(how))
    for minutes in range(0, 180, 15):
        work(later=minutes)
    report.refresh_from_db()
    assert (report.status, report.is_stuck, traces()["pdfs"]) == ("queued", False, 0)
    assert sign_in(cast.pm).get(f"{report.get_absolute_url()}download/").status_code == 409
    full[0] = False
    for minutes in (200, 201):
        work(later=minutes)
    assert traces() == ONCE


def test_a_worker_that_lost_its_lease_leaves_nothing(cast, scene, printer):
    report = ask(scene, cast)

    def somebody_else_takes_it(beat):
        Job.objects.filter(pk=report.job.pk).update(owner="00000000-0000-0000-0000-000000000001")

    printer.meanwhile = somebody_else_takes_it
    work()
    assert traces() == {"issued": 0, "pdfs": 0, "seals": 1, "events": 0, "mails": []}


def test_a_render_that_fails_is_tried_again_and_then_given_up_in_plain_words(cast, scene, printer, sign_in):
    report = ask(scene, cast)
    printer.fails = [RenderFailed("no memory")] * 10
    for attempt in range(10):
        work(later=15 * attempt)
    report.refresh_from_db()
    assert report.is_stuck
    page = sign_in(cast.pm).get(report.get_absolute_url()).content.decode()
    assert "This report could not be made" in page
    assert "Try again" not in page
    assert "Try again" in sign_in(cast.admin).get(report.get_absolute_url()).content.decode()
    assert "Not made" in sign_in(cast.pm).get("/reports/").content.decode()


def test_who_lost_access_meanwhile_gets_no_report(cast, scene, printer):
    helper = person("helper@contoso.example", "Hal Helper")
    membership = add_membership(helper, role=Membership.Role.LEAD, customer=cast.contoso, by=None)
    report = operations.request("status", scene.running, by=helper, at=COMPLETED)
    membership.delete()
    work()
    report.refresh_from_db()
    assert report.status == "failed"
    assert printer.sheets == []
    assert Event.objects.filter(kind="reports.suppressed", internal=True).count() == 1
    assert mail.outbox == []


def test_a_newer_report_supersedes_the_older_even_if_it_is_finished_first(cast, scene, printer):
    first, second, third = (ask(scene, cast) for _time in range(3))
    now = timezone.now()
    for number, report in enumerate((first, second, third)):
        operations.freeze(operations.for_work(report.pk), at=now + timedelta(minutes=number))
    for report in (first, third, second):
        Job.objects.filter(pk=report.job.pk).update(due_at=now - timedelta(hours=1))
        Job.objects.exclude(pk=report.job.pk).filter(status="waiting").update(due_at=now + timedelta(hours=5))
        work()
    after = {seal.number: getattr(seal.superseded_by, "number", None) for seal in Seal.objects.all()}
    assert after == {first.number: second.number, second.number: third.number, third.number: None}


def test_the_progress_asks_for_itself_until_the_report_is_there(cast, scene, printer, sign_in):
    report, client = ask(scene, cast), sign_in(cast.lead)
    address = f"{report.get_absolute_url()}progress/"
    printer.meanwhile = lambda beat: looks.append(client.get(address, headers={"HX-Request": "true"}))
    looks: list = []
    work()
    assert "Writing the PDF" in looks[0].content.decode()
    assert "HX-Refresh" not in looks[0]
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
