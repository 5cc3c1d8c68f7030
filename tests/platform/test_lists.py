"""A list: its columns, its order, its cells, and pages that an address cannot stretch."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fasttrack_portal import lists
from fasttrack_portal.accounts.models import User


class Places(lists.Table):
    caption, box_id = "Places", "places"
    name = lists.Column(verbose_name="place", linkify=lambda row: f"/{row['name']}/")
    seats = lists.Column(attrs={"td": {"class": "number"}, "th": {"class": "number"}}, default="none")
    note = lists.TemplateColumn("{{ value }}{% if record.seats %}!{% endif %}", orderable=False)

    class Meta:
        order_by = "name"

    def render_seats(self, value: int) -> SafeString:
        return format_html("<b>{}</b>", value)


ROWS = [
    {"name": "Riga", "seats": 3, "note": "{x}"},
    {"name": "<Oslo>", "seats": None, "note": ""},
    {"name": "Bonn", "seats": 7, "note": ""},
]


def shown(table: lists.Table, address: str = "/") -> str:
    request = RequestFactory().get(address)
    return Template("{% load lists %}{% render_table table %}").render(Context({"table": table, "request": request}))


def paged(address: str, rows: Any = ROWS, per_page: int = 25, table: type[lists.Table] = Places) -> lists.Table:
    return lists.paged(RequestFactory().get(address), table(rows), per_page)


def names(table: lists.Table) -> list[str]:
    return [row["name"] for row in table.shown()]


def test_what_people_typed_is_escaped_and_braces_stay() -> None:
    html = shown(Places(ROWS))
    assert "&lt;Oslo&gt;" in html
    assert "<Oslo>" not in html
    assert "{x}!" in html


def test_a_cell_shows_its_default_its_link_and_what_the_table_draws() -> None:
    html = shown(Places(ROWS))
    assert '<td data-label="Place"><a href="/Riga/">Riga</a></td>' in html
    assert '<td class="number" data-label="Seats"><b>3</b></td>' in html
    assert '<td class="number" data-label="Seats">none</td>' in html


def test_the_head_sorts_the_other_way_and_keeps_the_filters() -> None:
    html = shown(paged("/?sort=name&page=1&status=a%26b"), "/?sort=name&page=1&status=a%26b")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-name&amp;status=a%26b"' in html
    assert 'href="?sort=seats&amp;status=a%26b"' in html
    assert "sort=note" not in html


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/", ["<Oslo>", "Bonn", "Riga"]),
        ("/?sort=-name", ["Riga", "Bonn", "<Oslo>"]),
        ("/?sort=seats", ["Riga", "Bonn", "<Oslo>"]),
        ("/?sort=-seats", ["Bonn", "Riga", "<Oslo>"]),
        ("/?sort=note", ["<Oslo>", "Bonn", "Riga"]),
        ("/?sort=password&sort=--name", ["<Oslo>", "Bonn", "Riga"]),
    ],
)
def test_an_address_sorts_by_columns_that_sort_and_by_nothing_else(address: str, wanted: list[str]) -> None:
    assert names(paged(address)) == wanted


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "99999999999999999999", "1.5", "%00"])
def test_a_page_that_is_none_is_the_first_or_the_last(page: str) -> None:
    assert paged(f"/?page={page}", per_page=2).shown()


def test_rows_that_agree_keep_one_order_and_choices_are_words(django_assert_num_queries: Any, db: None) -> None:
    class People(lists.Table):
        class Meta:
            model = User
            fields = ("name", "theme")

    User.objects.bulk_create(User(email=f"p{n}@x.example", name="Same", theme="dark") for n in range(7))
    people = User.objects.filter(name="Same")
    with django_assert_num_queries(2):  # nothing is counted
        first = paged("/?sort=name&per_page=4", people, table=People)
        second = paged("/?sort=name&per_page=4&page=2", people, table=People)
    seen = [user.pk for table in (first, second) for user in table.shown()]
    assert len(seen) == len(set(seen)) == 7
    html = shown(first)
    assert '<td data-label="Appearance">Dark</td>' in html
    assert "page=2" in html
    assert "of 7" not in html


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_rows_chosen_by_their_keys_first_are_the_same_on_every_page(
    sort: str, django_assert_num_queries: Any, db: None
) -> None:
    class People(lists.Table):
        name = lists.Column()

        class Meta:
            model = User
            fields = ("name",)

    User.objects.bulk_create(User(email=f"p{n}@x.example", name=f"Name {n % 3}") for n in range(7))

    def shown(number: int, *, keys_first: bool, queries: int, name: str = "Name") -> tuple[list[str], bool]:
        table = People(User.objects.filter(name__startswith=name).select_related("capacity"))
        table.keys_first = keys_first
        with django_assert_num_queries(queries):
            request = RequestFactory().get("/", {"sort": sort, "page": number, "per_page": 3})
            page = lists.paged(request, table).page
        assert page is not None
        return [person.email for person in page.object_list], page.has_next()

    for number in (1, 2, 3):
        assert shown(number, keys_first=True, queries=2) == shown(number, keys_first=False, queries=1)
    assert shown(3, keys_first=True, queries=2)[1] is False
    assert shown(1, keys_first=True, queries=1, name="Nobody") == ([], False)


def test_a_way_to_a_value_stops_where_nothing_is() -> None:
    class Steps(lists.Table):
        town = lists.Column(accessor="home__town")

    there = SimpleNamespace(home=SimpleNamespace(town=lambda: "Riga"))
    html = shown(Steps([there, SimpleNamespace(home=None)]))
    assert '<td data-label="Town">Riga</td>' in html
    assert '<td data-label="Town">–</td>' in html


def test_columns_are_inherited_ordered_and_left_out() -> None:
    class Fewer(Places):
        more = lists.Column()

        class Meta:
            fields = ("note", "more")
            exclude = ("seats",)

    assert list(Fewer([]).columns) == ["note", "more", "name"]
    assert list(Fewer([], exclude=("note",)).columns) == ["more", "name"]
    assert list(Places([]).columns) == ["name", "seats", "note"]
