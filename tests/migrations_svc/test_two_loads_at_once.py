"""Two files with states come for one event at the same moment: none is lost, and the totals are of both.

Real connections in real threads. The controls show what happens when nobody holds the event."""

import io
import threading
import uuid

import pytest
from django.db import IntegrityError

from fasttrack_portal.refusals import Conflict, StaleVersion
from migrations_svc import operations
from migrations_svc.models import MigrationEvent, StatesFile
from migrations_svc.operations import states, statesfiles
from tests.engagements.test_meetings_that_race import in_thread
from tests.migrations_svc.migration_scene import NOW, csv, event_in
from tests.migrations_svc.migration_scene import states as states_in

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = ("ada@old.example", "ben@old.example")


@pytest.fixture
def running(cast, engagement):
    found = event_in(engagement, cast.lead)
    MigrationEvent.objects.filter(pk=found.pk).update(status="running", scheduled_for=NOW)
    return found.pk


def race(load):
    """`load(event, address)` of each address at once; what each was refused for."""
    barrier, told = threading.Barrier(2), []

    def go(address):
        event = MigrationEvent.objects.with_facts().get()
        barrier.wait(10)
        try:
            load(event, address)
        except (Conflict, StaleVersion, IntegrityError) as refused:
            told.append(refused)

    faults = []
    threads = [in_thread(lambda address=address: go(address), faults) for address in ADDRESSES]
    for thread in threads:
        thread.join(20)
    assert not faults
    return told


def short(cast):
    def load(event, address):
        rows = states_in(f"{address},Completed,,,\n")
        operations.load_states(event, rows, key=uuid.uuid4(), by=cast.specialist, at=NOW)

    return load


def long(cast):
    def load(event, address):
        content = io.BytesIO(csv(f"{address},Completed\n", header="address,state\n"))
        facts = {"name": address, "key": uuid.uuid4(), "lines_at_most": 5_000}
        operations.bring_states(event, content, by=cast.specialist, at=NOW, **facts)

    return load


def together(work):
    """The work of both, and then they go on: as nobody holds the event."""
    both = threading.Barrier(2)

    def do(*args, **kwargs):
        found = work(*args, **kwargs)
        both.wait(10)
        return found

    return do


def test_the_totals_are_of_both(cast, running):
    assert race(short(cast)) == []
    event = MigrationEvent.objects.get()
    assert (event.totals, event.records.filter(status="completed").count()) == ({"completed": 2}, 2)


def test_without_holding_the_event_one_of_them_is_lost(cast, running, monkeypatch):
    """Each counts without the other, and the version of the event lets one of the two through."""
    monkeypatch.setattr(states, "hold", lambda event: None)
    monkeypatch.setattr(states.totals, "counted", together(states.totals.counted))
    (refused,) = race(short(cast))
    assert isinstance(refused, StaleVersion)
    assert MigrationEvent.objects.get().totals == {"completed": 1, "queued": 1}


def test_of_two_long_files_the_second_learns_of_the_first(cast, running):
    (refused,) = race(long(cast))
    assert isinstance(refused, Conflict)
    assert f"{StatesFile.objects.get().name}, is being read" in str(refused)


def test_without_holding_the_event_both_believe_that_it_is_their_turn(cast, running, monkeypatch):
    """And the second ends at the constraint, with words that are for nobody."""
    monkeypatch.setattr(statesfiles, "hold", lambda event: None)
    monkeypatch.setattr(statesfiles, "_require_turn", together(statesfiles._require_turn))
    (refused,) = race(long(cast))
    assert isinstance(refused, IntegrityError)
    assert StatesFile.objects.count() == 1
