"""Two customers reach for the last place of a centre's day at once: one gets it, the other learns of the next.

Real connections in real threads. The control shows the day overbooked when nobody holds the centre."""

import threading
from datetime import date, time

import pytest

from fasttrack_portal.refusals import Invalid
from migrations_svc import operations
from migrations_svc.models import MigrationEvent
from migrations_svc.operations import days
from tests.engagements.test_meetings_that_race import in_thread
from tests.migrations_svc.migration_scene import NOW, acknowledged, event_in

pytestmark = pytest.mark.django_db(transaction=True)
RACERS, ROOM = 6, 2


@pytest.fixture
def waiting(cast, engagement):
    """Six validated events; the centre has room for two on one day."""
    operations.set_capacity(engagement.centre, events_per_day=ROOM, version=1, by=cast.admin)
    found = []
    for number in range(RACERS):
        event = event_in(engagement, cast.lead, f"p{number}@old.example,p{number}@new.example,,,\n")
        acknowledged(event, cast.lead)
        operations.validate(event, by=cast.lead)
        found.append(event.pk)
    return found


def race(events, by):
    """All at once for Friday 17 April; what each was told."""
    barrier, told = threading.Barrier(len(events)), []

    def go(pk):
        event = MigrationEvent.objects.with_facts().get(pk=pk)
        barrier.wait(10)
        try:
            operations.schedule(event, day=date(2026, 4, 17), wall=time(8), at=NOW, by=by)
            told.append("")
        except Invalid as refused:
            told.append(str(refused))

    faults = []
    threads = [in_thread(lambda pk=pk: go(pk), faults) for pk in events]
    for thread in threads:
        thread.join(20)
    assert not faults
    return told


def test_no_day_is_overbooked(cast, waiting):
    told = race(waiting, cast.lead)
    assert MigrationEvent.objects.filter(status="scheduled").count() == ROOM
    refused = [words for words in told if words]
    assert len(refused) == RACERS - ROOM
    assert all("that day is full" in words for words in refused)


def test_without_holding_the_centre_the_day_is_overbooked(cast, waiting, monkeypatch):
    """The control: each counts before the others have written."""
    everybody, count = threading.Barrier(RACERS), days.capacity.taken

    def count_together(*args, **kwargs):
        found = count(*args, **kwargs)
        everybody.wait(10)
        return found

    monkeypatch.setattr(days, "hold_days", lambda centre: None)
    monkeypatch.setattr(days.capacity, "taken", count_together)
    race(waiting, cast.lead)
    assert MigrationEvent.objects.filter(status="scheduled").count() == RACERS
