"""People are reminded as each of them wants it: never after a cancel, never of another time, never late."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from psycopg2.extras import DateTimeTZRange

from engagements import reminders
from engagements.models import Meeting
from engagements.operations.meetings import cancel
from engagements.operations.reminders import set_timers
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, engagement_of, mondays, work

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("late", "is_late"), [(0, False), (600, False), (601, True)])
def test_ten_minutes_and_not_a_second_more(late: int, is_late: bool):
    assert reminders.is_late(START, START + timedelta(seconds=late)) is is_late


def test_what_is_over_has_no_timer():
    # Of one that is far off the first timer sets the others.
    assert [when for when, _due in reminders.timers_of(START, START - timedelta(days=9))] == ["digest"]
    assert [when for when, _due in reminders.timers_of(START, START - timedelta(hours=47))] == ["day", "hour", "digest"]
    assert [when for when, _due in reminders.timers_of(START, START - timedelta(hours=5))] == ["hour", "digest"]
    assert reminders.timers_of(START, START) == []
    # Sunday's clock change in Berlin moves no afternoon.
    assert reminders.digest_due(date(2026, 3, 30), "Europe/Berlin") == datetime(2026, 3, 29, 14, 0, tzinfo=UTC)
    assert reminders.day_of_digest(datetime(2026, 3, 9, 23, 30, tzinfo=UTC), "Europe/Berlin") == date(2026, 3, 10)


def wants(person: User, reminder: str) -> None:
    User.objects.filter(pk=person.pk).update(reminder=reminder)


@pytest.fixture
def meeting(cast: Cast) -> Meeting:
    """Tuesday at ten in Berlin; the lead wants a day, the project manager an hour, the specialist a digest."""
    for person, reminder in ((cast.lead, "day"), (cast.pm, "hour"), (cast.specialist, "digest")):
        wants(person, reminder)
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    made = Meeting.objects.create(
        engagement=engagement,
        specialist=cast.specialist,
        during=DateTimeTZRange(START, START + timedelta(minutes=30), "[)"),
    )
    set_timers([(str(made.public_id), made.start)], at=NOW)
    return made


def reminded(at: datetime) -> list[str]:
    """Who got mail when the worker did what was due at that moment."""
    before = len(mail.outbox)
    with time_machine.travel(at, tick=False):
        while engine.run_due():
            pass
    return [message.to[0] for message in mail.outbox[before:]]


def test_each_as_they_want_it(meeting: Meeting, cast: Cast):
    assert reminded(START - timedelta(hours=48)) == []
    assert reminded(START - timedelta(hours=24)) == [cast.lead.email]
    # Sixteen o'clock on the specialist's own clock.
    digest = reminders.digest_due(date(2026, 3, 10), cast.specialist.time_zone)
    assert reminded(digest) == [cast.specialist.email]
    assert meeting.title in mail.outbox[-1].body
    assert reminded(START - timedelta(hours=1)) == [cast.pm.email]
    assert "Tuesday 10 March 2026" in mail.outbox[-1].body
    assert reminded(START) == []
    assert Event.objects.filter(kind="meetings.reminded").count() == 2


def test_who_wants_none_gets_none(meeting: Meeting, cast: Cast):
    for person in (cast.lead, cast.pm, cast.specialist):
        wants(person, "none")
    for before in (48, 24, 18, 1):
        assert reminded(START - timedelta(hours=before)) == []


def test_never_after_a_cancel(meeting: Meeting, cast: Cast):
    reminded(START - timedelta(hours=48))
    cancel(meeting, reason="Fair", by=cast.specialist)
    Job.objects.filter(kind="notices.mail").delete()
    for before in (24, 18, 1):
        assert reminded(START - timedelta(hours=before)) == []


def test_never_for_a_moved_time(meeting: Meeting, cast: Cast):
    other = START + timedelta(days=2)
    Meeting.objects.filter(pk=meeting.pk).update(during=DateTimeTZRange(other, other + timedelta(minutes=30), "[)"))
    set_timers([(str(meeting.public_id), other)], at=NOW)
    assert reminded(START - timedelta(hours=24)) == []
    assert reminded(START - timedelta(hours=1)) == []
    assert reminded(other - timedelta(hours=24)) == [cast.lead.email]


def test_never_late_and_the_log_says_so(meeting: Meeting, caplog: Any):
    caplog.set_level("WARNING")
    assert reminded(START - timedelta(hours=24) + timedelta(minutes=11)) == []
    assert "reminder dropped: day" in caplog.text
    assert reminded(START - timedelta(minutes=49)) == []
    assert "reminder dropped: hour" in caplog.text


def test_nor_when_the_mail_server_was_away(meeting: Meeting, cast: Cast, caplog: Any):
    """The reminder came in time and its mail did not: an hour later nobody wants it."""
    caplog.set_level("WARNING")
    with time_machine.travel(START - timedelta(hours=24), tick=False):
        job = engine.claim("light", START - timedelta(hours=24))
        while job and job.kind != "meetings.remind":
            engine.run(job)
            job = engine.claim("light", START - timedelta(hours=24))
        while job and job.kind == "meetings.remind":
            engine.run(job)
            job = engine.claim("light", START - timedelta(hours=24))
    Job.objects.filter(status="running").update(status="waiting", owner=None, lease_until=None)
    assert reminded(START - timedelta(hours=23)) == []
    assert "mail dropped: meetings.reminded" in caplog.text


def test_the_planner_sets_the_timers(cast: Cast):
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    with time_machine.travel(NOW, tick=False):
        mondays(engagement, cast.specialist)
    work(NOW)
    planned = Meeting.objects.filter(status="planned", during__startswith__gt=NOW + timedelta(days=1)).count()
    assert planned > 4
    timers = Job.objects.filter(kind="meetings.remind")
    assert timers.filter(payload__when="digest", due_at__gt=NOW).count() == planned
    assert timers.count() == len(set(timers.values_list("key", flat=True)))
