"""No byte that one customer's people get holds a word of another's: pages, fragments, files, search and mail (P1)."""

import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from engagements.feeds import new_nonce
from engagements.models import Engagement
from engagements.operations.feeds import renew_feed
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.operations import rename_customer
from tests.answers import body_of
from tests.api_table import READS, asked
from tests.conftest import Cast
from tests.programs import program_of
from tests.test_access import TABLE, Row, address, thing_of
from tests.world import World, build, organisations_of

pytestmark = pytest.mark.django_db
CONTOSO, FABRIKAM = "Contosocanary", "Fabrikamcanary"
FABRIKAMS = {"lead@fabrikam.example", "specialist@fasttrack-apac.example"}
CONTOSOS = {"lead@contoso.example", "pm@contoso.example", "partner@northwind.example"}
CONTOSOS |= {"specialist@fasttrack.example", "manager@fasttrack.example"}
# What was mailed while the worlds were made; each test begins with an empty outbox.
LETTERS: list[Any] = []


@pytest.fixture(scope="module")
def worlds(stage: Cast) -> dict[str, World]:
    """Two customers with one thing of every kind each, every text marked, their names too."""
    made = {}
    LETTERS.clear()
    for customer, lead, specialist, canary in (
        (stage.contoso, stage.lead, stage.specialist, CONTOSO),
        (stage.fabrikam, stage.fabrikam_lead, stage.apac_specialist, FABRIKAM),
    ):
        rename_customer(customer, name=f"{canary} name", version=customer.version, by=stage.admin)
        type(customer).objects.filter(pk=customer.pk).update(seats=900)
        customer.refresh_from_db()
        made[canary] = build(customer, lead, specialist, canary)
        made[canary].things |= {"person": lead, "link": customer.partner_links.first() or uuid.uuid4()}
        made[canary].things |= organisations_of(stage, customer)
    LETTERS.extend(mail.outbox)
    return made


@pytest.fixture(scope="module")
def strangers(stage: Cast) -> dict[str, tuple[User, tuple[str, ...]]]:
    """Each person with the canaries they may never meet."""
    return {
        "lead": (stage.lead, (FABRIKAM,)),
        "fabrikam_lead": (stage.fabrikam_lead, (CONTOSO,)),
        "partner": (stage.partner, (FABRIKAM,)),
        "litware_partner": (stage.litware_partner, (FABRIKAM, CONTOSO)),
    }


def fetched(client: Client, url: str, *, fragment: bool) -> bytes:
    cache.clear()  # files are counted (R1), and here all of them are asked for
    headers = {"HX-Request": "true"} if fragment else {}
    with transaction.atomic():
        response = client.get(url, headers=headers)
        body: bytes = body_of(response) + repr(response.headers).encode()
        transaction.set_rollback(True)
    # The address itself comes back in links; what was asked for is no disclosure.
    return body


def addresses(worlds: dict[str, World], *, fragment: bool, foreign: tuple[str, ...]) -> list[str]:
    """Every address of both worlds, as a page and as a fragment; things of a foreign world as fragments alone: that
    their whole pages are the bytes of what does not exist is held by the access table."""
    found = []
    for name, row in TABLE.items():
        if "GET" in row.methods:
            found += (
                [
                    address(name, row, thing_of(row, world))
                    for canary, world in worlds.items()
                    if fragment or canary not in foreign
                ]
                if _named(row)
                else [address(name, row)]
            )
    return found


def _named(row: Row) -> bool:
    return bool(row.of or row.asks)


@pytest.mark.parametrize("who", ["lead", "fabrikam_lead", "partner", "litware_partner"])
@pytest.mark.parametrize("fragment", [False, True])
def test_no_page_tells_of_another_customer(who: str, fragment: bool, worlds: Any, strangers: Any):
    user, canaries = strangers[who]
    client = Client()
    client.force_login(user)
    client.get("/settings/")  # a session's first page notes when it began
    asked = [*addresses(worlds, fragment=fragment, foreign=canaries), "/customers/find/?q=canary", "/search/?q=canary"]
    asked += [f"/{place}/?q={canary}" for place in ("customers/find", "search") for canary in ("contoso", "fabrikam")]
    told, files = [], 0
    for url in asked:
        body = fetched(client, url, fragment=fragment).lower()
        if b"as=csv" in body and not fragment:  # the file is the same, however it is asked for
            body += fetched(client, f"{url}{'&' if '?' in url else '?'}as=csv", fragment=False).lower()
            files += b"attachment" in body
        told += [f"{url}: {canary}" for canary in canaries if canary.lower().encode() in body]
    assert told == []
    assert files > 5 or fragment, "the lists as files"


@pytest.mark.parametrize("who", ["lead", "fabrikam_lead", "partner", "litware_partner"])
def test_no_answer_to_a_program_tells_of_another_customer(who: str, worlds: Any, strangers: Any):
    user, canaries = strangers[who]
    program, told, sung = program_of(user), [], 0
    for endpoint in READS:
        for world in worlds.values():
            cache.clear()
            response = asked(endpoint, program, world)
            body = (body_of(response) + repr(response.headers).encode()).lower()
            told += [f"{endpoint.name}: {canary}" for canary in canaries if canary.lower().encode() in body]
            sung += b"canary" in body
    assert told == []
    # Their own is there, or the scan would prove nothing; Litware works for nobody.
    assert sung > 15 or who == "litware_partner"


def test_the_canary_sings_where_it_may(worlds: Any, stage: Cast):
    """Without this the test above could pass because nothing was marked."""
    client = Client()
    client.force_login(stage.lead)
    for thing, word in (("ask", "reason"), ("responsibility", "evidence"), ("event", "event"), ("issue", "details")):
        url = next(
            address(name, row, worlds[CONTOSO][thing])
            for name, row in TABLE.items()
            if row.of == thing and "GET" in row.methods
        )
        assert f"{CONTOSO} {word}".encode() in fetched(client, url, fragment=False), url


@pytest.mark.parametrize("who", ["lead", "fabrikam_lead", "partner", "litware_partner"])
def test_no_calendar_tells_of_another_customer(who: str, worlds: Any, strangers: Any):
    """Read as a calendar program reads them, by nobody who is signed in."""
    user, canaries = strangers[who]
    told, sung = [], []
    with transaction.atomic():
        for engagement in (None, *Engagement.objects.visible_to(user)):
            token = renew_feed(engagement, nonce=new_nonce(), by=user)
            response = Client().get(f"/calendar/{token}.ics")
            assert response.status_code == 200
            text = response.content.replace(b"\r\n ", b"").lower()
            told += [canary for canary in canaries if canary.lower().encode() in text]
            sung += [name for name in (CONTOSO, FABRIKAM) if name.lower().encode() in text]
        transaction.set_rollback(True)
    assert told == []
    # Their own is there, or the scan would prove nothing; Litware works for nobody.
    assert bool(sung) is (who != "litware_partner")


def test_no_mail_tells_of_another_customer(worlds: Any, stage: Cast):
    assert len(LETTERS) > 10
    for message in LETTERS:
        to = message.to[0]
        bytes_sent = message.message().as_bytes() + message.subject.encode() + message.body.encode()
        for canary, readers in ((FABRIKAM, FABRIKAMS), (CONTOSO, CONTOSOS)):
            if canary.encode() in bytes_sent:
                invited = {worlds[canary]["invitation"].email}
                assert to in readers | invited, f"{message.subject} to {to}"
