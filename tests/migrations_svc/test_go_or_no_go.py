"""Between the day and the start: the freeze, moving the day, changes after the freeze, and both sides' go."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.refusals import Conflict, Invalid
from migrations_svc import operations, planning
from migrations_svc.models import ChangeRequest, GoDecision, PlanningRules
from tests.migrations_svc.migration_scene import NOW, both_go, event_in

# Midnight in Berlin after Wednesday 1 April, ten working days before Friday 17 April.
FREEZES = datetime(2026, 4, 1, 22, 0, tzinfo=UTC)
DAY = {"day": "2026-04-20", "wall": "08:00"}
CHANGE = {"kind": "list", "what": "Add the new colleague", "why": "She starts on Monday"}


def at(name, thing):
    return reverse(f"migrations_svc:{name}", kwargs={"public_id": thing.public_id})


def text(answer):
    return answer.content.decode()


def asked(event, cast, **fields):
    form = {"key": uuid.uuid4(), **CHANGE, **fields}
    return operations.ask_change(event, by=cast.lead, at=NOW, **form)


# --- The freeze ---------------------------------------------------------------------------------------------------
def test_the_list_freezes_by_itself_when_its_last_day_is_over(bring):
    event = bring("scheduled")
    job = Job.objects.get(kind="migrations.freeze_list")
    assert (event.freezes_at, job.due_at) == (FREEZES, FREEZES)
    Job.objects.exclude(pk=job.pk).delete()
    engine.run_due(at=FREEZES - timedelta(seconds=1))
    event.refresh_from_db()
    assert event.status == "scheduled"
    engine.run_due(at=FREEZES)
    event.refresh_from_db()
    assert event.status == "locked"
    assert Event.objects.get(kind="migrations.locked").actor is None
    assert not operations.freeze(event, due=FREEZES.isoformat())


def test_a_timer_of_a_day_that_was_moved_freezes_nothing(cast, bring):
    event = bring("scheduled")
    operations.reschedule(event, day=date(2026, 5, 18), wall=time(8), at=NOW, by=cast.lead)
    assert not operations.freeze(event, due=FREEZES.isoformat())
    assert event.status == "scheduled"
    assert Job.objects.filter(kind="migrations.freeze_list").count() == 2


# --- Moving the day -----------------------------------------------------------------------------------------------
def test_moving_the_day_shows_every_shift_first(cast, sign_in, bring):
    event, client = bring("scheduled"), sign_in(cast.lead)
    before = event.scheduled_for
    with time_machine.travel(NOW, tick=False):
        page = client.post(at("reschedule", event), {**DAY, "preview": "1"})
        assert page.status_code == 200
        event.refresh_from_db()
        assert event.scheduled_for == before
        for day in ("2026-04-01", "2026-04-02", "2026-04-17", "2026-04-20"):
            assert f'datetime="{day}"' in text(page)
        assert "3 days" in text(page)
        assert client.post(at("reschedule", event), DAY).status_code == 303
    event.refresh_from_db()
    assert event.deadlines["list_freeze"] == "2026-04-02"
    assert event.scheduled_for == datetime(2026, 4, 20, 6, 0, tzinfo=UTC)
    assert Event.objects.get(kind="migrations.rescheduled").data["before"] == before.isoformat()
    assert Notification.objects.filter(event__kind="migrations.rescheduled", user=cast.specialist).exists()


def test_the_rules_are_the_admins_and_a_day_keeps_the_deadlines_it_has(cast, sign_in, bring, event):
    bring("scheduled")
    form = {"list_freeze_days": 4, "access_check_days": 3, "go_no_go_days": 1, "events_per_day": 5, "version": 1}
    client = sign_in(cast.admin)
    assert client.post(reverse("migrations_svc:rules"), form).status_code == 303
    assert planning.due_days_of(event, at=NOW)[0].due_on == date(2026, 4, 1)
    # Thursday 12 March is the first of four working days, Tuesday 17 March the last.
    assert planning.earliest_day(event.engagement.centre, at=NOW) == date(2026, 3, 18)
    told = Event.objects.get(kind="migrations.rules_changed")
    assert (told.data["before"]["list_freeze_days"], told.data["list_freeze_days"]) == (10, 4)
    stale = client.post(reverse("migrations_svc:rules"), form | {"list_freeze_days": 6})
    assert (stale.status_code, "Somebody else saved this" in text(stale)) == (409, True)


@pytest.mark.parametrize("wrong", [{"go_no_go_days": 11}, {"list_freeze_days": 251}, {"events_per_day": 0}])
def test_rules_that_cannot_be(cast, sign_in, wrong):
    form = {"list_freeze_days": 10, "access_check_days": 7, "go_no_go_days": 2, "events_per_day": 5, "version": 1}
    assert sign_in(cast.admin).post(reverse("migrations_svc:rules"), form | wrong).status_code == 422
    assert PlanningRules.current().list_freeze_days == 10


# --- Room at the centre -------------------------------------------------------------------------------------------
def test_a_full_day_names_the_next_one_with_room(cast, sign_in, engagement, bring):
    first = bring("scheduled")
    centre = first.engagement.centre
    answer = sign_in(cast.manager).post(at("set_capacity", centre), {"events_per_day": 1, "version": 1})
    assert answer.status_code == 303
    second = event_in(engagement, cast.lead, "eve@old.example,eve@new.example,,,\n")
    operations.validate(second, by=cast.lead)
    with pytest.raises(Invalid, match=r"that day is full\. The next with room is Saturday 18 April"):
        operations.schedule(second, day=date(2026, 4, 17), wall=time(20), at=NOW, by=cast.lead)
    assert second.status == "validated"
    # Its own place is not in its way, and a place that is given up is free.
    operations.reschedule(first, day=date(2026, 4, 17), wall=time(9), at=NOW, by=cast.lead)
    operations.cancel(first, reason="Later", by=cast.lead)
    operations.schedule(second, day=date(2026, 4, 17), wall=time(20), at=NOW, by=cast.lead)
    assert second.status == "scheduled"


def test_only_the_centres_manager_sets_its_capacity(cast, sign_in, bring):
    centre = bring("draft").engagement.centre
    for who, status in (("specialist", 403), ("lead", 403), ("fabrikam_lead", 404), ("admin", 303)):
        answer = sign_in(getattr(cast, who)).post(at("set_capacity", centre), {"events_per_day": 2, "version": 1})
        assert answer.status_code == status, who


# --- Both sides decide --------------------------------------------------------------------------------------------
def test_one_go_is_none_and_the_second_is_the_go_of_the_event(cast, sign_in, bring):
    event = bring("locked")
    operations.approve(event, by=cast.specialist, at=NOW)
    assert event.status == "locked"
    page = text(sign_in(cast.lead).get(event.get_absolute_url()))
    assert "FastTrack has said go" in page
    with pytest.raises(Conflict, match="already"):
        operations.approve(event, by=cast.manager, at=NOW)
    operations.approve(event, by=cast.pm, at=NOW)
    assert event.status == "go"
    assert Event.objects.get(kind="migrations.approved").data["names"] == f"{cast.specialist.name}, {cast.pm.name}"
    page = text(sign_in(cast.specialist).get(event.get_absolute_url()))
    assert cast.pm.name in page


@pytest.mark.parametrize(("outcome", "status"), [("scheduled", "scheduled"), ("cancelled", "cancelled")])
def test_a_no_go_has_a_reason_and_an_outcome(cast, sign_in, bring, outcome, status):
    event, client = bring("go"), sign_in(cast.lead)
    assert client.post(at("decline", event), {"reason": " ", "outcome": outcome}).status_code == 422
    assert client.post(at("decline", event), {"reason": "The merger", "outcome": "draft"}).status_code == 422
    assert client.post(at("decline", event), {"reason": "The merger", "outcome": outcome}).status_code == 303
    event.refresh_from_db()
    assert event.status == status
    assert "The merger" in text(sign_in(cast.specialist).get(event.get_absolute_url()))
    assert not GoDecision.objects.filter(event=event, is_current=True).exists()
    assert Notification.objects.filter(event__kind="migrations.declined", user=cast.specialist).exists()


def test_after_a_no_go_another_day_is_decided_anew(cast, bring):
    event = bring("go")
    operations.decline(event, reason="No access", outcome="scheduled", by=cast.specialist, at=NOW)
    operations.reschedule(event, day=date(2026, 5, 18), wall=time(8), at=NOW, by=cast.lead)
    operations.lock(event, by=cast.specialist)
    both_go(event, cast.lead, cast.specialist)
    assert event.status == "go"
    assert event.decisions.filter(word="go").count() == 4


# --- Changes after the freeze -------------------------------------------------------------------------------------
def test_a_change_is_asked_for_once_the_list_is_frozen(cast, sign_in, bring):
    event, client = bring("scheduled"), sign_in(cast.lead)
    assert client.post(at("ask_change", event), {"key": uuid.uuid4(), **CHANGE}).status_code == 409
    operations.lock(event, by=cast.specialist)
    key = uuid.uuid4()
    for _again in range(2):
        assert client.post(at("ask_change", event), {"key": key, **CHANGE}).status_code == 303
    change = ChangeRequest.objects.get()
    assert (change.asked_by, change.status) == (cast.lead, "open")
    assert client.post(at("ask_change", event), {"key": uuid.uuid4(), **CHANGE}).status_code == 409
    assert client.post(at("answer_change", change), {"verdict": "agree"}).status_code == 403
    assert "She starts on Monday" in text(sign_in(cast.specialist).get(event.get_absolute_url()))
    assert Notification.objects.filter(event__kind="migrations.change_asked", user=cast.specialist).exists()


def test_an_agreed_change_of_the_list_makes_it_a_draft_again(cast, sign_in, bring):
    event = bring("go")
    change = asked(event, cast)
    client = sign_in(cast.specialist)
    assert client.post(at("answer_change", change), {"verdict": "agree", "answer": "In time"}).status_code == 303
    event.refresh_from_db()
    assert (event.status, event.scheduled_for) == ("draft", None)
    assert not event.decisions.filter(is_current=True).exists()
    assert client.post(at("answer_change", change), {"verdict": "refuse", "answer": "No"}).status_code == 409
    assert Notification.objects.filter(event__kind="migrations.change_agreed", user=cast.lead).exists()


def test_an_agreed_day_is_the_day_at_once_and_both_decide_anew(cast, bring):
    event = bring("go")
    change = asked(event, cast, kind="day", day=date(2026, 3, 20), wall=time(7, 30))
    operations.agree_change(change, answer="", by=cast.specialist, at=NOW)
    assert (event.status, event.scheduled_for) == ("locked", datetime(2026, 3, 20, 6, 30, tzinfo=UTC))
    assert not event.decisions.filter(is_current=True).exists()


def test_a_refusal_has_a_reason_and_changes_nothing(cast, sign_in, bring):
    event = bring("locked")
    change, client = asked(event, cast), sign_in(cast.specialist)
    assert client.post(at("answer_change", change), {"verdict": "refuse", "answer": " "}).status_code == 422
    assert client.post(at("answer_change", change), {"verdict": "refuse", "answer": "Too late"}).status_code == 303
    event.refresh_from_db()
    assert event.status == "locked"
    assert "Too late" in text(sign_in(cast.lead).get(event.get_absolute_url()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "day"},
        {"kind": "day", "day": "2026-03-01", "wall": "08:00"},
        {"kind": "day", "day": "9999-12-31", "wall": "08:00"},
        {"kind": "day", "day": "2026-04-20"},
        {"kind": "all"},
        {"why": ""},
        {"what": "\x00"},
    ],
)
def test_a_change_that_cannot_be(cast, sign_in, bring, wrong):
    event = bring("locked")
    with time_machine.travel(NOW, tick=False):
        answer = sign_in(cast.lead).post(at("ask_change", event), {"key": uuid.uuid4(), **CHANGE} | wrong)
    assert answer.status_code == 422
    assert not ChangeRequest.objects.exists()


def test_an_event_that_starts_overtakes_the_change(cast, bring):
    event = bring("go")
    change = asked(event, cast)
    operations.start(event, by=cast.specialist, at=NOW)
    change.refresh_from_db()
    assert change.status == "overtaken"


# --- Access that is missing -----------------------------------------------------------------------------------------
def test_a_go_in_spite_of_missing_access_names_it_and_says_why(cast, sign_in, bring):
    event = bring("locked")
    title = event.project.access_items.first().title
    event.project.access_items.filter(title=title).update(status="open", done_at=None)
    lead, specialist = sign_in(cast.lead), sign_in(cast.specialist)
    assert at("go", event) in text(lead.get(event.get_absolute_url()))
    # Who takes the short way is asked, too.
    answer = lead.post(reverse("migrations_svc:move", args=[event.public_id, "approve"]))
    assert (answer.status_code, answer["Location"]) == (303, at("go", event))
    page = text(lead.get(at("go", event)))
    assert title in page
    assert f"{event.project.get_absolute_url()}#access" in page
    assert lead.post(at("go", event), {"reason": " "}).status_code == 422
    assert not event.decisions.exists()
    assert lead.post(at("go", event), {"reason": "It is given on the day itself"}).status_code == 303
    said = event.decisions.get()
    assert (said.word, said.missing, said.reason) == ("go", [title], "It is given on the day itself")
    page = text(specialist.get(event.get_absolute_url()))
    assert f"although missing: {title}" in page
    assert "It is given on the day itself" in page
    # Settled meanwhile: the other side needs no reason.
    event.project.access_items.update(status="done", done_at=NOW)
    assert specialist.post(reverse("migrations_svc:move", args=[event.public_id, "approve"])).status_code == 303
    event.refresh_from_db()
    assert event.status == "go"


def test_nobody_says_go_in_spite_of_something_for_the_other_side(cast, sign_in, bring):
    event = bring("locked")
    assert sign_in(cast.partner).post(at("go", event), {"reason": "x"}).status_code == 403
    assert sign_in(cast.fabrikam_lead).get(at("go", event)).status_code == 404
    operations.cancel(event, reason="Not now", by=cast.specialist)
    assert sign_in(cast.lead).get(at("go", event)).status_code == 409
