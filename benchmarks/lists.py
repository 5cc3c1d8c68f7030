"""S2: the portal's lists beside Django's "hello", and with ten times as many rows; pages of one engagement of many.

With 100,000 requests there are 5,000 engagements with 685,000 responsibilities. A comparison with
django-helpdesk's list is left out, as it would be a dependency for a benchmark alone: decision 0018 has its figures.
"""

import functools
import uuid
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assistance.models import AssistanceRequest
from benchmarks import crowd, work
from benchmarks.measure import Measure, say
from benchmarks.search import person, rounds, taken
from engagements.models import Engagement
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import Customer, FastTrackCenter, PartnerLink

_ROUNDS = 60
_PAGES = (
    ("empty", "/accounts/sessions/"),
    ("customers", "/customers/"),
    ("customers-page-40", "/customers/?page=40&sort=-name"),
    ("customers-found", "/customers/?q=con&sort=name"),
    ("requests", "/requests/"),
    ("requests-oldest", "/requests/?sort=submitted_at"),
    ("requests-accepted", "/requests/?status=accepted"),
    ("queue", "/requests/queue/"),
    ("engagements", "/engagements/?status="),
    ("migrations", "/migrations/"),
    ("reports", "/reports/"),
    ("notifications", "/notifications/"),
    ("audit", "/staff/audit/"),
)
# Pages of one engagement: a goal for their queries alone.
_OF_ENGAGEMENT = (("overview", "", 8), ("matrix", "matrix/", 10))
# Pages of one migration event with as many records as there are rows.
_OF_EVENT = (
    ("records", ""),
    ("records-backwards", "?sort=-source_address"),
    ("records-by-size", "?sort=-size_bytes"),
    ("records-by-state", "?sort=status"),
    ("records-failed", "?status=failed"),
    ("records-failed-by-size", "?status=failed&sort=-size_bytes"),
    ("records-found", "?q=user00123"),
    ("records-by-name", "?q=User+9"),
    ("records-nothing-found", "?q=zebra"),
    ("records-doubted", "?doubt=on"),
    ("records-page-40", "?page=40"),
    ("records-page-400", "?page=400"),
)
_REQUESTS_AN_ENGAGEMENT = 20


