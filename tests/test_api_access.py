"""The API held to what the pages are held to: who sees and may, foreign as not there, one Event, one answer a key."""

import uuid
from functools import cache
from typing import Any

import pytest
from django.core.cache import cache as limits
from django.db import transaction
from django.urls import get_resolver

from fasttrack_portal import v1
from fasttrack_portal.activity.models import Event
from fasttrack_portal.rest.scopes import choices
from tests.answers import body_of, faults_of, without_nonces
from tests.api_table import (
    BY_LABEL,
    ENDPOINTS,
    NOBODY,
    WITH_TOKENS,
    WRITES,
    Endpoint,
    asked,
    programs,
    stage_api,
)
from tests.conftest import Cast
from tests.programs import Program, program_of
from tests.world import World

# One world for all cells, so they stay on one worker.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(stage: Cast) -> World:
    return stage_api(stage)


@pytest.fixture(scope="module")
def callers(stage: Cast, world: World) -> dict[str, Program]:
    return programs(stage)


@pytest.fixture(scope="module")
def met(world: World, callers: dict[str, Program]) -> Any:
    """What somebody is answered; asked once, for all the tests that judge it."""

    @cache
    def answer(label: str, actor: str) -> Any:
        limits.clear()
        return asked(BY_LABEL[label], callers[actor], world)

    return answer


def test_every_endpoint_has_its_row():
    """A new endpoint without a row fails here."""
    declared = {
        f"{operation.methods[0]} {operation.url_name}"
        for bound in v1.api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    }
    assert declared | {"GET openapi"} == set(BY_LABEL)
    assert len(BY_LABEL) == len(ENDPOINTS)
    (api,) = [entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", "") == "api"]
    assert {pattern.name for pattern in api.url_patterns} == {each.name for each in ENDPOINTS} | {"nothing"}
    assert {pattern.callback.login_required for pattern in api.url_patterns} == {False}


@pytest.mark.parametrize("label", sorted(BY_LABEL))
def test_who_sees_and_who_may(label: str, met: Any):
    endpoint, wrong = BY_LABEL[label], []
    for actor in (*WITH_TOKENS, *NOBODY):
        response, expected = met(label, actor), BY_LABEL[label].expects(actor)
        found = response.status_code if response.status_code in (401, 403, 404) else 0
        if found != expected or response.status_code >= 500:
            wrong.append(f"{actor}: {response.status_code}, expected {expected}: {body_of(response)[:300]!r}")
    assert wrong == []
    if endpoint.who:
        assert met(label, endpoint.who).status_code == endpoint.status


@pytest.mark.parametrize("label", sorted(label for label, endpoint in BY_LABEL.items() if endpoint.of))
def test_not_yours_is_the_same_bytes_as_not_there(label: str, world: World, callers: dict[str, Program], met: Any):
    endpoint = BY_LABEL[label]
    for actor in WITH_TOKENS:
        limits.clear()
        absent = asked(endpoint, callers[actor], world, thing=uuid.uuid4())
        assert absent.status_code == 404, actor
        if actor not in endpoint.sees:
            assert without_nonces(met(label, actor)) == without_nonces(absent), actor


@pytest.mark.parametrize("label", sorted(label for label, endpoint in BY_LABEL.items() if not endpoint.is_public))
def test_nobody_is_the_same_bytes_whatever_they_have(label: str, met: Any):
    """No token, a session, a token of somebody who left, one that is over."""
    assert len({without_nonces(met(label, actor))[2] for actor in NOBODY}) == 1
    assert met(label, "anonymous")["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("label", sorted(BY_LABEL))
def test_every_answer_carries_the_headers(label: str, met: Any):
    wrong = []
    for actor in ("anonymous", "admin", "customer", "other_customer"):
        response = met(label, actor)
        wrong += [f"{actor}: {fault}" for fault in faults_of(response, is_signed_in=actor != "anonymous")
                  if not BY_LABEL[label].is_public or fault != "no-store"]  # fmt: skip
        if response.status_code >= 400 and response["Content-Type"] != "application/problem+json":
            wrong.append(f"{actor}: {response['Content-Type']}")
        if "Set-Cookie" in response.headers or response.cookies:
            wrong.append(f"{actor}: a cookie")
    assert wrong == []


@pytest.mark.parametrize("label", sorted(label for label, endpoint in BY_LABEL.items() if not endpoint.is_public))
def test_a_token_opens_what_its_scopes_say_and_nothing_else(label: str, stage: Cast, world: World):
    """Whose it is may everything."""
    endpoint = BY_LABEL[label]
    operation = next(
        operation
        for bound in v1.api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
        if f"{operation.methods[0]} {operation.url_name}" == label
    )
    (needed,) = operation.openapi_extra["security"][0]["token"]
    assert needed.endswith(":read") is (endpoint.method == "GET")
    with transaction.atomic():
        others = [scope for scope, _label in choices() if scope != needed]
        refused = endpoint.sent(program_of(stage.admin, others), world)
        assert (refused.status_code, refused.json()["detail"]) == (403, f"This token is not for “{needed}”.")
        endpoint.before(world)
        assert (
            endpoint.sent(program_of(stage.admin, [needed]), world).json().get("detail", "") != refused.json()["detail"]
        )
        transaction.set_rollback(True)


@pytest.mark.parametrize("label", sorted(BY_LABEL))
def test_other_methods_are_refused(label: str, world: World, callers: dict[str, Program]):
    endpoint = BY_LABEL[label]
    url = endpoint.address(world[endpoint.of] if endpoint.of else None)
    taken = {each.method for each in ENDPOINTS if each.name == endpoint.name}
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - taken:
        response = callers["admin"].client.generic(method, url, headers=callers["admin"]._headers())
        assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json"), method


# --- Writes ----------------------------------------------------------------------------------------------------------
def events_after(pk: int) -> list[Event]:
    return list(Event.objects.filter(pk__gt=pk).order_by("pk"))


def newest() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda endpoint: endpoint.label)
def test_a_write_leaves_exactly_its_event(endpoint: Endpoint, world: World, callers: dict[str, Program], stage: Cast):
    with transaction.atomic():
        endpoint.before(world)
        before, key = newest(), str(uuid.uuid4())
        response = endpoint.sent(callers[endpoint.who], world, key=key)
        assert response.status_code == endpoint.status, response.content.decode()
        (left,) = events_after(before)
        assert (left.kind, left.fact("channel")) == (endpoint.leaves, "api")
        assert left.actor is not None
        assert left.actor.access_tokens.filter(public_id=left.fact("token")).exists()
        if endpoint.method == "POST":
            again = endpoint.sent(callers[endpoint.who], world, key=key)
            assert without_nonces(again) == without_nonces(response)
            assert again.content == response.content
            assert len(events_after(before)) == 1, "the same request sent twice"
        transaction.set_rollback(True)


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda endpoint: endpoint.label)
def test_a_refused_write_leaves_none(endpoint: Endpoint, world: World, callers: dict[str, Program]):
    with transaction.atomic():
        endpoint.before(world)
        before = newest()
        assert endpoint.sent(callers["outsider"], world).status_code == 404
        assert events_after(before) == []
        transaction.set_rollback(True)


