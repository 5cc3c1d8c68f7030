"""Milestones in their order, their slippage, and the customer's word on what came out of them."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements import shifts
from engagements.models import Milestone
from engagements.operations.milestones import approve, ask_approval, move_milestone, reject
from engagements.operations.phases import announce_gate, override_gate
from engagements.timeline import calendar_of, milestone_row, slip_in_words, timeline_of
from engagements.wanted import words_wanted
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid
from tests.engagements.engagement_scene import AT, ON, at_its_gate, opened
from tests.engagements.test_passing_a_gate import client_of, everybody, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def cast(stage):
    return stage


@pytest.fixture(scope="module")
def engagement(stage):
    return opened(stage.contoso, stage.lead, stage.specialist)


@pytest.fixture
def kickoff(engagement):
    return of(engagement, "kickoff")


def of(engagement, code):
    return Milestone.objects.select_related("engagement").get(engagement=engagement, code=code)


def completed(milestone, cast, **more):
    move_milestone(milestone, "complete", by=cast.specialist, on=ON, note="Roles are agreed", at=AT, **more)
    return milestone


def address(milestone, step):
    return reverse("engagements:move_approval", kwargs={"public_id": milestone.public_id, "step": step})


# --- Order -----------------------------------------------------------------------------------------------------------
def test_what_it_builds_on_comes_first(cast, engagement, kickoff):
    assessment = of(engagement, "assessment")
    with pytest.raises(Conflict, match="Assessment builds on what is not reached yet: Kickoff"):
        completed(assessment, cast)
    url = reverse("engagements:move_milestone", kwargs={"public_id": assessment.public_id, "step": "complete"})
    sent = {"note": "List written", "completed_on": timezone.localdate().isoformat()}
    answer = client_of(cast.specialist).post(url, sent)
    assert answer.status_code == 409
    assert "Kickoff" in answer.content.decode()
    assert "which is not reached yet" in text_of(cast.specialist, assessment.get_absolute_url())
    completed(kickoff, cast)
    completed(assessment, cast)
    assert assessment.status == "completed"


def test_what_was_skipped_stands_in_nobodys_way(cast, engagement, kickoff):
    Milestone.objects.filter(pk=kickoff.pk).update(status="skipped", reason="Known already")
    completed(of(engagement, "assessment"), cast)


def test_followers_are_found_by_way_of_others():
    after = {"b": ["a"], "c": ["b"], "d": ["c", "x"], "x": [], "y": ["x"]}
    assert shifts.followers("a", after) == {"b", "c", "d"}
    assert shifts.followers("d", after) == set()
    # A circle, which nobody can draw, ends all the same.
    assert shifts.followers("p", {"p": ["q"], "q": ["p"]}) == {"q"}


# --- The customer's word ---------------------------------------------------------------------------------------------
def test_the_customer_is_asked_and_approves(cast, kickoff):
    completed(kickoff, cast, asks_approval=True)
    assert (kickoff.approval, kickoff.holder, kickoff.held_since) == ("asked", "customer", AT)
    assert [each["label"] for each in words_wanted(cast.lead)] == ["Approve what came out of “Kickoff”"]
    assert words_wanted(cast.specialist) == []
    page = text_of(cast.lead, kickoff.get_absolute_url())
    assert "Waiting for the customer" in page
    assert address(kickoff, "approve") in page
    lead = client_of(cast.lead)
    assert "Roles are agreed" in lead.get(address(kickoff, "approve")).content.decode()
    assert lead.post(address(kickoff, "approve"), {"score": "4", "comment": "Quick and clear"}).status_code == 303
    kickoff.refresh_from_db()
    assert (kickoff.approval, kickoff.approved_by, kickoff.score, kickoff.holder) == ("approved", cast.lead, 4, "")
    event = Event.objects.get(kind="engagements.milestone_approved")
    assert event.sentence == "Kickoff was approved by the customer"
    assert set(Notification.objects.filter(event=event).values_list("user__email", flat=True)) == {
        cast.specialist.email
    }
    for user in (cast.specialist, cast.partner):
        page = text_of(user, kickoff.get_absolute_url())
        assert "Quick and clear" in page
        assert "Satisfaction 4 of 5" in page
    assert words_wanted(cast.lead) == []


def test_a_rejection_opens_the_milestone_again_and_says_what_is_missing(cast, kickoff):
    completed(kickoff, cast, asks_approval=True)
    lead = client_of(cast.lead)
    assert lead.post(address(kickoff, "reject"), {"comment": ""}).status_code == 422
    assert lead.post(address(kickoff, "reject"), {"comment": "Nobody of the network team was there"}).status_code == 303
    kickoff.refresh_from_db()
    assert (kickoff.status, kickoff.approval, kickoff.completed_on) == ("in_progress", "rejected", None)
    assert kickoff.holder == ""
    assert "Nobody of the network team was there" in text_of(cast.specialist, kickoff.get_absolute_url())
    # Completed anew, it is put before the customer anew.
    completed(kickoff, cast, asks_approval=True)
    assert (kickoff.approval, kickoff.approval_comment, kickoff.approved_by) == ("asked", "", None)


def test_completing_without_asking_asks_nobody_until_the_specialist_does(cast, kickoff):
    completed(kickoff, cast)
    assert (kickoff.approval, kickoff.holder) == ("", "")
    assert client_of(cast.specialist).post(address(kickoff, "ask")).status_code == 303
    kickoff.refresh_from_db()
    assert (kickoff.approval, kickoff.holder) == ("asked", "customer")
    event = Event.objects.get(kind="engagements.approval_asked")
    told = set(Notification.objects.filter(event=event).values_list("user__email", flat=True))
    assert told == {cast.lead.email, cast.pm.email}


def test_reopening_takes_the_question_back(cast, kickoff):
    completed(kickoff, cast, asks_approval=True)
    move_milestone(kickoff, "reopen", by=cast.specialist, on=ON, at=AT)
    assert (kickoff.approval, kickoff.holder) == ("", "")
    with pytest.raises(Conflict, match="complete it first"):
        ask_approval(kickoff, by=cast.specialist, at=AT)


def test_the_mails_say_what_is_wanted_and_why(cast, engagement, kickoff):
    completed(kickoff, cast, asks_approval=True)
    reject(kickoff, by=cast.lead, at=AT, comment="The network team was missing")
    completed(kickoff, cast)
    ask_approval(kickoff, by=cast.specialist, at=AT)
    approve(kickoff, by=cast.pm, at=AT, comment="Fine now", score=4)
    initiate = engagement.phases.get(code="initiate")
    gate = at_its_gate(initiate, cast)
    announce_gate(gate, cause="the last item")
    override_gate(gate, by=cast.admin, at=AT, reason="The auditor needs it")
    while run_due(lanes=(Job.Lane.LIGHT,)):
        pass
    letters: dict[str, str] = {}
    for message in mail.outbox:
        letters[message.subject] = letters.get(message.subject, "") + message.body
    number = engagement.number
    for subject, words in (
        (f"Kickoff is completed ({number})", "FastTrack asks for your approval"),
        ("Not approved: Kickoff of Contoso", "The network team was missing"),
        (f"Please approve: Kickoff ({number})", "Roles are agreed"),
        ("Approved: Kickoff of Contoso", "Satisfaction: 4 of 5."),
        ("The gate of Initiate is open: Contoso", "Everything in it is done."),
        ("The gate of Initiate waits for you: Contoso", initiate.get_absolute_url()),
        ("Initiate was passed by an administrator: Contoso", "The auditor needs it"),
    ):
        assert words in letters[subject], subject


WHO = {"lead", "pm", "technical_lead", "viewer", "specialist", "manager", "admin", "partner", "fabrikam_lead",
       "apac_specialist", "litware_partner"}  # fmt: skip
STRANGERS = {"fabrikam_lead", "apac_specialist", "litware_partner"}
MAY = {
    "ask": {"specialist", "manager", "admin"},
    "approve": {"lead", "pm"},
    "reject": {"lead", "pm"},
}


def test_every_answer_in_every_state_by_everybody(cast, engagement, kickoff):
    """Made from the table of approvals, so that a new step is in it."""
    wrong = []
    clients = {name: client_of(user) for name, user in everybody(cast, engagement).items() if name in WHO}
    for state in ["", *Milestone.Approval.values]:
        for step in Milestone.APPROVALS.steps.values():
            for name, client in clients.items():
                if state != "asked" and name not in ("lead", "specialist", "partner", "fabrikam_lead"):
                    continue  # who may is the same in every state; one of each kind shows it
                Milestone.objects.filter(pk=kickoff.pk).update(
                    status="completed", completed_on=ON, note="Agreed", approval=state, approved_by=cast.lead,
                    approval_comment="Before", score=None,
                )  # fmt: skip
                expected = (
                    404 if name in STRANGERS else 403 if name not in MAY[step.name]
                    else 204 if state in step.sources else 409
                )  # fmt: skip
                events = Event.objects.count()
                answer = client.post(
                    address(kickoff, step.name), {"comment": "Because", "score": ""}, headers={"HX-Request": "true"}
                )
                kickoff.refresh_from_db()
                moved = kickoff.approval == (step.target if expected == 204 else state)
                if answer.status_code != expected or not moved or (Event.objects.count() > events) != (expected == 204):
                    wrong.append((state, step.name, name, answer.status_code, expected, kickoff.approval))
    assert wrong == []


def test_a_partner_reads_that_it_does_not_answer_for_the_customer(cast, kickoff):
    completed(kickoff, cast, asks_approval=True)
    answer = client_of(cast.partner).post(address(kickoff, "approve"), {})
    assert answer.status_code == 403
    assert "A partner never signs for the customer" in answer.content.decode()
    assert "A partner never signs for the customer" in text_of(cast.partner, kickoff.get_absolute_url())
    for operation in (approve, lambda *a, **k: reject(*a, comment="x", **k)):
        with pytest.raises(AccessRefused):
            operation(kickoff, by=cast.partner, at=AT)


@pytest.mark.parametrize("wrong", [{"score": "6"}, {"score": "0"}, {"score": "x"}, {"comment": "x" * 2001}])
def test_a_score_is_one_to_five(cast, kickoff, wrong):
    completed(kickoff, cast, asks_approval=True)
    assert client_of(cast.lead).post(address(kickoff, "approve"), wrong).status_code == 422
    with pytest.raises(Invalid):
        approve(kickoff, by=cast.lead, at=AT, score=6)


def test_an_unknown_answer_is_no_page(cast, kickoff):
    assert Client().get(address(kickoff, "approve")).status_code == 302
    assert client_of(cast.lead).get(address(kickoff, "forget")).status_code == 404


# --- Slippage --------------------------------------------------------------------------------------------------------
def test_slippage_counts_working_days_of_the_centre(cast, engagement, kickoff):
    calendar = calendar_of(engagement, [kickoff], ON)
    first = kickoff.baseline_on  # Monday 9 March 2026

    def slip(on, **changes):
        for name, value in changes.items():
            setattr(kickoff, name, value)
        return milestone_row(kickoff, calendar, on).slip

    assert slip(first) == 0
    assert slip(first + timedelta(days=7)) == 5  # overdue: at least today
    assert milestone_row(kickoff, calendar, first + timedelta(days=7)).is_overdue
    assert slip(first, planned_on=first + timedelta(days=5)) == 4  # a Saturday is no working day
    assert slip(first, planned_on=date(2026, 4, 7)) == 19  # Good Friday and Easter Monday are not counted
    assert slip(first, status="completed", completed_on=first - timedelta(days=3)) == -1
    assert slip(first, status="skipped") is None
    assert [slip_in_words(days) for days in (None, 0, 1, 3, -2)] == [
        "", "as planned", "1 working day late", "3 working days late", "2 working days early",
    ]  # fmt: skip


def test_checkpoints_that_have_begun_go_on_and_are_not_late(cast, engagement):
    rhythm = engagement.milestones.get(code="checkpoints")
    after = rhythm.planned_on + timedelta(days=7)
    calendar = calendar_of(engagement, [rhythm], after)
    late = milestone_row(rhythm, calendar, after)
    assert (late.is_overdue, late.slip) == (True, 4)  # 1 May is free
    rhythm.status = "in_progress"
    row = milestone_row(rhythm, calendar, after)
    assert (row.is_overdue, row.slip) == (False, None)
    assert ", goes on." in timeline_of([], [rhythm], after, [row])


def test_the_page_shows_first_plan_slippage_and_approval(cast, engagement, kickoff):
    Milestone.objects.filter(pk=kickoff.pk).update(
        status="completed", planned_on=kickoff.baseline_on + timedelta(days=2), score=5,
        completed_on=kickoff.baseline_on + timedelta(days=3), approval="approved", approved_by=cast.lead,
    )  # fmt: skip
    page = text_of(cast.lead, reverse("engagements:milestones", kwargs={"public_id": engagement.public_id}))
    assert "3 working days late" in page
    assert "Satisfaction 5 of 5" in page
    assert "first planned 9 Mar 2026" in page
    assert "Against its plan" in page
