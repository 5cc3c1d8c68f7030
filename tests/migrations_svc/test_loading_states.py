"""The specialist loads what the migration tools export; all of a file counts, or nothing."""

import time as clock
import uuid

import pytest
import time_machine
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.notices.models import Notification
from migrations_svc import operations
from migrations_svc.models import MigrationEvent
from tests.migrations_svc.migration_scene import CLOSES, COMPLETED, LINES, NOW, csv, event_in, states, upload

HEAD = "address,state,items,errors,message\n"


def address(event):
    return reverse("migrations_svc:load_states", args=[event.public_id])


def send(client, event, *lines, header=HEAD, key=None):
    return client.post(address(event), {"key": str(key or uuid.uuid4()), "file": upload(csv(*lines, header=header))})


def test_states_and_totals(cast, sign_in, bring):
    event, client = bring("running"), sign_in(cast.specialist)
    answer = send(
        client, event, "ADA@old.example,Completed,1200,3,Three items were too large\n", "ben@old.example,Syncing,7,,\n"
    )
    assert answer.status_code == 303
    event.refresh_from_db()
    assert event.totals == {"completed": 1, "syncing": 1}
    ada = event.records.get(source_address="ada@old.example")
    assert (ada.status, ada.items_moved, ada.items_failed, ada.message) == (
        "completed", 1200, 3, "Three items were too large"
    )  # fmt: skip
    assert ada.status_at is not None
    told = Event.objects.get(kind="migrations.states_loaded")
    assert (told.data["rows"], told.data["changed"], told.data["backwards"]) == (2, 2, 0)
    assert not Notification.objects.filter(event=told).exists()
    page = client.get(event.get_absolute_url()).content.decode()
    assert "2 records named, 2 in a new state" in page
    assert "Completed 1" in page


def test_an_export_of_exchange_fits_as_it_is(cast, sign_in, bring):
    event = bring("running")
    header = "Identity,Status,SyncedItemCount,SkippedItemCount,ErrorSummary,BatchId\n"
    client = sign_in(cast.specialist)
    answer = send(client, event, "ada@old.example,IncrementalSyncing,5,0,,x\n", header=header)
    assert answer.status_code == 303
    assert event.records.get(source_address="ada@old.example").status == "syncing"
    assert "Columns that were not read" in client.get(answer["Location"]).content.decode()


def doubts(event):
    return reverse("migrations_svc:settle_doubts", args=[event.public_id])


@pytest.fixture
def put_back(cast, sign_in, bring):
    """Ada was through, and the next file says that she is not."""
    event, client = bring("running"), sign_in(cast.specialist)
    send(client, event, "ada@old.example,Completed,,,\n", "ben@old.example,Syncing,,,\n")
    answer = send(client, event, "ada@old.example,Syncing,,,\n", "ben@old.example,Synced,,,\n")
    assert "1 in a new state, 1 would go backwards and was left" in client.get(answer["Location"]).content.decode()
    event.refresh_from_db()
    return event


def test_backwards_is_shown_and_not_taken(cast, sign_in, put_back):
    assert put_back.totals == {"completed": 1, "synced": 1}
    for person in (cast.lead, cast.specialist):
        page = sign_in(person).get(put_back.get_absolute_url()).content.decode()
        assert "The last file puts 1 record back" in page
        assert ("Put them back" in page) is (person == cast.specialist)
    listed = sign_in(cast.lead).get(reverse("migrations_svc:records", args=[put_back.public_id]) + "?doubt=on")
    assert "the last file says: Syncing" in listed.content.decode()
    assert "ben@old.example" not in listed.content.decode()


@pytest.mark.parametrize(
    ("take", "kind", "totals"),
    [("1", "taken", {"syncing": 1, "synced": 1}), ("0", "dropped", {"completed": 1, "synced": 1})],
)
def test_somebody_who_looks_takes_it_or_drops_it(cast, sign_in, put_back, take, kind, totals):
    assert sign_in(cast.lead).post(doubts(put_back), {"take": take}).status_code == 403
    client = sign_in(cast.specialist)
    assert client.post(doubts(put_back), {"take": take}).status_code == 303
    assert client.post(doubts(put_back), {"take": take}).status_code == 409
    put_back.refresh_from_db()
    assert put_back.totals == totals
    assert Event.objects.get(kind=f"migrations.doubts_{kind}").data["count"] == 1


