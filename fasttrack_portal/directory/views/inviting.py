"""Inviting somebody to a customer, a partner or a centre."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fasttrack_portal.access import require
from fasttrack_portal.accounts import invitations
from fasttrack_portal.accounts import operations as accounts
from fasttrack_portal.accounts.forms import InviteForm
from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid


@require_http_methods(["GET", "POST"])
def invite_to_customer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A colleague of the customer's."""
    return _invite(request, get_object_or_404(Customer.objects.visible_to(request.user), public_id=public_id))


@require_http_methods(["GET", "POST"])
def invite_to_partner(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A colleague of the partner's."""
    return _invite(request, get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id))


@require_http_methods(["GET", "POST"])
def invite_to_centre(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """FastTrack's own people."""
    return _invite(request, get_object_or_404(FastTrackCenter.objects.visible_to(request.user), public_id=public_id))


def _invite(request: Request, organisation: models.Model) -> HttpResponse:
    require(request.user, "accounts.invite", organisation)
    if request.method == "GET":
        return _page(request, organisation, InviteForm(organisation=organisation, initial={"key": uuid.uuid4()}))
    form = InviteForm(request.POST, organisation=organisation)
    if form.is_valid():
        invitations.count(organisation)
        data = form.cleaned_data
        try:
            accounts.invite(organisation, **_told(data), at=timezone.now(), by=request.user)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": data["email"]})
            return see_other(request, organisation)
    return _page(request, organisation, form, status=422)


def _told(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("email", "role", "key")}


def _page(request: Request, organisation: models.Model, form: InviteForm, status: int = 200) -> HttpResponse:
    return render(request, "directory/invite.html", {"organisation": organisation, "form": form}, status=status)
