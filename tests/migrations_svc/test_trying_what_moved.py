"""After the event: the customer's tests, the window on every page of both sides, and its reminders."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from migrations_svc import operations, windows
from migrations_svc.models import Issue, Scenario
from tests.migrations_svc.migration_scene import CLOSES, COMPLETED

TEMPLATES = Path(__file__).parents[2] / "templates/migrations_svc"


def at(name, thing):
    return reverse(f"migrations_svc:{name}", kwargs={"public_id": thing.public_id})


def text(answer):
    return answer.content.decode()


@pytest.fixture
def done(bring):
    return bring("completed")


# --- Tests --------------------------------------------------------------------------------------------------------
def test_an_event_begins_with_tests_of_its_source_and_takes_more(cast, sign_in, event):
    client = sign_in(cast.lead)
    assert "Old mail is there, in its folders" in text(client.get(at("acceptance", event)))
    form = {"key": uuid.uuid4(), "title": "The shared calendar", "expected": "All rooms"}
    for _again in range(2):
        assert client.post(at("add_scenario", event), form).status_code == 303
    assert event.scenarios.filter(title="The shared calendar").count() == 1
    assert "All rooms" in text(sign_in(cast.specialist).get(at("acceptance", event)))


def test_results_come_after_the_event_by_name(cast, sign_in, done):
    scenario, client = done.scenarios.first(), sign_in(cast.pm)
    assert client.post(at("set_result", scenario), {"result": "fail", "note": " ", "version": 1}).status_code == 422
    form = {"result": "fail", "note": "Two folders are empty", "version": 1}
    assert client.post(at("set_result", scenario), form).status_code == 303
    scenario.refresh_from_db()
    assert (scenario.result, scenario.tested_by) == ("fail", cast.pm)
    page = text(sign_in(cast.specialist).get(at("acceptance", done)))
    assert "Two folders are empty" in page
    assert Notification.objects.filter(event__kind="migrations.result_set", user=cast.specialist).exists()
    # A colleague had the form open meanwhile.
    stale = client.post(at("set_result", scenario), {"result": "pass", "note": "", "version": 1})
    assert (stale.status_code, "Two folders are empty" in text(stale)) == (409, True)
    assert client.post(at("set_result", scenario), {"result": "x", "note": "", "version": 2}).status_code == 422
    assert client.post(at("set_result", scenario), {"result": "not_tested", "version": 2}).status_code == 303
    assert Scenario.objects.get(pk=scenario.pk).tested_by is None


def test_nothing_is_judged_before_the_event_is_complete(cast, sign_in, event):
    scenario = event.scenarios.first()
    answer = sign_in(cast.lead).post(at("set_result", scenario), {"result": "pass", "note": "", "version": 1})
    assert (answer.status_code, "when it is complete" in text(answer)) == (409, True)
    assert sign_in(cast.specialist).get(at("set_result", scenario)).status_code == 403
    assert sign_in(cast.fabrikam_lead).get(at("set_result", scenario)).status_code == 404


# --- The window ---------------------------------------------------------------------------------------------------
def test_the_window_counts_down_on_every_page_of_the_event(cast, sign_in, done):
    issue = operations.report_issue(done, key=uuid.uuid4(), title="Empty", details="", by=cast.lead, at=COMPLETED)
    pages = [done.get_absolute_url(), at("records", done), at("acceptance", done), at("new_issue", done)]
    pages += [at("issue", issue)]
    for person in (cast.lead, cast.specialist):
        for passed, words in ((0, "5 more days"), (4, "1 more day after"), (5, "closes today"), (6, "is closed")):
            with time_machine.travel(COMPLETED + timedelta(days=passed), tick=False):
                client = sign_in(person)
                assert [page for page in pages if words not in text(client.get(page))] == []


def test_no_page_of_an_event_leaves_its_window_out():
    texts = {path.name: path.read_text() for path in TEMPLATES.glob("[a-z]*.html")}
    of_events = {name for name, words in texts.items() if "migrations_svc/_crumbs.html" in words}
    assert len(of_events) > 10
    assert {name for name in of_events if "{% window_of " not in texts[name]} == set()


def test_both_sides_are_reminded_on_the_third_and_on_the_last_morning(cast, done):
    third, fifth = datetime(2026, 4, 20, 7, 0, tzinfo=UTC), datetime(2026, 4, 22, 7, 0, tzinfo=UTC)
    due = Job.objects.filter(kind="migrations.remind_window").order_by("due_at")
    assert [job.due_at for job in due] == [third, fifth]
    # Day 0 is the news of the completion, which names the window.
    first = Event.objects.get(kind="migrations.completed")
    assert "22 April 2026, 23:59" in first.data["closes"]
    assert set(Notification.objects.filter(event=first).values_list("user", flat=True)) >= {cast.lead.pk, cast.pm.pk}
    Job.objects.exclude(kind="migrations.remind_window").delete()
    engine.run_due(at=third - timedelta(seconds=1))
    assert not Event.objects.filter(kind="migrations.window_reminded").exists()
    for moment, number in ((third, 1), (third, 1), (fifth, 2)):
        with time_machine.travel(moment, tick=False):
            engine.run_due(at=moment)
        assert Event.objects.filter(kind="migrations.window_reminded").count() == number
    assert not operations.remind_window(done, day=3, at=fifth)
    told = Event.objects.filter(kind="migrations.window_reminded").last()
    people = set(Notification.objects.filter(event=told).values_list("user__email", flat=True))
    assert people == {cast.lead.email, cast.pm.email, cast.specialist.email}
    engine.run_due(at=datetime.now(UTC) + timedelta(hours=1))  # mails are due when they are written
    sent = [message for message in mail.outbox if "is open until" in message.subject]
    assert {message.to[0] for message in sent} == people
    assert "tests are not done yet" in sent[0].body


def test_a_closed_window_reminds_nobody(done):
    assert not operations.remind_window(done, day=5, at=CLOSES)  # over, though nobody has closed it yet
    operations.close_window(done)
    assert not operations.remind_window(done, day=5, at=CLOSES - timedelta(hours=1))
    assert not Event.objects.filter(kind="migrations.window_reminded").exists()


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu"])
def test_reminders_lie_within_the_window_in_every_zone(zone):
    moments = [at for _day, at in windows.reminders(COMPLETED, zone)]
    assert all(COMPLETED < moment < windows.window_closes_at(COMPLETED, zone) for moment in moments)


def test_a_late_issue_is_taken_as_the_customers_own(cast, done):
    inside = operations.report_issue(done, key=uuid.uuid4(), title="In time", details="", by=cast.lead, at=CLOSES)
    late = operations.report_issue(
        done, key=uuid.uuid4(), title="Late", details="", by=cast.lead, at=CLOSES + timedelta(seconds=1)
    )
    assert (inside.is_late, late.is_late, late.lane) == (False, True, Issue.Lane.CUSTOMER)
