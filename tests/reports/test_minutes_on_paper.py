"""The minutes of a meeting as a sealed PDF: made by itself when both sides have confirmed them, and on request."""

import uuid

import pytest

from engagements.models import Minutes
from engagements.operations import agenda, outcomes
from engagements.operations.minutes import confirm_minutes, correct_minutes
from fasttrack_portal.documents.operations import read
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.refusals import Invalid
from reports import operations as reports
from reports.models import Report
from tests.conftest import Cast
from tests.engagements.minutes_scene import NOW, action_in, held, meeting_of, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(cast: Cast) -> Minutes:
    meeting = meeting_of(running(cast))
    agenda.add_point(meeting, title="The pilot group", key=uuid.uuid4(), by=cast.lead)
    agenda.note_point(meeting, "gate", notes="Two sites are left.", version=1, base="", by=cast.specialist)
    told = {"decided_by": cast.lead, "decided_on": NOW.date(), "key": uuid.uuid4(), "by": cast.specialist}
    outcomes.decide(meeting, text="Mail moves first", **told)
    action_in(meeting, cast)
    outcomes.mark_attendance(meeting, present=[cast.lead], guests="Ann", version=0, by=cast.specialist)
    return held(meeting, cast)


def confirmed(minutes: Minutes, cast: Cast) -> Report:
    confirm_minutes(minutes, by=cast.pm, at=NOW)
    confirm_minutes(minutes, by=cast.specialist, at=NOW)
    return Report.objects.get(minutes=minutes)


def test_both_names_make_a_sealed_pdf(minutes: Minutes, cast: Cast):
    report = confirmed(minutes, cast)
    # What else is due by now, the engagement's own reports, is another story.
    Job.objects.exclude(pk=report.job_id).delete()
    run_due()
    report.refresh_from_db()
    assert (report.status, report.requested_by) == ("issued", None)
    assert report.seal is not None
    assert report.file is not None
    assert read(report.file).startswith(b"%PDF-")
    said = report.snapshot or {}
    assert [each["name"] for each in said["names"]] == [cast.specialist.name, cast.pm.name]
    assert [each["text"] for each in said["decisions"]] == ["Mail moves first"]
    assert [each["text"] for each in said["actions"]] == ["Send the list of sites"]
    assert "Two sites are left." in [each["notes"] for each in said["points"]]


def test_a_corrected_edition_supersedes_the_one_before(minutes: Minutes, cast: Cast):
    first = confirmed(minutes, cast)
    reports.freeze(reports.for_work(first.pk), at=NOW)
    reports.issue(reports.for_work(first.pk), b"%PDF-1", at=NOW)
    record = minutes.snapshot
    here = [person["id"] for person in record["present"]]
    made = correct_minutes(
        minutes, edition=1, reason="Three.", by=cast.pm, at=NOW, notes="Three", points={}, texts={}, guests="",
        present=here,
    )  # fmt: skip
    made.meeting = minutes.meeting
    second = confirmed(made, cast)
    reports.freeze(reports.for_work(second.pk), at=NOW)
    reports.issue(reports.for_work(second.pk), b"%PDF-2", at=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.seal is not None
    assert first.seal.superseded_by == second.seal


def test_minutes_are_no_report_of_something_else(minutes: Minutes, cast: Cast):
    for kind, subject in (("minutes", minutes.engagement), ("engagement", minutes), ("status", minutes)):
        with pytest.raises(Invalid):
            reports.request(kind, subject, by=cast.specialist, at=NOW)
