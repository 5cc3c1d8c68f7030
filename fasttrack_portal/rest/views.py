"""The pages on which a person makes and withdraws access tokens, and the one that tells programs what there is."""

import uuid
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.rest import operations, secrets
from fasttrack_portal.rest.forms import TokenForm
from fasttrack_portal.rest.models import AccessToken
from fasttrack_portal.rest.scopes import choices

_SHOWN = 50


@require_GET
def tokens(request: Request) -> HttpResponse:
    """One's own tokens, those that open something first."""
    return _page(request)


def _page(request: Request, token: str = "") -> HttpResponse:
    now, names = timezone.now(), dict(choices())
    rows = AccessToken.objects.visible_to(request.user).order_by("-created_at", "-pk")[:_SHOWN]
    shown: list[dict[str, Any]] = [
        {
            "token": row,
            "is_live": row.is_live(request.user, at=now),
            "is_over": now >= row.expires_at,
            "scopes": [names.get(scope, scope) for scope in row.scopes],
        }
        for row in rows
    ]
    shown.sort(key=lambda each: not each["is_live"])
    return render(request, "rest/tokens.html", {"tokens": shown, "made": token})


@require_http_methods(["GET", "POST"])
@reauthentication_required
def new_token(request: Request) -> HttpResponse:
    """Makes one after a fresh sign-in (S1), and shows it this once."""
    form = TokenForm(request.POST if request.method == "POST" else None, initial={"nonce": secrets.new_nonce()})
    if form.is_valid():
        try:
            token = operations.make_token(**form.facts(), at=timezone.now(), by=request.user)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _page(request, token)
    return render(request, "rest/new_token.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def withdraw_token(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """It opens nothing from the next request on; for this nobody is asked for the password."""
    token = get_object_or_404(AccessToken.objects.visible_to(request.user), public_id=public_id)
    operations.withdraw_token(token, at=timezone.now(), by=request.user)
    messages.success(
        request, _("“%(name)s” is withdrawn. Programs that use it get nothing any more.") % {"name": token}
    )
    return see_other(request, "rest:tokens")
