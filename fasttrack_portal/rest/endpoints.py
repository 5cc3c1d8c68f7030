"""How an endpoint of the API is declared: what it is about, what it answers, and the same way through for each."""

import functools
import hashlib
import inspect
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import through
from fasttrack_portal.limits import count_one
from fasttrack_portal.refusals import Invalid, Reason, StaleVersion
from fasttrack_portal.rest import operations
from fasttrack_portal.rest.callers import Call, Caller
from fasttrack_portal.rest.document import described, page_of
from fasttrack_portal.rest.mistakes import NoVersion, OtherVersion, TooLarge, Unreadable
from fasttrack_portal.rest.scopes import READ, WRITE, declare

UPLOAD_LIMIT = 20 * 1024 * 1024
PAGE = 50
_MOST, _MOST_LINES = 100, 10_000_000
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ETAG = re.compile(r'"([0-9]{1,9})"')
Function = Callable[..., Any]


@dataclass(frozen=True)
class Resource:
    """What people may see of one kind, and how it is told."""

    schema: type[Schema]
    rows: Callable[[User], "QuerySet[Any]"]
    # Lines of a file have a number instead of an id; they come in its order.
    is_numbered: bool = False

    def find(self, user: User, public_id: uuid.UUID) -> Any:
        return get_object_or_404(self.rows(user), public_id=public_id)


class Limit(NamedTuple):
    """A limit that is shared with the page that does the same."""

    name: str
    allowed: int
    seconds: int


class Area:
    """A part of the API with its scopes. A function gets the call, then the thing that `of` finds at `{id}`, if any;
    what it names beside them is read from the query, or from the body if it is a Body."""

    def __init__(self, name: str, label: Reason) -> None:
        self.scopes = declare(name, label)
        self.router = Router(tags=[name])

    def many(
        self, path: str, name: str, item: Resource, *, of: Resource | None = None, newest_first: bool = True
    ) -> Function:
        """GET a page of many; the function narrows the rows. `after` is the id of the last one before."""

        def answer(call: Call, function: Function, given: list[Any], named: dict[str, Any]) -> HttpResponse:
            after, limit = named.pop("after"), named.pop("limit")
            all_rows = item.rows(call.user)
            rows = function(call, all_rows, *given, **named)
            column = "line" if item.is_numbered else "pk"
            if after is not None:
                place = after if item.is_numbered else _place(all_rows, after)
                rows = rows.filter(**{f"{column}__lt" if newest_first else f"{column}__gt": place})
            found = list(rows.order_by(f"-{column}" if newest_first else column)[: limit + 1])
            told = [_told(item.schema, each) for each in found[:limit]]
            last = told[-1]["line" if item.is_numbered else "id"] if len(found) > limit else None
            return JsonResponse({"items": told, "next": _next(call.request, last)})

        after = (int | None, Query(None, ge=0, le=_MOST_LINES)) if item.is_numbered else (uuid.UUID | None, None)
        paging = {"after": after, "limit": (int, Query(PAGE, ge=1, le=_MOST))}
        return self._add("GET", path, name, answer, of=of, told=page_of(item.schema), skip=1, more=paging)

    def one(
        self, path: str, name: str, *, of: Resource | None = None, answer: type[Schema] | None = None,
        limit: Limit | None = None,
    ) -> Function:  # fmt: skip
        """GET one thing, as the function returns it."""

        def found(call: Call, function: Function, given: list[Any], named: dict[str, Any]) -> HttpResponseBase:
            return _answer(_schema(answer, of), function(call, *given, **named))

        return self._add("GET", path, name, found, of=of, told=_schema(answer, of), limit=limit)

    def file(self, path: str, name: str, media_type: str, *, of: Resource, limit: Limit) -> Function:
        """GET a file, which the function answers with."""

        def whole(call: Call, function: Function, given: list[Any], named: dict[str, Any]) -> HttpResponseBase:
            response: HttpResponseBase = function(call, *given, **named)
            return response

        return self._add("GET", path, name, whole, of=of, told=None, limit=limit, media_type=media_type)

    def post(
        self, path: str, name: str, *, of: Resource | None = None, answer: Resource | type[Schema] | None = None,
        status: int = 201, limit: Limit | None = None, is_upload: bool = False,
    ) -> Function:  # fmt: skip
        """POST once: the same Idempotency-Key gets the same answer again, and nothing is done a second time."""

        def done(call: Call, function: Function, given: list[Any], named: dict[str, Any]) -> HttpResponse:
            key, version = _key_of(call.request), _version_of(call.request, is_needed=False)
            content = _content_of(call.request) if is_upload else call.request.body
            with transaction.atomic():
                mark = _fingerprint(call.request, content)
                kept, is_new = operations.claim(call.token, key=key, fingerprint=mark, at=call.at)
                if not is_new:
                    return _as_kept(kept.status, kept.body, kept.etag)
                ours = replace(
                    call,
                    key=uuid.uuid5(call.token.public_id, key),
                    version=version,
                    content=content if is_upload else b"",
                )
                response = _after(ours, answer or of, _held(ours, function, given, named), status)
                told = {"body": response.content.decode(), "etag": response.get("ETag", "")}
                operations.keep(kept, status=response.status_code, **told)
                return response

        return self._add("POST", path, name, done, of=of, told=_schema(answer, of), status=status, limit=limit,
                         is_upload=is_upload)  # fmt: skip

    def patch(self, path: str, name: str, *, of: Resource) -> Function:
        """PATCH the version of the thing that If-Match names, and no other."""

        def changed(call: Call, function: Function, given: list[Any], named: dict[str, Any]) -> HttpResponse:
            ours = replace(call, version=_version_of(call.request, is_needed=True))
            return _after(ours, of, _held(ours, function, given, named), 200)

        return self._add("PATCH", path, name, changed, of=of, told=of.schema)

    def _add(
        self, method: str, path: str, name: str, answer: Function, *, of: Resource | None,
        told: type[Schema] | None, skip: int = 0, more: dict[str, Any] | None = None, status: int = 200,
        limit: Limit | None = None, is_upload: bool = False, media_type: str = "",
    ) -> Function:  # fmt: skip
        scope = self.scopes.needs(READ if method == "GET" else WRITE)

        def declared(function: Function) -> Function:
            @functools.wraps(function)
            def run(request: HttpRequest, **named: Any) -> HttpResponseBase:
                call: Call = request.auth  # type: ignore[attr-defined]
                user = call.user
                _refuse_nul(named)
                if limit:
                    count_one(limit.name, str(user.pk), limit.allowed, limit.seconds)
                channel = through("api", token=str(call.token.public_id))
                with translation.override(user.language), timezone.override(user.zone()), channel:
                    given = [of.find(user, named.pop("id"))] if of else []
                    return answer(call, function, given, named)

            vars(run).pop("__wrapped__")
            run.__signature__ = _signature(function, skip, has_thing=of is not None, more=more or {})  # type: ignore[attr-defined]
            self.router.add_api_operation(
                path.replace("{id}", "{uuid:id}"),
                [method],
                run,
                auth=Caller(scope),
                response={status: told} if told else {status: None},
                url_name=name,
                operation_id=f"{method.lower()}_{name}",
                summary=(inspect.getdoc(function) or name).splitlines()[0],
                openapi_extra=described(method, scope, has_thing=of is not None, is_upload=is_upload,
                                        media_type=media_type),
            )  # fmt: skip
            return function

        return declared


