"""The link of an invitation, and what its sender can do with it."""

import uuid

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fasttrack_portal.access import require
from fasttrack_portal.accounts import invitations, operations, organisations
from fasttrack_portal.accounts.forms import JoinForm
from fasttrack_portal.accounts.models import Invitation
from fasttrack_portal.http import Request, see_other


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: Request, token: str) -> HttpResponse:
    """What the link opens. Looking at it, or a scanner that fetches it, uses nothing up (S2)."""
    invitation = invitations.by_token(token, at=timezone.now())
    if invitation is None:
        # Used, withdrawn, over and never made are one answer.
        return render(request, "accounts/join_over.html", status=410)
    if request.user.is_authenticated:
        return _join_as(request, invitation)
    form = JoinForm(request.POST if request.method == "POST" else None, invitation=invitation)
    is_known = operations.invitation_is_known(invitation)
    if request.method == "GET" or is_known:
        return _page(request, invitation, form, is_known=is_known)
    if not form.is_valid():
        return _page(request, invitation, form, is_known=False, status=422)
    return _join_as_new(request, invitation, form)


def _join_as(request: Request, invitation: Invitation) -> HttpResponse:
    if request.method == "GET":
        return _page(request, invitation, None, is_known=True)
    operations.accept(invitation, at=timezone.now(), by=request.user)
    messages.success(request, _welcome(invitation))
    return see_other(request, "home")


def _join_as_new(request: HttpRequest, invitation: Invitation, form: JoinForm) -> HttpResponse:
    data, zone = form.cleaned_data, invitations.zone_for(invitation)
    user = operations.accept_as_new(
        invitation, name=data["name"], password=data["password1"], time_zone=zone, at=timezone.now()
    )
    messages.success(request, _welcome(invitation))
    login = Login(user=user, email=user.email, redirect_url=reverse("home"))
    signed_in: HttpResponse = perform_password_login(request, {"email": user.email}, login)
    return signed_in


def _welcome(invitation: Invitation) -> str:
    told = _("Welcome to %(organisation)s. You are here as %(role)s.")
    return told % {"organisation": invitation.organisation, "role": invitation.get_role_display()}


def _page(
    request: Request, invitation: Invitation, form: JoinForm | None, *, is_known: bool, status: int = 200
) -> HttpResponse:
    signed_in = request.user.is_authenticated
    context = {
        "invitation": invitation,
        "form": form,
        "is_known": is_known,
        "is_theirs": signed_in and invitation.belongs_to(request.user),
    }
    return render(request, "accounts/join.html", context, status=status)


def _invitation_or_404(request: Request, public_id: uuid.UUID) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related("customer", "partner", "centre")
    return get_object_or_404(rows, public_id=public_id)


@require_POST
def send_again(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A new link to the same address."""
    invitation = _invitation_or_404(request, public_id)
    organisation = organisations.thing_of(invitation)
    require(request.user, "accounts.invite", organisation)
    invitations.count(organisation)
    operations.send_again(invitation, at=timezone.now(), by=request.user)
    messages.success(request, _("The invitation is on its way to %(email)s again.") % {"email": invitation.email})
    return see_other(request, organisation)


@require_POST
def withdraw_invitation(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The link no longer works."""
    invitation = _invitation_or_404(request, public_id)
    operations.withdraw_invitation(invitation, by=request.user)
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
    return see_other(request, organisations.thing_of(invitation))
