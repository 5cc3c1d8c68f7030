"""An admin brings a list of customers: the preview is the plan, and the plan is the import."""

import csv
import io
import time
import uuid
import zipfile

import openpyxl
import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.indexing import reindex_many
from fasttrack_portal.directory.models import CommonWord, Customer, Domain, SearchWord, Tenant
from fasttrack_portal.directory.operations import rename_customer
from fasttrack_portal.directory.search import search
from fasttrack_portal.imports import operations, planning
from fasttrack_portal.imports.models import ImportLine, ImportPlan
from fasttrack_portal.jobs.engine import JobRun, run_due

pytestmark = pytest.mark.django_db
HEADER = "name,tpid,tenant,tenant_id,domains,seats,country,language,time_zone,centre"
ONE = str(uuid.UUID(int=0xA1))
TWO = str(uuid.UUID(int=0xA2))
GOOD = (
    f"{HEADER}\n"
    f"Adventure Works,700001,Adventure,{ONE},adventure.example www.adventure.example,1200,DE,de,Europe/Berlin,emea\n"
    f"Adventure Works,700001,Adventure Retail,{TWO},retail.example,,,,,\n"
    "Contoso,640114,,,,700,,,,\n"
    "Fabrikam,640115,,,,499,,,,\n"
)


@pytest.fixture
def admin(cast, sign_in):
    return sign_in(cast.admin)


def bring(client, content, name="list.csv", key=None):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post("/staff/imports/", {"file": SimpleUploadedFile(name, data), "key": key or uuid.uuid4()})


def planned(client, content, **kwargs):
    answer = bring(client, content, **kwargs)
    assert answer.status_code == 303, answer.content.decode()[-3000:]
    return ImportPlan.objects.latest("pk")


def outcomes(plan):
    return dict(plan.lines.values_list("line", "outcome"))


def reason(plan, line):
    return plan.lines.get(line=line).reason


def confirm(client, plan, **data):
    return client.post(f"/staff/imports/{plan.public_id}/confirm/", data)


