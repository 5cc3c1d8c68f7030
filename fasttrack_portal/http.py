"""The typed request, and every refusal as the page or fragment a person can act on."""

import logging
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from django_htmx.middleware import HtmxDetails

from fasttrack_portal.problems import is_api, problem
from fasttrack_portal.refusals import Refused, StaleVersion

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User

log = logging.getLogger(__name__)

_AWAY = (OperationalError, InterfaceError)
_TITLES = {
    400: gettext_lazy("That request could not be read"),
    403: gettext_lazy("You cannot do this"),
    404: gettext_lazy("Page not found"),
    409: gettext_lazy("This has changed in the meantime"),
    422: gettext_lazy("Something needs correcting"),
    429: gettext_lazy("Please wait a moment"),
    503: gettext_lazy("The portal is being looked after"),
}


class Request(HttpRequest):
    """HttpRequest as our views get it: somebody is signed in and htmx details are there."""

    user: "User"
    htmx: HtmxDetails


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for a piece of a page (boosted navigation and history want whole pages)."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def see_other(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """After a write: a redirect to where the result stands; htmx gets it as a header, so that the address changes."""
    response = redirect(to, *args, **kwargs)
    if is_fragment(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = response["Location"]
        return answer
    response.status_code = 303
    return response


def refusal_response(
    request: HttpRequest, status: int, reason: Any = "", details: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of a refusal, `_error.html` for htmx, problem+json for a program."""
    details = details or {}
    if is_api(request):
        return problem(status, reason, details)
    subject: Any = details.get("subject")
    context = {
        "status": status,
        "heading": _TITLES.get(status, _TITLES[400]),
        "reason": reason,
        "differences": _differences(details),
        "again": details.get("again") or [],
        "place": subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else "",
    }
    template = "errors/_error.html" if is_fragment(request) else "errors/error.html"
    response = render(request, template, context, status=status)
    if retry_after := details.get("retry_after"):
        response["Retry-After"] = str(retry_after)
    return response


def _differences(details: dict[str, Any]) -> list[dict[str, str]]:
    """Both values of each field, in the words and days that the pages use."""
    theirs, yours = details.get("theirs") or {}, details.get("yours") or {}
    return [
        {"name": _name_of(details.get("subject"), name), "theirs": _shown(theirs.get(name)), "yours": _shown(value)}
        for name, value in yours.items()
    ]


def _name_of(subject: Any, name: str) -> str:
    if isinstance(subject, Model) and name in {field.name for field in subject._meta.concrete_fields}:
        return str(subject._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return name.replace("_", " ")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), "j M Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "–" if value in (None, "") else str(value)


def _again(request: HttpRequest, fault: Refused) -> list[tuple[str, str]]:
    """What a person sent while somebody else saved, made from the version that stands now: who has seen both values
    can send it once more, and nothing typed is lost (C1). A file cannot be sent by the portal."""
    subject: Any = fault.details.get("subject")
    if not isinstance(fault, StaleVersion) or not hasattr(subject, "version"):
        return []
    if request.FILES or "version" not in request.POST:
        return []
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    return [
        (name, str(subject.version) if name == "version" else str(value))
        for name, value in sent
        if name != "csrfmiddlewaretoken"
    ]


class RefusalsMiddleware:
    """Outermost of ours: turns refusals into answers, and keeps what signed-in people see out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Who is signed in stands in the database, which is not asked again once it was away.
        if response.status_code == 503 or (
            getattr(request, "user", None) is not None and request.user.is_authenticated
        ):
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        match fault:
            case Refused():
                log.info("refused", extra={"status": fault.status, "reason": str(fault)})
                details = {**fault.details, "again": _again(request, fault)}
                return refusal_response(request, fault.status, fault.reason, details)
            case Http404() if is_fragment(request):
                return not_found(request, fault)
            case OperationalError() | InterfaceError():
                return database_away(request, fault)
        return None


def database_away(request: HttpRequest, fault: BaseException) -> HttpResponse:
    """A page that touches neither session nor user: both live in the database that is away (F4)."""
    log.error("database away: %s", str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault))
    if is_api(request):
        return problem(503, _("The portal is being looked after. Please try again in a moment."), {"retry_after": 5})
    response = HttpResponse(render_to_string("errors/503.html"), status=503)
    response["Retry-After"] = "5"
    return response


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Called while the fault is handled; one of the database on the way to the view, in a middleware, ends here too."""
    fault = sys.exc_info()[1]
    if isinstance(fault, _AWAY):
        return database_away(request, fault)
    if is_api(request):
        return problem(500, _("Something went wrong on our side. We have been told; please try again later."))
    return defaults.server_error(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes for "not there" and "not yours"."""
    if is_api(request):
        return problem(404, _("There is nothing here, or nothing that you may see."))
    return refusal_response(
        request, 404, _("If you typed the address, check it. If you followed a link, it may have moved.")
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    reason = str(exception) if isinstance(exception, BadRequest) else _("Please go back and try again.")
    return refusal_response(request, 400, reason)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refusal_response(request, 403, _("Your role does not include this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refusal_response(
        request, 403, _("This page was open for too long to be sent safely. Go back, reload it and send it again.")
    )
