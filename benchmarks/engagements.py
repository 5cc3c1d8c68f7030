"""S2 with engagements: list, board, and overview and matrix of one among 5,000 (685,000 items), and what they cost.

The database makes the rows itself."""

import functools
import uuid
from collections.abc import Sequence
from datetime import time, timedelta
from statistics import median

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assistance.models import AssistanceRequest
from benchmarks import crowd
from benchmarks.lists import fetch, hello_world
from benchmarks.measure import Measure, say
from benchmarks.search import person, rounds, taken
from engagements.models import Engagement, Template
from engagements.operations import standing
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import CenterHours, Customer, FastTrackCenter

EACH = 40  # engagements a specialist carries
_ROUNDS = 60
_MOST = {"matrix": 10}  # queries; 8 on every other page
_TABLES = ("engagement", "phase", "milestone", "responsibility")
_STATUS = ("active",) * 7 + ("on_hold", "dormant", "completed")

# Each engagement has reached one of the four phases that take turns, by its number.
_PHASES = """
INSERT INTO engagements_phase
    (public_id, version, created_at, engagement_id, code, position, status, planned_start_on, planned_end_on, reason)
SELECT gen_random_uuid(), 1, now(), e.id, p.code, p.position,
    CASE WHEN p.code = 'general' THEN 'in_progress' WHEN p.code = 'data_migration' THEN 'not_started'
         WHEN p.position < 1 + e.id % 4 THEN 'passed' WHEN p.position = 1 + e.id % 4 THEN 'in_progress'
         ELSE 'not_started' END,
    e.starts_on + p.position::int * 10, e.starts_on + p.position::int * 10 + 14, ''
FROM engagements_engagement e CROSS JOIN (VALUES ('general', 0), ('initiate', 1), ('assess', 2), ('remediate', 3),
    ('enable', 4), ('data_migration', 5)) AS p (code, position)
"""
_MILESTONES = """
INSERT INTO engagements_milestone
    (public_id, version, created_at, engagement_id, code, position, title, outcome, phase, is_optional, status, reason,
     after, baseline_on, planned_on, completed_on, note, approval, approval_comment, holder)
SELECT gen_random_uuid(), 1, now(), e.id, 'milestone_' || n, n, 'Milestone ' || n, 'What comes out of it', 'assess',
    false, CASE WHEN n < 2 * (e.id % 4) THEN 'completed' ELSE 'planned' END, '', '{}',
    e.starts_on + n * 9, e.starts_on + n * 9 + (e.id % 3)::int,
    CASE WHEN n < 2 * (e.id % 4) THEN e.starts_on + n * 9 END,
    '', '', '', ''
FROM engagements_engagement e CROSS JOIN generate_series(0, 7) n
"""
# What is behind is done; of the phase that runs a third is done, one in forty is stuck, the rest lies with its side.
_ITEMS = """
INSERT INTO engagements_responsibility
    (public_id, version, created_at, engagement_id, code, position, phase, party, parent_code, mode, text, why,
     condition, choice, twin_code, due_from, due_offset, is_due_own, status, reason, evidence, waits_for, changed_at,
     holder, held_since)
SELECT gen_random_uuid(), 1, now(), engagement_id, code, position, phase, party, parent_code, mode, text, why,
    condition, choice, twin_code, due_from, due_offset, false, status, CASE status WHEN 'blocked' THEN 'No window' ELSE
    '' END, '', '', now(), CASE WHEN runs AND status IN ('open', 'blocked') THEN party ELSE '' END,
    CASE WHEN runs AND status IN ('open', 'blocked') THEN now() - (1 + (engagement_id * 7 + position) % 40) *
    interval '1 day' END
FROM (
    SELECT e.id AS engagement_id, i.code, i.position, i.phase, i.party, i.parent_code, i.mode, i.text, i.why,
        i.condition, i.choice, i.twin_code, i.due_from, i.due_offset,
         p.status = 'in_progress' AND i.phase <> 'general' AND e.status = 'active' AS runs,
        CASE WHEN p.status = 'passed' OR p.status = 'in_progress' AND (e.id + i.position) % 3 = 0 THEN 'done'
             WHEN p.status = 'in_progress' AND (e.id * 31 + i.position) % 40 = 0 THEN 'blocked' ELSE 'open'
        END AS status
    FROM engagements_engagement e JOIN engagements_templateitem i ON i.template_id = e.template_id
    JOIN engagements_phase p ON p.engagement_id = e.id AND p.code = i.phase
) s
"""


def run(sizes: Sequence[int] = (500, 5_000)) -> list[Measure]:
    """Some minutes: the pages for a specialist with 40 engagements, the manager of all of them, and an admin."""
    found: list[Measure] = []
    before: dict[str, float] = {}
    for count in sorted(sizes):
        specialists = fill(count)
        centre = FastTrackCenter.objects.get()
        manager = person("engagements-manager")
        Membership.objects.get_or_create(user=manager, centre=centre, role=Membership.Role.MANAGER)
        User.objects.filter(pk=manager.pk).update(is_admin=False)
        people = {"specialist": specialists[0], "manager": manager, "admin": person("admin")}
        for who, user in people.items():
            found += _pages(count, who, user, before)
    return found