def workbook(rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_the_preview_writes_nothing_and_the_import_what_it_showed(cast, admin):
    plan = planned(admin, GOOD)
    assert outcomes(plan) == {2: "new", 3: "new", 4: "changed", 5: "unchanged"}
    page = admin.get(plan.get_absolute_url()).content.decode()
    for words in ("a new customer", "a new tenant", "seats: 620 → 700", "Import all (3)", "domains: retail.example"):
        assert words in page
    assert not Customer.objects.filter(tpid="700001").exists()

    answer = admin.post(f"{plan.get_absolute_url()}confirm/", follow=True)
    assert "Imported. New lines: 2, changed: 1." in answer.content.decode()
    made = Customer.objects.get(tpid="700001")
    assert (made.seats, made.country, made.zone, made.centre) == (1200, "DE", "Europe/Berlin", cast.emea)
    assert sorted(made.tenants.values_list("name", flat=True)) == ["Adventure", "Adventure Retail"]
    assert Domain.objects.get(name="retail.example").is_verified
    assert [hit.customer for hit in search(cast.admin, "adventure")] == [made]
    cast.contoso.refresh_from_db()
    assert (cast.contoso.seats, cast.contoso.version) == (700, 2)
    assert Event.objects.filter(kind="imports.imported", actor=cast.admin).count() == 1
    edited = Event.objects.get(kind="directory.customer_edited")
    assert (edited.customer, edited.data["before"], edited.data["after"]) == (
        cast.contoso, {"seats": "620"}, {"seats": "700"},
    )  # fmt: skip


def test_the_same_list_again_changes_nothing(admin, cast):
    confirm(admin, planned(admin, GOOD))
    before = (Customer.objects.count(), Tenant.objects.count(), Domain.objects.count())
    again = planned(admin, GOOD)
    assert set(outcomes(again).values()) == {"unchanged"}
    answer = confirm(admin, again)
    assert answer.status_code == 303
    assert "There is nothing to import" in admin.get(again.get_absolute_url()).content.decode()
    assert (Customer.objects.count(), Tenant.objects.count(), Domain.objects.count()) == before


WRONG = [
    ("Northwind,12A4,,,,10,,,,emea", "tpid", "“12A4” is not a TPID"),
    ("Northwind,1234567890123,,,,10,,,,emea", "tpid", "1 to 12 digits"),
    (",77,,,,10,,,,emea", "name", "is empty"),
    ("Northwind,77,T,not-a-guid,,10,,,,emea", "tenant_id", "is not a tenant id"),
    (f"Northwind,77,T,{uuid.UUID(int=0xC0)},,10,,,,emea", "tenant_id", "Another customer, Contoso, has this tenant."),
    (
        f"Northwind,77,T,{ONE},contoso.example,10,,,,emea",
        "domains",
        "is verified by another tenant, Contoso of Contoso",
    ),
    (f"Northwind,77,T,{ONE},no_domain,10,,,,emea", "domains", "is not a domain"),
    ("Northwind,77,,,northwind.example,10,,,,emea", "domains", "need the tenant id"),
    ("Northwind,77,,,,1000000000000,,,,emea", "seats", "is not a number of seats"),
    ("Northwind,77,,,,-1,,,,emea", "seats", "is not a number of seats"),
    ("Northwind,77,,,,10,Germany,,,emea", "country", "two letters"),
    ("Northwind,77,,,,10,DE,de,Europe/Nowhere,emea", "time_zone", "is not a time zone we know"),
    ("Northwind,77,,,,10,DE,de,Europe/Berlin,mars", "centre", "Use one of: apac, emea."),
    ("Northwind,77,,,,10,DE,de,Europe/Berlin,", "centre", "A new customer needs its FastTrack Center."),
    ("=cmd|calc,77,,,,10,,,,emea", "name", "would run as a formula"),
    ("Nor\x00thwind,77,,,,10,,,,emea", "name", "broken character"),
    ('"Northwind,77,,,,10,,,,emea', "", "quotes"),
    ("Northwind,77", "", "cells"),
]


@pytest.mark.parametrize(("line", "column", "said"), WRONG)
def test_a_refused_line_says_where_and_why(admin, line, column, said):
    plan = planned(admin, f"{HEADER}\n{line}\nGood,78,,,,10,,,,emea\n")
    assert outcomes(plan) == {2: "refused", 3: "new"}
    found = plan.lines.get(line=2)
    assert said in found.reason
    assert found.errors[0][0] == column


def test_what_stands_twice_names_the_first_line(admin):
    plan = planned(
        admin,
        f"{HEADER}\nA,71,A,{ONE},a.example,,,,,emea\nB,72,B,{ONE},,,,,,emea\nC,73,C,{TWO},A.Example.,,,,,emea\n"
        "D,74,,,,10,,,,emea\nD,74,,,,20,,,,emea\nD,74,,,,10,,,,emea\nE,75,,,,,,,,emea\n",
    )
    assert outcomes(plan) == {2: "new", 3: "refused", 4: "refused", 5: "new", 6: "refused", 7: "refused", 8: "new"}
    assert "This tenant stands on line 2 already." in reason(plan, 3)
    assert "a.example belongs to the tenant on line 2." in reason(plan, 4)
    assert "Line 5 says “10” for the same customer." in reason(plan, 6)
    assert "This customer stands on line 5 already." in reason(plan, 7)


def test_the_valid_part_is_imported_and_the_refused_lines_come_back_as_a_file(admin):
    plan = planned(admin, f"{HEADER}\nGood,78,,,,10,,,,emea\n=Bad,7x,,,,10,,,,emea\n")
    assert confirm(admin, plan).status_code == 303
    assert not Customer.objects.filter(name="Good").exists(), "not without saying that a part stays behind"
    page = admin.get(plan.get_absolute_url()).content.decode()
    assert "Import the valid part (1)" in page
    confirm(admin, plan, valid="1")
    assert Customer.objects.get(name="Good").tpid == "78"
    answer = admin.get(f"{plan.get_absolute_url()}refused.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["name"], row["tpid"], row["line"]) for row in rows] == [("'=Bad", "7x", "3")]
    assert "tpid: “7x” is not a TPID" in rows[0]["reason"]
    assert "name: This cell begins with “=”" in rows[0]["reason"]


def test_a_plan_that_is_overtaken_is_refused_and_can_be_checked_again(cast, admin):
    plan = planned(admin, GOOD)
    rename_customer(cast.contoso, name="Contoso Group", version=1, by=cast.admin)
    answer = confirm(admin, plan)
    assert answer.status_code == 409
    assert "nothing was imported" in answer.content.decode()
    assert not Customer.objects.filter(tpid="700001").exists()
    admin.post(f"{plan.get_absolute_url()}check/")
    plan.refresh_from_db()
    assert "name: Contoso Group → Contoso" in plan.lines.get(line=4).does
    assert confirm(admin, plan).status_code == 303
    assert confirm(admin, plan).status_code == 409, "a plan is carried out once"


def test_a_customer_gets_the_tpid_it_lacked(cast, admin):
    Customer.objects.filter(pk=cast.fabrikam.pk).update(tpid="")
    plan = planned(admin, f"{HEADER}\nFABRIKAM,640999,,,,,,,,\n")
    assert "tpid: – → 640999" in plan.lines.get(line=2).does
    confirm(admin, plan)
    cast.fabrikam.refresh_from_db()
    assert cast.fabrikam.tpid == "640999"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.replace("Adventure Works", "Abenteuer Müller").encode("latin-1"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace("\n", "\r\n").replace(",", "\t").encode(),
    ],
    ids=["bom", "utf-16", "utf-16-le", "latin-1", "semicolons", "tabs"],
)
def test_files_as_people_save_them(admin, content):
    plan = planned(admin, content)
    assert outcomes(plan) == {2: "new", 3: "new", 4: "changed", 5: "unchanged"}


def test_a_workbook_reads_like_a_csv_file(admin):
    rows = [line.split(",") for line in GOOD.strip().split("\n")]
    rows[3][5] = 700
    rows[4][1] = 640115.0
    plan = planned(admin, workbook(rows), name="list.xlsx")
    assert outcomes(plan) == {2: "new", 3: "new", 4: "changed", 5: "unchanged"}


def test_a_cell_with_a_formula_is_refused(admin):
    row = ["Northwind", "=1+76", "", "", "", 10, "", "", "", "emea"]
    plan = planned(admin, workbook([HEADER.split(","), row]), name="list.xlsx")
    assert "would run as a formula" in reason(plan, 2)


def _zip(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts:
            packed.writestr(name, data)
    return out.getvalue()


def test_bombs_and_what_is_no_list_are_refused_quickly(admin):
    good = workbook([HEADER.split(","), ["Northwind"]])
    lol = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    parts = {
        name: zipfile.ZipFile(io.BytesIO(good)).read(name) for name in zipfile.ZipFile(io.BytesIO(good)).namelist()
    }
    entities = _zip([*((n, d) for n, d in parts.items() if "sheet1" not in n), ("xl/worksheets/sheet1.xml", lol)])
    far = parts["xl/worksheets/sheet1.xml"].replace(b'r="2"', b'r="1048576"')
    sparse = _zip([*((n, d) for n, d in parts.items() if "sheet1.xml" not in n), ("xl/worksheets/sheet1.xml", far)])
    for content in (
        _zip([("xl/worksheets/sheet1.xml", b"0" * 200_000_000)]),
        _zip([(f"{number}.xml", b"x") for number in range(600)]),
        entities,
        sparse,
        good[: len(good) // 2],
        b"PK\x03\x04" + b"x" * 100,
        b"\x89PNG\r\n" + b"\x00" * 1000,
        b"%PDF-1.7",
        b"",
        b"only one word",
        HEADER.encode(),
        (HEADER + "\n" + "a\n" * 100_010).encode(),
    ):
        began = time.process_time()
        answer = bring(admin, content)
        assert time.process_time() - began < 2

        cache.clear()
        assert answer.status_code in (303, 422), content[:40]
        if answer.status_code == 303:
            assert set(ImportLine.objects.values_list("outcome", flat=True)) <= {"refused"}
    assert Customer.objects.count() == 2


def test_a_file_past_the_cap_is_refused_as_too_large(admin):
    answer = bring(admin, b"a" * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert "larger than 10 MB" in answer.content.decode()


def test_a_long_list_is_a_job_with_a_page_that_shows_how_far_it_is(cast, admin):
    lines = "".join(f"Customer {n},{800000 + n},,,,{n},,,,apac\n" for n in range(1_500))
    plan = planned(admin, f"{HEADER}\n{lines}Bad,x,,,,,,,,apac\n")
    assert plan.status == "reading"
    assert f"/jobs/{plan.job.public_id}/" in admin.get(plan.get_absolute_url()).content.decode()
    run_due()
    plan.refresh_from_db()
    assert (plan.status, plan.counts) == ("ready", {"new": 1500, "refused": 1})
    assert not plan.parts.exists()
    confirm(admin, plan, valid="1")
    plan.refresh_from_db()
    assert plan.status == "importing"
    run_due()
    plan.refresh_from_db()
    assert plan.status == "imported"
    assert Customer.objects.filter(name__startswith="Customer ").count() == 1500
    assert Event.objects.filter(kind="directory.customer_created", customer__name="Customer 7").count() == 1


def test_a_long_list_that_is_overtaken_writes_nothing_and_says_so(cast, admin):
    lines = "".join(f"Customer {n},{800000 + n},,,,{n},,,,apac\n" for n in range(1_200))
    plan = planned(admin, f"{HEADER}\nContoso,640114,,,,9,,,,\n{lines}")
    run_due()
    plan.refresh_from_db()
    confirm(admin, plan)
    rename_customer(cast.contoso, name="Contoso Group", version=1, by=cast.admin)
    run_due()
    plan.refresh_from_db()
    assert plan.status == "stale"
    assert Customer.objects.count() == 2
    assert "nothing was imported" in admin.get(plan.get_absolute_url()).content.decode()
    # A long list is checked again by a job, too.
    admin.post(reverse("imports:check_again", args=[plan.public_id]))
    plan.refresh_from_db()
    assert plan.status == "reading"
    assert f"/jobs/{plan.job.public_id}/" in admin.get(plan.get_absolute_url()).content.decode()
    run_due()
    plan.refresh_from_db()
    assert (plan.status, plan.counts) == ("ready", {"changed": 1, "new": 1200})


def test_a_list_that_is_held_in_parts_is_one_list(cast, admin, monkeypatch):
    """Lines of one customer in different parts of the work come to what they come to in one."""
    monkeypatch.setattr(planning, "_AT_ONCE", 2)
    monkeypatch.setattr(operations, "_BATCH", 2)
    plan = planned(
        admin,
        f"{HEADER}\n"
        f"Adventure Works,700001,Adventure,{ONE},adventure.example,,DE,,,emea\n"
        "Contoso,640114,,,,700,,,,\n"
        "Other 1,1,,,,,,,,emea\nOther 2,2,,,,,,,,emea\n"
        f"Adventure Works,700001,Adventure Retail,{TWO},retail.example,1200,,de,,\n"
        f"Contoso,640114,Labs,{uuid.UUID(int=0xA3)},labs.example,,,,Europe/Paris,\n"
        f"Adventure Works,700001,,{ONE},,,,,,\n"
        f"Adventure Works,700001,,{uuid.UUID(int=0xA4)},adventure.example,7,,,,\n",
    )
    assert outcomes(plan) == {
        2: "new", 3: "changed", 4: "new", 5: "new", 6: "new", 7: "changed", 8: "refused", 9: "refused",
    }  # fmt: skip
    assert "Line 6 says “1200” for the same customer." in reason(plan, 9)
    assert "adventure.example belongs to the tenant on line 2." in reason(plan, 9)
    assert "stands on line 2 already" in reason(plan, 8)
    confirm(admin, plan, valid="1")
    plan.refresh_from_db()
    assert (plan.status, plan.counts) == ("imported", {"new": 4, "changed": 2, "refused": 2})
    made = Customer.objects.get(tpid="700001")
    assert (made.seats, made.country, made.language) == (1200, "DE", "de")
    assert sorted(made.tenants.values_list("name", flat=True)) == ["Adventure", "Adventure Retail"]
    cast.contoso.refresh_from_db()
    assert (cast.contoso.seats, cast.contoso.zone, cast.contoso.version) == (700, "Europe/Paris", 3)
    for query, customer in (("retail.example", made), ("labs", cast.contoso), ("other 2", None)):
        hits = [hit.customer for hit in search(cast.admin, query)]
        assert customer in hits if customer else len(hits) == 1
    created = Event.objects.filter(kind="directory.customer_created", customer__tpid__in=["700001", "1", "2"])
    assert created.count() == 3
    assert Event.objects.filter(kind="directory.customer_edited").count() == 2


def test_a_job_tells_how_far_it_is(cast, admin, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 5)
    monkeypatch.setattr(operations, "_BATCH", 4)
    told = []
    progress = JobRun.progress
    monkeypatch.setattr(JobRun, "progress", lambda run, *values: (told.append(values), progress(run, *values)))
    plan = planned(admin, HEADER + "\n" + "".join(f"Customer {n},{800000 + n},,,,{n},,,,apac\n" for n in range(10)))
    run_due()
    plan.refresh_from_db()
    confirm(admin, plan)
    run_due()
    plan.refresh_from_db()
    assert plan.status == "imported"
    labels = list(dict.fromkeys(label for _done, _total, label in told))
    assert labels == [
        "Reading the file", "Checking the lines", "Importing the lines", "Writing the customers",
        "Putting them into the search",
    ]  # fmt: skip
    for label in ("Checking the lines", "Writing the customers", "Putting them into the search"):
        bar = [done for done, _total, word in told if word == label]
        assert max(bar) > min(bar) or label.startswith("Putting"), f"{label}: the bar stands still"
        assert all(0 <= done <= 10 for done in bar)


def test_ten_an_hour_and_a_double_click_is_one(cast, admin):
    key = uuid.uuid4()
    with time_machine.travel(timezone.now(), tick=False):
        codes = [bring(admin, GOOD, key=key).status_code for _ in range(11)]
    assert codes == [303] * 10 + [429]
    assert ImportPlan.objects.count() == 1


def test_only_admins(cast, sign_in, admin):
    plan = planned(admin, GOOD)
    for user in (cast.lead, cast.partner, cast.specialist, cast.manager):
        client = sign_in(user)
        assert client.get("/staff/imports/").status_code == 403
        assert bring(client, GOOD).status_code == 403
        assert client.get(plan.get_absolute_url()).status_code == 404


def test_the_template_is_a_list_that_can_be_read(cast, admin):
    content = b"".join(admin.get("/staff/imports/template.csv").streaming_content)
    Customer.objects.filter(pk=cast.contoso.pk).update(name="Contoso")
    plan = planned(admin, content)
    assert plan.status == "ready"
    assert not plan.lines.filter(is_broken=True).exists()


def test_what_is_new_is_found_as_if_it_were_indexed_again(cast, admin):
    """The import writes the index of new customers by itself, pairs of common words included."""
    CommonWord.objects.bulk_create([CommonWord(word="group"), CommonWord(word="ltd"), CommonWord(word="north")])
    lines = f"North Group Ltd,1,Ltd,{ONE},north-group.example,1,,,,emea\nOther,2,,,,1,,,,emea\n"
    confirm(admin, planned(admin, f"{HEADER}\n{lines}"))
    made = list(Customer.objects.filter(tpid__in=["1", "2"]).values_list("pk", flat=True))

    def texts():
        return list(SearchWord.objects.filter(customer__in=made).values_list("audience", "rank", "word", "customer_id"))

    before = sorted(texts())
    assert sum(rank == 3 for _audience, rank, _word, _customer in before) == 3
    reindex_many(made)
    assert sorted(texts()) == before


def test_a_domain_that_its_tenant_has_not_verified_yet_is_verified(cast, admin):
    tenant = cast.contoso.tenants.first()
    Domain.objects.create(tenant=tenant, name="later.example", is_verified=False)
    confirm(admin, planned(admin, f"{HEADER}\nContoso,640114,,{tenant.guid},later.example,,,,,\n"))
    assert Domain.objects.get(name="later.example").is_verified


def test_signs_that_mean_something_to_a_stream_stay_what_they_are(cast, admin):
    name = "Back\\slash \\N {a,b} “quoted” 東京"
    confirm(admin, planned(admin, f'{HEADER}\n"{name}",1,,{ONE},,1,,,,emea\n'))
    made = Customer.objects.get(tpid="1")
    assert (made.name, made.tenants.get().name, made.version) == (name, name, 1)
    assert (made.country, made.language, made.zone) == ("US", "en", "UTC")
    event = Event.objects.get(kind="directory.customer_created", customer=made)
    assert (event.actor, event.data, event.url, event.thread, event.centre) == (
        cast.admin, {"name": name}, made.get_absolute_url(), made.public_id, cast.emea,
    )  # fmt: skip


def test_two_lines_that_change_one_customer_tell_of_both_and_step_its_version_twice(cast, admin):
    tenant = cast.contoso.tenants.first()
    before = cast.contoso.version
    lines = f"Contoso,640114,,{tenant.guid},,701,,,,\nContoso,640114,Second,{TWO},,,FR,,,\n"
    confirm(admin, planned(admin, f"{HEADER}\n{lines}"))
    cast.contoso.refresh_from_db()
    assert (cast.contoso.seats, cast.contoso.country, cast.contoso.version) == (701, "FR", before + 2)
    told = Event.objects.filter(kind="directory.customer_edited", customer=cast.contoso).order_by("pk")
    assert [event.data["after"] for event in told] == [{"seats": "701"}, {"country": "FR"}]
