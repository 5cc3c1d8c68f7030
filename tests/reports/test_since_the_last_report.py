"""What was done, slipped, is new and was decided between two reports, read off the Events in between."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from engagements.models import Responsibility
from engagements.operations import outcomes
from engagements.operations.milestones import move_milestone, plan_milestone
from engagements.operations.responsibilities import move_responsibility
from migrations_svc.operations import issues
from reports import operations, printing, snapshots
from reports.models import Report
from tests.reports.scene import trouble

FIRST = datetime(2026, 4, 17, 16, 30, tzinfo=UTC)
LATER = FIRST + timedelta(days=7)


def made(kind, subject, at, *, audience="customer"):
    """Asked for, frozen and issued at that moment."""
    with time_machine.travel(at, tick=False):
        asked = operations.request(kind, subject, by=None, at=at, audience=audience)
        report = operations.freeze(operations.for_work(asked.pk), at=at)
        operations.issue(report, b"%PDF", at=at)
    return Report.objects.get(pk=report.pk)


def since(report):
    return snapshots.from_plain(report.snapshot).since


def texts(lines):
    return [line.text for line in lines]


@pytest.fixture
def week(cast, scene):
    """A report, then a week in which much happens."""
    before = made("engagement", scene.engagement, FIRST)
    made("engagement", scene.engagement, FIRST, audience="executive")
    with time_machine.travel(FIRST + timedelta(days=3), tick=False):
        at = FIRST + timedelta(days=3)
        items = scene.engagement.responsibilities.filter(phase="initiate", party="customer").order_by("position")
        done, undone, stuck = items[:3]
        for item in (done, undone):
            move_responsibility(item, "finish", by=cast.lead, at=at)
        move_responsibility(undone, "reopen", by=cast.specialist, at=at)
        move_responsibility(stuck, "block", by=cast.lead, at=at, reason="Lena waits for the vendor")
        kickoff = scene.engagement.milestones.get(code="kickoff")
        move_milestone(kickoff, "complete", by=cast.specialist, on=at.date(), note="All agreed")
        late = scene.engagement.milestones.get(code="assessment")
        later = late.planned_on + timedelta(days=10)
        plan_milestone(late, version=late.version, planned_on=later, on=at.date(), by=cast.specialist)
        meeting = scene.engagement.meetings.get(status="planned")
        text = "Move mail before files"
        outcomes.decide(
            meeting, text=text, decided_by=cast.lead, decided_on=at.date(), key=uuid.uuid4(), by=cast.specialist
        )
        Responsibility.objects.filter(pk=undone.pk).update(due_on=(FIRST + timedelta(days=4)).date())
    return before, done, undone, stuck


def test_each_thing_stands_under_its_heading_with_its_last_word(cast, scene, week):
    before, done, undone, stuck = week
    found = since(made("engagement", scene.engagement, LATER))
    assert found.number == before.number
    assert [text for text in texts(found.done) if done.code in text]
    assert "Milestone Kickoff was completed" in " ".join(texts(found.done))
    assert not [text for text in texts(found.done) if undone.code in text], "it was reopened"
    slipped = " ".join(texts(found.slipped))
    assert stuck.code in slipped
    assert "Assessment is planned for" in slipped
    assert "was due and is not done" in slipped, "nothing happened, and that is it"
    assert date(2026, 4, 21) in [line.on for line in found.slipped]
    assert "It was decided: Move mail before files" in texts(found.decided)
    # What happened before the last report is no news.
    assert since(made("engagement", scene.engagement, LATER + timedelta(days=1))).done == ()


def test_the_first_report_looks_back_on_nothing(scene):
    assert since(made("engagement", scene.engagement, FIRST)) is None


def test_it_stands_on_paper_and_on_the_page(cast, scene, week, sign_in):
    report = made("engagement", scene.engagement, LATER)
    page = sign_in(cast.lead).get(report.get_absolute_url()).content.decode()
    for text in (page, printing.sheet_of(report, None).html):
        assert "Since the last report" in text
        assert "Move mail before files" in text


def test_an_edition_is_compared_with_the_last_of_its_own_kind(cast, scene, week):
    """And names nobody where it may not."""
    report = made("engagement", scene.engagement, LATER, audience="executive")
    found = since(report)
    assert found.number != week[0].number
    assert "Lena" not in str(report.snapshot)
    assert texts(found.decided) == ["It was decided: Move mail before files"]


def test_a_reissue_looks_back_to_the_report_before_the_one_it_replaces(cast, scene, week):
    second = made("engagement", scene.engagement, LATER)
    again = operations.reissue(second, reason="Wrong", by=cast.specialist, at=LATER, key=uuid.uuid4())
    frozen = operations.freeze(operations.for_work(again.pk), at=LATER + timedelta(hours=1))
    assert snapshots.from_plain(frozen.snapshot).since.number == week[0].number


def test_a_status_report_tells_of_its_own_event(cast, scene):
    made("status", scene.running, FIRST)
    at = FIRST + timedelta(hours=5)
    with time_machine.travel(at, tick=False):
        for event, title in ((scene.running, "Calendar is empty"), (scene.done, "Of another event")):
            issues.report_issue(event, key=uuid.uuid4(), title=title, details="", by=cast.lead, at=at)
        old = trouble(scene.running, cast.lead)
        issues.resolve_issue(old, by=cast.specialist, at=at, resolution="Permissions were given back")
    found = since(made("status", scene.running, LATER))
    assert [text for text in texts(found.new) if "Calendar is empty" in text]
    assert "Of another event" not in str(found)
    assert [text for text in texts(found.done) if "Shared calendar is empty" in text]
