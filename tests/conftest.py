"""The cast of every story: two customers, two partners, two centres and their people."""

import copy
import gc
import socket
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test import client as django_client
from django.utils import timezone
from pytest_django.plugin import blocking_manager_key

from assistance.eligibility import DEFAULT_RULES, DEFAULT_WEIGHTS
from assistance.models import EligibilityRule, SeatWeight
from engagements import matrix
from engagements.models import Template, TemplateItem
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import add_membership, create_person
from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner
from fasttrack_portal.directory.operations import (
    add_tenant,
    create_centre,
    create_customer,
    create_partner,
    link_partner,
)

pytest_plugins = ["tests.first_database"]
REMEMBERED = pytest.StashKey[str]()
TESTS = Path(__file__).parent
PASSWORD = "correct horse battery staple"
Role = Membership.Role


# What takes longest comes first, so that no worker stands alone with it at the end (each file is one worker's).
LONGEST = (
    "journeys/test_accessibility.py",
    "setup",
    "test_query_counts.py",
    "test_bad_input.py",
    "test_access.py",
    "engagements/test_who_may_move_what.py",
    "test_canaries.py",
    "test_api_access.py",
    "resilience",
    "journeys",
    "test_one_event.py",
    "reports",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        where = item.path.relative_to(TESTS).as_posix()
        return next(
            (n for n, name in enumerate(LONGEST) if where == name or where.startswith(f"{name}/")), len(LONGEST)
        )

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector would walk through all of it again and again, a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(autouse=True, scope="session")
def _contexts_are_not_kept() -> None:
    """Django copies the whole context of every template that is rendered, for assertions that no story makes."""
    django_client.store_rendered_templates = lambda *args, **kwargs: None  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def _no_sockets_but_localhost() -> Iterator[None]:
    """Nothing in the suite talks to another machine."""
    real = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        real(self, address)

    socket.socket.connect = only_here  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = real  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def one_window() -> Iterator[None]:
    """The clock stands still: what is counted by the minute or the hour falls into one, however slow the machine."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@dataclass
class Cast:
    """Everybody by the name their story gives them."""

    emea: FastTrackCenter
    apac: FastTrackCenter
    contoso: Customer
    fabrikam: Customer
    northwind: Partner
    litware: Partner
    admin: User
    specialist: User
    manager: User
    apac_specialist: User
    lead: User
    pm: User
    fabrikam_lead: User
    partner: User
    litware_partner: User


def person(email: str, name: str, **fields: Any) -> User:
    return create_person(email=email, name=name, password=PASSWORD, by=None, **fields)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast stands in the database before the first story: making it takes longer than most stories do."""
    with django_db_blocker.unblock():
        # A run in which no story asks for a database gets none made, and this would be the configured one.
        assert connection.settings_dict["NAME"].startswith("test_"), "no test of this run asks for `db`"
        if User.objects.exists():
            call_command("flush", interactive=False, verbosity=0)  # a database that was kept, with an older cast
        with transaction.atomic():
            first_rules()
            everybody = make_cast()
        request.config.stash[REMEMBERED] = connection.creation.serialize_db_to_string()
    yield everybody
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A thread of a story may end later than the story; its connection must not keep the database from going.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    """What a module's stage holds is checked once, when it stands. Django has the keys checked at the end of each test,
    which takes that back with the rest: every test of the module would check all rows of the stage again."""
    result = yield
    if fixturedef.scope == "module" and connection.in_atomic_block:
        connection.check_constraints()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    """A story with real transactions empties the tables behind it; the next one finds the cast again."""
    result = yield
    marker = item.get_closest_marker("django_db")
    if nextitem is not None and marker is not None and marker.kwargs.get("transaction"):
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(item.config.stash[REMEMBERED])
    return result


def first_rules() -> None:
    """The rules that a migration writes, where a flush has taken them away."""
    if not EligibilityRule.objects.exists():
        EligibilityRule.objects.bulk_create(
            EligibilityRule(
                rule_version=rule.version,
                minimum_seats=rule.minimum_seats,
                maximum_seats=rule.maximum_seats,
                verdict=rule.verdict,
                source=rule.source,
            )
            for rule in DEFAULT_RULES
        )
        SeatWeight.objects.bulk_create(
            SeatWeight(rule_version=1, seat_class=code, percent=percent) for code, percent in DEFAULT_WEIGHTS.items()
        )
    if not Template.objects.exists():
        template = Template.objects.create(number=1, status="published", published_at=timezone.now())
        TemplateItem.objects.bulk_create(
            TemplateItem(template=template, **matrix.row_of(line, place)) for place, line in enumerate(matrix.items())
        )


@pytest.fixture
def cast(db: None, django_db_setup: Cast) -> Cast:
    """Everybody as they stand in the database, in objects of this story's own."""
    return copy.deepcopy(django_db_setup)


def make_cast() -> Cast:
    """Contoso (620 seats, linked to Northwind) and Fabrikam (499 seats, linked to nobody)."""
    emea = create_centre(
        code="emea",
        name="FastTrack Center EMEA",
        zone="Europe/Berlin",
        country="DE",
        opens=time(9),
        closes=time(17),
        by=None,
    )
    apac = create_centre(
        code="apac",
        name="FastTrack Center APAC",
        zone="Australia/Sydney",
        country="AU",
        subdivision="NSW",
        opens=time(9),
        closes=time(17),
        by=None,
    )
    contoso = create_customer(
        name="Contoso", tpid="640114", seats=620, country="DE", zone="Europe/Berlin", centre=emea, by=None
    )
    add_tenant(contoso, name="Contoso", guid=uuid.UUID(int=0xC0), domains=["contoso.example"], by=None)
    add_tenant(contoso, name="Contoso Retail", guid=uuid.UUID(int=0xC1), domains=["contoso-retail.example"], by=None)
    fabrikam = create_customer(
        name="Fabrikam", tpid="640115", seats=499, country="AU", zone="Australia/Sydney", centre=apac, by=None
    )
    add_tenant(fabrikam, name="Fabrikam", guid=uuid.UUID(int=0xFA), domains=["fabrikam.example"], by=None)
    northwind = create_partner(name="Northwind Partners", by=None)
    litware = create_partner(name="Litware Consulting", by=None)
    everybody = Cast(
        emea=emea,
        apac=apac,
        contoso=contoso,
        fabrikam=fabrikam,
        northwind=northwind,
        litware=litware,
        admin=person("admin@fasttrack.example", "Ada Admin", is_admin=True),
        specialist=person("specialist@fasttrack.example", "Sam Specialist", time_zone="Europe/Berlin"),
        manager=person("manager@fasttrack.example", "Mira Manager", time_zone="Europe/Berlin"),
        apac_specialist=person("specialist@fasttrack-apac.example", "Ash Specialist", time_zone="Australia/Sydney"),
        lead=person("lead@contoso.example", "Lena Lead", time_zone="Europe/Berlin"),
        pm=person("pm@contoso.example", "Pavel Manager", time_zone="Europe/Berlin"),
        fabrikam_lead=person("lead@fabrikam.example", "Finn Lead", time_zone="Australia/Sydney"),
        partner=person("partner@northwind.example", "Nora Northwind"),
        litware_partner=person("partner@litware.example", "Liam Litware"),
    )
    add_membership(everybody.specialist, role=Role.SPECIALIST, centre=emea, by=None)
    add_membership(everybody.manager, role=Role.MANAGER, centre=emea, by=None)
    add_membership(everybody.apac_specialist, role=Role.SPECIALIST, centre=apac, by=None)
    add_membership(everybody.lead, role=Role.LEAD, customer=contoso, by=None)
    add_membership(everybody.pm, role=Role.PROJECT_MANAGER, customer=contoso, by=None)
    add_membership(everybody.fabrikam_lead, role=Role.LEAD, customer=fabrikam, by=None)
    add_membership(everybody.partner, role=Role.PARTNER_ADMIN, partner=northwind, by=None)
    add_membership(everybody.litware_partner, role=Role.PARTNER_ADMIN, partner=litware, by=None)
    link_partner(northwind, contoso, by=everybody.lead)
    return everybody


@pytest.fixture(scope="module")
def stage(django_db_setup: Cast, django_db_blocker: Any) -> Iterator[Cast]:
    """One cast for a whole module whose tests take back what they write; they share a worker."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield copy.deepcopy(django_db_setup)
        transaction.set_rollback(True)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A browser-like client in which somebody is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
