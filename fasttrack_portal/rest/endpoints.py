"""How an endpoint of the API is declared: what it is about, what it answers, and the same way through for each."""

import inspect
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Router, Schema

from fasttrack_portal.activity.operations import through
from fasttrack_portal.limits import count_one
from fasttrack_portal.refusals import Invalid, Reason, StaleVersion
from fasttrack_portal.rest import headers, operations
from fasttrack_portal.rest.answers import Resource, answered, answered_again
from fasttrack_portal.rest.callers import Call, Caller
from fasttrack_portal.rest.document import described, page_of
from fasttrack_portal.rest.mistakes import OtherVersion
from fasttrack_portal.rest.scopes import READ, WRITE, declare

__all__ = ["Area", "Limit", "Resource"]

Function = Callable[..., Any]


class Limit(NamedTuple):
    """A limit that is shared with the page that does the same."""

    name: str
    allowed: int
    seconds: int


@dataclass(frozen=True)
class Endpoint:
    """One way to one address. `way` calls the function and answers, `told` is the schema of the answer, and `paging`
    what the query may say beside what the function names."""

    method: str
    path: str
    name: str
    way: Callable[[Call, Function, dict[str, Any]], HttpResponseBase]
    told: type[Schema] | None
    of: Resource | None = None
    status: int = 200
    limit: Limit | None = None
    is_upload: bool = False
    media_type: str = ""
    paging: Mapping[str, Any] = field(default_factory=dict)


class Area:
    """A part of the API with its scopes. A function gets the call, of a list the rows, then the thing that `of` finds
    at `{id}`, if any; what it names beside them is read from the query, or from the body if it is a Body."""

    def __init__(self, name: str, label: Reason) -> None:
        self.scopes = declare(name, label)
        self.router = Router(tags=[name])

    def many(
        self, path: str, name: str, item: Resource, *, of: Resource | None = None, newest_first: bool = True
    ) -> Function:
        """GET a page of many; the function narrows the rows. `after` is the id of the last one before."""

        def way(call: Call, function: Function, named: dict[str, Any]) -> HttpResponseBase:
            paging = {part: named.pop(part) for part in item.paging}
            all_rows = item.rows(call.user)
            rows = function(all_rows, **named)
            return item.page(call.request, rows, all_rows=all_rows, newest_first=newest_first, **paging)

        return self._add(Endpoint("GET", path, name, way, page_of(item.schema), of, paging=item.paging))

    def one(
        self, path: str, name: str, *, of: Resource | None = None, answer: type[Schema] | None = None,
        limit: Limit | None = None,
    ) -> Function:  # fmt: skip
        """GET one thing, as the function returns it."""
        schema = _schema(answer or of)

        def way(call: Call, function: Function, named: dict[str, Any]) -> HttpResponseBase:
            return answered(schema, function(**named))

        return self._add(Endpoint("GET", path, name, way, schema, of, limit=limit))

    def file(self, path: str, name: str, media_type: str, *, of: Resource, limit: Limit) -> Function:
        """GET a file, which the function answers with."""

        def way(call: Call, function: Function, named: dict[str, Any]) -> HttpResponseBase:
            response: HttpResponseBase = function(**named)
            return response

        return self._add(Endpoint("GET", path, name, way, None, of, limit=limit, media_type=media_type))

    def post(
        self, path: str, name: str, *, of: Resource, answer: Resource | type[Schema] | None = None, status: int = 201,
        limit: Limit | None = None, is_upload: bool = False,
    ) -> Function:  # fmt: skip
        """POST once: the same Idempotency-Key gets the same answer again, and nothing is done a second time."""

        def way(call: Call, function: Function, named: dict[str, Any]) -> HttpResponseBase:
            key = headers.key_of(call.request)
            content = headers.content_of(call.request) if is_upload else call.request.body
            call.version = headers.version_of(call.request, is_needed=False)
            call.key, call.content = uuid.uuid5(call.token.public_id, key), content
            with transaction.atomic():
                sent = headers.fingerprint(call.request, content)
                kept, is_new = operations.claim(call.token, key=key, fingerprint=sent, at=call.at)
                if not is_new:
                    return answered_again(kept)
                response = _after(call, answer or of, function(**named), status)
                told = {"body": response.content.decode(), "etag": response.get("ETag", "")}
                operations.keep(kept, status=status, **told)
                return response

        schema = _schema(answer or of)
        return self._add(Endpoint("POST", path, name, way, schema, of, status, limit, is_upload))

    def patch(self, path: str, name: str, *, of: Resource) -> Function:
        """PATCH the version of the thing that If-Match names, and no other."""

        def way(call: Call, function: Function, named: dict[str, Any]) -> HttpResponseBase:
            call.version = headers.version_of(call.request, is_needed=True)
            return _after(call, of, function(**named), 200)

        return self._add(Endpoint("PATCH", path, name, way, of.schema, of))

    def _add(self, endpoint: Endpoint) -> Function:
        scope = self.scopes.needs(READ if endpoint.method == "GET" else WRITE)

        def declared(function: Function) -> Function:
            self.router.add_api_operation(
                endpoint.path.replace("{id}", "{uuid:id}"),
                [endpoint.method],
                _view(endpoint, function),
                auth=Caller(scope),
                response={endpoint.status: endpoint.told},
                url_name=endpoint.name,
                operation_id=f"{endpoint.method.lower()}_{endpoint.name}",
                summary=(inspect.getdoc(function) or endpoint.name).splitlines()[0],
                openapi_extra=described(
                    endpoint.method,
                    scope,
                    has_thing=endpoint.of is not None,
                    is_upload=endpoint.is_upload,
                    media_type=endpoint.media_type,
                ),
            )
            return function

        return declared


