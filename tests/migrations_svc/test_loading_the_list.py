"""The customer’s list is a file with a plan: what it would do is shown, then done as a whole or in its valid part."""

import io
import time
import uuid

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fasttrack_portal.activity.models import Event
from fasttrack_portal.imports import keeping
from migrations_svc import operations
from migrations_svc.models import ListLine, ListPlan, MigrationEvent, MigrationRecord
from tests.answers import body_of
from tests.migrations_svc.migration_scene import HEADER, LINES, csv, event_in, finish_jobs, upload

NEXT = "cleo@old.example,cleo@contoso.example,3,Cleo,mailbox\n"


def address(event):
    return reverse("migrations_svc:load_list", args=[event.public_id])


def form(content, key=None, name="list.csv"):
    return {"key": str(key or uuid.uuid4()), "file": upload(content, name)}


def send(client, event, content, **how):
    return client.post(address(event), form(content, **how))


def at(plan, what):
    return reverse(f"migrations_svc:{what}", args=[plan.public_id])


def brought(client, event, *lines):
    """The plan of a list, as the page shows it."""
    assert send(client, event, csv(*lines)).status_code == 303
    return event.list_plans.first()


def names(event):
    return sorted(event.records.values_list("source_address", flat=True))


@pytest.fixture
def empty(cast, engagement):
    """A draft that waits for its list."""
    return operations.create(
        engagement, key=uuid.uuid4(), title="Later", source="exchange", zone="Europe/Berlin", by=cast.lead
    )


def test_the_plan_is_shown_and_then_carried_out(cast, sign_in, empty):
    client = sign_in(cast.lead)
    plan = brought(client, empty, *LINES)
    assert not empty.records.exists()
    page = client.get(plan.get_absolute_url()).content.decode()
    assert "Import all (2)" in page
    assert "ada@old.example" in page
    answer = client.post(at(plan, "import_list"))
    assert answer.status_code == 303
    empty.refresh_from_db()
    assert (empty.totals, names(empty)) == ({"queued": 2}, ["ada@old.example", "ben@old.example"])
    assert "The list is stored: 2 records." in client.get(answer["Location"]).content.decode()
    told = Event.objects.get(kind="migrations.list_loaded")
    assert (told.actor, told.customer, told.data["records"], told.data["new"]) == (cast.lead, cast.contoso, 2, 2)
    assert not ListLine.objects.exists()  # what was imported stands in the list


def test_the_same_file_again_changes_nothing(cast, sign_in, event):
    client, before = sign_in(cast.lead), list(event.records.values_list("pk", "version"))
    plan = brought(client, event, *LINES)
    assert plan.counts == {"unchanged": 2}
    assert "There is nothing to import" in client.get(plan.get_absolute_url()).content.decode()
    client.post(at(plan, "import_list"))
    assert list(event.records.values_list("pk", "version")) == before
    assert Event.objects.filter(kind="migrations.list_loaded").count() == 1, "the first one"


def test_new_changed_unchanged_and_refused_side_by_side(cast, sign_in, event):
    client = sign_in(cast.lead)
    plan = brought(
        client,
        event,
        "ADA@old.example,ada@new.example,13,,mailbox\n",
        LINES[1],
        NEXT,
        "nobody,x@y.example,,,\n",
        "cleo@old.example,x@y.example,,,\n",
    )
    assert plan.counts == {"changed": 1, "unchanged": 1, "new": 1, "refused": 2}
    page = client.get(plan.get_absolute_url()).content.decode()
    assert "ada@contoso.example → ada@new.example" in page
    assert "stands on line 4 already" in page
    assert client.post(at(plan, "import_list")).status_code == 303
    assert len(names(event)) == 2, "not without saying that it is a part"
    client.post(at(plan, "import_list"), {"valid": "1"})
    ada = event.records.get(source_address="ada@old.example")
    # What a cell leaves empty stays as it is.
    assert (ada.target_address, ada.display_name, ada.size_bytes) == ("ada@new.example", "Ada", 13 * 1024**3)
    assert names(event) == ["ada@old.example", "ben@old.example", "cleo@old.example"]
    assert sorted(ListLine.objects.values_list("line", "outcome")) == [(5, "refused"), (6, "refused")]


def test_the_file_comes_back_with_reasons_and_may_be_brought_again(cast, sign_in, empty):
    client = sign_in(cast.lead)
    send(client, empty, csv(LINES[0], "nobody,x@y.example,1,=Eve,\n", header="Source,Target,Size,DisplayName,Kind\n"))
    plan = empty.list_plans.get()
    back = body_of(client.get(at(plan, "list_reasons"))).decode("utf-8-sig")
    assert back.splitlines()[0] == "Source,Target,Size,DisplayName,Kind,line,outcome,reason"
    assert "nobody,x@y.example,1,'=Eve,,3,Refused," in back
    assert "would run as a formula" in back
    right = back.replace("nobody", "eve@old.example").replace("'=Eve", "Eve")
    send(client, empty, right.encode())
    assert empty.list_plans.first().counts == {"new": 2}


