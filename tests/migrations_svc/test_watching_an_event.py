"""Both sides see how an event comes along; one that stands still is noticed once."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from migrations_svc import operations, sizes
from migrations_svc.models import MigrationEvent, SizeBand, Snapshot, Watch, WatchSettings
from tests.migrations_svc.migration_scene import NOW, event_in, states

LATER = NOW + timedelta(hours=12)


def page_of(client, event, query=""):
    return client.get(reverse("migrations_svc:progress", args=[event.public_id]) + query).content.decode()


def load(event, by, at, *lines):
    operations.load_states(event, states(*lines), key=uuid.uuid4(), by=by, at=at)


def look(at):
    with time_machine.travel(at, tick=False):
        run_due(at=at)


def test_nothing_changes_for_hours_and_the_specialist_is_told_once(cast, bring):
    event = bring("running", at=NOW)
    look(LATER - timedelta(minutes=1))
    assert not Event.objects.filter(kind="migrations.stalled").exists()
    look(LATER)
    told = Event.objects.get(kind="migrations.stalled")
    assert (told.data["hours"], told.data["number"]) == (12, event.number)
    assert [note.user for note in Notification.objects.filter(event=told)] == [cast.specialist]
    look(LATER + timedelta(days=3))
    assert Event.objects.filter(kind="migrations.stalled").count() == 1


def test_a_change_sets_the_clock_anew_and_a_file_without_one_does_not(cast, sign_in, bring):
    event = bring("running", at=NOW)
    load(event, cast.specialist, NOW + timedelta(hours=5), "ada@old.example,Syncing,,,\n")
    load(event, cast.specialist, NOW + timedelta(hours=9), "ada@old.example,Syncing,7,,\n")
    look(LATER)
    assert not Event.objects.filter(kind="migrations.stalled").exists()
    look(NOW + timedelta(hours=17))
    assert Watch.objects.get().stalled_at is not None
    assert "The event stands still" in sign_in(cast.lead).get(event.get_absolute_url()).content.decode()
    load(event, cast.specialist, NOW + timedelta(hours=18), "ada@old.example,Synced,,,\n")
    assert "The event stands still" not in sign_in(cast.lead).get(event.get_absolute_url()).content.decode()
    look(NOW + timedelta(hours=31))
    assert Event.objects.filter(kind="migrations.stalled").count() == 2


def test_an_event_that_is_over_stands_still_in_peace(cast, bring):
    bring("completed_with_issues", at=NOW)
    look(LATER)
    assert Job.objects.get(kind="migrations.look_for_stall").status == "done"
    assert not Event.objects.filter(kind="migrations.stalled").exists()


def test_the_hours_are_the_ones_of_the_setting(cast, sign_in, bring):
    event = bring("running", at=NOW)
    WatchSettings.objects.create(pk=1, stall_hours=24)
    look(LATER)
    assert not Event.objects.filter(kind="migrations.stalled").exists(), event
    look(NOW + timedelta(hours=24))
    assert Event.objects.filter(kind="migrations.stalled").count() == 1


def test_from_the_sizes_and_then_from_its_own_history(cast, sign_in, engagement):
    lines = [f"m{n}@old.example,m{n}@contoso.example,{60 if n == 0 else 2},,\n" for n in range(40)]
    event = event_in(engagement, cast.lead, *lines)
    client = sign_in(cast.lead)
    with time_machine.travel(NOW, tick=False):
        page = page_of(client, event)
        assert "15 Mar 2026" in page
        assert "11 Apr 2026" in page
        assert "it is not guaranteed" in page
        for until, answer in (("2026-03-13", "Unlikely"), ("2026-03-20", "Open"), ("2026-04-11", "Likely")):
            assert answer in page_of(client, event, f"?until={until}")
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", scheduled_for=NOW, started_at=NOW)
    event.refresh_from_db()
    for day in range(1, 5):
        moved = [f"m{n}@old.example,Completed,,,\n" for n in range(5 * (day - 1), 5 * day)]
        load(event, cast.specialist, NOW + timedelta(days=day), *moved)
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        page = page_of(sign_in(cast.lead), event)
    assert "Counted from how fast this event has moved so far." in page
    assert "20 Mar 2026" in page, "20 are left, 5 a day"
    assert Snapshot.objects.filter(event=event).count() == 4


@pytest.mark.parametrize("query", ["?until=", "?until=x", "?until=9999-12-31", "?until=0001-01-01"])
def test_a_day_that_is_none(cast, sign_in, event, query):
    assert "When it may be through" in page_of(sign_in(cast.lead), event, query)


def settings_form(*rows, hours=6, version=None):
    sent = {"stall_hours": hours, "version": version or WatchSettings.current().version}
    sent |= {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for place, (size, half, slow) in enumerate(rows):
        sent |= {f"form-{place}-up_to_gb": size, f"form-{place}-median_days": half, f"form-{place}-slow_days": slow}
    return sent


def test_an_admin_edits_the_numbers(cast, sign_in):
    client, way = sign_in(cast.admin), reverse("migrations_svc:watch_settings")
    assert 'value="200"' in client.get(way).content.decode()
    assert client.post(way, settings_form((20, 2, 9), (400, 9, 60))).status_code == 303
    assert [band.up_to_gb for band in sizes.bands()] == [20, 400]
    assert (sizes.largest(), WatchSettings.current().stall_hours) == (400, 6)
    assert client.post(way, settings_form((1, 1, 1), version=1)).status_code == 409
    assert SizeBand.objects.count() == 2
    assert Event.objects.filter(kind="migrations.watch_settings_changed", internal=True).count() == 1


@pytest.mark.parametrize(
    "rows", [[], [(10, 7, 1)], [(10, 1, "")], [(10, 1, 2), (10, 1, 3)], [(0, 1, 2)], [(10**9, 1, 2)]]
)
def test_a_table_that_cannot_be(cast, sign_in, rows):
    answer = sign_in(cast.admin).post(reverse("migrations_svc:watch_settings"), settings_form(*rows))
    assert answer.status_code == 422
    assert not SizeBand.objects.exists()