@pytest.mark.parametrize("endpoint", [each for each in WRITES if each.method == "POST"], ids=lambda each: each.label)
def test_a_post_needs_a_key(endpoint: Endpoint, world: World, callers: dict[str, Program]):
    url = endpoint.address(world[endpoint.of])
    for key in (None, "two words", "x" * 201, "Ü"):
        response = callers[endpoint.who].post(url, endpoint.body(world), key=key)
        assert (response.status_code, "Idempotency-Key" in response.json()["detail"]) == (400, True)


@pytest.mark.parametrize("endpoint", [each for each in WRITES if each.method == "PATCH"], ids=lambda each: each.label)
def test_a_patch_needs_the_version_that_is_there(endpoint: Endpoint, world: World, callers: dict[str, Program]):
    with transaction.atomic():
        endpoint.before(world)
        url, before = endpoint.address(world[endpoint.of]), newest()
        program, body = callers[endpoint.who], endpoint.body(world)
        assert program.patch(url, body).status_code == 428
        for version in (999, 999_999_999, "*", '"1', 'W/"1"', '"99999999999999999999"', '"1", "2"', ""):
            assert program.patch(url, body, version=version).status_code == 412, version
        assert events_after(before) == []
        seen = program.get(url)["ETag"]
        changed = program.patch(url, body, version=seen)
        assert changed.status_code == 200
        assert changed["ETag"] == f'"{changed.json()["version"]}"' != seen
        assert program.patch(url, body, version=seen).status_code == 412
        transaction.set_rollback(True)
