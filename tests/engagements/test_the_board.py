"""The board: what needs a person now, ranked, in words; a silent customer is going cold and can be asked for news."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements import board
from engagements.models import Agreement, Engagement, Milestone
from engagements.operations import nudges, standing
from engagements.operations.engagement import move
from engagements.operations.milestones import plan_milestone
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.activity.models import Event
from fasttrack_portal.home import own
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import AccessRefused, Conflict
from tests.engagements.engagement_scene import AT, item, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(cast):
    return opened(cast.contoso, cast.lead, cast.specialist)


def fresh(thing):
    return type(thing)._base_manager.get(pk=thing.pk)


def lines(user, at, today=None):
    return board.top(fresh(user), 50, at=at, today=today or at.date())


def words(row):
    return [cause.text for cause in row.causes]


# --- Why it stands there ---------------------------------------------------------------------------------------------
def test_a_row_says_in_words_what_is_the_matter(cast, engagement):
    move_responsibility(item(engagement, "I-C1"), "block", by=cast.specialist, at=AT, reason="No rights")
    (row,) = lines(cast.specialist, datetime(2026, 3, 24, 12, tzinfo=UTC))
    assert row.causes[0].text == "Contoso has been silent for 16 working days"
    assert "1 item is stuck" in words(row)
    assert "Kickoff: 11 working days late" in words(row)
    assert "Your part of Initiate has waited 16 working days" in words(row)
    assert (row.action, row.url) == ("Ask for news", reverse("engagements:nudge", args=[engagement.public_id]))


def test_the_board_and_the_list_of_one_centre(cast, engagement, sign_in):
    other = opened(cast.fabrikam, cast.fabrikam_lead, cast.apac_specialist)
    client = sign_in(cast.admin)
    for name in ("board", "list"):
        url = reverse(f"engagements:{name}")
        text = client.get(url, {"centre": "apac", "specialist": ""}).content.decode()
        assert (other.number in text, engagement.number in text) == (True, False)
        assert 'value="centre=apac"' in text, "a saved view keeps it"
        assert client.get(url, {"centre": "nowhere"}).status_code == 200
        assert 'name="centre"' not in sign_in(cast.lead).get(reverse("engagements:list")).content.decode()


def test_somebody_elses_row_speaks_of_fasttrack(cast, engagement):
    (row,) = lines(cast.manager, AT + timedelta(days=2))
    assert "FastTrack’s part of Initiate has waited 2 working days" in words(row)


def test_holidays_of_each_side_count_for_neither(cast, engagement):
    """Good Friday and Easter Monday lie between the first and the eighth of April."""
    cold = fresh(engagement).cold_at
    assert cold == datetime(2026, 3, 15, 23, tzinfo=UTC)
    Engagement.objects.filter(pk=engagement.pk).update(silent_since=datetime(2026, 4, 1, 9, tzinfo=UTC))
    (row,) = lines(cast.specialist, datetime(2026, 4, 8, 9, tzinfo=UTC))
    assert "Contoso has been silent for 3 working days" in words(row)


def test_a_milestone_put_off_is_told_with_both_days(cast, engagement):
    kickoff = engagement.milestones.get(code="kickoff")
    plan_milestone(
        kickoff, planned_on=date(2026, 3, 20), version=kickoff.version, on=date(2026, 3, 3), by=cast.specialist
    )
    (row,) = lines(cast.specialist, AT + timedelta(days=1))
    assert "Kickoff was put off from 9 Mar to 20 Mar" in words(row)


def test_a_gate_waits_for_a_signature_or_has_gaps(cast, engagement):
    phase = engagement.phases.get(code="initiate")
    gate = Agreement.objects.create(engagement=engagement, kind="gate", phase=phase, opened_by=cast.specialist)
    standing.recount(engagement.pk)
    (row,) = lines(cast.specialist, AT)
    assert "The gate of Initiate was offered, but 7 items are not done" in words(row)
    engagement.responsibilities.filter(phase="initiate").update(status="done")
    standing.recount(engagement.pk)
    (row,) = lines(cast.specialist, AT)
    assert "The gate of Initiate waits for FastTrack’s signature" in words(row)
    gate.signatures.create(side="fasttrack", by=cast.specialist, name="Sam", role="Specialist", at=AT)
    standing.recount(engagement.pk)
    (row,) = lines(cast.specialist, AT)
    assert "The gate of Initiate waits for the customer’s signature" in words(row)
    [asked] = own.facts(fresh(cast.lead), "customer", at=AT)["to_sign"]
    assert asked["label"] == "Sign the gate of Initiate"
    assert own.facts(fresh(cast.partner), "partner", at=AT)["to_sign"] == []


def test_nothing_presses_while_it_is_on_hold_and_nothing_is_shown_at_rest(cast, engagement):
    at = AT + timedelta(days=60)
    move(engagement, "hold", by=cast.specialist, reason="Budget", at=AT)
    (row,) = lines(cast.specialist, at)
    assert row.causes == []
    move(engagement, "resume", by=cast.specialist, at=at)
    (row,) = lines(cast.specialist, at)
    assert "cold" not in [cause.code for cause in row.causes], "silence begins anew with the resumption"
    move(engagement, "rest", by=cast.specialist, reason="They move offices", at=at)
    assert lines(cast.specialist, at) == []


# --- The order, and who sees whose -----------------------------------------------------------------------------------
def test_what_needs_a_person_most_comes_first(cast, engagement):
    stuck = opened(cast.contoso, cast.lead, cast.specialist)
    Engagement.objects.update(cold_at=AT + timedelta(days=90))
    move_responsibility(item(stuck, "I-C1"), "block", by=cast.specialist, at=AT, reason="No rights")
    assert [row.engagement for row in lines(cast.specialist, AT)] == [stuck, engagement]
    Engagement.objects.filter(pk=engagement.pk).update(cold_at=AT)
    assert [row.engagement for row in lines(cast.specialist, AT)] == [engagement, stuck]


def test_a_manager_sees_the_centres_people_and_a_specialist_begins_with_their_own(cast, engagement, sign_in):
    other = opened(cast.contoso, cast.lead, cast.manager)
    assert {row.engagement for row in lines(cast.manager, AT)} == {engagement, other}
    assert [row.engagement for row in lines(cast.specialist, AT)] == [engagement]
    assert lines(cast.apac_specialist, AT) == []
    text = sign_in(cast.manager).get(reverse("engagements:board"), {"specialist": cast.specialist.public_id}).content
    assert engagement.number in text.decode()
    assert other.number not in text.decode()
    text = sign_in(cast.specialist).get(reverse("engagements:board") + "?specialist=").content.decode()
    assert engagement.number in text
    assert other.number in text


@pytest.mark.parametrize(
    "query", ["?signal=x", "?signal=stuck&q=%00", "?specialist=x", "?page=-1", "?page=99999999999999999999"]
)
def test_the_filters_stand_in_the_address_and_take_anything(cast, engagement, sign_in, query):
    client = sign_in(cast.specialist)
    assert client.get(reverse("engagements:board") + query).status_code == 200


def test_a_reason_narrows_the_board(cast, engagement, sign_in):
    client, url = sign_in(cast.specialist), reverse("engagements:board")
    assert engagement.number in client.get(url, {"signal": "cold"}).content.decode()
    text = client.get(url, {"signal": "stuck"}).content.decode()
    assert engagement.number not in text
    assert "No engagement fits this filter" in text


def test_a_view_of_the_board_is_kept_under_a_name(cast, engagement, sign_in):
    client, url = sign_in(cast.specialist), reverse("engagements:board")
    assert "Save this view" in client.get(url, {"signal": "cold"}).content.decode()
    form = {"name": "Going cold", "query": "signal=cold", "back": url, "key": str(uuid.uuid4())}
    assert client.post("/saved-views/", form).status_code == 303
    text = client.get(url).content.decode()
    assert f'href="{url}?signal=cold"' in text
    assert "Going cold" in text


def test_a_customer_has_no_board(cast, sign_in):
    answer = sign_in(cast.lead).get(reverse("engagements:board"))
    assert answer.status_code == 403
    assert "for the people of a FastTrack Center" in answer.content.decode()


def test_the_board_asks_the_database_eight_times(cast, engagement, sign_in):
    client, url = sign_in(cast.specialist), reverse("engagements:board")
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    # One of them goes with the next version of the frame, which reads memberships once.
    assert len(queries) <= 9, "\n".join(query["sql"][:120] for query in queries)


# --- Counted when something moves ------------------------------------------------------------------------------------
def test_the_standing_follows_every_move(cast, engagement):
    stands = fresh(engagement)
    assert (stands.phase_code, stands.next_milestone, stands.next_on) == ("initiate", "Kickoff", date(2026, 3, 9))
    assert (stands.with_fasttrack, stands.with_customer, stands.stuck) == (3, 4, 0)
    move_responsibility(item(engagement, "I-C1"), "finish", by=cast.lead, at=AT)
    assert fresh(engagement).with_customer == 3


def test_counting_all_gives_what_counting_each_gave(cast, engagement):
    names = ["phase_code", "next_on", "with_fasttrack", "with_customer", "stuck", "fasttrack_since", "signing"]
    before = Engagement.objects.values_list(*names).get()
    Engagement.objects.update(with_fasttrack=0, stuck=9, phase_code="")
    call_command("rebuild_boards")
    assert Engagement.objects.values_list(*names).get() == before


# --- Silence ---------------------------------------------------------------------------------------------------------
def test_an_act_of_the_customers_side_ends_the_silence(cast, engagement):
    assert fresh(engagement).customer_acted_at is None
    move_responsibility(item(engagement, "I-F1"), "begin", by=cast.specialist, at=AT)
    assert fresh(engagement).customer_acted_at is None
    move_responsibility(item(engagement, "I-C1"), "begin", by=cast.lead, at=AT)
    acted = fresh(engagement)
    assert acted.customer_acted_at == Event.objects.latest("pk").at == acted.silent_since
    assert acted.cold_at > acted.silent_since


def test_a_day_more_or_less_moves_every_customer(cast, engagement, sign_in):
    before = fresh(engagement).cold_at
    client, url = sign_in(cast.admin), reverse("engagements:board_settings")
    form = {"cold_days": "11", "nudge_days": "5", "version": "1"}
    assert client.post(url, form).status_code == 303
    assert fresh(engagement).cold_at == before + timedelta(days=1)
    assert client.post(url, form).status_code == 409
    assert client.post(url, {**form, "cold_days": "0", "version": "2"}).status_code == 422
    assert sign_in(cast.manager).get(url).status_code == 403


# --- Asking for news -------------------------------------------------------------------------------------------------
def test_the_customer_is_asked_in_the_persons_own_words_once(cast, engagement, sign_in):
    client, url = sign_in(cast.specialist), reverse("engagements:nudge", args=[engagement.public_id])
    page = client.get(url).content.decode()
    assert "It reaches 2 people, by notice and mail:" in page
    assert "Hello Lena, Pavel," in page
    assert "with you for" in page
    before = Event.objects.count()
    assert client.post(url, {"text": ""}).status_code == 422
    assert client.post(url, {"text": "How is the network team doing?"}).status_code == 303
    again = client.post(url, {"text": "How is the network team doing?"})
    assert again.status_code == 409
    assert "was reminded on" in again.content.decode()
    assert Event.objects.count() == before + 1
    event = Event.objects.latest("pk")
    assert (event.kind, event.body, event.actor) == (
        "engagements.nudged",
        "How is the network team doing?",
        cast.specialist,
    )
    assert set(Notification.objects.filter(event=event).values_list("user", flat=True)) == {cast.lead.pk, cast.pm.pk}
    mail.outbox.clear()
    while run_due():
        pass
    letters = {message.to[0]: message for message in mail.outbox if "How is it going" in message.subject}
    assert set(letters) == {cast.lead.email, cast.pm.email}
    assert "How is the network team doing?" in letters[cast.lead.email].body
    home = sign_in(cast.lead).get("/").content.decode()
    assert "Sam Specialist would like to hear from you" in home
    assert "How is the network team doing?" in home
    move_responsibility(item(engagement, "I-C1"), "begin", by=cast.lead, at=timezone.now())
    assert "would like to hear from you" not in sign_in(cast.lead).get("/").content.decode()


def test_a_second_reminder_waits_its_days(cast, engagement):
    nudges.nudge(engagement, text="Hello?", by=cast.specialist, at=AT)
    with pytest.raises(Conflict, match="The next reminder can go out on 7 March"):
        nudges.nudge(fresh(engagement), text="Hello?", by=cast.manager, at=AT + timedelta(days=4))
    nudges.nudge(fresh(engagement), text="Hello?", by=cast.manager, at=AT + timedelta(days=5))


@pytest.mark.parametrize("step", ["hold", "rest", "complete", "cancel"])
def test_nobody_is_asked_while_it_does_not_run(cast, engagement, step):
    move(engagement, step, by=cast.specialist, reason="Budget", at=AT)
    with pytest.raises(AccessRefused, match="Nothing is expected"):
        nudges.nudge(engagement, text="Hello?", by=cast.specialist, at=AT)


def test_a_customer_without_a_lead_cannot_be_asked(cast, sign_in):
    cast.contoso.people().update(is_active=False)
    engagement = opened(cast.contoso, cast.lead, cast.specialist)
    with pytest.raises(Conflict, match="no tenant lead"):
        nudges.nudge(engagement, text="Hello?", by=cast.specialist, at=AT)
    text = sign_in(cast.specialist).get(reverse("engagements:nudge", args=[engagement.public_id])).content.decode()
    assert "Nobody to write to" in text


# --- Home ------------------------------------------------------------------------------------------------------------
def test_a_customers_home_says_what_is_next_and_what_fasttrack_owes(cast, engagement, sign_in):
    move_responsibility(item(engagement, "I-C1"), "block", by=cast.lead, at=AT, reason="No rights")
    found = own.facts(fresh(cast.lead), "customer", at=AT + timedelta(days=2))
    assert found["first"]["item"].code == "I-C2", "what is stuck lies with FastTrack"
    assert found["first"]["court"] == "with you for 2 working days"
    assert [task["item"].code for task in found["owed"]][:1] == ["I-F1"]
    assert "I-C1" in [task["item"].code for task in found["owed"]]
    assert [each.label for each in found["ahead"]] == ["Kickoff", "Gate of Initiate"]
    text = sign_in(cast.lead).get("/").content.decode()
    assert "Your next step" in text
    assert "What FastTrack owes you" in text


def test_an_outcome_waits_for_the_lead_and_not_for_a_technical_lead(cast, engagement):
    milestone = engagement.milestones.get(code="kickoff")
    Milestone.objects.filter(pk=milestone.pk).update(approval="asked", holder="customer", held_since=AT)
    [asked] = own.facts(fresh(cast.lead), "customer", at=AT)["to_sign"]
    assert (asked["label"], asked["href"]) == ("Approve what came out of “Kickoff”", milestone.get_absolute_url())
    cast.lead.memberships.update(role="technical_lead")
    assert own.facts(fresh(cast.lead), "customer", at=AT)["to_sign"] == []
