"""Who is there: centres, customers with tenants and domains, partners, and the role-named accounts."""

import random
import uuid
from dataclasses import dataclass
from datetime import time

from django.contrib.auth.hashers import make_password

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

PASSWORD = "welcome-to-fasttrack"
GENERATED = 120
_NAMESPACE = uuid.UUID("7d1f6a3e-52a5-4a5b-9f0e-0f6d2a1c9b11")
_FIRST = "Adventure Alpine Blue Coho Fourth Graphic Humongous Lucerne Margie Proseware Relecloud Southridge Tailspin "
_FIRST += "Trey Wide Wingtip Woodgrove Bellows Consolidated Datum"
_SECOND = "Works Ski Yonder Winery Coffee Design Insurance Publishing Travel Wares Video Toys Research Bank Foods"
Role = Membership.Role


@dataclass
class Cast:
    """The people and organisations the story tells of."""

    emea: FastTrackCenter
    apac: FastTrackCenter
    contoso: Customer
    fabrikam: Customer
    northwind: Partner
    admin: User
    specialist: User
    manager: User
    apac_specialist: User
    lead: User
    pm: User
    fabrikam_lead: User
    partner: User
    generated: list[Customer]


def found_everything() -> Cast:
    """The accounts of the README with their organisations."""
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
    add_tenant(contoso, name="Contoso", guid=_guid("contoso"), domains=["contoso.example"], by=None)
    add_tenant(contoso, name="Contoso Retail", guid=_guid("retail"), domains=["contoso-retail.example"], by=None)
    fabrikam = create_customer(
        name="Fabrikam", tpid="640115", seats=499, country="AU", zone="Australia/Sydney", centre=apac, by=None
    )
    add_tenant(fabrikam, name="Fabrikam", guid=_guid("fabrikam"), domains=["fabrikam.example"], by=None)
    northwind = create_partner(name="Northwind Partners", by=None)
    litware = create_partner(name="Litware Consulting", by=None)
    lead = person("lead@contoso.example", "Lena Brandt", "Europe/Berlin")
    cast = Cast(
        emea=emea,
        apac=apac,
        contoso=contoso,
        fabrikam=fabrikam,
        northwind=northwind,
        admin=person("admin@fasttrack.example", "Ada Okafor", "Europe/London", is_admin=True),
        specialist=person("specialist@fasttrack.example", "Sam Keller", "Europe/Berlin"),
        manager=person("manager@fasttrack.example", "Mira Haddad", "Europe/Berlin"),
        apac_specialist=person("specialist@fasttrack-apac.example", "Ash Nguyen", "Australia/Sydney"),
        lead=lead,
        pm=person("pm@contoso.example", "Pavel Novák", "Europe/Prague"),
        fabrikam_lead=person("lead@fabrikam.example", "Finn O’Brien", "Australia/Sydney"),
        partner=person("partner@northwind.example", "Nora Lind", "Europe/Stockholm"),
        generated=[],
    )
    litware_partner = person("partner@litware.example", "Liam Costa", "Europe/Lisbon")
    add_membership(cast.specialist, role=Role.SPECIALIST, centre=emea, by=None)
    add_membership(cast.manager, role=Role.MANAGER, centre=emea, by=None)
    add_membership(cast.apac_specialist, role=Role.SPECIALIST, centre=apac, by=None)
    add_membership(lead, role=Role.LEAD, customer=contoso, by=None)
    add_membership(cast.pm, role=Role.PROJECT_MANAGER, customer=contoso, by=None)
    add_membership(cast.fabrikam_lead, role=Role.LEAD, customer=fabrikam, by=None)
    add_membership(cast.partner, role=Role.PARTNER_ADMIN, partner=northwind, by=None)
    add_membership(litware_partner, role=Role.PARTNER_ADMIN, partner=litware, by=None)
    link_partner(northwind, contoso, by=lead)
    cast.generated = _generate(cast)
    return cast


def _generate(cast: Cast) -> list[Customer]:
    """The same hundred customers each time, so that a screenshot of today is right tomorrow."""
    chance = random.Random(640114)
    names = [f"{first} {second}" for first in _FIRST.split() for second in _SECOND.split()]
    chance.shuffle(names)
    made = []
    for number, name in enumerate(names[:GENERATED]):
        in_europe = chance.random() < 0.6
        customer = create_customer(
            name=name,
            tpid=str(640200 + number),
            seats=int(chance.lognormvariate(6, 1.2)),
            country="DE" if in_europe else "AU",
            zone="Europe/Berlin" if in_europe else "Australia/Sydney",
            centre=cast.emea if in_europe else cast.apac,
            by=None,
        )
        domain = name.lower().replace(" ", "") + ".example"
        add_tenant(customer, name=name, guid=_guid(name), domains=[domain], by=None)
        made.append(customer)
    return made


def person(email: str, name: str, zone: str, **fields: bool) -> User:
    return create_person(email=email, name=name, password=None, by=None, time_zone=zone, **fields)


def give_passwords() -> None:
    """Everybody's is the same and printed: it is hashed once, which takes as long as a dozen people's other rows."""
    User.objects.update(password=make_password(PASSWORD))


def _guid(name: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, name)
