"""Changing and ending a role, which asks for a fresh sign-in (S1)."""

import uuid

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fasttrack_portal.access import require
from fasttrack_portal.accounts import operations, organisations
from fasttrack_portal.accounts.forms import RoleForm
from fasttrack_portal.accounts.models import Membership
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid


def _membership_or_404(request: Request, public_id: uuid.UUID) -> Membership:
    rows = Membership.objects.visible_to(request.user).select_related("user", "customer", "partner", "centre")
    return get_object_or_404(rows, public_id=public_id)


@require_http_methods(["GET", "POST"])
def change_role(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Another role in the same organisation."""
    membership = _membership_or_404(request, public_id)
    require(request.user, "accounts.change_role", membership)
    if request.method == "POST":
        return _change_role(request, membership)
    form = RoleForm(membership=membership, initial={"role": membership.role, "version": membership.version})
    return _page(request, membership, form)


@reauthentication_required
def _change_role(request: Request, membership: Membership) -> HttpResponse:
    # Asked for the password only now: what does not exist for somebody says so first.
    form = RoleForm(request.POST, membership=membership)
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.change_role(membership, role=data["role"], version=data["version"], by=request.user)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            told = _("%(name)s is now %(role)s.")
            messages.success(request, told % {"name": membership.user.name, "role": membership.get_role_display()})
            return see_other(request, organisations.thing_of(membership))
    return _page(request, membership, form, status=422)


def _page(request: Request, membership: Membership, form: RoleForm, status: int = 200) -> HttpResponse:
    context = {"membership": membership, "organisation": organisations.thing_of(membership), "form": form}
    return render(request, "accounts/change_role.html", context, status=status)


@require_POST
def end_membership(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Takes somebody out of the organisation."""
    membership = _membership_or_404(request, public_id)
    require(request.user, "accounts.end_membership", membership)
    return _end_membership(request, membership)


@reauthentication_required
def _end_membership(request: Request, membership: Membership) -> HttpResponse:
    organisation = organisations.thing_of(membership)
    operations.end_membership(membership, by=request.user)
    told = _("%(name)s no longer belongs to %(organisation)s.")
    messages.success(request, told % {"name": membership.user.name, "organisation": organisation})
    return see_other(request, organisation)
