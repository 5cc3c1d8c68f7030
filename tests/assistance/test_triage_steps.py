"""Sharing out, handing over, moving, asking back with reminders, and the numbers behind it."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from assistance import operations
from assistance.models import AssistanceRequest, TriageSettings
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership, deactivate
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.refusals import AccessRefused, Invalid, StaleVersion, TransitionRefused
from tests.assistance.conftest import in_state, submitted
from tests.conftest import person


@pytest.fixture
def colleague(cast):
    user = person("carla@fasttrack.example", "Carla Colleague")
    add_membership(user, role=Membership.Role.SPECIALIST, centre=cast.emea, by=None)
    return user


def work():
    while run_due():
        pass


def subjects_to(user):
    return [message.subject for message in mail.outbox if message.to == [user.email]]


def test_a_manager_gives_a_request_to_a_specialist(cast, sign_in):
    ask = submitted(cast.contoso, cast.lead)
    form = {"specialist": str(cast.specialist.public_id), "version": ask.version}
    assert sign_in(cast.manager).post(f"/requests/{ask.public_id}/assign/", form).status_code == 303
    ask.refresh_from_db()
    assert (ask.status, ask.reviewer) == ("in_review", cast.specialist)
    work()
    assert f"{ask.number} is yours to review" in subjects_to(cast.specialist)
    told = Event.objects.get(kind="assistance.assigned")
    assert told.sentence == f"{ask.number} was given to Sam Specialist"


def test_a_specialist_takes_for_themselves_and_gives_to_nobody_else(cast, colleague):
    ask = submitted(cast.contoso, cast.lead)
    with pytest.raises(AccessRefused, match="Only a manager"):
        operations.assign(ask, to=colleague, by=cast.specialist)
    operations.assign(ask, to=cast.specialist, by=cast.specialist)
    assert ask.reviewer == cast.specialist


def test_only_who_works_at_the_centre_gets_it(cast, colleague):
    ask = submitted(cast.contoso, cast.lead)
    deactivate(colleague, by=cast.admin)
    for stranger in (cast.apac_specialist, cast.lead, colleague):
        with pytest.raises(Invalid, match="Choose a specialist of FastTrack Center EMEA"):
            operations.assign(ask, to=stranger, by=cast.manager)
    ask.refresh_from_db()
    assert ask.status == "submitted"


def test_handing_over(cast, colleague, sign_in):
    ask = in_state("needs_information", cast, cast.lead)
    with pytest.raises(AccessRefused, match="Only its reviewer, or a manager"):
        operations.hand_over(ask, to=colleague, by=colleague)
    seen = ask.version
    operations.hand_over(ask, to=colleague, by=cast.specialist, version=seen)
    assert (ask.status, ask.reviewer) == ("needs_information", colleague)
    with pytest.raises(StaleVersion):
        operations.hand_over(ask, to=cast.specialist, by=cast.manager, version=seen)
    with pytest.raises(Invalid, match="reviews it already"):
        operations.hand_over(ask, to=colleague, by=cast.manager)
    with pytest.raises(TransitionRefused):
        operations.hand_over(in_state("declined", cast, cast.lead), to=colleague, by=cast.manager)
    work()
    assert f"{ask.number} was handed over to you" in subjects_to(colleague)
    operations.answer(ask, answer="Ours", by=cast.lead)
    work()
    assert any("has answered" in subject for subject in subjects_to(colleague)), "answers go to who reviews it now"


def test_moving_to_another_centre(cast, sign_in):
    ask = in_state("in_review", cast, cast.lead)
    client, address = sign_in(cast.specialist), f"/requests/{ask.public_id}/"
    assert client.post(f"{address}move/", {"centre": str(cast.apac.public_id), "reason": ""}).status_code == 422
    answer = client.post(f"{address}move/", {"centre": str(cast.apac.public_id), "reason": "They work by night"})
    assert answer["Location"] == "/requests/queue/"
    ask.refresh_from_db()
    assert (ask.status, ask.centre, ask.reviewer) == ("submitted", cast.apac, None)
    assert client.get(address).status_code == 404
    page = sign_in(cast.apac_specialist).get(address).content.decode()
    assert "They work by night" in page
    assert "They work by night" in sign_in(cast.lead).get(address).content.decode()
    work()
    assert f"{ask.number} has moved to FastTrack Center APAC" in subjects_to(cast.apac_specialist)


def test_a_decision_counts_its_reason(cast, sign_in):
    ask, client = submitted(cast.contoso, cast.lead), sign_in(cast.specialist)
    address = f"/requests/{ask.public_id}/decline/"
    assert client.post(address, {"text": "No plan", "code": "nonsense"}).status_code == 422
    assert client.post(address, {"text": "No plan", "code": "no_subscription"}).status_code == 303
    ask.refresh_from_db()
    assert ask.decision_code == "no_subscription"


# --- The conversation ------------------------------------------------------------------------------------------------
def test_the_page_shows_every_round_and_whose_turn_it_is(cast, sign_in):
    ask = in_state("in_review", cast, cast.lead)
    for question, answer in (("Who runs your DNS?", "Our provider."), ("Which one?", "Adatum.")):
        operations.ask_for_information(ask, question=question, by=cast.specialist)
        operations.answer(ask, answer=answer, by=cast.pm)
    operations.ask_for_information(ask, question="Since when?", by=cast.specialist)
    for user in (cast.lead, cast.specialist):
        page = sign_in(user).get(f"/requests/{ask.public_id}/").content.decode()
        talk = page[page.index('id="conversation"') :]
        places = [talk.index(words) for words in ("Who runs", "Our provider.", "Which one?", "Adatum.", "Since when?")]
        assert places == sorted(places)
        assert "The customer’s turn" in talk
        assert "Not answered yet." in talk


MONDAY = "2026-04-13T08:00:00Z"


def asked(cast):
    ask = in_state("in_review", cast, cast.lead)
    operations.ask_for_information(ask, question="Who runs your DNS?", by=cast.specialist)
    return ask


def test_the_asking_side_is_reminded_after_two_and_five_working_days(cast):
    with time_machine.travel(MONDAY, tick=False) as clock:
        ask = asked(cast)
        work()
        mail.outbox.clear()
        sent = []
        for hour in range(24 * 12):
            clock.shift(timedelta(hours=1))
            work()
            sent += [(hour, message.to[0]) for message in mail.outbox if "A friendly reminder" in message.subject]
            assert all("Who runs your DNS?" in message.body for message in mail.outbox)
            mail.outbox.clear()
    hours = {hour + 1 for hour, _to in sent}
    assert hours == {48, 7 * 24}, "Wednesday and, over the weekend, Monday"
    assert len(sent) == 2, "the lead is author as well"
    events = Event.objects.filter(kind="assistance.reminded")
    assert [(event.actor, event.data["turn"]) for event in events.order_by("pk")] == [(None, 1), (None, 2)]
    assert Event.objects.filter(thread=ask.public_id, kind="assistance.reminded").count() == 2


@pytest.mark.parametrize("step", ["answer", "withdraw", "decline"])
def test_nobody_is_reminded_of_what_is_answered_or_over(cast, step):
    with time_machine.travel(MONDAY, tick=False) as clock:
        ask = asked(cast)
        clock.shift(timedelta(days=1))
        words = {"answer": {"answer": "We do"}, "decline": {"reason": "Too late"}}.get(step, {})
        getattr(operations, step)(ask, by=cast.specialist if step == "decline" else cast.lead, **words)
        clock.shift(timedelta(days=20))
        work()
    assert not Event.objects.filter(kind="assistance.reminded").exists()


def test_a_new_question_has_its_own_clock(cast):
    """The reminders of the first question say nothing any more."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        ask = asked(cast)
        clock.shift(timedelta(days=1))
        operations.answer(ask, answer="We do", by=cast.lead)
        operations.ask_for_information(ask, question="Since when?", by=cast.specialist)
        clock.shift(timedelta(days=1, hours=2))  # two working days after the first question
        work()
        assert not Event.objects.filter(kind="assistance.reminded").exists()
        clock.shift(timedelta(days=1))
        work()
        assert Event.objects.get(kind="assistance.reminded").data["words"] == "Since when?"