def _view(endpoint: Endpoint, function: Function) -> Function:
    """What Django Ninja calls when the token is known and what was sent has the right shape."""

    def view(request: HttpRequest, **named: Any) -> HttpResponseBase:
        call: Call = request.auth  # type: ignore[attr-defined]
        user, limit = call.user, endpoint.limit
        _refuse_nul(named)
        if limit:
            count_one(limit.name, str(user.pk), limit.allowed, limit.seconds)
        channel = through("api", token=str(call.token.public_id))
        with translation.override(user.language), timezone.override(user.zone()), channel:
            things = [endpoint.of.find(user, named.pop("id"))] if endpoint.of else []

            def bound(*rows: Any, **rest: Any) -> Any:
                return function(call, *rows, *things, **rest)

            try:
                return endpoint.way(call, bound, named)
            except StaleVersion as stale:
                # Another version than the program named is a precondition that failed, no conflict of two people.
                if call.version is not None:
                    stale.status = OtherVersion.status
                raise

    view.__name__, view.__doc__ = function.__name__, function.__doc__
    view.__signature__ = _signature(endpoint, function)  # type: ignore[attr-defined]
    return view


def _signature(endpoint: Endpoint, function: Function) -> inspect.Signature:
    """What Django Ninja reads from the request: the id at `of`, what the function names, and the paging."""
    kind = inspect.Parameter.KEYWORD_ONLY
    given = 1 + bool(endpoint.paging) + (endpoint.of is not None)  # the call, the rows, the thing
    own = list(inspect.signature(function).parameters.values())[given:]
    there = [inspect.Parameter("id", kind, annotation=uuid.UUID)] if endpoint.of else []
    paging = [
        inspect.Parameter(part, kind, annotation=of, default=value) for part, (of, value) in endpoint.paging.items()
    ]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return inspect.Signature([request, *there, *(each.replace(kind=kind) for each in own), *paging])


def _refuse_nul(named: dict[str, Any]) -> None:
    """In the query; bodies look after themselves."""
    for part, value in named.items():
        if isinstance(value, str) and "\x00" in value:
            raise Invalid(_("Null characters are not allowed."), field=part)


def _after(call: Call, answer: Resource | type[Schema], made: Any, status: int) -> HttpResponse:
    """A resource is read anew: as it is now, and as the person may see it."""
    if isinstance(answer, Resource):
        return answered(answer.schema, answer.find(call.user, made.public_id), status)
    return answered(answer, made, status)


def _schema(answer: Resource | type[Schema] | None) -> type[Schema]:
    assert answer is not None
    return answer.schema if isinstance(answer, Resource) else answer