def test_records_that_the_file_does_not_name_stay_unless_one_says_so(cast, sign_in, event):
    client = sign_in(cast.lead)
    plan = brought(client, event, NEXT)
    assert (
        "Take 2 records that the file does not name off the list"
        in client.get(plan.get_absolute_url()).content.decode()
    )
    client.post(at(plan, "import_list"))
    assert len(names(event)) == 3
    plan = brought(client, event, NEXT)
    client.post(at(plan, "import_list"), {"removes": "1"})
    assert names(event) == ["cleo@old.example"]
    event.refresh_from_db()
    assert event.totals == {"queued": 1}


@pytest.mark.parametrize(
    "content",
    [
        csv(*LINES).decode().encode("utf-8-sig"),
        csv(*LINES).decode().encode("utf-16"),
        csv(*LINES).decode().replace(",", ";").encode(),
        csv("jos@old.example,jos@contoso.example,1,José,mailbox\n").decode().encode("latin-1"),
        csv(*LINES).decode().replace("\n", "\r\n").encode(),
        b"EmailAddress,MailboxType,TargetDatabase\nada@old.example,PrimaryOnly,DB1\n",
        b"Source Email,Destination Email,Flags\nada@old.example,ada@contoso.example,1\n",
    ],
    ids=["utf-8 with a mark", "utf-16", "semicolons", "latin-1", "line ends of Windows", "an Exchange batch", "pairs"],
)
def test_what_spreadsheets_and_tools_write_is_read(cast, sign_in, empty, content):
    assert send(sign_in(cast.lead), empty, content).status_code == 303
    plan = empty.list_plans.get()
    assert plan.count("new")
    assert not plan.count("refused")