# --- Settings --------------------------------------------------------------------------------------------------------
def test_an_admin_edits_the_numbers_and_two_admins_do_not_overwrite_each_other(cast, sign_in):
    client = sign_in(cast.admin)
    page = client.get("/requests/settings/").content.decode()
    assert 'value="40"' in page
    form = {
        "review_days": "3", "first_reminder_days": "1", "second_reminder_days": "4", "capacity": "25",
        "offer_reminder_days": "2", "offer_expiry_days": "10", "pause_days": "14", "version": "1",
    }  # fmt: skip
    assert client.post("/requests/settings/", form).status_code == 303
    assert Event.objects.get(kind="assistance.settings_changed").data["changed"]["capacity"] == [40, 25]
    answer = client.post("/requests/settings/", {**form, "capacity": "50"})
    assert answer.status_code == 409
    assert "now 25, yours 50" in answer.content.decode()
    assert TriageSettings.current().capacity == 25
    again = client.post("/requests/settings/", {**form, "capacity": "50", "version": "2"})
    assert again.status_code == 303
    wrong = client.post("/requests/settings/", {**form, "second_reminder_days": "1", "version": "3"})
    assert wrong.status_code == 422
    assert sign_in(cast.manager).get("/requests/settings/").status_code == 403
    with time_machine.travel(MONDAY, tick=False):
        asked(cast)
        due = sorted(job.due_at - timezone.now() for job in Job.objects.filter(kind="assistance.remind"))
    assert due == [timedelta(days=1), timedelta(days=4)]


def test_the_reviewer_of_the_matter_is_one(cast):
    ask = submitted(cast.contoso, cast.lead)
    same = AssistanceRequest.objects.get(pk=ask.pk)
    operations.review(ask, by=cast.specialist)
    with pytest.raises(TransitionRefused):
        operations.assign(same, to=cast.specialist, by=cast.manager)