def fill(count: int, *, customers: int = 0) -> list[User]:
    """As many engagements with their six phases, eight milestones and 137 items each; the specialists, 40 to each."""
    specialists = open_empty(count, customers=customers)
    with connection.cursor() as cursor:
        for statement in (_PHASES, _MILESTONES, _ITEMS):
            cursor.execute(statement)
        say(f"data: {cursor.rowcount:,} items")
        standing.recount()
        for table in _TABLES:
            cursor.execute(f"VACUUM ANALYZE engagements_{table}")
    return specialists


def open_empty(count: int, *, customers: int = 0) -> list[User]:
    """As many engagements without anything in them, each of another of at least as many customers; the specialists, 40
    to each."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE assistance_assistancerequest CASCADE")
    crowd.empty()
    crowd.grow(max(count, customers))
    cache.clear()
    centre, now = FastTrackCenter.objects.get(), timezone.now()
    for weekday in range(5):
        CenterHours.objects.get_or_create(
            centre=centre, weekday=weekday, defaults={"opens": time(9), "closes": time(17)}
        )
    specialists = [_specialist(number, centre) for number in range(max(1, count // EACH))]
    theirs = list(Customer.objects.order_by("pk").values_list("pk", "name")[:count])
    say(f"data: {count:,} engagements")
    AssistanceRequest.objects.bulk_create(
        (
            AssistanceRequest(
                public_id=uuid.uuid4(), customer_id=pk, centre=centre, created_by=specialists[0], status="accepted",
                submitted_at=now, desired_on=now.date(), business_reason="to measure", success_owners="nobody",
                services=["exchange", "teams"], seats=100,
            )
            for pk, _name in theirs
        ),
        batch_size=5_000,
    )  # fmt: skip
    asks = dict(AssistanceRequest.objects.values_list("customer", "pk"))
    template = Template.objects.order_by("-number").first()
    Engagement.objects.bulk_create(
        (
            Engagement(
                status=_STATUS[number % len(_STATUS)], title=f"{name}: Microsoft 365", ask_id=asks[pk], customer_id=pk,
                centre=centre, specialist=specialists[number // EACH % len(specialists)], services=["exchange"],
                template=template, starts_on=now.date() - timedelta(days=number % 70), desired_on=now.date(),
                silent_since=now - timedelta(days=number % 20), cold_at=now + timedelta(days=14 - number % 20),
            )
            for number, (pk, name) in enumerate(theirs)
        ),
        batch_size=5_000,
    )  # fmt: skip
    return specialists


def _specialist(number: int, centre: FastTrackCenter) -> User:
    user = person(f"specialist-{number}")
    Membership.objects.get_or_create(user=user, centre=centre, role=Membership.Role.SPECIALIST)
    User.objects.filter(pk=user.pk).update(is_admin=False)
    return user


def _pages(count: int, who: str, user: User, before: dict[str, float]) -> list[Measure]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    one = Engagement.objects.filter(status="active", specialist__email__startswith="specialist-0").first()
    assert one is not None
    pages = {
        "list": "/engagements/?status=active",
        "board": "/engagements/board/" if who == "specialist" else "/engagements/board/?specialist=",
        "board-cold": "/engagements/board/?specialist=&signal=cold",
        "overview": one.get_absolute_url(),
        "matrix": reverse("engagements:matrix", kwargs={"public_id": one.public_id}),
    }
    found = []
    for page, path in pages.items():
        say(f"engagements: {path} for {who}, {count:,} engagements")
        ask = functools.partial(fetch, client, path)
        ask()
        hello, times = taken([work for _round in range(rounds(_ROUNDS, 5_000)) for work in (hello_world, ask)], of=2)
        with CaptureQueriesContext(connection) as queries:
            ask()
        most = _MOST.get(page, 8)
        name, cost, floor = f"S2.{count}.{who}.{page}", median(times), median(hello)
        asked = len([query for query in queries if "SAVEPOINT" not in query["sql"]])
        found.append(
            Measure(f"{name}.queries", "queries; floor: none", asked, "", 0, asked, f"<= {most}", asked <= most)
        )
        found.append(
            Measure(f"{name}.rate", "requests/s; floor: Django’s “hello”, signed out", 1000 / cost, "1/s",
                    1000 / floor, floor / cost, ">= 1/8", floor / cost >= 1 / 8)
        )  # fmt: skip
        kind = f"{who}.{page}"
        if kind in before:
            ratio = cost / before[kind]
            what = "one page; floor: that of the smaller run"
            found.append(Measure(f"{name}.growth", what, cost, "ms", before[kind], ratio, "<= 1.3 x", ratio <= 1.3))
        before.setdefault(kind, cost)
    return found
