"""S1: finding a customer beside ten rows by primary key and beside the naive way; and what keeping it found costs."""

import functools
import random
from collections.abc import Callable, Sequence
from contextlib import nullcontext
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
_MANY = 500_000
_FEW = 5_000  # customers; with fewer it is a rehearsal, and a few rounds will do
_HARDLY_ANY = 1_000  # it is seen that all of it runs, and nothing is measured


def rounds(of: int, customers: int) -> int:
    if customers < _HARDLY_ANY:
        return max(2, of // 30)
    return of if customers >= _FEW else max(6, of // 20)


def run(sizes: Sequence[int] = (100_000, 1_000_000), links: Sequence[int] = crowd.SIZES) -> list[Measure]:
    """A minute for a hundred thousand customers, ten for a million, nearly all of it for making them."""
    found: list[Measure] = []
    before: dict[str, float] = {}
    for customers in sorted(sizes):
        crowd.empty()
        began = perf_counter()
        crowd.grow(customers)
        partners = crowd.link([size for size in links if size <= customers // 4])
        found.append(_index(customers, began))
        people = {"staff": person("staff")}
        people |= {f"partner-{size}": person(f"p{size}", pk) for size, pk in partners.items()}
        found += _searches(customers, people, before)
        found += _keeping(customers, max(partners.values()))
        found += _answers(customers, people)
    return found


def _index(customers: int, began: float) -> Measure:
    """All the texts made anew; floor: the customers, tenants, domains and links of which they are made."""
    made, began = perf_counter() - began, perf_counter()
    crowd.index()
    spent = perf_counter() - began
    say(f"search: {customers:,} customers made in {made:.0f} s, in the search in {spent:.0f} s more")
    what = "all texts made anew; floor: making their customers"
    return Measure(f"S1.{customers}.index", what, spent, "s", made, spent / made, "for the record", holds=True)


def _searches(customers: int, people: dict[str, User], before: dict[str, float]) -> list[Measure]:
    found = []
    for who, user in people.items():
        say(f"search: {who} among {customers:,}")
        seen = list(Customer.objects.visible_to(user).order_by("pk").values_list("pk", flat=True)[:20_000])
        find = functools.partial(search.matches, user)
        queries = _queries(user, seen)[: rounds(_ROUNDS, customers)]
        keys = [random.sample(seen, min(10, len(seen))) for _query in queries]
        # In turn, so that whatever else the machine does weighs on both.
        pairs = (
            (functools.partial(_by_key, ten), functools.partial(find, query))
            for ten, query in zip(keys, queries, strict=True)
        )
        floor, times = taken([work for pair in pairs for work in pair], of=2, sql=True)
        name, p50 = f"S1.{customers}.{who}", median(times)
        found.append(_row(f"{name}.p50", "SQL p50; floor: 10 rows by primary key", p50, median(floor), 3))
        slowest, slowest_floor = (quantiles(each, n=100)[98] for each in (times, floor))
        found.append(_within(f"{name}.p99", "SQL p99; floor: that of 10 rows by key", slowest, slowest_floor))
        if who in before:
            found.append(_row(f"{name}.growth", "SQL p50; floor: that of the smaller run", p50, before[who], 1.5))
        before.setdefault(who, p50)
        for kind, query in _HARD:
            (hard,) = taken([functools.partial(find, query)] * 15, of=1, sql=True)
            found.append(_within(f"{name}.{kind}", f"SQL, “{query}”; floor: p50 of all", median(hard), p50))
        few = queries[: 1 if customers >= _MANY else 3]  # seconds each
        (naive,) = taken([functools.partial(_naive, user, query) for query in few], of=1, sql=True, warm=False)
        found.append(_row(f"{name}.naive", "SQL p50; floor: icontains over three tables", p50, median(naive), 0.5))
    return found


# One letter; two common words that meet everywhere; two that meet nowhere, the only search that reads whole ranges.
_HARD = (("letter", "c"), ("common", "ltd he"), ("rare-common", "ltd contoso"), ("never-meet", "group ltd"))


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
    """A rename and a link, each with what it writes for the search; floor: the row that it changes anyway."""
    say(f"search: keeping the index of {customers:,}")
    rows = list(Customer.objects.order_by("-pk")[:_CHANGES])
    linked = PartnerLink.objects.filter(partner=partner, customer__gt=rows[-1].pk - 5_000).values("customer")
    free = list(Customer.objects.exclude(pk__in=linked).order_by("-pk")[:_CHANGES])
    plain, rename = taken(
        [functools.partial(_rename, row, keep=keep) for row in rows for keep in (False, True)], of=2, warm=False
    )
    (link,) = taken([functools.partial(_link, row, partner) for row in free], of=1, warm=False)
    (unlink,) = taken([functools.partial(_link, row, partner, ended=True) for row in free], of=1, warm=False)
    name, floor = f"S1.{customers}.keep", median(plain)
    return [
        _noted(f"{name}.rename", "rename with its words; floor: the row alone", median(rename), floor),
        _noted(f"{name}.link", "a link with its words; floor: the row alone", median(link), floor),
        _noted(f"{name}.unlink", "a link ended; floor: the row alone", median(unlink), floor),
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
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        seen = list(Customer.objects.visible_to(user).order_by("pk").values_list("pk", flat=True)[:2_000])
        works = [
            functools.partial(_ask, client, query, fragment=fragment)
            for typed in _queries(user, seen)[: rounds(_ANSWERS, customers)]
            for query, fragment in ((typed, True), ("", False), ("", True))
        ]
        full, page, bare = (median(times) for times in taken(works, of=3))
        name = f"S1.{customers}.{who}.answer"
        found.append(_row(name, "type-ahead; floor: an empty page, signed in", full, page, 1.5))
        found.append(_noted(f"{name}.bare", "type-ahead; floor: an empty fragment, signed in", full, bare))
    return found


def _ask(client: Client, query: str, *, fragment: bool) -> None:
    cache.clear()  # the limit of searches a minute is not what is measured
    headers = {"HX-Request": "true"} if fragment else {}
    assert client.get("/customers/find/", {"q": query}, headers=headers).status_code == 200


def person(name: str, partner: int | None = None) -> User:
    """Somebody of the partner, else an admin."""
    user = User.objects.create_user(f"{name}-{random.random()}@bench.example", name=name, is_admin=partner is None)
    if partner is not None:
        Membership.objects.create(user=user, partner_id=partner, role=Membership.Role.PARTNER_MEMBER)
    return User.objects.get(pk=user.pk)


def taken(
    works: Sequence[Callable[[], object]], *, of: int, sql: bool = False, warm: bool = True
) -> tuple[list[float], ...]:
    """Milliseconds of works that take turns, a list for each turn; with `sql` only what the database needed."""
    spent = 0.0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal spent
        began = perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent += perf_counter() - began

    for work in works[: max(of, len(works) // 10)] if warm else ():
        work()
    times: list[float] = []
    with connection.execute_wrapper(count) if sql else nullcontext():
        for work in works:
            spent, began = 0.0, perf_counter()
            work()
            times.append(1000 * (spent if sql else perf_counter() - began))
    return tuple(times[turn::of] for turn in range(of))


def _row(name: str, what: str, value: float, floor: float, most: float) -> Measure:
    return Measure(name, what, value, "ms", floor, value / floor, f"<= {most} x", value / floor <= most)


def _within(name: str, what: str, value: float, floor: float) -> Measure:
    return Measure(name, what, value, "ms", floor, value / floor, "<= 10 ms", value <= 10)


def _noted(name: str, what: str, value: float, floor: float) -> Measure:
    return Measure(name, what, value, "ms", floor, value / floor, "for the record", holds=True)
