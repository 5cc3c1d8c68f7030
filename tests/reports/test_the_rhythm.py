"""Reports that come by themselves: weekly before an event, daily while it runs, the final one at its end."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from fasttrack_portal.activity.operations import record
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from migrations_svc.models import MigrationEvent, MigrationRecord
from reports import operations, rhythm
from reports.gather import gather
from reports.models import Report

FRIDAY_NOON = datetime(2026, 4, 17, 10, 0, tzinfo=UTC)  # 12:00 in Berlin


def happened(kind, event):
    """As the migrations app records it."""
    return record(f"migrations.{kind}", subject=event, by=None, customer=event.engagement.customer)


def run_timers(at):
    """Runs the timers that are due, and leaves mails and the making of reports to others."""
    timers = ["reports.schedule", "reports.final"]
    Job.objects.filter(status="waiting").exclude(kind__in=timers).update(due_at=at + timedelta(days=999))
    with time_machine.travel(at, tick=False):
        return engine.run_due(at=at, lanes=(Job.Lane.LIGHT,))


def periods():
    return [report.period.rpartition(":")[2] for report in Report.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("pace", "after", "zone", "day"),
    [
        (rhythm.DAILY, FRIDAY_NOON, "Europe/Berlin", date(2026, 4, 17)),
        (rhythm.DAILY, datetime(2026, 4, 17, 16, 0, tzinfo=UTC), "Europe/Berlin", date(2026, 4, 18)),
        (rhythm.DAILY, FRIDAY_NOON, "Australia/Sydney", date(2026, 4, 18)),
        (rhythm.WEEKLY, FRIDAY_NOON, "Europe/Berlin", date(2026, 4, 20)),
        (rhythm.WEEKLY, datetime(2026, 4, 20, 6, 59, tzinfo=UTC), "Europe/Berlin", date(2026, 4, 20)),
        (rhythm.WEEKLY, datetime(2026, 4, 20, 7, 0, tzinfo=UTC), "Europe/Berlin", date(2026, 4, 27)),
    ],
)
def test_the_first_report_is_the_next_moment_on_the_wall(pace, after, zone, day):
    assert rhythm.first_day(pace, after, zone) == day
    assert rhythm.moment(pace, day, zone) > after


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"])
def test_two_years_have_every_day_and_every_week_once(zone):
    for pace, number in ((rhythm.DAILY, 731), (rhythm.WEEKLY, 105)):
        days = [rhythm.first_day(pace, datetime(2026, 1, 1, tzinfo=UTC), zone)]
        while len(days) < number:
            days.append(rhythm.next_day(pace, days[-1]))
        names = [rhythm.period(pace, day) for day in days]
        moments = [rhythm.moment(pace, day, zone) for day in days]
        assert len(set(names)) == number
        assert moments == sorted(set(moments))
        assert [rhythm.day_of(name) for name in names] == days


def test_an_event_is_reported_on_weekly_until_it_starts_and_daily_until_it_ends(cast, scene):
    event = scene.running
    MigrationEvent.objects.filter(pk=event.pk).update(status="scheduled")
    with time_machine.travel(FRIDAY_NOON, tick=False):
        happened("scheduled", event)
        happened("scheduled", event)
    assert run_timers(datetime(2026, 4, 20, 6, 0, tzinfo=UTC)) == 0
    run_timers(datetime(2026, 4, 20, 7, 0, tzinfo=UTC))
    assert periods() == ["2026-W17"]
    MigrationEvent.objects.filter(pk=event.pk).update(status="running")
    with time_machine.travel(datetime(2026, 4, 22, 8, 0, tzinfo=UTC), tick=False):
        happened("started", event)
    run_timers(datetime(2026, 4, 22, 16, 0, tzinfo=UTC))
    run_timers(datetime(2026, 4, 23, 16, 0, tzinfo=UTC))
    assert periods() == ["2026-W17", "2026-04-22", "2026-04-23"]
    # The weekly timer of the coming Monday finds the event running and makes way.
    MigrationEvent.objects.filter(pk=event.pk).update(status="failed")
    run_timers(datetime(2026, 4, 30, 16, 0, tzinfo=UTC))
    assert len(periods()) == 3
    assert not Job.objects.filter(kind="reports.schedule", status="waiting").exists()


def test_a_late_worker_leaves_no_period_out_and_doubles_none(cast, scene):
    operations.set_timer(scene.running, pace=rhythm.DAILY, day=date(2026, 4, 17))
    late = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
    run_timers(late)
    run_timers(late)
    assert periods() == ["2026-04-17", "2026-04-18", "2026-04-19"]
    # The same timers delivered once more.
    Job.objects.filter(kind="reports.schedule", status="done").update(status="waiting", due_at=late)
    run_timers(late)
    assert periods() == ["2026-04-17", "2026-04-18", "2026-04-19"]


def test_a_completed_event_has_its_final_report_once(cast, scene):
    for _time in range(2):
        happened("completed", scene.done)
    run_timers(FRIDAY_NOON + timedelta(days=400))
    assert [(report.kind, report.event_id) for report in Report.objects.all()] == [("final", scene.done.pk)]


def test_the_final_report_asks_again_while_records_are_moving(cast, scene):
    MigrationRecord.objects.filter(event=scene.done, status="completed").update(status="syncing")
    with time_machine.travel(FRIDAY_NOON, tick=False):
        happened("completed", scene.done)
    run_timers(FRIDAY_NOON + timedelta(minutes=1))
    run_timers(FRIDAY_NOON + timedelta(minutes=62))
    assert not Report.objects.exists()
    MigrationRecord.objects.filter(event=scene.done).update(status="completed")
    run_timers(FRIDAY_NOON + timedelta(minutes=125))
    assert Report.objects.get().kind == "final"
    assert not Job.objects.filter(kind="reports.final", status="waiting").exists()


def test_the_final_report_is_made_when_the_window_closes_whatever_has_become_of_the_records(cast, scene):
    MigrationRecord.objects.filter(event=scene.done, status="completed").update(status="syncing")
    closes = scene.done.window_closes_at
    Job.objects.create(kind="reports.final", key="x", payload={"event": scene.done.pk, "attempt": 130}, due_at=closes)
    run_timers(closes)
    assert not Report.objects.exists(), "the closing second still takes states"
    run_timers(closes + timedelta(hours=1))
    report = Report.objects.get()
    assert report.kind == "final"
    said = gather(report, at=closes + timedelta(hours=1))[0]
    assert (said.totals.others, said.totals.is_reconciled) == (5, True)
    assert not Job.objects.filter(kind="reports.final").exclude(status="done").exists()
