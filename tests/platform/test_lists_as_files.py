"""Every list is a file, too: the rows of the page in its order, all of them, and never another's."""

import csv
import io

import pytest
from django.core.cache import cache
from django.urls import reverse

from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer, Partner
from fasttrack_portal.lists import LISTS
from tests.answers import body_of

pytestmark = pytest.mark.django_db
CUSTOMERS = "/customers/"


def rows(answer):
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    text = body_of(answer).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def column(answer, name):
    head, *found = rows(answer)
    return [row[head.index(name)] for row in found]


def test_each_list_offers_its_file_and_its_views(cast, sign_in):
    client = sign_in(cast.admin)
    assert len(LISTS) >= 15
    for name in LISTS:
        page = client.get(f"{reverse(name)}?sort=name").content.decode()
        assert "Download CSV" in page, name
        assert "Save this view" in page or name in ("engagements:board", "assistance:queue"), name
        if name == "assistance:queue":
            continue  # its file has an address of its own
        cache.clear()
        answer = client.get(f"{reverse(name)}?as=csv")
        head, *found = rows(answer)
        assert all(head), f"{name} has a column without a name"
        assert all(len(row) == len(head) for row in found), name
        assert not any("<" in cell for row in found for cell in row), name
        assert answer["Content-Disposition"].endswith('.csv"')


def test_the_file_holds_all_rows_in_the_order_of_the_page(cast, sign_in):
    Customer.objects.bulk_create(Customer(name=f"Branch {n:03}", seats=n, centre=cast.emea) for n in range(120))
    client = sign_in(cast.specialist)
    page = client.get(f"{CUSTOMERS}?sort=-seats&page=2&per_page=20").content.decode()
    assert "?sort=-seats&amp;as=csv" in page
    told = column(client.get(f"{CUSTOMERS}?sort=-seats&page=2&per_page=20&as=csv"), "Organisation")
    assert len(told) == Customer.objects.count()
    assert told.index("Branch 119") < told.index("Branch 001")


def test_the_file_is_narrowed_as_the_page_is(cast, sign_in):
    client = sign_in(cast.specialist)
    found = column(client.get(f"{CUSTOMERS}?q=contoso&as=csv"), "Organisation")
    assert found == ["Contoso"]
    assert column(client.get("/requests/?status=declined&as=csv"), "Number") == []


@pytest.mark.parametrize("who", ["lead", "partner", "litware_partner"])
def test_nobody_gets_rows_that_the_page_does_not_show(cast, sign_in, who):
    user = getattr(cast, who)
    answer = sign_in(user).get(f"{CUSTOMERS}?as=csv")
    assert set(column(answer, "Organisation")) == {each.name for each in Customer.objects.visible_to(user)}
    assert "Fabrikam" not in body_of(answer).decode()


def test_where_the_page_is_refused_there_is_no_file(cast, sign_in):
    client = sign_in(cast.lead)
    for name in ("accounts:people", "activity:audit", "jobs:jobs", "imports:imports", "engagements:board"):
        assert client.get(f"{reverse(name)}?as=csv").status_code == 403, name


@pytest.mark.usefixtures("one_window")
def test_the_eleventh_file_in_an_hour_waits(cast, sign_in):
    client = sign_in(cast.specialist)
    for _ in range(5):
        assert client.get(f"{CUSTOMERS}?as=csv").status_code == 200
        assert client.get("/requests/?as=csv").status_code == 200
    answer = client.get(f"{CUSTOMERS}?as=csv")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert client.get(CUSTOMERS).status_code == 200, "pages go on"
    assert sign_in(cast.lead).get(f"{CUSTOMERS}?as=csv").status_code == 200, "each person has ten"


def test_a_formula_stays_text_and_a_number_a_number(cast, sign_in):
    Customer.objects.create(name="=1+1", seats=1234, centre=cast.emea)
    found = dict(zip(*(column(sign_in(cast.specialist).get(f"{CUSTOMERS}?as=csv"), name)
                       for name in ("Organisation", "Seats")), strict=True))  # fmt: skip
    assert found["'=1+1"] == "1234"


def test_times_are_on_the_clock_of_whoever_asks(cast, sign_in):
    User.objects.filter(pk=cast.admin.pk).update(time_zone="Asia/Tokyo")
    Partner.objects.filter(pk=cast.northwind.pk).update(created_at="2026-03-02T20:00:00+00:00")
    found = dict(rows(sign_in(User.objects.get(pk=cast.admin.pk)).get("/partners/?as=csv")))
    assert found[cast.northwind.name] == "2026-03-03T05:00+09:00"
