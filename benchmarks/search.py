"""S1: finding a customer beside ten rows by primary key and beside the naive way; and what keeping it found costs."""

import random
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from time import perf_counter

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client

from benchmarks import crowd
from benchmarks.measure import Measure, say
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory import search
from fasttrack_portal.directory.models import Customer, PartnerLink
from fasttrack_portal.directory.tokens import words_of

_ROUNDS = 300
_CHANGES = 60
_ANSWERS = 60


def run(sizes: Sequence[int] = (100_000, 1_000_000), links: Sequence[int] = crowd.SIZES) -> list[Measure]:
    """Minutes a hundred thousand customers, nearly all of it for making them; seconds with --small."""
    found: list[Measure] = []
    before: dict[str, float] = {}
    for customers in sorted(sizes):
        crowd.empty()
        crowd.grow(customers)
        partners = crowd.link([size for size in links if size <= customers // 4])
        crowd.index()
        people = {"staff": _person("staff")}
        people |= {f"partner-{size}": _person(f"p{size}", pk) for size, pk in partners.items()}
        found += _searches(customers, people, before)
        found += _keeping(customers, max(partners.values()))
        found += _answers(customers, people)
    return found


def _searches(customers: int, people: dict[str, User], before: dict[str, float]) -> list[Measure]:
    found = []
    for who, user in people.items():
        say(f"search: {who} among {customers:,}")
        seen = list(Customer.objects.visible_to(user).order_by("pk").values_list("pk", flat=True)[:20_000])
        floor = _timed([lambda: _by_key(random.sample(seen, min(10, len(seen)))) for _round in range(_ROUNDS)])
        queries = _queries(user, seen)
        times = _timed([lambda query=query: search.matches(user, query) for query in queries])
        name, p50 = f"S1.{customers}.{who}", median(times)
        found.append(_row(f"{name}.p50", "p50; floor: 10 rows by primary key", p50, median(floor), 3))
        p99 = quantiles(times, n=100)[98]
        found.append(
            Measure(f"{name}.p99", "p99; floor: its p50", p99, "ms", p50, p99 / p50, "<= 10 ms", p99 <= 10),
        )
        if who in before:
            found.append(_row(f"{name}.growth", "p50; floor: that of the smaller run", p50, before[who], 1.5))
        before.setdefault(who, p50)
        for kind, query in _HARD:
            hard = median(_timed([lambda query=query: search.matches(user, query)] * 15))
            found.append(
                Measure(f"{name}.{kind}", f"“{query}”; floor: p50 of all", hard, "ms", p50, hard / p50, "<= 10 ms",
                        hard <= 10)
            )  # fmt: skip
        naive = median(_timed([lambda query=query: _naive(user, query) for query in queries[:3]]))
        found.append(
            Measure(f"{name}.naive", "p50; floor: icontains over three tables", p50, "ms", naive, p50 / naive, "< 1 x",
                    p50 < naive)
        )  # fmt: skip
    return found


# One letter; two common words that meet everywhere; two that meet nowhere, the only search that reads whole ranges.
_HARD = (("letter", "c"), ("common", "ltd he"), ("never-meet", "group ltd"))


def _queries(user: User, seen: list[int]) -> list[str]:
    """What people type: beginnings of names, whole names, two beginnings, domains, TPIDs, and what is not there."""
    chosen = random.Random(7)
    rows = list(Customer.objects.visible_to(user).filter(pk__in=chosen.sample(seen, min(_ROUNDS, len(seen)))))
    queries = []
    for number in range(_ROUNDS):
        customer = rows[number % len(rows)]
        words = words_of(customer.name)
        queries.append(
            (
                words[0][:3],
                words[0][:5],
                words[0],
                customer.name,
                f"{words[0][:4]} {words[1][:3]}",
                f"{words[1][:3]} {words[2]}",
                customer.name.lower().replace(" ", "-") + ".exa",
                customer.tpid,
                customer.tpid[:5],
                "xyzzy" + words[0],
            )[number % 10]
        )
    return queries


def _by_key(keys: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, tpid FROM directory_customer WHERE id = ANY(%s)", [list(keys)])
        cursor.fetchall()


def _naive(user: User, query: str) -> None:
    """Everything that anybody would write first."""
    words = Q(name__icontains=query) | Q(tpid__icontains=query)
    found = words | Q(tenants__name__icontains=query) | Q(tenants__domains__name__icontains=query)
    list(Customer.objects.visible_to(user).filter(found).distinct().order_by("name")[:10])


def _keeping(customers: int, partner: int) -> list[Measure]:
    """A rename and a link, each with what it writes for the search; floor: the single row that it changes anyway."""
    say(f"search: keeping the index of {customers:,}")
    rows = list(Customer.objects.order_by("?")[:_CHANGES])
    linked = set(PartnerLink.objects.filter(partner=partner).values_list("customer", flat=True))
    free = list(Customer.objects.exclude(pk__in=linked).order_by("-pk")[:_CHANGES])
    rename = median(_timed([lambda row=row: _rename(row) for row in rows], warm=False))
    plain = median(_timed([lambda row=row: _rename(row, keep=False) for row in rows], warm=False))
    link = median(_timed([lambda row=row: _link(row, partner) for row in free], warm=False))
    unlink = median(_timed([lambda row=row: _link(row, partner, ended=True) for row in free], warm=False))
    name = f"S1.{customers}.keep"
    return [
        _row(f"{name}.rename", "rename with its words; floor: the row alone", rename, plain, 10),
        _row(f"{name}.link", "a link with its words; floor: the row alone", link, plain, 10),
        _row(f"{name}.unlink", "a link ended; floor: the row alone", unlink, plain, 10),
    ]


def _rename(customer: Customer, *, keep: bool = True) -> None:
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(name=f"Renamed {customer.name}"[:200])
        if keep:
            search.reindex(customer)


def _link(customer: Customer, partner: int, *, ended: bool = False) -> None:
    with transaction.atomic():
        if ended:
            PartnerLink.objects.filter(customer=customer, partner=partner).update(status="ended")
        else:
            PartnerLink.objects.create(customer=customer, partner_id=partner)
        search.reindex(customer)


def _answers(customers: int, people: dict[str, User]) -> list[Measure]:
    """The type-ahead's whole answer beside the same address asked for nothing, signed in."""
    found = []
    for who, user in people.items():
        say(f"search: the type-ahead's answer for {who}")
        client = Client(headers={"HX-Request": "true"}, SERVER_NAME="localhost")
        client.force_login(user)
        seen = list(Customer.objects.visible_to(user).order_by("pk").values_list("pk", flat=True)[:2_000])
        queries = _queries(user, seen)[:_ANSWERS]
        empty = median(_timed([lambda: _ask(client, "")] * _ANSWERS))
        page = median(_timed([lambda: _page(client)] * _ANSWERS))
        full = median(_timed([lambda query=query: _ask(client, query) for query in queries]))
        name = f"S1.{customers}.{who}.answer"
        found.append(_row(name, "type-ahead; floor: an empty page, signed in", full, page, 1.5))
        found.append(
            Measure(f"{name}.bare", "type-ahead; floor: an empty fragment", full, "ms", empty, full / empty, "for note",
                    holds=True)
        )  # fmt: skip
    return found


def _ask(client: Client, query: str) -> None:
    cache.clear()  # the limit of searches a minute is not what is measured
    assert client.get("/customers/find/", {"q": query}).status_code == 200


def _page(client: Client) -> None:
    cache.clear()
    assert client.get("/customers/find/", headers={"HX-Request": ""}).status_code == 200


def _person(name: str, partner: int | None = None) -> User:
    user = User.objects.create_user(f"{name}-{random.random()}@bench.example", name=name, is_admin=partner is None)
    if partner is not None:
        Membership.objects.create(user=user, partner_id=partner, role=Membership.Role.PARTNER_MEMBER)
    return User.objects.get(pk=user.pk)


def _timed(works: Sequence[Callable[[], object]], *, warm: bool = True) -> list[float]:
    """Milliseconds of each, after a tenth of them to warm up, where they can be done twice."""
    for work in works[: max(1, len(works) // 10)] if warm else ():
        work()
    taken = []
    for work in works:
        began = perf_counter()
        work()
        taken.append((perf_counter() - began) * 1000)
    return taken


def _row(name: str, what: str, value: float, floor: float, most: float) -> Measure:
    return Measure(name, what, value, "ms", floor, value / floor, f"<= {most} x", value / floor <= most)
