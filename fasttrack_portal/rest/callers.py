"""Who calls: the person behind an access token, what it is for, and how often it may ask. No cookie is looked at."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.signed_in import person
from fasttrack_portal.limits import count_one
from fasttrack_portal.refusals import AccessRefused, Refused
from fasttrack_portal.rest import operations, secrets
from fasttrack_portal.rest.models import AccessToken
from fasttrack_portal.rest.scopes import READ

CALLS, WRITES = 300, 60  # a person and minute
_GUESSES = 60  # wrong tokens an address and minute
_NO_KEY = uuid.UUID(int=0)


class Unknown(Refused):
    """No token, or one that opens nothing: never made, expired, withdrawn, its owner gone are one answer."""

    status = 401


@dataclass
class Call:
    """One request of a program. `key` is its Idempotency-Key, `version` the one of its If-Match, `content` its file."""

    request: HttpRequest
    token: AccessToken
    user: User
    at: datetime
    key: uuid.UUID = _NO_KEY
    version: int | None = None
    content: bytes = b""


class Caller:
    """Asked by Django Ninja before anything of the request is read."""

    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Call:
        now = timezone.now()
        token, user = _known(request, now)
        count_one("api", str(user.pk), CALLS, 60)
        if not self.scope.endswith(f":{READ}"):
            count_one("api.writes", str(user.pk), WRITES, 60)
        if self.scope not in token.scopes:
            raise AccessRefused(_("This token is not for “%(scope)s”.") % {"scope": self.scope})
        if settings.REQUIRE_STAFF_MFA and user.audience.is_staff and not is_mfa_enabled(user):
            raise AccessRefused(_("FastTrack staff sign in with a second factor. Please set one up to go on."))
        operations.note_use(token, at=now)
        request.user = user
        return Call(request, token, user, now)


def _known(request: HttpRequest, at: datetime) -> tuple[AccessToken, User]:
    """Raises Unknown, and TooMany for an address that guesses."""
    kind, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    token = None
    if kind.lower() == "bearer" and secrets.is_one(secret):
        token = AccessToken._base_manager.filter(token_hash=secrets.hash_of(secret)).first()
    user = person(token.user_id) if token else None
    if token is None or user is None or not token.is_live(user, at=at):
        count_one("api.guesses", request.META.get("REMOTE_ADDR", ""), _GUESSES, 60)
        raise Unknown(_("Send an access token that is in use: make one under Settings, Access tokens."))
    return token, user
