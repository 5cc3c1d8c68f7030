"""The specialist completes milestones and passes phases; both sides see what came out of it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from engagements.operations.engagement import move
from engagements.operations.milestones import move_milestone, plan_milestone
from engagements.operations.phases import move_phase
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs import engine
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid, StaleVersion, TransitionRefused
from tests.engagements.engagement_scene import AT, ON, item, opened, passed


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def milestone(engagement, code="kickoff"):
    return engagement.milestones.select_related("engagement").get(code=code)


def phase(engagement, code):
    return engagement.phases.select_related("engagement").get(code=code)


def address(obj, step=""):
    kind = obj._meta.model_name
    name = f"engagements:move_{kind}" if step else f"engagements:{kind}"
    if kind == "engagement":
        name = "engagements:move" if step else "engagements:detail"
    return reverse(name, kwargs={"public_id": obj.public_id} | ({"step": step} if step else {}))


def states(engagement):
    return {phase.code: phase.status for phase in engagement.phases.all()}


# --- Milestones -----------------------------------------------------------------------------------------------------
def test_the_specialist_completes_the_kickoff_and_the_customer_reads_its_outcome(cast, engagement, sign_in):
    client, kickoff = sign_in(cast.specialist), milestone(engagement)
    form = client.get(address(kickoff, "complete")).content.decode()
    assert f'value="{timezone.localdate(timezone=cast.specialist.zone()):%Y-%m-%d}"' in form
    day = timezone.localdate() - timedelta(days=1)
    sent = {"note": "Weekly checkpoints, Tuesdays", "completed_on": day.isoformat()}
    assert client.post(address(kickoff, "complete"), sent).status_code == 303
    kickoff.refresh_from_db()
    assert (kickoff.status, kickoff.completed_on, kickoff.note) == ("completed", day, "Weekly checkpoints, Tuesdays")
    event = Event.objects.get(kind="engagements.milestone_completed")
    assert (event.thread, event.sentence) == (engagement.public_id, "Milestone Kickoff was completed")
    told = Notification.objects.filter(event=event).values_list("user__email", flat=True)
    assert set(told) == {cast.lead.email, cast.pm.email}
    for tab in ("detail", "milestones", "activity"):
        page = reverse(f"engagements:{tab}", kwargs={"public_id": engagement.public_id})
        assert "Weekly checkpoints, Tuesdays" in sign_in(cast.lead).get(page).content.decode()


def test_the_mails_say_what_happened(cast, engagement):
    move_milestone(milestone(engagement), "complete", by=cast.specialist, on=ON, note="Weekly checkpoints & <Tuesdays>")
    move_responsibility(item(engagement, "I-C1"), "block", by=cast.lead, at=AT, reason="No rights")
    for _attempt in range(20):
        engine.run_due()
    subjects = {message.subject: message for message in mail.outbox}
    opening = subjects[f"The engagement of Contoso is open ({engagement.number})"]
    assert "Sam Specialist is the specialist" in opening.body
    assert "Weekly checkpoints & <Tuesdays>" in subjects[f"Kickoff is completed ({engagement.number})"].body
    assert "Lena Lead is stuck with" in subjects["Stuck: I-C1 of Contoso"].body
    assert engagement.get_absolute_url() in opening.body


@pytest.mark.parametrize(
    "wrong",
    [
        {"note": ""},
        {"note": "\x00"},
        {"note": "x" * 2001},
        {"completed_on": ""},
        {"completed_on": "9999-12-31"},
        {"completed_on": "0001-01-01"},
        {"completed_on": "tomorrow"},
    ],
)
def test_an_outcome_and_a_day_are_needed(cast, engagement, sign_in, wrong):
    sent = {"note": "All agreed", "completed_on": timezone.localdate().isoformat()} | wrong
    answer = sign_in(cast.specialist).post(address(milestone(engagement), "complete"), sent)
    assert answer.status_code == 422
    assert milestone(engagement).status == "planned"


def test_a_day_in_the_future_is_refused_below_the_form_too(cast, engagement):
    with pytest.raises(Invalid):
        move_milestone(
            milestone(engagement), "complete", by=cast.specialist, on=ON, note="x", completed_on=ON + timedelta(days=1)
        )


def test_only_the_optional_one_can_be_skipped_and_only_with_a_reason(cast, engagement, sign_in):
    client = sign_in(cast.specialist)
    kickoff, workshop = milestone(engagement), milestone(engagement, "migration_velocity_workshop")
    answer = client.post(address(kickoff, "skip"), {"reason": "No time"})
    assert answer.status_code == 403
    assert "belongs to every engagement" in answer.content.decode()
    assert client.post(address(workshop, "skip"), {"reason": ""}).status_code == 422
    assert client.post(address(workshop, "skip"), {"reason": "They know the tools"}).status_code == 303
    assert "They know the tools" in client.get(address(workshop)).content.decode()
    client.post(address(workshop, "reopen"))
    workshop.refresh_from_db()
    assert (workshop.status, workshop.reason) == ("in_progress", "")


def test_reopening_takes_the_completion_away_and_keeps_the_note(cast, engagement):
    kickoff = milestone(engagement)
    move_milestone(kickoff, "complete", by=cast.specialist, on=ON, note="All agreed")
    move_milestone(kickoff, "reopen", by=cast.specialist, on=ON)
    assert (kickoff.status, kickoff.completed_on, kickoff.note) == ("in_progress", None, "All agreed")


def test_another_planned_day(cast, engagement, sign_in):
    kickoff = milestone(engagement)
    day = timezone.localdate() + timedelta(days=30)
    client = sign_in(cast.manager)
    assert client.post(address(kickoff), {"planned_on": day.isoformat(), "version": 1}).status_code == 303
    kickoff.refresh_from_db()
    assert (kickoff.planned_on, kickoff.version) == (day, 2)
    event = Event.objects.get(kind="engagements.milestone_planned")
    assert event.data["before"] == "2026-03-09"
    late = client.post(address(kickoff), {"planned_on": timezone.localdate().isoformat(), "version": 1})
    assert late.status_code == 409
    assert sign_in(cast.lead).post(address(kickoff), {"planned_on": day.isoformat(), "version": 2}).status_code == 403
    for wrong in ({"planned_on": "9999-12-31"}, {"planned_on": "1066-10-14"}, {"version": "0"}, {"version": "x"}):
        sent = {"planned_on": day.isoformat(), "version": 2} | wrong
        assert client.post(address(kickoff), sent).status_code == 422


def test_the_loser_of_two_plans_learns_both_days(cast, engagement):
    first, second = milestone(engagement), milestone(engagement)
    plan_milestone(first, version=1, planned_on=ON + timedelta(days=1), on=ON, by=cast.specialist)
    with pytest.raises(StaleVersion) as refused:
        plan_milestone(second, version=1, planned_on=ON + timedelta(days=2), on=ON, by=cast.manager)
    assert refused.value.details["theirs"] == {"planned_on": ON + timedelta(days=1)}
    assert refused.value.details["yours"] == {"planned_on": ON + timedelta(days=2)}


def test_a_day_of_what_is_behind_us_is_not_planned(cast, engagement):
    kickoff = milestone(engagement)
    move_milestone(kickoff, "complete", by=cast.specialist, on=ON, note="All agreed")
    with pytest.raises(TransitionRefused):
        plan_milestone(kickoff, version=kickoff.version, planned_on=ON, on=ON, by=cast.specialist)


# --- Phases ---------------------------------------------------------------------------------------------------------
def test_phases_take_turns(cast, engagement, sign_in):
    with pytest.raises(Conflict, match="Initiate comes first"):
        move_phase(phase(engagement, "enable"), "start", by=cast.specialist, at=AT)
    answer = sign_in(cast.specialist).post(address(phase(engagement, "enable"), "start"))
    assert answer.status_code == 409
    assert "Initiate comes first" in answer.content.decode()
    # Data migration does not wait for its turn.
    move_phase(phase(engagement, "data_migration"), "start", by=cast.specialist, at=AT)


def test_general_stays_open(cast, engagement):
    for step in ("pass", "skip", "offer"):
        with pytest.raises(Conflict, match="General stays open"):
            move_phase(phase(engagement, "general"), step, by=cast.specialist, at=AT, reason="x")


def test_skipping_needs_a_reason_and_starts_the_next(cast, engagement):
    initiate = phase(engagement, "initiate")
    with pytest.raises(Invalid):
        move_phase(initiate, "skip", by=cast.specialist, at=AT)
    move_phase(initiate, "skip", by=cast.specialist, at=AT, reason="Done in an earlier engagement")
    assert states(engagement)["assess"] == "in_progress"


def test_a_phase_skipped_ahead_of_its_turn_starts_nothing(cast, engagement):
    move_phase(phase(engagement, "remediate"), "skip", by=cast.specialist, at=AT, reason="Nothing to remedy")
    assert (states(engagement)["assess"], states(engagement)["enable"]) == ("not_started", "not_started")
    passed(phase(engagement, "initiate"), cast, reason="Late")
    passed(phase(engagement, "assess"), cast, reason="Late")
    assert states(engagement)["enable"] == "in_progress"


def test_passing_again_does_not_restart_what_runs(cast, engagement):
    initiate = phase(engagement, "initiate")
    passed(initiate, cast)
    move_phase(initiate, "reopen", by=cast.specialist, at=AT)
    assert (initiate.status, initiate.passed_at) == ("in_progress", None)
    passed(initiate, cast)
    assert Event.objects.filter(kind="engagements.phase_passed").order_by("-pk").first().data["next"] == ""


def test_no_migration_phase_for_who_is_not_eligible(cast):
    engagement = opened(cast.fabrikam, cast.fabrikam_lead, cast.apac_specialist)
    with pytest.raises(TransitionRefused):
        move_phase(phase(engagement, "data_migration"), "start", by=cast.apac_specialist, at=AT)


# --- The engagement -------------------------------------------------------------------------------------------------
def test_on_hold_with_a_reason_that_everybody_reads(cast, engagement, sign_in):
    client = sign_in(cast.specialist)
    assert client.post(address(engagement, "hold"), {"reason": ""}).status_code == 422
    client.post(address(engagement, "hold"), {"reason": "Freeze until the audit is over"})
    text = sign_in(cast.lead).get(address(engagement)).content.decode()
    assert "Freeze until the audit is over" in text
    assert client.post(address(engagement, "hold"), {"reason": "Again"}).status_code == 409
    assert client.post(address(engagement, "resume")).status_code == 303


def test_an_engagement_is_never_hard_closed(cast, engagement):
    for step in ("complete", "rest", "resume"):
        move(engagement, step, by=cast.specialist, reason="The roll-out waits for the new offices")
    assert engagement.status == "active"


def test_completing_names_the_phases_that_are_not_passed(cast, engagement, sign_in):
    text = sign_in(cast.specialist).get(address(engagement, "complete")).content.decode()
    assert "These phases have not been passed" in text
    assert "Initiate: In progress" in text


def test_the_customer_cannot_steer(cast, engagement):
    with pytest.raises(AccessRefused, match="specialist or manager"):
        move(engagement, "cancel", by=cast.lead, reason="x")


def test_lists_of_people_who_see_nothing_say_why(cast, sign_in):
    text = sign_in(cast.litware_partner).get(reverse("engagements:list")).content.decode()
    assert "No engagements yet" in text


def test_a_specialists_list_begins_with_their_own(cast, engagement, sign_in):
    other = opened(cast.contoso, cast.lead, cast.manager, services=["windows"])
    client = sign_in(cast.specialist)
    text = client.get(reverse("engagements:list")).content.decode()
    assert engagement.number in text
    assert other.number not in text
    for query in ("?status=", f"?specialist={cast.manager.public_id}", f"?q={other.number}", "?q=windows"):
        assert other.number in client.get(reverse("engagements:list") + query).content.decode()
    for query in ("?specialist=x", "?q=%00", "?status=x", "?page=-1", "?page=99999999999999999999", "?sort=x"):
        assert client.get(reverse("engagements:list") + query).status_code == 200
    assert engagement.number in sign_in(cast.lead).get(reverse("engagements:list")).content.decode()
