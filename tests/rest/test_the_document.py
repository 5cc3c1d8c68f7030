"""The OpenAPI document is valid, and says of each endpoint what the endpoint does."""

from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api_table import ENDPOINTS
from tests.conftest import Cast
from tests.programs import program_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> dict[str, Any]:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_it_is_a_valid_document_of_openapi_3_1(told: dict[str, Any]):
    assert told["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(told).iter_errors()) == []


def test_it_names_every_endpoint_with_its_scope_and_headers(told: dict[str, Any]):
    named = {operation["operationId"] for methods in told["paths"].values() for operation in methods.values()}
    assert named == {f"{each.method.lower()}_{each.name}" for each in ENDPOINTS if not each.is_public}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            (scope,) = operation["security"][0]["token"]
            assert scope.endswith(":read" if method == "get" else ":write"), path
            headers = {each["name"]: each["required"] for each in operation["parameters"] if each["in"] == "header"}
            assert headers == {
                "get": {}, "post": {"Idempotency-Key": True, "If-Match": False}, "patch": {"If-Match": True}
            }[method]  # fmt: skip
            assert {"401", "403", "422", "429"} <= set(operation["responses"])
            assert ("404" in operation["responses"]) is ("{id}" in path)


def test_every_schema_has_one_meaning(told: dict[str, Any]):
    """Two of one name would overwrite each other."""
    from ninja import Schema

    names: dict[str, set[str]] = {}

    def walk(kind: type) -> None:
        for each in kind.__subclasses__():
            if not each.__module__.startswith("ninja"):
                names.setdefault(each.__name__, set()).add(each.__module__)
            walk(each)

    walk(Schema)
    doubled = {name for name in told["components"]["schemas"] if len(names.get(name, set())) > 1}
    assert doubled == set()


def test_what_is_answered_is_what_the_document_says(told: dict[str, Any], cast: Cast):
    from jsonschema import Draft202012Validator

    answer = program_of(cast.specialist).get("/api/v1/customers").json()
    schema = {**told["paths"]["/api/v1/customers"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]}
    assert list(Draft202012Validator({**schema, "components": told["components"]}).iter_errors(answer)) == []
    problem = program_of(cast.lead).get("/api/v1/customers/search", q="x").json()
    schema = {"$ref": "#/components/schemas/Problem", "components": told["components"]}
    assert list(Draft202012Validator(schema).iter_errors(problem)) == []


def test_people_read_it_as_a_page(cast: Cast, sign_in: Any):
    page = sign_in(cast.lead).get("/api/").content.decode()
    assert "POST /api/v1/requests/{id}/submit" in page
    assert "requests:write" in page
    assert Client().get("/api/").status_code == 302