def run(sizes: Sequence[int] = (10_000, 100_000)) -> list[Measure]:
    """Some minutes: lists of as many customers and requests, for staff and for a partner of a quarter of them."""
    found: list[Measure] = []
    before: dict[str, float] = {}
    for rows in sorted(sizes):
        reviewer, partner = _fill(rows)
        specialist = person("specialist")
        Membership.objects.create(
            user=specialist, centre=FastTrackCenter.objects.get(), role=Membership.Role.SPECIALIST
        )
        User.objects.filter(pk=specialist.pk).update(is_admin=False)
        work.grow(max(2, rows // _REQUESTS_AN_ENGAGEMENT), reviewer)
        people = {"admin": person("admin"), "specialist": specialist, "partner": person("partner", partner)}
        people = {who: User.objects.get(pk=user.pk) for who, user in people.items()}
        work.notify(list(people.values()))
        for who, user in people.items():
            found += _lists(rows, who, user, before)
        found += _records(rows, people["specialist"], before)
    return found


def _records(rows: int, specialist: User, before: dict[str, float]) -> list[Measure]:
    """The list of one event among others, for who conducts it."""
    event = work.records(rows, specialist)
    path = reverse("migrations_svc:records", args=[event.public_id])
    client = Client(SERVER_NAME="localhost")
    client.force_login(specialist)
    pages = [(page, f"{path}{query}", 8, False) for page, query in _OF_EVENT]
    return _pages(rows, "specialist", client, pages, before)


def _lists(rows: int, who: str, user: User, before: dict[str, float]) -> list[Measure]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    engagement = Engagement.objects.visible_to(user).order_by("pk")[:2][1]
    pages = [(page, path, 8, True) for page, path in _PAGES]
    pages += [(page, f"{engagement.get_absolute_url()}{path}", most, False) for page, path, most in _OF_ENGAGEMENT]
    return _pages(rows, who, client, pages, before)


def _pages(
    rows: int, who: str, client: Client, pages: Sequence[tuple[str, str, int, bool]], before: dict[str, float]
) -> list[Measure]:
    found = []
    empty = 0.0
    for page, path, most, is_list in pages:
        if client.get(path).status_code == 403:
            continue  # the queue is the staff's, and what happened the administrators'
        say(f"lists: {path} for {who}, {rows:,} rows")
        ask = functools.partial(fetch, client, path)
        # In turn, so that whatever else the machine does weighs on both.
        hello, times = taken([work for _round in range(rounds(_ROUNDS, rows)) for work in (hello_world, ask)], of=2)
        with CaptureQueriesContext(connection) as queries:
            ask()
        name, rate = f"S2.{rows}.{who}.{page}", 1000 / median(times)
        floor = 1000 / median(hello)
        goal = (">= 1/8", rate / floor >= 1 / 8) if is_list else ("for the record", True)
        what = "requests/s; floor: Django's “hello”, signed out"
        found.append(Measure(f"{name}.rate", what, rate, "1/s", floor, rate / floor, *goal))
        found.append(Measure(f"{name}.page", "one page", median(times), "ms", 0, 0, "for the record", holds=True))
        if page == "empty":
            empty = median(times)
        elif is_list:
            # What is left of a goal of 1/8 where the frame of a page alone is 1/6 (decision 0018).
            ratio, what = median(times) / empty, "one page; floor: a page with nothing on it"
            found.append(Measure(f"{name}.list", what, median(times), "ms", empty, ratio, "<= 4 x", ratio <= 4))
        count = len([query for query in queries if "SAVEPOINT" not in query["sql"]])
        found.append(
            Measure(f"{name}.queries", "queries; floor: none", count, "", 0, count, f"<= {most}", count <= most)
        )
        kind = f"{who}.{page}"
        if kind in before:
            ratio = median(times) / before[kind]
            what = "one page; floor: that of the smaller run"
            found.append(
                Measure(f"{name}.growth", what, median(times), "ms", before[kind], ratio, "<= 1.3 x", ratio <= 1.3)
            )
        before.setdefault(kind, median(times))
    return found


def hello_world() -> None:
    assert Client(SERVER_NAME="localhost").get("/healthz").status_code == 200


def fetch(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def _fill(rows: int) -> tuple[User, int]:
    """One request a customer, one in twenty waiting for FastTrack; a partner sends one of eight, for a quarter of the
    customers. Who reviews them, and the partner's id."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE assistance_assistancerequest CASCADE")
    crowd.empty()
    crowd.grow(rows)
    say(f"data: {rows:,} requests")
    partner = crowd.link([rows // 4])[rows // 4]
    linked = set(PartnerLink.objects.filter(partner=partner).values_list("customer", flat=True))
    crowd.index()
    by, centre, now = person("author"), FastTrackCenter.objects.get(), timezone.now()
    Membership.objects.create(user=by, centre=centre, role=Membership.Role.SPECIALIST)
    asks = (
        AssistanceRequest(
            public_id=uuid.uuid4(),
            customer_id=customer,
            centre=centre,
            created_by=by,
            partner_id=partner if customer in linked and number // 4 % 2 else None,
            status="submitted" if number // 8 % 20 == 0 else ("accepted", "declined")[number // 8 % 2],
            submitted_at=now - timedelta(minutes=number),
            desired_on=now.date(),
            business_reason="to measure",
            success_owners="nobody",
            services=["exchange", "teams"],
            seats=100,
        )
        for number, customer in enumerate(Customer.objects.order_by("pk").values_list("pk", flat=True).iterator())
    )
    AssistanceRequest.objects.bulk_create(asks, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE assistance_assistancerequest")
    return User.objects.get(pk=by.pk), partner
