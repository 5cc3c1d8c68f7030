"""A refusal as a program reads it: problem+json (RFC 9457), with the sentence that a person would read."""

import dataclasses
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse

API = "/api/v1/"


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, which reads no pages."""
    return request.path_info.startswith(API)


def problem(status: int, reason: Any, details: Mapping[str, Any] | None = None) -> JsonResponse:
    """The answer "no". `errors` names what is wrong field by field or line by line; `theirs` and `yours` are the values
    of a conflict. It says nothing of where it was asked, so that "not yours" is "not there" to the byte (P1)."""
    details = details or {}
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(reason),
    }
    if errors := _errors(reason, details):
        told["errors"] = errors
    for side in ("theirs", "yours"):
        if values := details.get(side):
            told[side] = {name: _plain(value) for name, value in values.items()}
    answer = JsonResponse(told, status=status, content_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    if seconds := details.get("retry_after"):
        answer["Retry-After"] = str(seconds)
    return answer


def _errors(reason: Any, details: Mapping[str, Any]) -> list[dict[str, Any]]:
    if found := details.get("errors"):
        return [_error(each) for each in found]
    return [{"field": details["field"], "detail": str(reason)}] if details.get("field") else []


def _error(found: Any) -> dict[str, Any]:
    """A field with its sentence, as it is; of a file the line and column. What stands in the cell is not repeated."""
    if isinstance(found, Mapping):
        return dict(found)
    cell = dataclasses.asdict(found)
    return {"line": cell["line"], "field": cell["column"], "detail": str(cell["message"])}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else str(value)
