"""A report that was wrong is issued anew: the next edition supersedes it, and its code says so for ever."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import AccessRefused, Conflict
from migrations_svc.models import MigrationRecord
from reports import operations, printing, snapshots
from reports.models import Report
from tests.reports.scene import COMPLETED


@pytest.fixture
def wrong(cast, scene, printer, run_jobs):
    """A status report of the 15th that was issued, and that said too little."""
    made = operations.request("status", scene.running, by=None, at=COMPLETED, period="2026-04-15")
    run_jobs()
    return Report.objects.get(pk=made.pk)


def again(report, by, reason="The list of wave 1 was loaded late", **changes):
    return operations.reissue(report, reason=reason, by=by, at=COMPLETED, **{"key": uuid.uuid4(), **changes})


def test_the_next_edition_says_what_it_replaces_and_supersedes_it(cast, scene, wrong, run_jobs, sign_in):
    MigrationRecord.objects.filter(event=scene.running, status="queued").update(status="completed")
    answer = sign_in(cast.specialist).post(
        f"{wrong.get_absolute_url()}reissue/", {"reason": "Loaded late", "key": str(uuid.uuid4())}
    )
    assert answer.status_code == 303
    run_jobs()
    right = Report.objects.get(replaces=wrong)
    head = snapshots.from_plain(right.snapshot).head
    assert (head.edition, head.replaces, head.reason) == (2, wrong.number, "Loaded late")
    # For the days it was about, with what is true now.
    assert (head.first_day.isoformat(), head.last_day.isoformat()) == ("2026-04-15", "2026-04-15")
    assert snapshots.from_plain(right.snapshot).totals.completed == 6
    assert f"2, replaces {wrong.number}: Loaded late" in printing.sheet_of(right, None).html
    wrong.seal.refresh_from_db()
    assert wrong.seal.superseded_by == right.seal
    assert right.seal.title == "Status report, edition 2"
    told = Event.objects.get(kind="reports.reissued")
    assert told.sentence.startswith(f"Status report {wrong.number} is issued anew as {right.number}")
    # The old one stays what it was.
    assert Report.objects.get(pk=wrong.pk).snapshot == wrong.snapshot


def test_the_code_of_the_old_one_leads_to_the_new_one_by_rights(cast, scene, wrong, run_jobs, client, sign_in):
    right = again(wrong, cast.specialist)
    run_jobs()
    right.refresh_from_db()
    address = f"/verify/{wrong.seal.code}"
    page = client.get(address).content.decode()
    assert f"superseded by {right.number}" in page
    assert "FastTrack Center EMEA" in page
    assert wrong.snapshot_sha256 in page
    assert wrong.seal.pdf_sha256 in page
    for words in ("Contoso", right.get_absolute_url(), "The list of wave"):
        assert words not in page, "the page names no customer and leads nobody in"
    assert right.get_absolute_url() in sign_in(cast.lead).get(address).content.decode()
    assert right.get_absolute_url() not in sign_in(cast.fabrikam_lead).get(address).content.decode()
    assert "the newest of its kind" in client.get(f"/verify/{right.seal.code}").content.decode()


def test_it_is_checked_as_well_in_ten_years(wrong, client):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3_650), tick=False):
        page = client.get(f"/verify/{wrong.seal.code}").content.decode()
    assert "Genuine, and the newest of its kind" in page


def test_only_the_newest_is_issued_anew_and_once(cast, scene, wrong, run_jobs):
    key = uuid.uuid4()
    second = again(wrong, cast.specialist, key=key)
    assert again(wrong, cast.specialist, key=key) == second, "a double click"
    with pytest.raises(Conflict, match="newer one already"):
        again(wrong, cast.specialist)
    run_jobs()
    with pytest.raises(Conflict, match="newer one already"):
        again(Report.objects.get(pk=wrong.pk), cast.specialist)
    third = again(Report.objects.get(pk=second.pk), cast.specialist, reason="Once more")
    assert third.edition == 3


def test_the_customer_asks_fasttrack_and_a_reason_is_needed(cast, wrong, sign_in):
    with pytest.raises(AccessRefused, match="Ask your specialist"):
        again(wrong, cast.lead)
    answer = sign_in(cast.specialist).post(f"{wrong.get_absolute_url()}reissue/", {"reason": " ", "key": ""})
    assert answer.status_code == 422
    assert not Report.objects.filter(replaces=wrong).exists()


def test_what_is_not_issued_has_nothing_to_replace(cast, scene):
    waiting = operations.request("status", scene.running, by=None, at=COMPLETED)
    with pytest.raises(Conflict, match="has not been issued"):
        again(waiting, cast.specialist)
