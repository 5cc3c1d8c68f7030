"""P2: what an invitation, a wish for consent and a partner's search take for what is known and for what is not."""

import uuid
from collections.abc import Callable
from datetime import time
from statistics import median
from time import perf_counter

from django.core.cache import cache
from django.test import Client

from benchmarks.measure import Measure, say
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import add_membership, create_person
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.directory.operations import create_centre, create_customer, create_partner, link_partner

_ROUNDS = 400
_GOAL = 1.10


def run(rounds: int = _ROUNDS) -> list[Measure]:
    """About a minute: each question asked by turns for something that is there and something that is not."""
    lead, partner, customer = _people(rounds)
    asks: dict[str, tuple[User, Callable[[Client, bool, int], object]]] = {
        "invitation": (lead, lambda client, known, number: _invite(client, customer, known, number)),
        "consent": (partner, lambda client, known, number: client.post("/customers/consent/", {"q": _tpid(known)})),
        "search": (partner, lambda client, known, number: client.get("/customers/find/", {"q": _tpid(known)})),
    }
    found = []
    for name, (user, ask) in asks.items():
        say(f"answers: {name}, {rounds} of each")
        found.append(_compared(name, user, ask, rounds))
    return found


def _compared(name: str, user: User, ask: Callable[[Client, bool, int], object], rounds: int) -> Measure:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(-20, rounds):
        # In turn, and who goes first changes, so that whatever else the machine does weighs on both.
        for known in (True, False) if number % 2 else (False, True):
            cache.clear()
            client.cookies.pop("messages", None)
            began = perf_counter()
            ask(client, known, number)
            if number >= 0:
                times[known].append(perf_counter() - began)
    there, absent = (1000 * median(times[known]) for known in (True, False))
    apart = max(there, absent) / min(there, absent)
    return Measure(
        f"P2.{name}",
        "median for what is known; floor: for what is not",
        there,
        "ms",
        absent,
        apart,
        f"<= {_GOAL:.2f}",
        apart <= _GOAL,
    )


def _people(rounds: int) -> tuple[User, User, Customer]:
    """A lead who invites, a partner who asks; whom the lead invites has an account elsewhere, or has none."""
    centre = create_centre(
        code="bench", name="Centre", zone="Europe/Berlin", country="DE", opens=time(9), closes=time(17), by=None
    )
    customer = create_customer(name="Asking", tpid="1", centre=centre, by=None)
    create_customer(name="Known", tpid=_tpid(known=True), centre=centre, by=None)
    partner = create_partner(name="Partner", by=None)
    link_partner(partner, customer, by=None)
    lead = create_person(email="lead@bench.example", name="Lead", password=None, by=None)
    add_membership(lead, role=Membership.Role.LEAD, customer=customer, by=None)
    member = create_person(email="partner@bench.example", name="Partner", password=None, by=None)
    add_membership(member, role=Membership.Role.PARTNER_ADMIN, partner=partner, by=None)
    User.objects.bulk_create(User(email=_address(known=True, number=number)) for number in range(-20, rounds))
    return lead, member, customer


def _invite(client: Client, customer: Customer, known: bool, number: int) -> object:
    form = {"email": _address(known, number), "role": "viewer", "key": str(uuid.uuid4())}
    answer = client.post(f"{customer.get_absolute_url()}invite/", form)
    assert answer.status_code == 303, answer.status_code
    return answer


def _address(known: bool, number: int) -> str:
    return f"{'known' if known else 'never'}{number + 20:05d}@bench.example"


def _tpid(known: bool) -> str:
    return "640115" if known else "640116"