def test_a_workbook_is_read(cast, sign_in, empty):
    book = openpyxl.Workbook()
    for row in (
        HEADER.strip().split(","),
        ["ada@old.example", "ada@contoso.example", 1.5, "Ada", "mailbox"],
        ["=A2", "b@c.de"],
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    send(sign_in(cast.lead), empty, file.getvalue(), name="list.xlsx")
    plan = empty.list_plans.get()
    assert plan.counts == {"new": 1, "refused": 1}
    assert "formula" in plan.lines.get(outcome="refused").reason


def test_passwords_are_neither_read_nor_kept(cast, sign_in, empty):
    client = sign_in(cast.lead)
    content = (
        b'EmailAddress,UserName,Password\nada@contoso.example,ada@imap.example,S3cret!\nbad,x,S3cret!\n"q,S3cret!\n'
    )
    assert send(client, empty, content).status_code == 303
    plan = empty.list_plans.get()
    assert (plan.had_secrets, plan.header, plan.counts) == (
        True,
        ["EmailAddress", "UserName"],
        {"new": 1, "refused": 2},
    )
    kept = repr(list(ListLine.objects.values())) + client.get(plan.get_absolute_url()).content.decode()
    assert "S3cret!" not in kept
    assert "S3cret!" not in body_of(client.get(at(plan, "list_reasons"))).decode()
    assert plan.lines.get(outcome="new").source_address == "ada@imap.example"


@pytest.mark.parametrize(
    ("content", "sentence", "status"),
    [
        (b"", "empty", 422),
        (b"PK\x03\x04" + b"x" * 200, "workbook cannot be read", 422),
        (b"\xd0\xcf\x11\xe0" + b"x" * 200, "save the sheet as CSV", 422),
        (b"%PDF-1.7", "export the list as CSV", 422),
        (b"\x1f\x8b" + b"x" * 50, "compressed", 422),
        (HEADER.encode(), "no lines below", 422),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB", 413),
        (HEADER.encode() + b"a\n" * 5_000_000, "more than 100,000 lines", 422),
        (b"\x00\x01\x02" * 100, "CSV", 422),
        (b"source_adress,size\na@b.example,1\n", "did you mean “source_address”", 422),
        (b"source_address,size\na@b.example,1\n", "The column “target_address” is missing", 422),
        (b"source_address,target_address,colour\na@b.example,c@d.example,red\n", "not a column of the template", 422),
    ],
    ids=[
        "empty",
        "no workbook",
        "xls",
        "pdf",
        "gzip",
        "header only",
        "too large",
        "5,000,000 lines",
        "binary",
        "typed wrong",
        "a column missing",
        "a column unknown",
    ],
)
def test_a_file_that_is_no_list(cast, sign_in, empty, content, sentence, status):
    began = time.monotonic()
    answer = send(sign_in(cast.lead), empty, content)
    assert time.monotonic() - began < 2
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert not ListPlan.objects.exists()
    assert not Event.objects.filter(kind="migrations.list_uploaded").exists()


@pytest.mark.parametrize(
    ("line", "column", "word"),
    [
        ("=HYPERLINK(1)@x.example,b@c.example,1,B,\n", "source_address", "formula"),
        ("b@c.example,d@e.example,1,@SUM(A1),\n", "display_name", "formula"),
        ("ADA@old.example,x@contoso.example,1,A,mailbox\n", "source_address", "stands on line 2"),
        ("b@c.example,,1,B,\n", "target_address", "is empty"),
        ("b@c.example,d@e.example,-1,B,\n", "size_gb", "negative"),
        ("b@c.example,d@e.example,1,B,printer\n", "kind", "not a kind"),
        ("b@c.example,d@e.example,1," + "x" * 321 + ",\n", "display_name", "longer than 320"),
        ("b@c.example,d@e.example,99999999,B,\n", "size_gb", "not a size"),
        ("b@c.example,d@e.example,201,B,\n", "size_gb", "larger than 200 GB"),
        ("ada@old.example.com,ada@example.com,12.5,Ada Example,mailbox\n", "source_address", "example of the template"),
        ('"b@c.example,d@e.example,1,B,\n', "", "quotes"),
        ("b@c.example,d@e.example\x00,1,B,\n", "target_address", "NUL"),
    ],
)
def test_a_refused_line_says_why(cast, sign_in, empty, line, column, word):
    client = sign_in(cast.lead)
    plan = brought(client, empty, LINES[0], line)
    assert plan.counts == {"new": 1, "refused": 1}
    ((found, _value, message),) = plan.lines.get(line=3).errors
    assert (found, word in message) == (column, True), message
    assert (
        message.split("“")[0].split("'")[0] in client.get(plan.get_absolute_url() + "?outcome=refused").content.decode()
    )


def test_a_double_click_brings_and_imports_once(cast, sign_in, empty):
    client, key = sign_in(cast.lead), uuid.uuid4()
    answers = [send(client, empty, csv(*LINES), key=key) for _again in range(2)]
    assert [answer["Location"] for answer in answers] == [ListPlan.objects.get().get_absolute_url()] * 2
    plan = ListPlan.objects.get()
    assert [client.post(at(plan, "import_list")).status_code for _again in range(2)] == [303, 303]
    for kind in ("list_uploaded", "list_loaded"):
        assert Event.objects.filter(kind=f"migrations.{kind}").count() == 1


def test_of_two_files_the_later_one_is_meant(cast, sign_in, event):
    client = sign_in(cast.lead)
    first, second = brought(client, event, NEXT), brought(client, event, *LINES)
    first.refresh_from_db()
    assert (first.status, first.lines.count()) == ("superseded", 0)
    assert client.post(at(first, "import_list")).status_code == 409
    assert second.status == "ready"


def test_a_record_of_another_unfinished_event_is_refused_by_its_line(cast, sign_in, event, empty):
    client = sign_in(cast.lead)
    plan = brought(client, empty, NEXT, LINES[0].replace("ada@o", "ADA@o"))
    assert plan.lines.get(line=3).reason == (
        f"source_address: “ADA@old.example” is on the list of {event.number} “{event.title}” already."
    )
    assert event.title in client.get(plan.get_absolute_url()).content.decode()
    # That event is cancelled: what was shown is overtaken, and nothing is imported unseen.
    operations.cancel(event, reason="Another way", by=cast.lead)
    answer = client.post(at(plan, "import_list"), {"valid": "1"})
    assert answer.status_code == 409
    assert "have changed since this file was checked" in answer.content.decode()
    assert not empty.records.exists()
    client.post(at(plan, "check_list"))
    plan.refresh_from_db()
    assert plan.counts == {"new": 2}
    client.post(at(plan, "import_list"))
    assert names(empty) == ["ADA@old.example", "cleo@old.example"]


def test_another_source_may_have_the_same_addresses(cast, engagement, event):
    assert event_in(engagement, cast.lead, source="google_drive").record_count == 2


def test_a_mailbox_and_its_archive_share_an_address(cast, engagement):
    lines = LINES[0], "ada@old.example,ada@contoso.example,50,Ada,archive\n"
    assert event_in(engagement, cast.lead, *lines).record_count == 2


def test_after_the_draft_the_list_stands(cast, sign_in, event, bring):
    client = sign_in(cast.lead)
    plan = brought(client, event, NEXT)
    event = bring("validated")
    assert client.post(at(plan, "import_list")).status_code == 409
    assert client.post(at(plan, "check_list")).status_code == 409
    assert send(client, event, csv(NEXT)).status_code == 409
    assert "can no longer be changed by a file" in client.get(plan.get_absolute_url()).content.decode()
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
    assert send(sign_in(getattr(cast, who)), empty, csv(*LINES)).status_code == status


@pytest.mark.usefixtures("one_window")
def test_the_eleventh_import_of_an_hour_waits_and_keeps_what_was_typed(cast, sign_in, empty):
    client = sign_in(cast.lead)
    for _time in range(10):
        send(client, empty, b"x")
    answer = send(client, empty, csv(*LINES))
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


def test_a_thousand_rows_take_no_more_queries_than_ten(cast, engagement):
    counts = []
    for number, mark in ((10, "a"), (1_900, "b")):
        with CaptureQueriesContext(connection) as queries:
            event = event_in(engagement, cast.lead, *rows(number, mark))
        assert event.record_count == number
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 75


def brought_long(client, event, *lines):
    plan = brought(client, event, *rows(2_050), *lines)
    assert plan.status == "reading"
    assert f"/jobs/{plan.job.public_id}/" in client.get(plan.get_absolute_url()).content.decode()
    finish_jobs()
    plan.refresh_from_db()
    return plan


def test_a_long_list_is_read_and_imported_by_jobs(cast, sign_in, empty):
    client = sign_in(cast.lead)
    plan = brought_long(client, empty, "M7@old.example,x@contoso.example,,,mailbox\n")
    assert (plan.status, plan.counts, plan.parts.count()) == ("ready", {"new": 2_050, "refused": 1}, 0)
    client.post(at(plan, "import_list"), {"valid": "1"})
    plan.refresh_from_db()
    assert (plan.status, empty.records.count()) == ("importing", 0)
    page = client.get(plan.get_absolute_url()).content.decode()
    assert f"/jobs/{plan.job.public_id}/" in page
    assert "Import the valid part" not in page
    client.post(at(plan, "import_list"), {"valid": "1"})  # a second click
    finish_jobs()
    plan.refresh_from_db()
    empty.refresh_from_db()
    assert (plan.status, empty.totals) == ("imported", {"queued": 2_050})
    assert plan.lines.get().reason == "source_address: “M7@old.example” stands on line 9 already."
    assert Event.objects.filter(kind="migrations.list_loaded").count() == 1


def test_of_a_long_list_with_passwords_none_waits_for_the_worker(cast, sign_in, empty):
    client = sign_in(cast.lead)
    lines = [f"m{number}@contoso.example;m{number}@imap.example;S3cret!{number}\r\n" for number in range(2_050)]
    lines[7:9] = ['"m7@contoso.example;S3cret!\r\n', "m8@contoso.example;;S3cret!;S3cret!\r\n"]
    send(client, empty, ("EmailAddress;UserName;Password\r\n" + "".join(lines)).encode())
    plan = empty.list_plans.get()
    assert plan.status == "reading"
    with keeping.kept(plan) as file:
        assert b"S3cret" not in file.read()
    finish_jobs()
    plan.refresh_from_db()
    assert (plan.status, plan.counts) == ("ready", {"new": 2_048, "refused": 2})
    assert [(line.line, line.faults[0][2].split(";")[0]) for line in plan.lines.filter(outcome="refused")] == [
        (9, "The quotes in this line do not match"),
        (10, "This line has 4 cells, the header has 3."),
    ]
    assert "S3cret" not in repr(list(plan.lines.values()))


def test_a_long_list_that_is_overtaken_writes_nothing_and_is_checked_again_by_a_job(cast, sign_in, engagement, empty):
    client = sign_in(cast.lead)
    plan = brought_long(client, empty)
    other = event_in(engagement, cast.lead, *rows(1))
    client.post(at(plan, "import_list"))
    finish_jobs()
    plan.refresh_from_db()
    assert (plan.status, empty.records.count()) == ("stale", 0)
    page = client.get(plan.get_absolute_url()).content.decode()
    assert "have changed since this file was checked" in page
    client.post(at(plan, "check_list"))
    plan.refresh_from_db()
    assert plan.status == "reading"
    assert f"/jobs/{plan.job.public_id}/" in client.get(plan.get_absolute_url()).content.decode()
    finish_jobs()
    plan.refresh_from_db()
    assert (plan.status, plan.counts) == ("ready", {"new": 2_049, "refused": 1})
    assert other.number in plan.lines.get(outcome="refused").reason


def test_whoever_lost_the_right_meanwhile_imports_nothing(cast, sign_in, empty):
    client = sign_in(cast.lead)
    plan = brought_long(client, empty)
    client.post(at(plan, "import_list"))
    cast.lead.memberships.all().delete()
    finish_jobs()
    plan.refresh_from_db()
    assert (plan.status, empty.records.count()) == ("stale", 0)


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
