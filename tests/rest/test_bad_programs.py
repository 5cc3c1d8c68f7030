"""Whatever a program sends is answered with a problem that says why; nothing ends in a server error (B1)."""

import json
import os
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.api_table import READS, WRITES, Endpoint, stage_api
from tests.conftest import Cast
from tests.programs import Program, program_of
from tests.test_bad_input import encoded, often, queries, values
from tests.world import World
from tests.writes import fresh

pytestmark = pytest.mark.django_db
EACH = max(4, int(os.environ.get("BAD_INPUT_FORMS", "120")) // len(WRITES))

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**80), 2**80), st.floats(),
    st.text(st.characters(codec=None), max_size=40),
    st.sampled_from(["a\x00b", "\ud800", "9" * 400, "x" * 70_000, "2026-02-30", "9999-12-31T99:99", "{}", "=1+1"]),
)  # fmt: skip
anything = st.recursive(
    scalars, lambda some: st.one_of(st.lists(some, max_size=3), st.dictionaries(st.text(max_size=8), some, max_size=3)),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture(scope="module")
def world(stage: Cast) -> World:
    return stage_api(stage)


@pytest.fixture(scope="module")
def people(stage: Cast, world: World) -> dict[str, Program]:
    users = {"customer": stage.lead, "partner": stage.partner, "specialist": stage.specialist, "admin": stage.admin}
    return {name: program_of(user) for name, user in users.items()}


def judged(response: Any) -> None:
    assert response.status_code < 500, response.content[:300]
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"]


def send(endpoint: Endpoint, program: Program, world: World, content: bytes, kind: str, key: str, version: str) -> None:
    cache.clear()
    headers = {"Authorization": f"Bearer {program.token}", "Idempotency-Key": key, "If-Match": version}
    url = endpoint.address(world[endpoint.of])
    with transaction.atomic():
        judged(program.client.generic(endpoint.method, url, content, kind, headers=headers))
        transaction.set_rollback(True)


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda endpoint: endpoint.label)
def test_a_body_with_bad_values_is_answered(endpoint: Endpoint, world: World, people: dict[str, Program]):
    with transaction.atomic():
        endpoint.before(world)
        valid = endpoint.body(world)
        version = f'"{fresh(world[endpoint.of]).version}"'

        @often(EACH)
        @given(
            wrong=st.dictionaries(
                st.sampled_from([*(valid if isinstance(valid, dict) else {}), "step", "seats", "x"]),
                anything,
                max_size=3,
            ),
            raw=st.one_of(st.none(), st.binary(max_size=200), anything.map(lambda some: json.dumps(some).encode())),
        )
        def sent(wrong: dict[str, Any], raw: bytes | None) -> None:
            body = (
                raw if raw is not None else json.dumps({**(valid if isinstance(valid, dict) else {}), **wrong}).encode()
            )
            send(endpoint, people[endpoint.who], world, body, "application/json", "k", version)

        sent()
        transaction.set_rollback(True)


HUGE = b'{"notes": "' + b"x" * 2_500_000 + b'"}'
WORST = [
    b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe{", b"{}" * 50, b"[" * 100_000, b'{"seats": ' + b"9" * 5000 + b"}",
    b'{"seats": 1e400}', b'{"seats": NaN}', b'{"notes": "\\ud800"}', b'{"notes": "\\u0000"}', b'{"\\u0000": 1}',
    b'{"\\ud800": 1}', b'{"notes": 1, "notes": 2}', b"\x00", HUGE,
]  # fmt: skip


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda endpoint: endpoint.label)
def test_the_worst_bodies_are_answered(endpoint: Endpoint, world: World, people: dict[str, Program]):
    for content in WORST:
        send(endpoint, people[endpoint.who], world, content, "application/json", "k", '"1"')
    for kind in ("multipart/form-data", "text/plain", ""):
        send(endpoint, people[endpoint.who], world, b"{}\xff--", kind, "k", '"1"')


def test_a_body_that_is_no_json_is_said_to_be_none(world: World, people: dict[str, Program]):
    url = f"/api/v1/customers/{world['customer'].public_id}/requests"
    headers = {"Authorization": f"Bearer {people['customer'].token}", "Idempotency-Key": "k"}
    for content, status, sentence in (
        (b"{", 400, "The body is not JSON that can be read."),
        (b"[]", 422, "Something in the request needs correcting."),
        (HUGE, 413, "That is more than can be sent at once."),
    ):
        cache.clear()
        response = people["customer"].client.generic("POST", url, content, "application/json", headers=headers)
        assert (response.status_code, response.json()["detail"]) == (status, sentence)


@pytest.mark.parametrize("endpoint", READS, ids=lambda endpoint: endpoint.label)
def test_a_query_with_bad_values_is_answered(endpoint: Endpoint, world: World, people: dict[str, Program]):
    url = endpoint.address(world[endpoint.of] if endpoint.of else None)
    names = st.sampled_from(["after", "limit", "status", "customer", "engagement", "kind", "outcome", "q", "x"])

    @often(6)
    @given(pairs=st.one_of(queries, st.lists(st.tuples(names, values), min_size=1, max_size=3)))
    def asked(pairs: Any) -> None:
        cache.clear()
        with transaction.atomic():
            judged(people["admin"].get(f"{url}?{encoded(pairs)}"))
            transaction.set_rollback(True)

    asked()


@pytest.mark.parametrize(
    "path", ["x", "customers/x", "customers/x/", "requests/../", "%00", "a%ff", "x" * 3000, "", "customers/"]
)
def test_an_address_that_is_none_is_answered(path: str, people: dict[str, Program]):
    for program in (people["admin"], Program()):
        response = program.get(f"/api/v1/{path}")
        judged(response)
        assert response.status_code in (400, 404)


def test_a_fault_of_ours_is_a_problem_too(world: World, people: dict[str, Program], monkeypatch: Any):
    def broken(*_args: Any) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr("fasttrack_portal.directory.models.CustomerQuerySet.visible_to", broken)
    client = Client(raise_request_exception=False)
    response = client.get("/api/v1/customers", headers={"Authorization": f"Bearer {people['admin'].token}"})
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert b"secret" not in response.content


def test_the_database_away_is_503_with_a_time_to_come_back(people: dict[str, Program], monkeypatch: Any):
    from django.db import OperationalError

    def away(*_args: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr("fasttrack_portal.rest.callers.person", away)
    response = people["admin"].get("/api/v1/customers")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    judged_type = response["Content-Type"]
    assert judged_type == "application/problem+json"
