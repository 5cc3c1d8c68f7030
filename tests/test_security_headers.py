"""What every answer carries: a policy that runs nobody else's script, and nothing kept where others could find it.

The pages of every route are held to it where they are asked for anyway, in test_access.py."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import transaction
from django.test import Client

from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from tests.answers import body_of, faults_of, without_nonces
from tests.conftest import PASSWORD, Cast
from tests.test_access import TABLE, address, call, clients, thing_of
from tests.world import World
from tests.writes import stage_world

pytestmark = pytest.mark.django_db
ENTRANCE = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/verify/",
    "/healthz",
    "/no/such/page",
]


@pytest.fixture(scope="module")
def world(stage: Cast) -> World:
    return stage_world(stage)


@pytest.fixture(scope="module")
def people(stage: Cast, world: World) -> dict[str, Client]:
    return clients(stage)


@pytest.mark.parametrize("name", sorted(name for name, row in TABLE.items() if "GET" in row.methods))
def test_fragments_carry_them_too(name: str, world: World, people: dict[str, Client]):
    row = TABLE[name]
    with transaction.atomic():
        response = people["admin"].get(address(name, row, thing_of(row, world)), headers={"HX-Request": "true"})
        body_of(response)
        transaction.set_rollback(True)
    assert faults_of(response, is_signed_in=True) == []


@pytest.mark.parametrize("url", ENTRANCE)
def test_the_entrance_carries_them(url: str):
    assert faults_of(Client().get(url), is_signed_in=False) == []


def test_no_page_names_another_host(world: World, people: dict[str, Client]):
    """A link may lead away; what a page loads by itself comes from here."""
    loads = re.compile(
        rb'<(?:script|img|link|iframe|source|video|audio|embed|object)\b[^>]*\s(?:src|href|data)="((?:https?:)?//[^"]*)"'
    )
    found = {}
    for name, row in TABLE.items():
        if "GET" in row.methods:
            body = body_of(call(people["admin"], "GET", address(name, row, thing_of(row, world))))
            found.update(dict.fromkeys(loads.findall(body), name))
    assert found == {}


# --- Who is here is nobody's business (P2) ---------------------------------------------------------------------------
def answers(url: str, form: dict[str, str], email: str) -> list[tuple]:
    """The answer and, where it leads on, the page after it, with the address that was typed blanked out."""
    client = Client()
    client.get(url)
    field = "login" if "login" in url else "email"
    response = client.post(url, {**form, field: email})
    found = [response]
    if response.status_code in (302, 303):
        found.append(client.get(response["Location"]))
    return [_blank(without_nonces(each), email) for each in found]


def _blank(answer: tuple, email: str) -> tuple:
    status, headers, body = answer
    return (
        status,
        [(name, value.replace(email, "<mail>")) for name, value in headers],
        body.replace(email.encode(), b"<mail>"),
    )


NAMED = {"name": "Somebody", "password1": PASSWORD, "password2": PASSWORD}


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("/accounts/login/", {"password": "not the one at all"}),
        ("/accounts/signup/", NAMED),
        ("/accounts/password/reset/", {}),
    ],
)
def test_the_entrance_answers_alike_whoever_is_here(url: str, form: dict[str, str], stage: Cast):
    assert answers(url, form, "lead@contoso.example") == answers(url, form, "nobody@contoso.example")


@pytest.mark.parametrize(
    ("url", "form"),
    [("/accounts/login/", {"password": "not the one at all"}), ("/accounts/signup/", NAMED)],
)
def test_the_entrance_works_as_hard_whoever_is_here(url: str, form: dict[str, str], stage: Cast, monkeypatch):
    """Hashing is what a stopwatch would see: as often for a stranger as for somebody who is here."""
    hashed = []
    real = MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(1)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    found = []
    for email in ("lead@contoso.example", "nobody@contoso.example"):
        hashed.clear()
        answers(url, form, email)
        found.append(len(hashed))
    assert found[0] == found[1] > 0


@pytest.mark.parametrize("email", ["lead@contoso.example", "nobody@contoso.example"])
@pytest.mark.parametrize("url", ["/accounts/signup/", "/accounts/password/reset/"])
def test_links_in_its_mail_come_from_the_public_address(url: str, email: str, stage: Cast, settings):
    """A request can name any host that leads here; mail repeats none of them (S3)."""
    settings.PUBLIC_URL = "https://portal.example"
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    Job.objects.all().delete()  # the stage's own mail is not asked for here
    client = Client(headers={"host": "elsewhere.example"})
    assert client.post(url, {**NAMED, "email": email}).status_code == 302
    run_due()
    (letter,) = mail.outbox
    sent = letter.message().as_string()
    assert "elsewhere" not in sent
    assert all(link.startswith("https://portal.example/") for link in re.findall(r"https?://\S+", letter.body))


def test_a_reset_writes_to_either_so_that_neither_learns_of_the_other(stage: Cast):
    Job.objects.all().delete()
    for email in ("lead@contoso.example", "nobody@contoso.example"):
        answers("/accounts/password/reset/", {}, email)
        run_due()
    assert [message.to for message in mail.outbox] == [["lead@contoso.example"], ["nobody@contoso.example"]]