def test_the_next_file_may_settle_it(cast, sign_in, put_back):
    send(sign_in(cast.specialist), put_back, "ada@old.example,Completed,9,,\n")
    assert put_back.records.exclude(doubted_status="").count() == 0


def test_after_a_failure_it_begins_anew_without_a_doubt(cast, sign_in, bring):
    event, client = bring("running"), sign_in(cast.specialist)
    send(client, event, "ada@old.example,Failed,,,\n")
    send(client, event, "ada@old.example,Queued,,,\n")
    assert event.records.get(source_address="ada@old.example").status == "queued"


def test_one_record_by_hand_with_its_reason(cast, sign_in, put_back):
    client, ada = sign_in(cast.specialist), put_back.records.get(source_address="ada@old.example")
    way = reverse("migrations_svc:set_record", args=[ada.public_id])
    sent = {"status": "failed", "reason": "The mailbox is on hold", "version": ada.version}
    assert sign_in(cast.lead).post(way, sent).status_code == 403
    assert client.post(way, {**sent, "reason": " "}).status_code == 422
    assert client.post(way, sent).status_code == 303
    assert client.post(way, sent).status_code == 409, "somebody has changed it meanwhile"
    put_back.refresh_from_db()
    assert put_back.totals == {"failed": 1, "synced": 1}
    told = Event.objects.get(kind="migrations.record_set")
    assert (told.data["before"], told.data["now"], told.data["reason"]) == (
        "Completed",
        "Failed",
        "The mailbox is on hold",
    )
    page = sign_in(cast.lead).get(ada.get_absolute_url()).content.decode()
    assert "The mailbox is on hold" in page
    assert "Set the state by hand" not in page


def test_an_export_of_batches_says_nothing_of_a_mailbox(cast, sign_in, bring):
    header = "Identity,Status,TotalCount,SyncedCount,FinalizedCount,FailedCount\n"
    answer = send(sign_in(cast.specialist), bring("running"), "Wave 1,Syncing,2,1,0,0\n", header=header)
    assert answer.status_code == 422
    assert "This is an export of batches" in answer.content.decode()


def test_a_report_of_migration_manager_fits_as_it_is(cast, engagement, sign_in):
    share = r"\\files\sales"
    event = event_in(
        engagement, cast.lead, f"{share},https://contoso.example/sites/sales,5,Sales,site\n", source="file_share"
    )
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", scheduled_for=NOW)
    header = "Source,Destination,Status,Total scanned item,Migrated items,Failed items,Duration\n"
    answer = send(
        sign_in(cast.specialist),
        event,
        f"{share},https://contoso.example/sites/sales,Partially completed,9,8,1,02:00\n",
        header=header,
    )
    assert answer.status_code == 303
    found = event.records.get()
    assert (found.status, found.items_moved, found.items_failed) == ("completed_with_warnings", 8, 1)


def test_a_record_the_file_does_not_name_keeps_its_state(cast, sign_in, bring):
    event = bring("running")
    send(sign_in(cast.specialist), event, "ada@old.example,Failed,,,Gone\n")
    event.refresh_from_db()
    assert event.totals == {"failed": 1, "queued": 1}
    assert event.records.get(source_address="ben@old.example").status_at is None


@pytest.mark.parametrize(
    ("line", "column", "word"),
    [
        ("eve@old.example,Completed,1,0,\n", "address", "is not on the list of this event"),
        ("ben@old.example,Sleeping,1,0,\n", "state", "is not a state we know"),
        ("ben@old.example,Completed,many,0,\n", "items", "is not a whole number"),
        ("ada@OLD.example,Completed,1,0,\n", "address", "stands on line 2"),
        ("=ben@old.example,Completed,1,0,\n", "address", "formula"),
    ],
)
def test_a_bad_line_stores_nothing(cast, sign_in, bring, line, column, word):
    event = bring("running")
    answer = send(sign_in(cast.specialist), event, "ada@old.example,Completed,1,0,\n", line)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'data-label="Line">3</td><td data-label="Column"><code>{column}</code>' in page
    assert word in page
    event.refresh_from_db()
    assert event.totals == {"queued": 2}
    assert set(event.records.values_list("status", flat=True)) == {"queued"}
    assert not Event.objects.filter(kind="migrations.states_loaded").exists()


def test_a_double_click_loads_once(cast, sign_in, bring):
    event, client, key = bring("running"), sign_in(cast.specialist), uuid.uuid4()
    answers = [send(client, event, "ada@old.example,Completed,,,\n", key=key).status_code for _again in range(2)]
    assert answers == [303, 303]
    assert Event.objects.filter(kind="migrations.states_loaded").count() == 1


