"""A long file with states is loaded by a job: its page shows how far it is, what it did, or why it did nothing."""

import io
import uuid
from datetime import timedelta

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.refusals import Conflict
from fasttrack_portal.tabular import sheet
from migrations_svc import operations
from migrations_svc.models import MigrationEvent, StatesFile
from migrations_svc.operations import statesfiles
from tests.migrations_svc.migration_scene import CLOSES, NOW, csv, finish_jobs, upload

HEAD = "address,state,items,errors,message\n"
# Lines that are empty are lines: the file is long without a list of thousands.
LONG = "\n" * 2_100


@pytest.fixture
def running(bring):
    """Ada's mailbox syncs, Ben's waits."""
    return bring("running")


def send(client, event, *lines, key=None):
    way = reverse("migrations_svc:load_states", args=[event.public_id])
    return client.post(way, {"key": str(key or uuid.uuid4()), "file": upload(csv(*lines, LONG, header=HEAD), "s.csv")})


def brought(event, by, *lines, at=NOW):
    content = io.BytesIO(csv(*lines, header=HEAD))
    return operations.bring_states(event, content, name="s.csv", key=uuid.uuid4(), lines_at_most=3_000, by=by, at=at)


def loads():
    return Event.objects.filter(kind="migrations.states_loaded").count()


def test_its_page_shows_how_far_it_is_and_what_it_did(cast, sign_in, running):
    client, key = sign_in(cast.specialist), uuid.uuid4()
    answers = [send(client, running, "ada@old.example,Completed,7,,\n", key=key) for _twice in range(2)]
    file = StatesFile.objects.get()
    assert {answer["Location"] for answer in answers} == {file.get_absolute_url()}
    assert Job.objects.filter(kind="migrations.load_states").count() == 1
    assert "You can leave this page" in client.get(file.get_absolute_url()).content.decode()
    others = sign_in(cast.lead).get(file.get_absolute_url()).content.decode()
    assert ("The file is being read." in others, "every 1s" in others) == (True, False), "the job is not theirs"
    assert (loads(), Event.objects.filter(kind="migrations.states_brought").count()) == (0, 1)

    finish_jobs()
    running.refresh_from_db()
    file.refresh_from_db()
    assert (running.totals, loads()) == ({"completed": 1, "queued": 1}, 1)
    assert (file.status, file.parts.count(), file.job.result_url) == ("imported", 0, file.get_absolute_url())
    for person in (cast.specialist, cast.lead):
        assert "1 record named, 1 in a new state" in sign_in(person).get(file.get_absolute_url()).content.decode()
    again = reverse("migrations_svc:load_states", args=[running.public_id])
    assert file.get_absolute_url() in sign_in(cast.specialist).get(again).content.decode()


def test_what_is_refused_is_shown_by_line_and_comes_as_a_file(cast, sign_in, running):
    send(sign_in(cast.specialist), running, "ada@old.example,Completed,,,\n", "ben@old.example,=Sleeping,,,\n")
    finish_jobs()
    file = StatesFile.objects.get()
    page = sign_in(cast.specialist).get(file.get_absolute_url()).content.decode()
    assert 'data-label="Line">3</td><td data-label="Column"><code>state</code>' in page
    assert "Bring another file" in page
    way = reverse("migrations_svc:states_reasons", args=[file.public_id])
    line = b"".join(sign_in(cast.specialist).get(way)).decode().splitlines()[1]
    assert line.startswith("3,state,'=Sleeping,"), line
    running.refresh_from_db()
    assert (file.status, file.parts.count(), running.totals, loads()) == ("refused", 0, {"queued": 2}, 0)


def test_an_address_that_is_on_no_list_and_a_step_back(cast, running):
    file = brought(running, cast.specialist, "eve@old.example,Completed,,,\n")
    finish_jobs()
    file.refresh_from_db()
    assert (file.status, file.errors[0][:3]) == ("refused", [2, "address", "eve@old.example"])
    for state in ("Completed", "Syncing"):
        file = brought(running, cast.specialist, f"ada@old.example,{state},,,\n")
        finish_jobs()
    file.refresh_from_db()
    assert (file.status, file.count("backwards")) == ("imported", 1)
    assert running.records.get(source_address="ada@old.example").doubted_status == "syncing"


@pytest.mark.parametrize(("content", "sentence"), [("", "no lines below"), ("\0PK\n", "")])
def test_a_long_file_without_states(cast, running, content, sentence):
    file = brought(running, cast.specialist, content)
    finish_jobs()
    file.refresh_from_db()
    assert (file.status, sentence in file.problem or bool(file.errors)) == ("refused", True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "cancelled"}, "This event is “Cancelled”. States are loaded from the freeze"),
        ({"status": "completed", "completed_at": NOW, "window": "closed", "window_closes_at": CLOSES}, "“Completed”"),
    ],
)
def test_the_event_has_moved_on_meanwhile(cast, sign_in, running, change, sentence):
    file = brought(running, cast.specialist, "ada@old.example,Completed,,,\n")
    MigrationEvent.objects.filter(pk=running.pk).update(**change)
    finish_jobs()
    file.refresh_from_db()
    assert (file.status, loads(), file.parts.count()) == ("refused", 0, 0)
    assert sentence in sign_in(cast.specialist).get(file.get_absolute_url()).content.decode()


