"""Every endpoint of the API: for whom its thing exists, who may, what is sent to it, and which Event that leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from fasttrack_portal.accounts.operations import deactivate
from tests.conftest import Cast, person
from tests.programs import Program, program_of
from tests.test_access import ALL, ASK, BOTH_SIDES, CENTRE, CUSTOMER, INSIDE, PLANNERS, STAFF
from tests.world import World, build, organisations_of
from tests.writes import fresh, given, today

# Of people with a token; beside them there are those without.
WITH_TOKENS = tuple(sorted(ALL))
NOBODY = ("anonymous", "session", "deactivated", "expired")


@dataclass(frozen=True)
class Endpoint:
    """`sees`, `may` and `of` as in the table of pages. `who` sends `body`, and `leaves` is the Event of it."""

    method: str
    name: str
    of: str = ""
    sees: frozenset[str] = ALL
    may: frozenset[str] | None = None
    query: tuple[tuple[str, str], ...] = ()
    who: str = ""
    leaves: str = ""
    body: Callable[[World], Any] = lambda world: None
    before: Callable[[World], None] = lambda world: None
    status: int = 200
    is_public: bool = False

    @property
    def label(self) -> str:
        return f"{self.method} {self.name}"

    def expects(self, actor: str) -> int:
        """What the answer is for somebody; 0 is any that is no refusal of access."""
        if self.is_public:
            return 0
        if actor in NOBODY:
            return 401
        if actor not in self.sees:
            return 404
        return 0 if self.may is None or actor in self.may else 403

    def address(self, thing: Any = None) -> str:
        return reverse(f"api:{self.name}", kwargs={"id": getattr(thing, "public_id", thing)} if self.of else {})

    def sent(self, program: Program, world: World, *, thing: Any = None, key: str = "") -> Any:
        """The answer to a valid request."""
        url = self.address(thing or (world[self.of] if self.of else None))
        match self.method:
            case "GET":
                return program.get(url, **dict(self.query))
            case "POST":
                return program.post(url, self.body(world), key=key)
        return program.patch(url, self.body(world), version=fresh(world[self.of]).version)


_LIST = b"source_address,target_address\nnew@x.example,new@y.example\n"
_DRAFT = {"status": "draft", "scheduled_for": None, "started_at": None}


def _states(world: World) -> bytes:
    return f"address,state\n{world['record'].source_address},failed\n".encode()


def _complete(world: World) -> None:
    given("draft", services=["intune"], desired_on=today(90), business_reason="Why", success_owners="A, a@b.example",
          owners=[{"name": "A", "email": "a@b.example", "role": ""}])(world)  # fmt: skip


ENDPOINTS = [
    Endpoint("GET", "openapi", is_public=True),
    Endpoint("GET", "customers"),
    Endpoint("GET", "find_customers", query=(("q", "contoso"),), may=STAFF | {"partner", "other_partner"}),
    Endpoint("GET", "customer", of="customer", sees=INSIDE | STAFF),
    Endpoint("GET", "requests"),
    Endpoint("POST", "customer_requests", of="customer", sees=INSIDE | STAFF, may=PLANNERS, who="customer",
             leaves="assistance.drafted", status=201, body=lambda world: {"business_reason": "Why"}),
    Endpoint("GET", "request", of="ask", sees=ASK),
    Endpoint("PATCH", "request", of="draft", sees=CUSTOMER, who="customer", leaves="assistance.edited",
             body=lambda world: {"business_reason": "Another"}),
    Endpoint("POST", "submit_request", of="draft", sees=CUSTOMER, who="customer", leaves="assistance.submitted",
             before=_complete),
    Endpoint("GET", "engagements"),
    Endpoint("GET", "engagement", of="engagement", sees=INSIDE),
    Endpoint("GET", "milestones", of="engagement", sees=INSIDE),
    Endpoint("GET", "milestone", of="milestone", sees=INSIDE),
    Endpoint("POST", "milestone_steps", of="milestone", sees=INSIDE, may=CENTRE, who="specialist",
             leaves="engagements.milestone_started", body=lambda world: {"step": "start"}),
    Endpoint("GET", "responsibilities", of="engagement", sees=INSIDE),
    Endpoint("GET", "responsibility", of="responsibility", sees=INSIDE),
    Endpoint("POST", "responsibility_steps", of="responsibility", sees=INSIDE, may=ASK, who="customer",
             leaves="engagements.responsibility_begun", body=lambda world: {"step": "begin"}),
    Endpoint("GET", "meetings"),
    Endpoint("GET", "meeting", of="meeting", sees=INSIDE),
    Endpoint("GET", "events"),
    Endpoint("POST", "engagement_events", of="engagement", sees=INSIDE, may=PLANNERS, who="partner",
             leaves="migrations.created", status=201,
             body=lambda world: {"title": "Sales", "source": "exchange", "zone": "Europe/Berlin"}),
    Endpoint("GET", "event", of="event", sees=INSIDE),
    Endpoint("PATCH", "event", of="event", sees=INSIDE, may=PLANNERS, who="customer", leaves="migrations.edited",
             before=given("event", **_DRAFT), body=lambda world: {"title": "Sales, second wave"}),
    Endpoint("GET", "event_records", of="event", sees=INSIDE),
    Endpoint("GET", "record", of="record", sees=INSIDE),
    Endpoint("PATCH", "record", of="record", sees=INSIDE, may=CENTRE, who="specialist", leaves="migrations.record_set",
             body=lambda world: {"status": "failed", "reason": "On hold"}),
    Endpoint("POST", "event_states", of="event", sees=INSIDE, may=CENTRE, who="specialist",
             leaves="migrations.states_loaded", body=_states),
    Endpoint("POST", "event_lists", of="event", sees=INSIDE, may=PLANNERS, who="customer", status=201,
             leaves="migrations.list_uploaded", before=given("event", **_DRAFT), body=lambda world: _LIST),
    Endpoint("GET", "list_plan", of="list_plan", sees=INSIDE),
    Endpoint("GET", "list_lines", of="list_plan", sees=INSIDE),
    Endpoint("POST", "check_list", of="list_plan", sees=INSIDE, may=PLANNERS, who="customer",
             leaves="migrations.list_checked"),
    Endpoint("POST", "import_list", of="list_plan", sees=INSIDE, may=PLANNERS, who="customer",
             leaves="migrations.list_loaded", body=lambda world: {"valid_part": True}),
    Endpoint("GET", "reports"),
    Endpoint("GET", "report", of="report", sees=BOTH_SIDES),
    Endpoint("GET", "report_file", of="report", sees=BOTH_SIDES),
]  # fmt: skip
BY_LABEL = {endpoint.label: endpoint for endpoint in ENDPOINTS}
READS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "GET"]
WRITES = [endpoint for endpoint in ENDPOINTS if endpoint.method != "GET"]


def programs(cast: Cast) -> dict[str, Program]:
    """A program of everybody, and those that have no token that opens anything."""
    gone = person("gone@contoso.example", "Gerd Gone")
    people = {
        "customer": cast.lead,
        "partner": cast.partner,
        "specialist": cast.specialist,
        "admin": cast.admin,
        "other_customer": cast.fabrikam_lead,
        "other_partner": cast.litware_partner,
        "other_specialist": cast.apac_specialist,
        "outsider": person("outsider@nowhere.example", "Otto Outsider"),
        "deactivated": gone,
    }
    found = {name: program_of(user) for name, user in people.items()}
    deactivate(gone, by=cast.admin)
    signed_in = Client()
    signed_in.force_login(cast.admin)
    found |= {"anonymous": Program(), "session": Program(client=signed_in), "expired": program_of(cast.pm)}
    cast.pm.access_tokens.update(created_at="2020-01-01T00:00Z", expires_at="2020-01-02T00:00Z")
    assert set(found) == {*WITH_TOKENS, *NOBODY}
    return found


def stage_api(cast: Cast) -> World:
    """One thing of every kind."""
    made = build(cast.contoso, cast.lead, cast.specialist, "APICANARY")
    made.things |= organisations_of(cast, cast.contoso)
    return made


def asked(endpoint: Endpoint, program: Program, world: World, **how: Any) -> Any:
    """The answer, with what it wrote taken back."""
    with transaction.atomic():
        endpoint.before(world)
        response = endpoint.sent(program, world, **how)
        if response.streaming:
            response.content_read = b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response
