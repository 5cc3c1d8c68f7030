"""Handing an item of the customer to its partner, and what becomes of it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements.forms.matrix import DelegateForm, EndForm
from engagements.models import DELEGATED, Delegation
from engagements.operations import delegations as operations
from engagements.permissions.matrix import speaks_for_the_customer
from engagements.steps import Ask, delegation_asks
from engagements.views.finding import part_of, posted, taken
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.workflow import refusal


@require_http_methods(["GET", "POST"])
def delegate(request: Request, kind: str, public_id: uuid.UUID) -> HttpResponse:
    """To whom, from when, until when. The customer's lead hands over; others propose."""
    if kind not in DELEGATED:
        raise Http404
    item = part_of(request, DELEGATED[kind], public_id, "assignee")
    require(request.user, "engagements.delegate", item)
    consents = speaks_for_the_customer(request.user, item.engagement)
    partners = operations.partners_of(item.engagement)
    if not consents and not request.user.audience.is_staff:
        partners = partners.filter(pk__in=request.user.audience.partner_ids)
    form = DelegateForm(posted(request), partners=partners, today=item.engagement.day_at(timezone.now()))

    def take(form: Form) -> None:
        operations.delegate(item, by=request.user, at=timezone.now(), **form.cleaned_data)

    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            said = _("The item is with the partner.") if consents else _("The customer is asked whether it agrees.")
            messages.success(request, said)
            return see_other(request, item)
        status = 422
    context = {"form": form, "item": item, "engagement": item.engagement, "consents": consents,
               "partners": list(partners)}  # fmt: skip
    return render(request, "engagements/delegate.html", context, status=status)


@require_http_methods(["GET", "POST"])
def move_delegation(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """The customer agrees or refuses; either side ends it."""
    related = ("engagement__partner", "engagement__specialist")
    seen = Delegation.objects.visible_to(request.user).with_items().select_related(*related)
    delegation = get_object_or_404(seen, public_id=public_id)
    if step not in _TAKES:
        raise Http404
    rule, take = _TAKES[step]
    require(request.user, rule, delegation)
    if not delegation.WORKFLOW.leads(delegation, step):
        raise refusal(delegation, delegation.WORKFLOW.step(step))
    item = delegation.item
    form = EndForm(posted(request), delegation=delegation, step=step)
    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, lambda form: take(delegation, request.user, form.cleaned_data)):
            thing = getattr(item, "code", item)
            messages.success(request, _("%(thing)s: %(state)s") % {"thing": thing, "state": _said(delegation)})
            return see_other(request, item)
        status = 422
    ask: Ask = delegation_asks(delegation, step, request.user)
    context = {"form": form, "ask": ask, "subject": item, "engagement": item.engagement, "facts": {},
               "back": item.get_absolute_url(), "step": {"label": ask.label}}  # fmt: skip
    return render(request, "engagements/step.html", context, status=status)


def _agree(delegation: Delegation, by: User, facts: dict[str, Any]) -> None:
    operations.agree(delegation, by=by, at=timezone.now())


def _refuse(delegation: Delegation, by: User, facts: dict[str, Any]) -> None:
    operations.refuse(delegation, by=by, at=timezone.now(), reason=facts["reason"])


def _end(delegation: Delegation, by: User, facts: dict[str, Any]) -> None:
    operations.end(delegation, by=by, at=timezone.now(), reason=facts["reason"])


_TAKES: dict[str, tuple[str, Callable[[Delegation, User, dict[str, Any]], None]]] = {
    "consent": ("engagements.agree_to_delegation", _agree),
    "refuse": ("engagements.agree_to_delegation", _refuse),
    "end": ("engagements.end_delegation", _end),
}


def _said(delegation: Delegation) -> str:
    return {
        "active": _("it is with the partner"),
        "refused": _("it stays with the customer"),
        "ended": _("it is with the customer again"),
    }.get(delegation.status, "")
