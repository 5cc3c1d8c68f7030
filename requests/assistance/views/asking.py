"""Pages of the asking side: the form, its verdict, the answer, taking back."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assistance import operations, people, presenting, verdicts
from assistance.forms import AssistanceForm, DraftForm, NewRequestForm, SeatsForm
from assistance.models import AssistanceRequest
from assistance.views.common import ask_of, step_with_words
from fasttrack_portal.access import require
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.http import Request, is_fragment, see_other
from fasttrack_portal.refusals import StaleVersion


@require_GET
def eligibility(request: Request) -> HttpResponse:
    """What FastTrack does for so many seats: beside the field as a fragment, or as a page of its own (F9)."""
    form = SeatsForm(request.GET)
    is_valid = form.is_valid()
    verdict = verdicts.of_seats(form.cleaned_data["seats"] if is_valid else None)
    template = "assistance/_verdict.html" if is_fragment(request) else "assistance/eligibility.html"
    return render(request, template, {"form": form, "verdict": verdict}, status=200 if is_valid else 422)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """The form for one's own customer, or for the one a partner found in the search (F3, F4)."""
    require(request.user, "assistance.create", None)
    customer, own = _customer_asked_for(request)
    if customer is None:
        return render(request, "assistance/choose.html", {"customers": own}) if own else redirect("directory:find")
    require(request.user, "assistance.create", customer)
    today = timezone.localdate()
    if request.method == "GET":
        first = NewRequestForm.first_values(customer, request.user)
        return _form_page(request, NewRequestForm(initial=first, customer=customer, today=today), customer)
    is_draft = "draft" in request.POST
    form = NewRequestForm(request.POST, customer=customer, today=today, is_draft=is_draft)
    if not form.is_valid():
        return _form_page(request, form, customer, status=422)
    key = form.cleaned_data["key"]
    if is_draft:
        ask = operations.draft(customer, key=key, by=request.user, **form.facts())
    else:
        ask = operations.submit_new(customer, key=key, at=timezone.now(), by=request.user, **form.facts())
    return _kept(request, ask)


@require_http_methods(["GET", "POST"])
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The same form over a draft: save it again, or submit it."""
    ask = ask_of(request, public_id)
    require(request.user, "assistance.edit", ask)
    today, customer = timezone.localdate(), ask.customer
    if request.method == "GET":
        if ask.status != AssistanceRequest.Status.DRAFT:
            return redirect(ask)
        return _form_page(
            request, DraftForm(initial=DraftForm.values_of(ask), customer=customer, today=today), customer, ask
        )
    operations.still_a_draft(ask)
    is_draft = "draft" in request.POST
    form = DraftForm(request.POST, customer=customer, today=today, is_draft=is_draft)
    if not form.is_valid():
        return _form_page(request, form, customer, ask, status=422)
    version = form.cleaned_data["version"]
    try:
        if is_draft:
            operations.save_draft(ask, version=version, by=request.user, **form.facts())
        else:
            operations.submit(ask, version=version, at=timezone.now(), by=request.user, **form.facts())
    except StaleVersion as fault:
        form.over(ask.version)
        differences = presenting.differences(form, fault)
        return _form_page(request, form, customer, ask, status=409, differences=differences)
    return _kept(request, ask)


@require_http_methods(["GET", "POST"])
def answer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return step_with_words(
        request, public_id, "answer", lambda ask, text: operations.answer(ask, answer=text, by=request.user)
    )


@require_POST
def withdraw(request: Request, public_id: uuid.UUID) -> HttpResponse:
    ask = ask_of(request, public_id)
    operations.withdraw(ask, by=request.user)
    messages.success(request, _("%(number)s is withdrawn.") % {"number": ask.number})
    return see_other(request, ask)


def _customer_asked_for(request: Request) -> tuple[Customer | None, list[Customer]]:
    """The customer the form is for; else the person's own customers to choose from, none for a partner."""
    visible = Customer.objects.visible_to(request.user).select_related("centre").prefetch_related("tenants")
    if wanted := request.GET.get("customer"):
        try:
            return get_object_or_404(visible, public_id=uuid.UUID(wanted)), []
        except ValueError:
            raise Http404 from None
    own = list(visible.filter(pk__in=request.user.audience.customer_ids).order_by("name")[:50])
    return (own[0], own) if len(own) == 1 else (None, own)


def _form_page(
    request: Request,
    form: AssistanceForm,
    customer: Customer,
    ask: AssistanceRequest | None = None,
    *,
    status: int = 200,
    differences: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "customer": customer,
        "ask": ask,
        "differences": differences or [],
        "verdict": verdicts.of_seats(presenting.seats_in(form)),
        "told": len(people.told_of_submission(customer, request.user)) - 1,
    }
    return render(request, "assistance/form.html", context, status=status)


def _kept(request: Request, ask: AssistanceRequest) -> HttpResponse:
    if ask.is_private:
        messages.success(request, _("%(number)s is saved as a draft. Only you can see it.") % {"number": ask.number})
    else:
        messages.success(request, _("%(number)s is with FastTrack. We have sent you a mail.") % {"number": ask.number})
    return see_other(request, ask)
