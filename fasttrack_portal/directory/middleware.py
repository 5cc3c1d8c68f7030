"""The staff rule for a second factor (S1)."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

_STILL_OPEN = ("mfa_", "account_", "usersessions_")


class StaffSecondFactorMiddleware:
    """Staff without TOTP or passkey get no further than the page where they set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.REQUIRE_STAFF_MFA or not getattr(view, "login_required", True):
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        if (name or "").startswith(_STILL_OPEN) or not request.user.is_authenticated:
            return None
        if not request.user.audience.is_staff or is_mfa_enabled(request.user):
            return None
        messages.warning(request, _("FastTrack staff sign in with a second factor. Please set one up to go on."))
        return redirect("mfa_index")
