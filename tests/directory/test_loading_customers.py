"""An operator loads customers from a file: what is right is taken, what is wrong is named by line and column."""

import csv
import uuid

import pytest
from django.core.management import CommandError, call_command

from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory import indexing
from fasttrack_portal.directory.indexing import rebuild
from fasttrack_portal.directory.models import Customer, Domain, Tenant
from fasttrack_portal.directory.search import search

HEADER = "name,tpid,tenant_name,tenant_guid,domains,seats,country,zone,centre"


def guid(number):
    return str(uuid.UUID(int=number))


def run(tmp_path, capsys, *rows, header=HEADER, **options):
    path = tmp_path / "customers.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8-sig")
    call_command("load_customers", path, **options)
    report = tmp_path / "customers.refused.csv"
    refused = list(csv.DictReader(report.open(encoding="utf-8-sig"))) if report.exists() else []
    return capsys.readouterr().out, refused


def test_customers_are_loaded_and_found(cast, tmp_path, capsys):
    out, refused = run(
        tmp_path,
        capsys,
        f"Adatum,700001,Adatum,{guid(1)},adatum.example;adatum.test,150,de,Europe/Berlin,emea",
        f"Adatum,700001,Adatum Labs,{guid(2)},labs.example.,,DE,,emea",
        f'"Woodgrove, Bank",,,{guid(3)},,9000,US,,apac',
        f"Contoso,640114,Contoso Labs,{guid(4)},,620,DE,,emea",
    )
    assert refused == []
    assert "2 customers, 4 tenants and 3 domains added" in out
    adatum = Customer.objects.get(name="Adatum")
    assert (adatum.tpid, adatum.seats, adatum.zone, adatum.centre) == ("700001", 150, "Europe/Berlin", cast.emea)
    assert adatum.tenants.count() == 2
    assert Tenant.objects.get(name="Contoso Labs").customer == cast.contoso
    assert Domain.objects.get(name="labs.example").is_verified
    assert [hit.customer for hit in search(cast.specialist, "adatum.test")] == [adatum]
    assert [hit.customer for hit in search(cast.partner, "labs")] == [cast.contoso]
    event = Event.objects.get(kind="directory.customers_loaded")
    assert event.data == {"customers": 2, "tenants": 4, "refused": 0}
    assert "2 customers with 4 tenants" in event.sentence


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f",7,T,{guid(1)},,1,DE,,emea", "name"),
        (f"A,7x,T,{guid(1)},,1,DE,,emea", "tpid"),
        ("A,7,T,no-guid,,1,DE,,emea", "tenant_guid"),
        (f"A,7,T,{guid(1)},https://a.example,1,DE,,emea", "domains"),
        (f"A,7,T,{guid(1)},,1000000000000,DE,,emea", "seats"),
        (f"A,7,T,{guid(1)},,-1,DE,,emea", "seats"),
        (f"A,7,T,{guid(1)},,1,Germany,,emea", "country"),
        (f"A,7,T,{guid(1)},,1,DE,Mars/Olympus,emea", "zone"),
        (f"A,7,T,{guid(1)},,1,DE,,moon", "centre"),
        (f"A,7,T,{guid(0xC0)},,1,DE,,emea", "tenant_guid"),
        (f"A,7,T,{guid(1)},contoso.example,1,DE,,emea", "domains"),
    ],
)
def test_a_wrong_row_is_refused_by_line_and_column_and_the_others_are_loaded(cast, tmp_path, capsys, row, column):
    out, refused = run(tmp_path, capsys, f"Good,8,Good,{guid(9)},,1,DE,,emea", row)
    assert [(each["line"], each["column"]) for each in refused] == [("3", column)]
    assert refused[0]["reason"]
    assert refused[0]["centre"] == row.split(",")[-1]
    assert Customer.objects.filter(name="Good").exists()
    assert not Customer.objects.filter(name="A").exists()
    assert "1 rows were refused" in out


def test_what_the_file_says_twice_is_refused_the_second_time(cast, tmp_path, capsys):
    _out, refused = run(
        tmp_path,
        capsys,
        f"One,8,One,{guid(1)},one.example,1,DE,,emea",
        f"Two,9,Two,{guid(1)},two.example,1,DE,,emea",
        f"Three,10,Three,{guid(3)},ONE.example,1,DE,,emea",
    )
    assert [(each["line"], each["column"]) for each in refused] == [("3", "tenant_guid"), ("4", "domains")]


def test_a_load_that_is_a_good_part_of_all_makes_the_search_anew(cast, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(indexing, "_MANY", 2)
    anew = []
    monkeypatch.setattr(indexing, "rebuild", lambda beat: anew.append(rebuild(beat)))
    run(tmp_path, capsys, *(f"Adatum {n},70000{n},,{guid(n)},a{n}.example,1,DE,,emea" for n in range(3)))
    assert anew == [5]
    assert len(search(cast.specialist, "adatum")) == 3
    assert [hit.customer for hit in search(cast.partner, "contoso")] == [cast.contoso]
    run(tmp_path, capsys, f"Zoo,8,,{guid(9)},,1,DE,,emea")
    assert anew == [5]


def test_the_same_file_again_loads_nothing(cast, tmp_path, capsys):
    row = f"One,8,One,{guid(1)},one.example,1,DE,,emea"
    run(tmp_path, capsys, row)
    out, refused = run(tmp_path, capsys, row)
    assert "0 customers, 0 tenants and 0 domains added" in out
    assert len(refused) == 1
    assert Event.objects.filter(kind="directory.customers_loaded").count() == 1


def test_a_check_keeps_nothing(cast, tmp_path, capsys):
    out, _refused = run(tmp_path, capsys, f"One,8,One,{guid(1)},one.example,1,DE,,emea", check=True)
    assert "would be added" in out
    assert not Customer.objects.filter(name="One").exists()


def test_what_is_no_such_file_is_said_in_one_line(cast, tmp_path, capsys):
    with pytest.raises(CommandError, match="no column tpid"):
        run(tmp_path, capsys, header="name")
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_customers", tmp_path / "missing.csv")
    with pytest.raises(CommandError, match="Nobody here"):
        run(tmp_path, capsys, by="nobody@fasttrack.example")


def test_odd_characters_stay_text(cast, tmp_path, capsys):
    _out, refused = run(tmp_path, capsys, f'"Tab\tand \\N and \x00 Ü",8,T,{guid(1)},,1,DE,,emea')
    assert refused == []
    assert Customer.objects.filter(name="Tab\tand \\N and  Ü").exists()
