"""The OpenAPI 3.1 document: what Django Ninja writes, and what it cannot know of our headers, scopes and problems."""

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import REF_TEMPLATE

from fasttrack_portal.problems import API
from fasttrack_portal.rest.schemas import Problem
from fasttrack_portal.rest.scopes import AREAS

_TOKEN = "token"  # noqa: S105 (the name of the scheme)
_PROBLEM = {"$ref": "#/components/responses/Problem"}
_KEY = {
    "in": "header", "name": "Idempotency-Key", "required": True,
    "description": "A new one for each request. The same key with the same request gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}  # fmt: skip
_VERSION = {
    "in": "header", "name": "If-Match", "required": True,
    "description": "The ETag of what was read: its version in quotes.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}  # fmt: skip
_FILES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_BINARY = {"schema": {"type": "string", "format": "binary"}}


def described(method: str, scope: str, *, has_thing: bool, is_upload: bool, media_type: str) -> dict[str, Any]:
    """What is added to an operation."""
    statuses = [401, 403, 422, 429]
    statuses += [404] if has_thing else []
    statuses += {"GET": [], "POST": [400, 409, 412], "PATCH": [400, 409, 412, 428]}[method]
    statuses += [413] if is_upload else []
    told: dict[str, Any] = {
        "security": [{_TOKEN: [scope]}],
        "parameters": {"GET": [], "POST": [_KEY, {**_VERSION, "required": False}], "PATCH": [_VERSION]}[method],
        "responses": dict.fromkeys(sorted(statuses), _PROBLEM),
    }
    if media_type:
        told["responses"][200] = {"content": {media_type: _BINARY}}
    if is_upload:
        told["requestBody"] = {"required": True, "content": dict.fromkeys(_FILES, _BINARY)}
    return told


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of a page of such items; `next` is the address of the one after it."""
    name = f"{item.__name__}Page"
    return type(name, (Schema,), {"__annotations__": {"items": list[item], "next": str | None}})  # type: ignore[valid-type]


def document(api: NinjaAPI) -> dict[str, Any]:
    """The whole of it."""
    schema: dict[str, Any] = api.get_openapi_schema(path_prefix=API.strip("/") + "/")
    problem = Problem.model_json_schema(ref_template=REF_TEMPLATE)
    schema["components"]["schemas"] |= {**problem.pop("$defs", {}), "Problem": problem}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    schema["components"]["responses"] = {"Problem": {"description": "Refused, with the reason.", "content": content}}
    bearer = {"type": "http", "scheme": "bearer", "description": "An access token, made under Settings."}
    schema["components"]["securitySchemes"] = {_TOKEN: bearer}
    schema["servers"] = [{"url": settings.PUBLIC_URL}]
    return schema


class Line(NamedTuple):
    """One endpoint, for people."""

    method: str
    path: str
    summary: str
    scope: str


def lines_of(told: dict[str, Any]) -> list[tuple[Any, list[Line]]]:
    """The endpoints of each area under its name."""
    found: dict[str, list[Line]] = {}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            (scope,) = operation["security"][0][_TOKEN]
            line = Line(method.upper(), path, operation["summary"], scope)
            found.setdefault(operation["tags"][0], []).append(line)
    return [(AREAS[name].label, lines) for name, lines in found.items()]
