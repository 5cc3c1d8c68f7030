"""The cast of every story: two customers, two partners, two centres and their people."""

import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from assistance.eligibility import DEFAULT_RULES, DEFAULT_WEIGHTS
from assistance.models import EligibilityRule, SeatWeight
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

PASSWORD = "correct horse battery staple"
Role = Membership.Role


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


@pytest.fixture
def cast(db: None) -> Cast:
    """A fresh cast for each story."""
    return make_cast()


def first_rules() -> None:
    """The rules that a migration writes: a test with real transactions empties the tables behind it, these included."""
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


def make_cast() -> Cast:
    """Contoso (620 seats, linked to Northwind) and Fabrikam (499 seats, linked to nobody)."""
    first_rules()
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
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """One cast for a whole module whose tests take back what they write; they share a worker."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_cast()
        transaction.set_rollback(True)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A browser-like client in which somebody is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
