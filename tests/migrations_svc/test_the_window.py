"""Five local days after completion, exact to the second, and what happens at their end (D-F12, D-C10)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from migrations_svc import operations
from migrations_svc.models import Issue, MigrationEvent
from migrations_svc.overview import windows_open
from tests.migrations_svc.migration_scene import CLOSES, COMPLETED

SECOND = timedelta(seconds=1)


@pytest.fixture
def done(bring):
    """Completed on Friday 17 April 2026 at 18:30 in Berlin."""
    return bring("completed")


@pytest.fixture
def closing(done):
    """The job of the window, alone in its table."""
    Job.objects.exclude(kind="migrations.close_window").delete()
    return Job.objects.get(kind="migrations.close_window")


def test_it_closes_at_the_end_of_the_fifth_local_day(done):
    assert (done.completed_at, done.window, done.window_closes_at) == (COMPLETED, "open", CLOSES)
    assert CLOSES.astimezone(ZoneInfo("Europe/Berlin")).isoformat() == "2026-04-22T23:59:59+02:00"


def test_the_job_closes_it_at_that_second_and_not_before(done, closing):
    assert closing.due_at == CLOSES
    engine.run_due(at=CLOSES - SECOND)
    done.refresh_from_db()
    assert done.window == "open"
    engine.run_due(at=CLOSES)
    done.refresh_from_db()
    assert done.window == "closed"
    told = Event.objects.get(kind="migrations.window_closed")
    assert (told.actor, told.customer, told.subject_id) == (None, done.customer, done.pk)


def test_a_job_that_runs_twice_closes_once(done, closing):
    engine.run_due(at=CLOSES)
    Job.objects.filter(pk=closing.pk).update(status="waiting", finished_at=None)
    engine.run_due(at=CLOSES)
    assert Event.objects.filter(kind="migrations.window_closed").count() == 1
    assert not operations.close_window(done)


@pytest.mark.django_db(transaction=False)
def test_a_crash_after_the_effect_leaves_nothing_and_the_next_run_does_it(done, closing, monkeypatch):
    real = engine.JobRun._finish
    monkeypatch.setattr(engine.JobRun, "_finish", lambda *args: (_ for _ in ()).throw(RuntimeError("killed")))
    engine.run_due(at=CLOSES, limit=1)
    done.refresh_from_db()
    assert done.window == "open"
    assert not Event.objects.filter(kind="migrations.window_closed").exists()
    monkeypatch.setattr(engine.JobRun, "_finish", real)
    engine.run_due(at=CLOSES + timedelta(hours=1))
    assert Event.objects.filter(kind="migrations.window_closed").count() == 1


def test_both_sides_read_until_when(cast, sign_in, done):
    with time_machine.travel(COMPLETED + timedelta(days=1), tick=False):
        lead = sign_in(cast.lead).get(done.get_absolute_url()).content.decode()
        specialist = sign_in(cast.specialist).get(done.get_absolute_url()).content.decode()
    for page in (lead, specialist):
        assert "The window is open for 4 more days after today" in page
        assert "22 Apr 2026, 23:59 CEST" in page
    assert "Issues that you report until then" in lead
    assert "Issues that the customer reports until then" in specialist


def test_another_clock_at_the_centre(cast, sign_in, done):
    type(cast.emea).objects.filter(pk=cast.emea.pk).update(zone="Europe/London")
    with time_machine.travel(COMPLETED, tick=False):
        page = sign_in(cast.lead).get(done.get_absolute_url()).content.decode()
    assert "22 Apr 2026, 23:59 CEST" in page
    assert "22:59 BST" in page


@pytest.mark.parametrize(
    ("moment", "lane", "is_late"),
    [
        (CLOSES - SECOND, "fasttrack", False),
        (CLOSES, "fasttrack", False),
        (CLOSES.replace(microsecond=999_999), "fasttrack", False),
        (CLOSES + SECOND, "customer", True),
    ],
)
def test_an_issue_to_the_second(cast, sign_in, done, moment, lane, is_late):
    """The clock decides, whether or not the job has run by then."""
    with time_machine.travel(moment, tick=False):
        client = sign_in(cast.lead)
        there = reverse("migrations_svc:new_issue", args=[done.public_id])
        page = client.get(there).content.decode()
        key = page.split('name="key" value="')[1][:36]
        client.post(there, {"key": key, "title": "Calendar entries are missing"})
    issue = Issue.objects.get()
    assert (issue.lane, issue.is_late) == (lane, is_late)
    assert ("The window is closed" in page) is is_late


def test_the_customers_lead_and_manager_hear_what_it_means(cast, done):
    told = Notification.objects.filter(event__kind="migrations.completed")
    assert {notice.user for notice in told} == {cast.lead, cast.pm}
    engine.run_due(at=datetime.now(UTC))
    letters = {letter.to[0]: letter for letter in mail.outbox if "completed" in letter.subject}
    assert set(letters) == {cast.lead.email, cast.pm.email}
    letter = letters[cast.lead.email]
    assert letter.subject == f"{done.number} is completed"
    assert "Wednesday 22 April 2026, 23:59 (Europe/Berlin)" in letter.body
    assert "2 of 2 records moved." in letter.body
    assert done.get_absolute_url() in letter.body


def test_the_specialist_gets_the_day_by_mail(cast, bring):
    bring("scheduled")
    engine.run_due(at=datetime.now(UTC))
    letter = next(
        letter for letter in mail.outbox if letter.to == [cast.specialist.email] and "scheduled" in letter.subject
    )
    assert "Friday 17 April 2026, 08:00 (Europe/Berlin)" in letter.body
    assert "List freeze 2026-04-01" in letter.body


def test_open_windows_are_on_the_home_page(cast, done):
    for user in (cast.lead, cast.partner, cast.specialist, cast.admin):
        assert windows_open(user) == [done]
    assert windows_open(cast.fabrikam_lead) == windows_open(cast.litware_partner) == []
    operations.close_window(MigrationEvent.objects.get(pk=done.pk))
    assert windows_open(cast.lead) == []
