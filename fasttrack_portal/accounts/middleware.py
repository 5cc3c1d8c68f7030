"""Who is signed in, for how long, and in whose time zone the page is written."""

import time
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone

from fasttrack_portal.http import is_fragment

_NOTE_EVERY = 600  # seconds between two notes of "seen", so that a page view is not a write


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every view needs a signed-in person unless it is marked `login_not_required`."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponse:
        answer = super().handle_no_permission(request, view_func)
        if is_fragment(request):
            # A login page inside a fragment would be lost in the page; the whole page goes there instead.
            moved = HttpResponse(status=204)
            moved["HX-Redirect"] = resolve_url(self.get_login_url(view_func))
            return moved
        return answer


class SessionLimitsMiddleware:
    """Ends a session after 12 idle hours or 7 days in all (S1), and writes the page in the person's time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated:
            self._hold_to_limits(request)
        if user.is_authenticated and request.user.is_authenticated:
            with timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
                return self.get_response(request)
        return self.get_response(request)

    @staticmethod
    def _hold_to_limits(request: HttpRequest) -> None:
        now = int(time.time())
        session = request.session
        began, seen = session.get("began_at"), session.get("seen_at")
        if began is None or seen is None:
            session["began_at"] = session["seen_at"] = now
            return
        idle = now - seen > settings.SESSION_IDLE.total_seconds()
        if idle or now - began > settings.SESSION_ABSOLUTE.total_seconds():
            logout(request)
        elif now - seen > _NOTE_EVERY:
            session["seen_at"] = now