def test_whose_right_has_ended_loads_nothing(cast, running):
    person = type(cast.specialist).objects.filter(pk=cast.specialist.pk)
    end_ways = (lambda: person.update(is_active=False), cast.specialist.memberships.all().delete)
    for number, end in enumerate(end_ways):
        file = brought(running, cast.specialist, "ada@old.example,Completed,,,\n")
        end()
        finish_jobs()
        file.refresh_from_db()
        assert (file.status, file.parts.count(), loads()) == ("refused", 0, 0), number
        assert file.problem
        person.update(is_active=True)


def test_two_files_are_loaded_in_the_order_in_which_they_come(cast, sign_in, running):
    first = brought(running, cast.specialist, "ada@old.example,Syncing,,,\n")
    answer = send(sign_in(cast.specialist), running, "ada@old.example,Completed,,,\n")
    assert answer.status_code == 409
    assert "Another file with states of this event, s.csv, is being read" in answer.content.decode()
    finish_jobs()
    assert send(sign_in(cast.specialist), running, "ada@old.example,Completed,,,\n").status_code == 303
    first.refresh_from_db()
    assert first.status == "imported"


def test_two_that_are_read_at_once_are_nowhere(cast, running):
    """Behind the row that is held stands the database."""
    brought(running, cast.specialist, "ada@old.example,Syncing,,,\n")
    with pytest.raises(IntegrityError), transaction.atomic():
        StatesFile.objects.create(event=running, name="t.csv", uploaded_by=cast.specialist)


def test_a_few_lines_with_a_million_texts_beside_them_are_for_the_job(cast, sign_in, running, monkeypatch):
    book = openpyxl.Workbook()
    for line in (("address", "state"), ("ada@old.example", "Completed")):
        book.active.append(line)
    book.save(content := io.BytesIO())
    way = reverse("migrations_svc:load_states", args=[running.public_id])
    for lightest, status in ((0, "reading"), (2**20, "imported")):
        monkeypatch.setattr(sheet, "_LIGHT", lightest)
        sent = {"key": str(uuid.uuid4()), "file": upload(content.getvalue(), "states.xlsx")}
        assert sign_in(cast.specialist).post(way, sent).status_code == 303
        assert StatesFile.objects.first().status == status
        finish_jobs()
    assert (loads(), StatesFile.objects.filter(status="imported").count()) == (2, 2)


def test_one_that_was_parked_holds_up_nobody_and_comes_to_nothing(cast, running):
    stuck = brought(running, cast.specialist, "ada@old.example,Failed,,,\n")
    Job.objects.filter(pk=stuck.job_id).update(status="parked")
    brought(running, cast.specialist, "ada@old.example,Completed,,,\n")
    Job.objects.filter(pk=stuck.job_id).update(status="waiting")
    finish_jobs()
    stuck.refresh_from_db()
    running.refresh_from_db()
    assert (stuck.status, running.totals, loads()) == ("refused", {"completed": 1, "queued": 1}, 1)


def test_a_deletion_waits_for_the_file_and_takes_the_name_out_of_what_was_refused(cast, running):
    file = brought(running, cast.specialist, "eve@old.example,Completed,,,\n", "fay@old.example,Completed,,,\n")
    with pytest.raises(Conflict, match="is being read"):
        statesfiles.forget_person_in_states(running.project, "EVE@old.example")
    finish_jobs()
    statesfiles.forget_person_in_states(running.project, "EVE@old.example")
    file.refresh_from_db()
    assert [error[2] for error in file.errors] == ["fay@old.example"]
    # One that nobody reads any more holds no deletion up, and is not kept.
    stuck = brought(running, cast.specialist, "eve@old.example,Completed,,,\n")
    Job.objects.filter(pk=stuck.job_id).update(status="parked")
    statesfiles.forget_person_in_states(running.project, "eve@old.example")
    stuck.refresh_from_db()
    assert (stuck.status, stuck.parts.count()) == ("refused", 0)


def test_a_worker_that_died_while_it_loaded_leaves_nothing_half(cast, running, monkeypatch):
    file = brought(running, cast.specialist, "ada@old.example,Completed,,,\n")

    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(statesfiles.keeping, "drop", die)
        with pytest.raises(SystemExit):
            finish_jobs()
    file.refresh_from_db()
    running.refresh_from_db()
    assert (file.status, running.totals, loads()) == ("reading", {"queued": 2}, 0)
    engine.run_due(at=timezone.now() + timedelta(hours=1), lanes=("heavy",))
    file.refresh_from_db()
    assert (file.status, loads()) == ("imported", 1)