def _refuse_nul(named: dict[str, Any]) -> None:
    """In the query; bodies look after themselves."""
    for name, value in named.items():
        if isinstance(value, str) and "\x00" in value:
            raise Invalid(_("Null characters are not allowed."), field=name)


def _signature(function: Function, skip: int, *, has_thing: bool, more: dict[str, Any]) -> inspect.Signature:
    """What Django Ninja reads from the request: the id at `of`, what the function names, and what is added."""
    kind = inspect.Parameter.KEYWORD_ONLY
    own = list(inspect.signature(function).parameters.values())[1 + skip + has_thing :]
    there = [inspect.Parameter("id", kind, annotation=uuid.UUID)] if has_thing else []
    added = [inspect.Parameter(name, kind, annotation=of, default=value) for name, (of, value) in more.items()]
    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return inspect.Signature([first, *there, *(each.replace(kind=kind) for each in own), *added])


def _held(call: Call, function: Function, given: "list[Any]", named: dict[str, Any]) -> Any:
    """Another version than the program saw is a precondition that failed, and no conflict of two people."""
    try:
        return function(call, *given, **named)
    except StaleVersion as stale:
        if call.version is not None:
            stale.status = OtherVersion.status
        raise


def _after(call: Call, answer: Resource | type[Schema] | None, made: Any, status: int) -> HttpResponse:
    """A resource is read anew: as it is now, and as the person may see it."""
    if isinstance(answer, Resource):
        return _answer(answer.schema, answer.find(call.user, made.public_id), status)
    assert answer is not None
    return _answer(answer, made, status)


def _schema(answer: Resource | type[Schema] | None, of: Resource | None) -> type[Schema]:
    found = answer or of
    assert found is not None
    return found.schema if isinstance(found, Resource) else found


def _told(schema: type[Schema], found: Any) -> dict[str, Any]:
    return schema.model_validate(found).model_dump(mode="json")


def _answer(schema: type[Schema], found: Any, status: int = 200) -> HttpResponse:
    response = JsonResponse(_told(schema, found), status=status)
    if version := getattr(found, "version", None):
        response["ETag"] = f'"{version}"'
    return response


def _as_kept(status: int, body: str, etag: str) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="application/json")
    if etag:
        response["ETag"] = etag
    return response


def _next(request: HttpRequest, last: Any) -> str | None:
    """The address of the page after the one that ends there."""
    if last is None:
        return None
    return f"{settings.PUBLIC_URL}{request.path}?{urlencode({**request.GET.dict(), 'after': last})}"


def _place(rows: "QuerySet[Any]", after: uuid.UUID) -> int:
    found: int | None = rows.order_by().filter(public_id=after).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(_("Nothing in this list has this id. Begin anew without “after”."), field="after")
    return found


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Unreadable(_("Send an Idempotency-Key of at most 200 characters, such as a new UUID for each request."))
    return key


def _version_of(request: HttpRequest, *, is_needed: bool) -> int | None:
    sent = request.headers.get("If-Match")
    if sent is None:
        if is_needed:
            raise NoVersion(_("Send If-Match with the ETag of what you have seen, so that no other change is lost."))
        return None
    found = _ETAG.fullmatch(sent.strip())
    if found is None:
        raise OtherVersion(_('If-Match is not an ETag of ours, such as "3".'))
    return int(found[1])


def _content_of(request: HttpRequest) -> bytes:
    content: bytes = request.read(UPLOAD_LIMIT + 1)
    if len(content) > UPLOAD_LIMIT:
        raise TooLarge(_("The file is larger than 20 MB. Please split it."))
    return content


def _fingerprint(request: HttpRequest, content: bytes) -> str:
    sent = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode("utf-8", "surrogatepass"))
    sent.update(content)
    sent.update(request.headers.get("If-Match", "").encode("utf-8", "surrogatepass"))
    return sent.hexdigest()