def test_the_records_of_another_event_stay_as_they_are(cast, engagement, bring):
    other = event_in(engagement, cast.lead, *LINES, source="box")
    event = bring("running")
    operations.load_states(event, states("ada@old.example,Failed,,,\n"), key=uuid.uuid4(), by=cast.specialist, at=NOW)
    assert set(other.records.values_list("status", flat=True)) == {"queued"}


def test_mailbox_and_archive_move_together(cast, engagement):
    event = event_in(engagement, cast.lead, LINES[0], "ada@old.example,ada@contoso.example,50,Ada,archive\n")
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", scheduled_for=NOW)
    loaded = operations.load_states(
        event, states("ada@old.example,Completed,,,\n"), key=uuid.uuid4(), by=cast.specialist, at=NOW
    )
    assert (loaded.rows, event.totals) == (2, {"completed": 2})


@pytest.mark.parametrize(
    ("content", "sentence", "status"),
    [
        (b"", "empty", 422),
        (b"address,state\n", "no lines below", 422),
        (b"address,state\r\n" + b"a,b\r\n" * 5_000_000, "larger than 20 MB", 422),
        (b"address,state\n" + b"\n" * 5_000_000, "more than 100,000 lines", 422),
        (b"\xff\xfe\x00", "CSV", 422),
        (b"colour\nred\n", "The column “address” is missing", 422),
    ],
    ids=["empty", "0 rows", "5,000,000 rows", "5,000,000 empty rows", "no text", "no states"],
)
def test_a_file_that_is_no_export_is_refused_in_time(cast, sign_in, bring, content, sentence, status):
    event, client = bring("running"), sign_in(cast.specialist)
    began = clock.monotonic()
    answer = client.post(address(event), {"key": str(uuid.uuid4()), "file": upload(content)})
    assert clock.monotonic() - began < 5, "two seconds on a machine that has nothing else to do"
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    event.refresh_from_db()
    assert event.totals == {"queued": 2}


def test_one_export_in_two_encodings_is_read(cast, sign_in, bring):
    """Two tools' files, put together with a copy and a paste."""
    event = bring("running")
    lines = "ada@old.example,Failed,,,Größe\n".encode(), "ben@old.example,Failed,,,Größe\n".encode("cp1252")
    content = b"address,state,items,errors,message\n" + b"".join(lines)
    answer = sign_in(cast.specialist).post(address(event), {"key": str(uuid.uuid4()), "file": upload(content)})
    assert answer.status_code == 303
    assert set(event.records.values_list("message", flat=True)) == {"Größe"}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 303),
        ("admin", 303),
        ("lead", 403),
        ("partner", 403),
        ("apac_specialist", 404),
        ("fabrikam_lead", 404),
    ],
)
def test_who_may(cast, sign_in, bring, who, status):
    assert send(sign_in(getattr(cast, who)), bring("running"), "ada@old.example,Synced,,,\n").status_code == status


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("draft", 409),
        ("validated", 409),
        ("scheduled", 409),
        ("locked", 303),
        ("go", 303),
        ("failed", 409),
        ("cancelled", 409),
    ],
)
def test_when(cast, sign_in, bring, status, answer):
    assert send(sign_in(cast.specialist), bring(status), "ada@old.example,Synced,,,\n").status_code == answer


def test_until_the_window_closes(cast, sign_in, bring):
    event, client = bring("completed_with_issues"), sign_in(cast.specialist)
    with time_machine.travel(COMPLETED, tick=False):
        assert send(client, event, "ada@old.example,Completed,,,\n").status_code == 303
    with time_machine.travel(CLOSES.replace(hour=22, minute=0, second=0), tick=False):
        assert send(sign_in(cast.specialist), event, "ada@old.example,Failed,,,\n").status_code == 409


def test_ten_thousand_states(cast, engagement, django_assert_max_num_queries):
    names = [f"m{number}@old.example" for number in range(10_000)]
    event = event_in(engagement, cast.lead, *(f"{name},{name},,,\n" for name in names))
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", scheduled_for=NOW)
    rows = states(*(f"{name},Completed,5,0,\n" for name in names))
    with django_assert_max_num_queries(33):
        operations.load_states(event, rows, key=uuid.uuid4(), by=cast.specialist, at=NOW)
    assert event.totals == {"completed": 10_000}
