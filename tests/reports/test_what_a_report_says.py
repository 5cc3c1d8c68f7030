"""The snapshot: complete, reconciled, the same for ever, and nothing of anybody else in it."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from engagements.models import Engagement, Responsibility
from fasttrack_portal.activity.models import Event
from fasttrack_portal.documents import operations as documents
from migrations_svc.models import MigrationRecord
from reports import operations, printing, snapshots
from reports.gather import gather
from reports.pages import page_of
from tests.reports.scene import COMPLETED, FINISHED, fill, trouble


def made(scene, cast, kind, subject, at=COMPLETED):
    report = operations.for_work(operations.request(kind, subject, by=cast.lead, at=at).pk)
    return operations.freeze(report, at=at)


def test_what_was_planned_is_what_became_of_it(cast, scene):
    said = snapshots.from_plain(made(scene, cast, "final", scene.done).snapshot)
    totals = said.totals
    assert totals.is_reconciled
    assert (totals.scheduled, totals.completed, totals.with_warnings) == (10, 5, 2)
    assert (totals.failed, totals.skipped, totals.stopped, totals.others) == (1, 2, 0, 0)
    assert sum(day.records for day in said.days) == totals.moved
    assert len(said.exceptions) == totals.exceptions == 5
    assert page_of(said)["reconciliation"] == (
        "10 planned = 5 completed + 2 with warnings + 1 failed + 2 skipped + 0 moved to another event + 0 stopped "
        "+ 0 not finished"
    )


@pytest.mark.parametrize("state", MigrationRecord.Status.values)
def test_every_state_is_counted_somewhere(cast, scene, state):
    fill(scene.running, {state: 3}, mark="extra")
    totals = snapshots.from_plain(made(scene, cast, "status", scene.running).snapshot).totals
    assert totals.is_reconciled
    assert totals.scheduled == 13


def test_the_headline_says_it_all(cast, scene):
    said = snapshots.from_plain(made(scene, cast, "status", scene.running).snapshot)
    assert page_of(said)["sentence"] == (
        "4 of 10 records (40%) have moved to Microsoft 365; 5 are still on their way. Not moved: 1 failed."
    )


def test_the_next_report_says_what_moved_since_the_last(cast, scene, printer):
    first = made(scene, cast, "status", scene.running)
    operations.issue(first, b"%PDF", at=COMPLETED)
    MigrationRecord.objects.filter(event=scene.running, status="syncing").update(status="completed")
    said = snapshots.from_plain(made(scene, cast, "status", scene.running).snapshot)
    assert page_of(said)["since"] == f"3 more have moved since report {first.number} of 17 April 2026."


def test_the_same_facts_have_the_same_hash_and_survive_the_database(cast, scene):
    report = made(scene, cast, "engagement", scene.engagement)
    said, _rows = gather(report, at=COMPLETED)
    assert snapshots.digest(snapshots.to_plain(said)) == report.snapshot_sha256
    report.refresh_from_db()
    assert snapshots.digest(report.snapshot) == report.snapshot_sha256
    assert snapshots.from_plain(report.snapshot) == said


def test_a_snapshot_holds_no_floats_and_no_naive_times():
    for value in (1.5, datetime(2026, 4, 17), object(), {1: 2}):
        with pytest.raises(TypeError):
            snapshots.to_plain([value])
    assert snapshots.to_plain(datetime(2026, 4, 17, 16, 30, 5, 999, tzinfo=UTC)) == "2026-04-17T16:30:05Z"
    assert snapshots.canonical({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'.encode()


def test_what_changes_later_does_not_change_the_report(cast, scene):
    report = made(scene, cast, "status", scene.running)
    before = printing.sheet_of(report, None).html
    MigrationRecord.objects.filter(event=scene.running).update(status="failed")
    cast.contoso.name = "Woodgrove"
    cast.contoso.save()
    assert printing.sheet_of(operations.for_work(report.pk), None).html == before


def test_nothing_of_another_customer_and_nothing_internal_is_in_it(cast, scene):
    trouble(scene.theirs, cast.fabrikam_lead)
    for kind, subject in (("status", scene.running), ("final", scene.done), ("engagement", scene.engagement)):
        report = made(scene, cast, kind, subject)
        sheet = printing.sheet_of(report, None)
        for text in (sheet.html.lower(), str(report.snapshot).lower()):
            assert "fabrikam" not in text
            assert "one platform for everybody" not in text  # the request's reason is no part of a report


def test_the_list_of_records_is_complete_safe_and_named_by_its_hash(cast, scene):
    MigrationRecord.objects.filter(event=scene.done, status="failed").update(display_name="=cmd|' /C calc'!A0")
    report = made(scene, cast, "final", scene.done)
    content = documents.read(report.records)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == sum(FINISHED.values())
    assert [row["name"] for row in rows if row["status"] == "failed"] == ["'=cmd|' /C calc'!A0"]
    said = snapshots.from_plain(report.snapshot)
    assert said.records.sha256 == snapshots.hash_of(content) == report.records.sha256
    assert said.records.rows == len(rows)


def test_a_long_list_is_cut_on_paper_and_counted_in_full(cast, scene):
    fill(scene.done, {"failed": 400}, mark="many")
    report = made(scene, cast, "final", scene.done)
    said = snapshots.from_plain(report.snapshot)
    assert len(said.exceptions) == 150
    assert page_of(said)["exceptions_left"] == 255
    assert "255 more such records" in printing.sheet_of(report, b"").html


def test_an_engagement_report_says_whose_court_and_for_how_long(cast, scene):
    """Opened on Monday 2 March at nine; by Friday 17 April Berlin has worked 32 days after it (Easter apart)."""
    plain = made(scene, cast, "engagement", scene.engagement).snapshot
    said = snapshots.from_plain(plain)
    ours, theirs = said.courts[:2]
    held = Responsibility.objects.filter(engagement=scene.engagement, phase="initiate", status="open")
    assert (ours.holder, theirs.holder) == ("fasttrack", "customer")
    assert ours.items == held.filter(party="fasttrack").count()
    assert (ours.longest, ours.days) == (32, 32 * ours.items)
    assert [row["name"] for row in page_of(said)["courts"][:2]] == ["FastTrack", "Customer"]
    # A report that was frozen before there were courts reads as it did.
    assert snapshots.from_plain({key: value for key, value in plain.items() if key != "courts"}).courts == ()
    with pytest.raises(TypeError):
        snapshots.from_plain({key: value for key, value in plain.items() if key != "items"})


def test_an_engagement_report_counts_the_whole_matrix_and_names_the_holders(cast, scene):
    items = Responsibility.objects.filter(engagement=scene.engagement).exclude(status="not_applicable")
    first, second = items.order_by("position")[:2]
    Responsibility.objects.filter(pk=first.pk).update(status="blocked", reason="No access", assignee=cast.lead)
    Responsibility.objects.filter(pk=second.pk).update(assignee=cast.lead, due_on=date(2026, 4, 1))
    said = snapshots.from_plain(made(scene, cast, "engagement", scene.engagement).snapshot)
    assert sum(cell.total + cell.not_applicable for cell in said.matrix) == 137
    assert sum(holder.items for holder in said.holders) == said.items_open == items.count()
    assert said.items[0].holder == "Lena Lead"
    held = [holder for holder in said.holders if holder.name == "Lena Lead"]
    assert sum(holder.blocked for holder in held) == 1
    assert sum(holder.overdue for holder in held) == 1
    assert len(said.milestones) == 8
    assert [line.event.title for line in said.events] == ["Head office, wave 1", "Branch offices, wave 2"]
    assert len(said.past_meetings) == 1
    assert len(said.next_meetings) == 1


def test_checkpoints_that_go_on_and_an_engagement_at_rest_are_not_late(cast, scene):
    scene.engagement.milestones.update(planned_on=date(2026, 1, 5), baseline_on=date(2026, 1, 5))
    scene.engagement.milestones.filter(code="checkpoints").update(status="in_progress")

    def late():
        said = snapshots.from_plain(made(scene, cast, "engagement", scene.engagement).snapshot)
        page = page_of(said)
        return {row["line"].title for row in page["milestones"] if row["is_late"]}, page["timeline"].count("overdue")

    titles, drawn = late()
    assert len(titles) == 7
    assert not [title for title in titles if "heckpoint" in title]
    assert drawn >= 7
    Engagement.objects.update(status="dormant")
    assert late() == (set(), 0)


def test_gathering_costs_the_same_for_ten_records_and_for_three_hundred(cast, scene, django_assert_max_num_queries):
    report = operations.for_work(operations.request("status", scene.running, by=None, at=COMPLETED).pk)
    for extra in (0, 300):
        fill(scene.running, {"completed": extra}, mark=f"bulk{extra}")
        with django_assert_max_num_queries(16):
            gather(report, at=COMPLETED)


def test_freezing_is_no_event_of_its_own(cast, scene):
    made(scene, cast, "status", scene.running)
    assert list(Event.objects.filter(kind__startswith="reports.").values_list("kind", flat=True)) == [
        "reports.requested"
    ]
