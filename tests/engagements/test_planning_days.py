"""Other days for a milestone or a phase: what moves along is shown first, and moved as it was shown."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements.models import Milestone, Phase, Responsibility
from engagements.operations.milestones import plan_milestone, shift_after
from engagements.operations.phase_days import plan_phase, shift_of
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import Conflict, Invalid, StaleVersion, TransitionRefused
from tests.engagements.engagement_scene import ON, opened
from tests.engagements.test_passing_a_gate import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(stage):
    return stage


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


def milestone(engagement, code):
    return Milestone.objects.select_related("engagement__centre").get(engagement=engagement, code=code)


def phase(engagement, code):
    return Phase.objects.select_related("engagement__centre").get(engagement=engagement, code=code)


def working(engagement, day, by):
    return engagement.centre.calendar(range(day.year - 1, day.year + 3)).add_working_days(day, by)


# --- Milestones ------------------------------------------------------------------------------------------------------
def test_those_that_come_after_move_along_by_as_many_working_days(cast, engagement):
    assessment = milestone(engagement, "assessment")
    later = {code: milestone(engagement, code).planned_on for code in ("remediation_review", "enable_activities")}
    beside = milestone(engagement, "security_discussion").planned_on
    day = working(engagement, assessment.planned_on, 3)
    foreseen = {moved.milestone.code: moved.after for moved in shift_after(assessment, day)}
    assert set(foreseen) == {"remediation_review", "enable_activities", "migration_velocity_workshop"}
    plan_milestone(assessment, version=assessment.version, planned_on=day, on=ON, by=cast.specialist, shifts_rest=True)
    for code, before in later.items():
        assert milestone(engagement, code).planned_on == foreseen[code] == working(engagement, before, 3)
    assert milestone(engagement, "security_discussion").planned_on == beside
    # The first plan stays: slippage is measured against it.
    assert milestone(engagement, "assessment").baseline_on != day
    event = Event.objects.get(kind="engagements.milestone_planned")
    assert len(event.data["moved"]) == 3


def test_what_is_completed_stays_and_a_form_of_before_is_stale(cast, engagement):
    kickoff, assessment = milestone(engagement, "kickoff"), milestone(engagement, "assessment")
    review = milestone(engagement, "remediation_review")
    Milestone.objects.filter(pk=assessment.pk).update(status="completed", completed_on=ON)
    plan_milestone(kickoff, version=1, planned_on=kickoff.planned_on + timedelta(7), on=ON, by=cast.specialist,
                   shifts_rest=True)  # fmt: skip
    assert milestone(engagement, "assessment").planned_on == assessment.planned_on
    with pytest.raises(StaleVersion):
        plan_milestone(review, version=1, planned_on=ON, on=ON, by=cast.manager)


def test_the_preview_of_a_milestone_saves_nothing(cast, engagement):
    assessment = milestone(engagement, "assessment")
    client = client_of(cast.specialist)
    day = timezone.localdate() + timedelta(days=30)
    sent = {"planned_on": day.isoformat(), "version": assessment.version, "shifts_rest": "on", "preview": "1"}
    page = client.post(assessment.get_absolute_url(), sent)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Nothing is saved yet." in text
    assert "Remediation review" in text
    assert milestone(engagement, "assessment").planned_on == assessment.planned_on
    text = client.post(assessment.get_absolute_url(), {**sent, "shifts_rest": ""}).content.decode()
    assert "No other day moves." in text
    del sent["preview"]
    assert client.post(assessment.get_absolute_url(), sent).status_code == 303
    assert milestone(engagement, "assessment").planned_on == day
    assert milestone(engagement, "remediation_review").planned_on > day


# --- Phases ----------------------------------------------------------------------------------------------------------
def test_later_phases_move_with_the_end_and_own_milestones_with_the_start(cast, engagement):
    assess, enable = phase(engagement, "assess"), phase(engagement, "enable")
    days = working(engagement, assess.planned_start_on, 1), working(engagement, assess.planned_end_on, 4)
    Responsibility.objects.filter(engagement=engagement, code="E-C1").update(due_from="start", due_offset=2)
    shift = shift_of(assess, *days)
    assert [moved.phase.code for moved in shift.phases] == ["remediate", "enable", "data_migration"]
    moved = {each.milestone.code: each for each in shift.milestones}
    assert moved["assessment"].after == working(engagement, moved["assessment"].before, 1)
    assert moved["enable_activities"].after == working(engagement, moved["enable_activities"].before, 4)
    assert "kickoff" not in moved
    assert shift.items >= 1
    sent = {"starts_on": days[0], "ends_on": days[1], "on": ON, "by": cast.specialist}
    plan_phase(assess, version=assess.version, shifts_rest=True, **sent)
    after = phase(engagement, "enable")
    assert after.planned_start_on == working(engagement, enable.planned_start_on, 4)
    assert milestone(engagement, "enable_activities").planned_on == moved["enable_activities"].after
    event = Event.objects.get(kind="engagements.phase_planned")
    assert event.data["starts_on"] == days[0].isoformat()
    with pytest.raises(StaleVersion):
        plan_phase(assess, version=1, **sent)


def test_the_days_alone_move_nothing_else(cast, engagement):
    assess, enable = phase(engagement, "assess"), phase(engagement, "enable")
    plan_phase(assess, version=assess.version, starts_on=ON, ends_on=ON, on=ON, by=cast.specialist)
    assert phase(engagement, "enable").planned_start_on == enable.planned_start_on


def test_a_phase_behind_us_or_without_days_is_not_planned(cast, engagement):
    days = {"version": 1, "starts_on": ON, "ends_on": ON, "on": ON, "by": cast.specialist}
    for status, reason in (("passed", ""), ("skipped", "No need")):
        Phase.objects.filter(engagement=engagement, code="assess").update(status=status, reason=reason)
        with pytest.raises(TransitionRefused):
            plan_phase(phase(engagement, "assess"), **days)
    with pytest.raises(Conflict, match="General stays open"):
        plan_phase(phase(engagement, "general"), **days)
    enable = phase(engagement, "enable")
    for wrong in ({"ends_on": ON - timedelta(days=1)}, {"starts_on": ON - timedelta(days=800)}):
        with pytest.raises(Invalid):
            plan_phase(enable, **{**days, **wrong})


def test_the_page_of_the_days(cast, engagement):
    enable = phase(engagement, "enable")
    url = reverse("engagements:plan_phase", kwargs={"public_id": enable.public_id})
    client, today = client_of(cast.specialist), timezone.localdate()
    sent = {
        "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=20)).isoformat(), "shifts_rest": "on",
        "version": enable.version,
    }  # fmt: skip
    text = client.post(url, {**sent, "preview": "1"}).content.decode()
    assert "Data migration" in text
    assert "Enable activities" in text
    assert phase(engagement, "enable").version == enable.version
    assert client.post(url, sent).status_code == 303
    assert phase(engagement, "enable").planned_start_on == today
    sent["version"] += 1
    for wrong in (
        {"ends_on": (today - timedelta(days=1)).isoformat()}, {"starts_on": "9999-12-31"}, {"starts_on": "0001-01-01"},
        {"ends_on": ""}, {"version": "9" * 30},
    ):  # fmt: skip
        for button in ({}, {"preview": "1"}):
            assert client.post(url, {**sent, **wrong, **button}).status_code == 422, wrong
    assert client.post(url, {**sent, "version": "1"}).status_code == 409
    assert client_of(cast.lead).get(url).status_code == 403
