"""The assembly of the API: the areas of every app under one address, each answer the way programs read it."""

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from assistance.api import area as requests
from engagements.api import area as engagements
from fasttrack_portal.directory.api import area as customers
from fasttrack_portal.http import Request
from fasttrack_portal.rest import callers, mistakes
from fasttrack_portal.rest.document import document, lines_of
from migrations_svc.api import area as migrations
from reports.api import area as reports

AREAS = (customers, requests, engagements, migrations, reports)
_DESCRIPTION = """What people do on the pages of the portal, for their programs: the same rules, the same words.
Send `Authorization: Bearer` with an access token, `Idempotency-Key` with each POST and `If-Match` with each PATCH."""


def _api() -> NinjaAPI:
    api = NinjaAPI(
        title="FastTrack portal", version="1", description=_DESCRIPTION, docs_url=None, openapi_url=None,
        urls_namespace="api",
    )  # fmt: skip
    for handled, answer in (
        (Exception, mistakes.of_any),
        (Http404, mistakes.of_any),
        (HttpError, mistakes.of_http),
        (ValidationError, mistakes.of_validation),
        (RequestDataTooBig, mistakes.of_size),
    ):
        api.add_exception_handler(handled, answer)
    for area in AREAS:
        api.add_router("", area.router)
    return api


api = _api()


def for_programs(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """No sign-in and no cookie: whoever has no token is refused by the endpoint. Nothing here can be forged (CSRF)."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            raise mistakes.NotAllowed(_("This address does not answer to %(method)s.") % {"method": request.method})
        return response

    answered.login_required = False  # type: ignore[attr-defined]
    return answered


@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """What there is, for whoever writes a program."""
    return JsonResponse(document(api))


@require_GET
def docs(request: Request) -> HttpResponse:
    """The same for people: every endpoint with what it does and the scope it needs."""
    told = document(api)
    context = {"areas": lines_of(told), "address": told["servers"][0]["url"], "calls": callers.CALLS}
    return render(request, "rest/docs.html", {**context, "writes": callers.WRITES})


def nothing(request: HttpRequest) -> HttpResponse:
    raise Http404


def _patterns() -> list[URLPattern]:
    """One pattern an address: Django Ninja makes one for each method, all with the same view behind."""
    made: dict[str, URLPattern] = {}
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        if pattern.name != "api-root":
            made.setdefault(
                str(pattern.pattern), path(str(pattern.pattern), for_programs(pattern.callback), name=pattern.name)
            )
    return list(made.values())


app_name = "api"
urlpatterns = [
    path("openapi.json", for_programs(openapi), name="openapi"),
    *_patterns(),
    re_path("", for_programs(nothing), name="nothing"),
]
