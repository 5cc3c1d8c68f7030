"""S2: the lists of customers and of requests beside Django's "hello", and with ten times as many rows.

A comparison with django-helpdesk's list is left out: it would be a dependency for a benchmark alone.
"""

import functools
import uuid
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistance.models import AssistanceRequest
from benchmarks import crowd
from benchmarks.measure import Measure, say
from benchmarks.search import person, rounds, taken
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import Customer, FastTrackCenter

_ROUNDS = 60
_PAGES = (
    ("customers", "/customers/"),
    ("customers-page-40", "/customers/?page=40&sort=-name"),
    ("customers-found", "/customers/?q=con&sort=name"),
    ("requests-queue", "/requests/"),
    ("requests-all", "/requests/?view=all"),
    ("requests-accepted", "/requests/?view=all&status=accepted"),
)


def run(sizes: Sequence[int] = (10_000, 100_000)) -> list[Measure]:
    """Some minutes: lists of as many customers and requests, for staff and for a partner of a quarter of them."""
    found: list[Measure] = []
    before: dict[str, float] = {}
    for rows in sorted(sizes):
        _fill(rows)
        partner = crowd.link([rows // 4])[rows // 4]
        crowd.index()
        specialist = person("specialist")
        Membership.objects.create(
            user=specialist, centre=FastTrackCenter.objects.get(), role=Membership.Role.SPECIALIST
        )
        User.objects.filter(pk=specialist.pk).update(is_admin=False)
        people = {"admin": person("admin"), "specialist": specialist, "partner": person("partner", partner)}
        for who, user in people.items():
            found += _lists(rows, who, user, before)
    return found


def _lists(rows: int, who: str, user: User, before: dict[str, float]) -> list[Measure]:
    found = []
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for page, path in _PAGES:
        if who == "partner" and page == "requests-queue":
            continue  # the queue is the staff's
        say(f"lists: {path} for {who}, {rows:,} rows")
        ask = functools.partial(_get, client, path)
        # In turn, so that whatever else the machine does weighs on both.
        hello, times = taken([work for _round in range(rounds(_ROUNDS, rows)) for work in (_hello, ask)], of=2)
        with CaptureQueriesContext(connection) as queries:
            ask()
        name, rate = f"S2.{rows}.{who}.{page}", 1000 / median(times)
        floor = 1000 / median(hello)
        found.append(
            Measure(f"{name}.rate", "requests/s; floor: Django's “hello”, signed out", rate, "1/s", floor,
                    rate / floor, ">= 1/8", rate / floor >= 1 / 8)
        )  # fmt: skip
        count = len([query for query in queries if "SAVEPOINT" not in query["sql"]])
        found.append(Measure(f"{name}.queries", "queries; floor: none", count, "", 0, count, "<= 8", count <= 8))
        kind = f"{who}.{page}"
        if kind in before:
            ratio = median(times) / before[kind]
            what = "one page; floor: that of the smaller run"
            found.append(
                Measure(f"{name}.growth", what, median(times), "ms", before[kind], ratio, "<= 1.3 x", ratio <= 1.3)
            )
        before.setdefault(kind, median(times))
    return found


def _hello() -> None:
    assert Client(SERVER_NAME="localhost").get("/healthz").status_code == 200


def _get(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def _fill(rows: int) -> None:
    """One request a customer, one in twenty waiting for FastTrack."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE assistance_assistancerequest CASCADE")
    crowd.empty()
    crowd.grow(rows)
    say(f"data: {rows:,} requests")
    by, centre, now = person("author"), FastTrackCenter.objects.get(), timezone.now()
    asks = (
        AssistanceRequest(
            public_id=uuid.uuid4(),
            customer_id=customer,
            centre=centre,
            created_by=by,
            status="submitted" if number % 20 == 0 else ("accepted", "declined")[number % 2],
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
