"""Reports that come by themselves: weekly before an event, daily while it runs, the final one at its end."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from engagements.models import Engagement
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.accounts.operations import add_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from migrations_svc.models import MigrationEvent, MigrationRecord
from reports import operations, rhythm
from reports.gather import gather
from reports.models import Report
from tests.conftest import person
from tests.reports.scene import event_of

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


def periods(audience="customer"):
    return [report.period.rpartition(":")[2] for report in Report.objects.filter(audience=audience).order_by("pk")]


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


def test_after_an_outage_the_last_period_has_a_report_that_covers_those_before(cast, scene):
    """How things stood on the 17th and 18th nobody can tell on the 20th: they are covered and not made up."""
    operations.set_timer(scene.running, pace=rhythm.DAILY, day=date(2026, 4, 17))
    late = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
    run_timers(late)
    assert periods() == ["2026-04-19"]
    report = operations.for_work(Report.objects.get(audience="customer").pk)
    said = gather(report, at=late)[0]
    assert (said.head.first_day, said.head.last_day) == (date(2026, 4, 17), date(2026, 4, 19))
    # The same timers delivered once more, and the next one when it is due.
    Job.objects.filter(kind="reports.schedule", status="done").update(status="waiting", due_at=late)
    run_timers(late)
    assert periods() == ["2026-04-19"]
    run_timers(datetime(2026, 4, 20, 16, 0, tzinfo=UTC))
    assert periods() == ["2026-04-19", "2026-04-20"]
    assert Report.objects.get(audience="customer", period__endswith=":2026-04-20").first_day is None


def test_each_kind_of_reader_there_is_has_an_edition(cast, scene):
    """Contoso has a partner and, from the second day, somebody who looks on."""
    operations.set_timer(scene.running, pace=rhythm.DAILY, day=date(2026, 4, 17))
    run_timers(datetime(2026, 4, 17, 16, 0, tzinfo=UTC))
    assert set(Report.objects.values_list("audience", flat=True)) == {"customer", "partner"}
    viewer = person("board@contoso.example", "Bea Board")
    add_membership(viewer, role=Membership.Role.VIEWER, customer=cast.contoso, by=None)
    run_timers(datetime(2026, 4, 18, 16, 0, tzinfo=UTC))
    assert periods("executive") == ["2026-04-18"]
    assert periods("partner") == periods() == ["2026-04-17", "2026-04-18"]


def test_the_rhythm_of_an_event_is_set_by_either_side(cast, scene, sign_in):
    """Daily until it starts, and nothing by itself while it runs."""
    client, address = sign_in(cast.lead), f"/reports/event/{scene.running.public_id}/rhythm/"
    assert "Every Monday at 9:00" in client.get(address).content.decode()
    MigrationEvent.objects.filter(pk=scene.running.pk).update(status="scheduled")
    sent = {"before": "daily", "running": "none", "version": "0"}
    with time_machine.travel(FRIDAY_NOON, tick=False):
        client = sign_in(cast.lead)
        assert client.post(address, sent).status_code == 303
        # The same page sent again is a page that somebody has overtaken (C1).
        assert client.post(address, sent).status_code == 409
    event = Event.objects.get(kind="reports.rhythm_set")
    assert "Every day at 18:00, Not by themselves" in event.sentence
    run_timers(datetime(2026, 4, 17, 16, 0, tzinfo=UTC))
    assert periods() == ["2026-04-17"]
    MigrationEvent.objects.filter(pk=scene.running.pk).update(status="running")
    run_timers(datetime(2026, 4, 19, 16, 0, tzinfo=UTC))
    assert periods() == ["2026-04-17"]
    assert sign_in(cast.lead).post(address, {**sent, "before": "hourly", "version": "2"}).status_code == 422
    assert sign_in(cast.partner).post(address, sent).status_code == 403
    assert sign_in(cast.fabrikam_lead).post(address, sent).status_code == 404


def test_while_the_engagement_rests_no_report_comes_and_the_rhythm_goes_on(cast, scene):
    operations.set_timer(scene.running, pace=rhythm.DAILY, day=date(2026, 4, 17))
    Engagement.objects.filter(pk=scene.engagement.pk).update(status="on_hold")
    run_timers(datetime(2026, 4, 17, 16, 0, tzinfo=UTC))
    assert periods() == []
    Engagement.objects.filter(pk=scene.engagement.pk).update(status="active")
    run_timers(datetime(2026, 4, 18, 16, 0, tzinfo=UTC))
    assert periods() == ["2026-04-18"]


def test_an_engagement_is_reported_on_with_each_checkpoint_once(cast, scene):
    held = scene.engagement.meetings.get(status="held")
    for _time in range(2):
        with time_machine.travel(FRIDAY_NOON, tick=False):
            record("meetings.held", subject=held, by=cast.specialist, customer=cast.contoso, data={"day": "Monday"})
    assert [report.kind for report in Report.objects.filter(audience="customer")] == ["engagement"]
    assert periods() == [f"checkpoint-{held.public_id}"]
    Report.objects.all().delete()
    assert operations.report_on_checkpoint(held, at=FRIDAY_NOON + timedelta(days=7)) is None, "marked too late"
    held.kind = "talk"
    assert operations.report_on_checkpoint(held, at=FRIDAY_NOON) is None


def test_an_engagement_can_be_reported_on_every_monday_until_it_rests(cast, scene, sign_in):
    with time_machine.travel(FRIDAY_NOON, tick=False):
        answer = sign_in(cast.specialist).post(
            f"/reports/of/{scene.engagement.public_id}/rhythm/", {"pace": "weekly", "version": "0"}
        )
    assert answer.status_code == 303
    held = scene.engagement.meetings.get(status="held")
    held.engagement = scene.engagement
    assert operations.report_on_checkpoint(held, at=FRIDAY_NOON) is None
    run_timers(datetime(2026, 4, 20, 7, 0, tzinfo=UTC))
    # Three weeks without a worker: the last Monday has its report, and covers them.
    run_timers(datetime(2026, 5, 13, 7, 0, tzinfo=UTC))
    assert periods() == ["2026-W17", "2026-W20"]
    last = Report.objects.get(audience="customer", period__endswith="W20")
    assert (last.first_day, last.last_day) == (date(2026, 4, 27), date(2026, 5, 11))
    Engagement.objects.filter(pk=scene.engagement.pk).update(status="dormant")
    run_timers(datetime(2026, 5, 18, 7, 0, tzinfo=UTC))
    assert not Job.objects.filter(kind="reports.schedule", status="waiting").exists()
    Engagement.objects.filter(pk=scene.engagement.pk).update(status="active")
    with time_machine.travel(datetime(2026, 5, 19, 7, 0, tzinfo=UTC), tick=False):
        record("engagements.resumed", subject=scene.engagement, by=cast.specialist, customer=cast.contoso)
    run_timers(datetime(2026, 5, 25, 7, 0, tzinfo=UTC))
    assert periods() == ["2026-W17", "2026-W20", "2026-W22"]


def test_a_completed_event_has_its_final_report_once(cast, scene):
    for _time in range(2):
        happened("completed", scene.done)
    run_timers(FRIDAY_NOON + timedelta(days=400))
    made = Report.objects.filter(audience="customer")
    assert [(report.kind, report.event_id) for report in made] == [("final", scene.done.pk)]


def test_the_final_report_asks_again_while_records_are_moving(cast, scene):
    MigrationRecord.objects.filter(event=scene.done, status="completed").update(status="syncing")
    with time_machine.travel(FRIDAY_NOON, tick=False):
        happened("completed", scene.done)
    run_timers(FRIDAY_NOON + timedelta(minutes=1))
    run_timers(FRIDAY_NOON + timedelta(minutes=62))
    assert not Report.objects.exists()
    MigrationRecord.objects.filter(event=scene.done).update(status="completed")
    run_timers(FRIDAY_NOON + timedelta(minutes=125))
    assert Report.objects.get(audience="customer").kind == "final"
    assert not Job.objects.filter(kind="reports.final", status="waiting").exists()


def test_after_the_window_the_final_report_still_waits_and_both_sides_hear_of_it_once(cast, scene):
    """Nobody can load a state any more; what is left has to find a place in another event."""
    MigrationRecord.objects.filter(event=scene.done, status="completed").update(status="syncing")
    closes = scene.done.window_closes_at
    Job.objects.create(kind="reports.final", key="x", payload={"event": scene.done.pk, "attempt": 130}, due_at=closes)
    run_timers(closes)
    assert not Event.objects.filter(kind="reports.final_waits").exists(), "the closing second still takes states"
    for hours in (1, 25, 49):
        run_timers(closes + timedelta(hours=hours, minutes=1))
    told = Event.objects.get(kind="reports.final_waits")
    assert told.sentence == f"The final report of {scene.done.number} waits: 5 records are unaccounted for"
    people = set(Notification.objects.filter(event=told).values_list("user__email", flat=True))
    assert people == {"specialist@fasttrack.example", "lead@contoso.example", "pm@contoso.example"}
    assert not Report.objects.exists()
    again = event_of(scene.engagement, cast.lead, "scheduled", title="Branch offices, again")
    for row in MigrationRecord.objects.filter(event=scene.done, status="syncing"):
        row.pk, row.public_id, row.event, row.status = None, uuid.uuid4(), again, "queued"
        row.save()
    run_timers(closes + timedelta(hours=80))
    report = operations.for_work(Report.objects.get(audience="customer").pk)
    totals = gather(report, at=closes + timedelta(hours=80))[0].totals
    assert (totals.elsewhere, totals.others, totals.scheduled, totals.is_reconciled) == (5, 0, 10, True)
    assert not Job.objects.filter(kind="reports.final").exclude(status="done").exists()
