"""A final report is issued only when what was scheduled is what became of it, and says who is missing."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict
from migrations_svc import totals
from migrations_svc.models import MigrationRecord
from reports import operations, reckoning
from reports.models import Report
from tests.reports.scene import COMPLETED, event_of, fill

STATES = MigrationRecord.Status.values
ENDED = {"completed", "completed_with_warnings", "failed", "skipped"}
ROWS = st.lists(st.tuples(st.sampled_from(STATES), st.booleans(), st.integers(0, 5_000)), max_size=40)


@given(ROWS)
def test_the_sum_comes_out_exactly_when_nobody_is_missing(rows):
    """Whatever the mix: the parts and the missing are the whole, and each record is in one of them."""
    found = reckoning.reckon(rows)
    assert found.scheduled == sum(number for _state, _elsewhere, number in rows)
    parts = found.completed + found.with_warnings + found.failed + found.skipped + found.elsewhere
    assert found.scheduled == parts + found.missing
    missing = sum(number for state, elsewhere, number in rows if state not in ENDED and not elsewhere)
    assert found.missing == missing
    assert found.comes_out is (missing == 0)


@pytest.mark.parametrize("state", sorted(set(STATES) - ENDED))
def test_a_record_without_an_end_keeps_the_report_back_and_is_listed(cast, scene, sign_in, state):
    fill(scene.done, {state: 2}, mark="left")
    with pytest.raises(Conflict, match="2 records are unaccounted for"):
        operations.request("final", scene.done, by=cast.lead, at=COMPLETED)
    page = sign_in(cast.pm).get(f"/reports/event/{scene.done.public_id}/reckoning/").content.decode()
    assert "The sum does not come out" in page
    assert "2 records are unaccounted for" in page
    assert f"{state.replace('_', '-')}.0001@left.example" in page
    assert "completed.0000@branch" not in page


def test_one_that_another_event_takes_over_is_counted_there(cast, scene, sign_in):
    fill(scene.done, {"stopped": 1}, mark="left")
    again = event_of(scene.engagement, cast.lead, "draft", scheduled_for=None, title="Again")
    row = scene.done.records.get(source_address__contains="@left")
    row.pk, row.public_id, row.event, row.source_address = None, uuid.uuid4(), again, row.source_address.upper()
    row.save()
    assert reckoning.of(scene.done).elsewhere == 1
    assert (
        "The sum comes out"
        in sign_in(cast.lead).get(f"/reports/event/{scene.done.public_id}/reckoning/").content.decode()
    )
    again.status = "cancelled"
    again.save()
    assert reckoning.of(scene.done).missing == 1, "an event that does not take place takes nothing over"


def test_every_part_of_the_sum_leads_to_its_records(cast, scene, sign_in):
    for event in (scene.done, scene.running):
        save_changes(event, totals=totals.counted(event))
    client = sign_in(cast.lead)
    page = client.get(f"/reports/event/{scene.done.public_id}/reckoning/").content.decode()
    for code in ("completed", "completed_with_warnings", "failed", "skipped"):
        link = f"/migrations/{scene.done.public_id}/records/?status={code}"
        assert f'href="{link}"' in page
        assert named(client.get(link), scene.done) == of(scene.done, {code})
    for code, states in (("waiting", {"queued"}), ("under_way", {"syncing"})):
        shown = client.get(f"/migrations/{scene.running.public_id}/records/?status={code}")
        assert named(shown, scene.running) == of(scene.running, states)


def named(answer, event):
    page = answer.content.decode()
    return {address for address in event.records.values_list("source_address", flat=True) if address in page}


def of(event, states):
    return set(event.records.filter(status__in=states).values_list("source_address", flat=True))


def test_a_state_that_is_taken_back_before_it_is_made_holds_it_until_it_is_mended(cast, scene, printer, run_jobs):
    report = operations.request("final", scene.done, by=cast.lead, at=COMPLETED)
    MigrationRecord.objects.filter(event=scene.done, status="failed").update(status="syncing")
    run_jobs()
    report.refresh_from_db()
    assert (report.status, report.snapshot, printer.sheets) == ("queued", None, [])
    assert "unaccounted" in report.job.error
    MigrationRecord.objects.filter(event=scene.done, status="syncing").update(status="skipped")
    run_jobs(later=5)
    assert Report.objects.get(pk=report.pk).status == "issued"


def test_another_customers_sum_is_not_there(cast, scene, sign_in):
    assert sign_in(cast.fabrikam_lead).get(f"/reports/event/{scene.done.public_id}/reckoning/").status_code == 404
