"""Staff: the facts of a customer, its tenants and their domains."""

import uuid
from collections.abc import Sequence
from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fasttrack_portal.access import require
from fasttrack_portal.directory import operations
from fasttrack_portal.directory.following import follows
from fasttrack_portal.directory.forms import CustomerForm, DomainForm, TenantForm
from fasttrack_portal.directory.models import Customer, Tenant
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid


def _customer_or_404(request: Request, public_id: uuid.UUID) -> Customer:
    found = get_object_or_404(Customer.objects.visible_to(request.user).select_related("centre"), public_id=public_id)
    require(request.user, "directory.create_customer")
    return found


@require_http_methods(["GET", "POST"])
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """TPID, seats and the rest; what they were stays on the page. Whose meetings move with the zone or the country is
    shown before it is saved."""
    customer = _customer_or_404(request, public_id)
    title = _("Edit %(name)s") % {"name": customer.name}
    if request.method == "GET":
        return _page(request, customer, CustomerForm.of(customer), title)
    form = CustomerForm(request.POST)
    if form.is_valid():
        version, moved = form.cleaned_data["version"], copy(customer)
        moved.country, moved.zone = form.cleaned_data["country"], form.cleaned_data["zone"]
        previews = follows(moved, at=timezone.now()) if "sure" not in request.POST and _moves(customer, moved) else []
        if previews:
            return _page(request, customer, form, title, 200, previews)
        try:
            operations.edit_customer(customer, version=version, by=request.user, **form.facts())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The changes are saved."))
            return see_other(request, customer)
    return _page(request, customer, form, title, 422)


def _moves(customer: Customer, changed: Customer) -> bool:
    return (customer.country, customer.zone) != (changed.country, changed.zone)


@require_http_methods(["GET", "POST"])
def add_tenant(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One more tenant under the customer's TPID."""
    customer = _customer_or_404(request, public_id)
    title = _("Add a tenant")
    if request.method == "GET":
        return _page(request, customer, TenantForm(initial={"key": uuid.uuid4()}), title)
    form = TenantForm(request.POST)
    if form.is_valid():
        try:
            tenant = operations.add_tenant(customer, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Tenant %(name)s is added.") % {"name": tenant.name})
            return see_other(request, customer)
    return _page(request, customer, form, title, 422)


@require_http_methods(["GET", "POST"])
def add_domain(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One more domain of a tenant."""
    rows = Tenant.objects.visible_to(request.user).select_related("customer__centre")
    tenant = get_object_or_404(rows, public_id=public_id)
    require(request.user, "directory.create_customer")
    title = _("Add a domain to %(tenant)s") % {"tenant": tenant.name}
    if request.method == "GET":
        return _page(request, tenant.customer, DomainForm(initial={"is_verified": True}), title)
    form = DomainForm(request.POST)
    if form.is_valid():
        name, is_verified = form.cleaned_data["domains"], form.cleaned_data["is_verified"]
        try:
            operations.add_domain(tenant, name=name, is_verified=is_verified, by=request.user)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("%(domain)s is added.") % {"domain": name})
            return see_other(request, tenant.customer)
    return _page(request, tenant.customer, form, title, 422)


def _page(
    request: Request,
    customer: Customer,
    form: forms.Form,
    title: str,
    status: int = 200,
    previews: Sequence[Any] = (),
) -> HttpResponse:
    context = {"customer": customer, "form": form, "title": title, "previews": previews}
    return render(request, "directory/edit.html", context, status=status)
