"""The customer's list is checked as a whole: all of it is stored, or nothing."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import TransitionRefused
from migrations_svc import operations
from migrations_svc.models import MigrationEvent, MigrationRecord
from tests.migrations_svc.migration_scene import HEADER, LINES, csv, event_in, plan, upload

NEXT = "cleo@old.example,cleo@contoso.example,3,Cleo,mailbox\n"


def address(event):
    return reverse("migrations_svc:load_list", args=[event.public_id])


def form(event, content, **fields):
    event.refresh_from_db()
    return {"key": str(uuid.uuid4()), "version": event.version, "file": upload(content), **fields}


@pytest.fixture
def empty(cast, engagement):
    """A draft that waits for its list."""
    return operations.create(
        engagement, key=uuid.uuid4(), title="Later", source="exchange", zone="Europe/Berlin", by=cast.lead
    )


def test_the_list_is_stored_and_counted(cast, sign_in, empty):
    client = sign_in(cast.lead)
    answer = client.post(address(empty), form(empty, csv(*LINES)))
    assert answer.status_code == 303
    empty.refresh_from_db()
    assert empty.totals == {"queued": 2}
    assert "The list is stored: 2 records." in client.get(answer["Location"]).content.decode()
    told = Event.objects.get(kind="migrations.list_loaded")
    assert (told.actor, told.customer, told.data["records"]) == (cast.lead, cast.contoso, 2)


@pytest.mark.parametrize(
    "content",
    [
        csv(*LINES).decode().encode("utf-8-sig"),
        csv(*LINES).decode().encode("utf-16"),
        csv(*LINES).decode().replace(",", ";").encode(),
        csv("jos@old.example,jos@contoso.example,1,José,mailbox\n").decode().encode("latin-1"),
        csv(*LINES).decode().replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8 with a mark", "utf-16", "semicolons", "latin-1", "line ends of Windows"],
)
def test_what_spreadsheets_write_is_read(cast, sign_in, empty, content):
    assert sign_in(cast.lead).post(address(empty), form(empty, content)).status_code == 303
    assert MigrationRecord.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"PK\x03\x04" + b"x" * 200, "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 200, "save the sheet as CSV"),
        (b"%PDF-1.7", "export the list as CSV"),
        (b"\x1f\x8b" + b"x" * 50, "compressed"),
        (HEADER.encode(), "no lines below"),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
        (b"\x00\x01\x02" * 100, "CSV"),
    ],
    ids=["empty", "xlsx or zip", "xls", "pdf", "gzip", "header only", "too large", "binary"],
)
def test_a_file_that_is_no_list(cast, sign_in, empty, content, sentence):
    answer = sign_in(cast.lead).post(address(empty), form(empty, content))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not MigrationRecord.objects.exists()
    assert not Event.objects.filter(kind="migrations.list_loaded").exists()


@pytest.mark.parametrize(
    ("lines", "line", "column", "word"),
    [
        ([LINES[0], "=HYPERLINK(1)@x.example,b@c.example,1,B,\n"], 3, "source_address", "formula"),
        ([LINES[0], "b@c.example,d@e.example,1,@SUM(A1),\n"], 3, "display_name", "formula"),
        ([LINES[0], "ADA@old.example,x@contoso.example,1,A,mailbox\n"], 3, "source_address", "stands on line 2"),
        ([LINES[0], "b@c.example,,1,B,\n"], 3, "target_address", "is empty"),
        ([LINES[0], "b@c.example,d@e.example,-1,B,\n"], 3, "size_gb", "negative"),
        ([LINES[0], "b@c.example,d@e.example,1,B,printer\n"], 3, "kind", "not a kind"),
        ([LINES[0], "b@c.example,d@e.example,1," + "x" * 321 + ",\n"], 3, "display_name", "longer than 320"),
        ([LINES[0], "b@c.example,d@e.example,99999999,B,\n"], 3, "size_gb", "not a size"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(cast, sign_in, empty, lines, line, column, word):
    answer = sign_in(cast.lead).post(address(empty), form(empty, csv(*lines)))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'data-label="Line">{line}</td><td data-label="Column"><code>{column}</code>' in page
    assert word in page
    assert not MigrationRecord.objects.exists()


def test_a_missing_and_a_strange_column(cast, sign_in, empty):
    answer = sign_in(cast.lead).post(address(empty), form(empty, b"source_adress,size\na@b.example,1\n"))
    page = answer.content.decode()
    assert "did you mean “source_address”" in page
    assert "The column “target_address” is missing" in page


def test_a_thousand_errors_are_told_in_part(cast, sign_in, empty):
    lines = [f"no{number},b@c.example,,,\n" for number in range(1_000)]
    page = sign_in(cast.lead).post(address(empty), form(empty, csv(*lines))).content.decode()
    assert "1,000 cells need correcting" in page
    assert "and 500 more" in page


def test_a_list_is_replaced_only_if_one_says_so(cast, sign_in, event):
    client = sign_in(cast.lead)
    answer = client.post(address(event), form(event, csv(NEXT)))
    assert answer.status_code == 422
    assert "Tick this to replace the list" in answer.content.decode()
    assert event.records.count() == 2
    assert client.post(address(event), form(event, csv(NEXT), replace="on")).status_code == 303
    assert list(event.records.values_list("source_address", flat=True)) == ["cleo@old.example"]


def test_a_bad_replacement_leaves_the_old_list(cast, sign_in, event):
    answer = sign_in(cast.lead).post(address(event), form(event, csv("x,y,,,\n"), replace="on"))
    assert answer.status_code == 422
    assert event.records.count() == 2


def test_a_double_click_loads_once(cast, sign_in, empty):
    client, key = sign_in(cast.lead), str(uuid.uuid4())
    sent = {"key": key, "version": empty.version}
    answers = [client.post(address(empty), {**sent, "file": upload(csv(*LINES))}) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Event.objects.filter(kind="migrations.list_loaded").count() == 1


def test_two_people_replacing_it_at_once(cast, sign_in, event):
    first, second = form(event, csv(NEXT), replace="on"), form(event, csv(*LINES), replace="on")
    assert sign_in(cast.lead).post(address(event), first).status_code == 303
    assert sign_in(cast.pm).post(address(event), second).status_code == 409
    assert event.records.get().source_address == "cleo@old.example"


def test_a_record_of_another_unfinished_event_is_an_error_of_its_line(cast, sign_in, event, empty):
    answer = sign_in(cast.lead).post(address(empty), form(empty, csv(NEXT, LINES[0].replace("ada@o", "ADA@o"))))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"“ADA@old.example” is on the list of {event.number} already." in page
    assert 'data-label="Line">3</td>' in page
    assert not empty.records.exists()
    operations.cancel(event, reason="Another way", by=cast.lead)
    assert sign_in(cast.lead).post(address(empty), form(empty, csv(NEXT, LINES[0]))).status_code == 303


def test_another_source_may_have_the_same_addresses(cast, engagement, event):
    assert event_in(engagement, cast.lead, source="google_drive").record_count == 2


def test_a_mailbox_and_its_archive_share_an_address(cast, engagement):
    lines = LINES[0], "ada@old.example,ada@contoso.example,50,Ada,archive\n"
    assert event_in(engagement, cast.lead, *lines).record_count == 2


def test_after_the_draft_the_list_stands(cast, sign_in, bring):
    event = bring("validated")
    answer = sign_in(cast.lead).post(address(event), form(event, csv(NEXT), replace="on"))
    assert answer.status_code == 409
    with pytest.raises(TransitionRefused):
        operations.load_list(event, plan(NEXT), key=uuid.uuid4(), version=event.version, by=cast.lead)
    assert event.records.count() == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("partner", 303),
        ("pm", 303),
        ("specialist", 403),
        ("admin", 403),
        ("fabrikam_lead", 404),
        ("litware_partner", 404),
    ],
)
def test_who_may_load_it(cast, sign_in, empty, who, status):
    assert sign_in(getattr(cast, who)).post(address(empty), form(empty, csv(*LINES))).status_code == status


def test_the_eleventh_import_of_an_hour_waits_and_keeps_what_was_typed(cast, sign_in, empty):
    client = sign_in(cast.lead)
    for _time in range(10):
        client.post(address(empty), form(empty, b"x"))
    answer = client.post(address(empty), form(empty, csv(*LINES)))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert 'name="file"' in answer.content.decode()
    assert not MigrationRecord.objects.exists()


def test_tabs_and_backslashes_arrive_as_they_are(cast, engagement):
    share = "\\\\files\\sales\\new,https://contoso.example/sites/sales,,New \\N \\t,site\n"
    event = event_in(engagement, cast.lead, share, source="file_share")
    stored = event.records.get()
    assert stored.source_address == "\\\\files\\sales\\new"
    assert stored.display_name == "New \\N \\t"


def rows(count, mark="m"):
    names = [f"{mark}{number}" for number in range(count)]
    return [f"{name}@old.example,{name}@contoso.example,1.5,Name {name},mailbox\n" for name in names]


def test_ten_thousand_rows_take_no_more_queries_than_ten(cast, engagement):
    counts = []
    for number, mark in ((10, "a"), (10_000, "b")):
        with CaptureQueriesContext(connection) as queries:
            event = event_in(engagement, cast.lead, *rows(number, mark))
        assert event.records.count() == number
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 29


def test_the_page_of_records_is_the_same_number_of_queries(cast, sign_in, engagement):
    client, counts = sign_in(cast.lead), []
    client.get("/")  # what the session costs once
    for number, mark in ((10, "a"), (1_000, "b")):
        event = event_in(engagement, cast.lead, *rows(number, mark))
        for name in ("records", "detail"):
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(f"migrations_svc:{name}", args=[event.public_id]))
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert MigrationEvent.objects.count() == 2
