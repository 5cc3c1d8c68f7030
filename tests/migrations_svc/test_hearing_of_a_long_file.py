"""Whoever brought a long file hears in the portal when it is through, and by mail too where nothing was stored."""

import io
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.sentences import sentence_of
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from migrations_svc import operations
from migrations_svc.operations import lists, states
from tests.migrations_svc.migration_scene import HEADER, LINES, NOW, csv, finish_jobs


def heard(person):
    """What the person reads in the portal of these files, the newest last."""
    rows = Notification.objects.filter(user=person, event__data__has_key="waits").order_by("pk").select_related("event")
    return [(sentence_of(note.event.kind, note.event.data), note.event.url) for note in rows]


def mailed(person):
    """To whom the portal writes of them, and what stands above."""
    engine.run_due(lanes=(Job.Lane.LIGHT,))
    return [letter.subject for letter in mail.outbox if letter.to == [person.email]]


def a_list(event, by, *lines, lines_at_most=5_000):
    content = io.BytesIO(csv(*lines, header=HEADER))
    return operations.upload_list(event, content, name="wave.csv", key=uuid.uuid4(), lines_at_most=lines_at_most, by=by)


def some_states(event, by, *lines, lines_at_most=5_000):
    content = io.BytesIO(csv(*lines, header="address,state\n"))
    facts = {"name": "states.csv", "key": uuid.uuid4(), "lines_at_most": lines_at_most}
    return operations.bring_states(event, content, by=by, at=NOW, **facts)


@pytest.fixture
def running(bring, cast):
    found = bring("running")
    Job.objects.filter(kind__in=["notices.mail", "migrations.look_for_stall"]).delete()
    return found


def test_a_list_is_checked_and_then_stored(cast, event):
    plan = a_list(event, cast.lead, *LINES, "nobody,x@new.example,,,\n")
    finish_jobs()
    plan.refresh_from_db()
    assert heard(cast.lead) == [
        (f"The list wave.csv for {event.number} is checked: 0 to import, 1 refused", plan.get_absolute_url())
    ]
    assert heard(cast.specialist) == []


def test_who_begins_the_import_hears_of_it_and_not_who_brought_the_file(cast, event, monkeypatch):
    plan = a_list(event, cast.lead, "cy@old.example,cy@new.example,,,\n", "nobody,x@new.example,,,\n", lines_at_most=2)
    assert heard(cast.lead) == [], "it was checked at once"
    monkeypatch.setattr(lists, "AT_ONCE", 1)
    operations.import_list(plan, valid_part=True, removes=False, at=NOW, by=cast.partner)
    finish_jobs()
    sentence = f"The list of {event.number} was loaded: 3 records, 1 refused"
    assert heard(cast.partner) == [(sentence, plan.get_absolute_url())]
    assert heard(cast.lead) == []
    assert mailed(cast.partner) == []


def test_an_import_that_was_overtaken(cast, event, monkeypatch):
    plan = a_list(event, cast.lead, "cy@old.example,cy@new.example,,,\n", lines_at_most=2)
    monkeypatch.setattr(lists, "AT_ONCE", 0)
    operations.import_list(plan, valid_part=False, removes=False, at=NOW, by=cast.lead)
    monkeypatch.undo()
    event.records.create(source_address="cy@old.example", target_address="cy@new.example")
    finish_jobs()
    ((sentence, url),) = heard(cast.lead)
    assert sentence.startswith(f"The list wave.csv was not imported into {event.number}: The lists have changed")
    assert url == plan.get_absolute_url()
    assert mailed(cast.lead) == [f"The list wave.csv was not imported into {event.number}"]


def test_a_list_that_cannot_be_read(cast, event):
    a_list(event, cast.lead)
    finish_jobs()
    ((sentence, _url),) = heard(cast.lead)
    assert sentence.endswith("cannot be read: The file has a header, but no lines below it.")
    assert mailed(cast.lead) == [f"The list wave.csv for {event.number} cannot be read"]


def test_states_are_loaded(cast, running):
    file = some_states(running, cast.specialist, "ada@old.example,Completed\n", "ben@old.example,Synced\n")
    finish_jobs()
    told = f"New states for {running.number}: 2 of 2 records changed, 0 steps back not taken"
    assert heard(cast.specialist) == [(told, file.get_absolute_url())]
    assert mailed(cast.specialist) == []
    some_states(running, cast.specialist, "ada@old.example,Syncing\n")
    finish_jobs()
    assert heard(cast.specialist)[1][0].endswith("0 of 1 records changed, 1 steps back not taken")


def test_states_are_refused(cast, running):
    file = some_states(running, cast.specialist, "eve@old.example,Failed\n", "fay@old.example,Failed\n")
    finish_jobs()
    ((sentence, url),) = heard(cast.specialist)
    assert sentence.startswith(f"states.csv for {running.number} was not stored, refused lines: 2. Nothing was stored")
    assert url == file.get_absolute_url()
    assert mailed(cast.specialist) == [f"The states in states.csv were not stored in {running.number}"]
    assert "Lines that were refused: 2." in mail.outbox[-1].body


def test_what_is_done_while_a_person_waits_is_no_news(cast, running):
    some_states(running, cast.specialist, "ada@old.example,Completed\n", lines_at_most=2)
    assert Event.objects.filter(kind="migrations.states_loaded").exists()
    assert heard(cast.specialist) == []


def test_a_job_that_fails_again_and_again(cast, running, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a fault of ours")

    file = some_states(running, cast.specialist, "ada@old.example,Completed\n")
    monkeypatch.setattr(states, "staged", fail)
    at = timezone.now()
    for attempt in range(settings.JOB_ATTEMPTS):
        assert heard(cast.specialist) == [], attempt
        at += timedelta(hours=1)
        engine.run_due(at=at, lanes=("heavy",))
    file.job.refresh_from_db()
    assert file.job.status == "parked"
    told = f"states.csv for {running.number} could not be loaded; FastTrack looks into it"
    assert heard(cast.specialist) == [(told, file.get_absolute_url())]
    assert mailed(cast.specialist) == [f"states.csv for {running.number} could not be loaded"]


def test_it_is_parked_even_if_nobody_can_be_told(cast, running, monkeypatch):
    file = some_states(running, cast.specialist, "ada@old.example,Completed\n")
    type(file).objects.filter(pk=file.pk).delete()
    Job.objects.filter(pk=file.job_id).update(attempts=settings.JOB_ATTEMPTS - 1)
    engine.run_due(lanes=("heavy",))
    assert Job.objects.get(pk=file.job_id).status == "parked"
