"""Offers to partners: making them, looking at them, answering them, and the partner's pause."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assistance import offering, operations, people
from assistance.models import AssistanceRequest, Offer
from assistance.triage_forms import DeclineOfferForm, OfferForm
from assistance.triage_page import triage_tabs
from assistance.triage_tables import OfferTable, month
from assistance.views.common import ask_of
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.directory.calendars import country_name
from fasttrack_portal.directory.models import Customer, Partner
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import list_page
from fasttrack_portal.refusals import Invalid


def offer_of(request: Request, public_id: uuid.UUID) -> Offer:
    return get_object_or_404(Offer.objects.visible_to(request.user).with_people(), public_id=public_id)


@require_GET
def offers(request: Request) -> HttpResponseBase:
    """A partner's offers with its pause; for staff those of their centres."""
    require(request.user, "assistance.see_offers")
    user, at = request.user, timezone.now()
    rows = offering.named(Offer.objects.visible_to(user).select_related("partner"), user)
    table = OfferTable(
        rows,
        order_by="-number",
        exclude=() if user.audience.is_staff else ("partner",),
        empty={
            "title": _("No offers yet"),
            "text": _("When FastTrack offers a request to a partner, it stands here until it is answered."),
            "href": "",
            "link_label": "",
        },
    )
    own = [
        {"partner": partner, "until": offering.paused_until(partner, at=at)}
        for partner in Partner.objects.visible_to(user).filter(pk__in=user.audience.partner_ids)[:20]
    ]
    tabs = triage_tabs(user, "assistance:offers") if user.audience.is_staff else []
    context = {"tabs": tabs, "own": own, "numbers": offering.numbers()}
    return list_page(request, table, "assistance/offers.html", context)


@require_GET
def offer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _page(request, offer_of(request, public_id))


def _page(request: Request, offer: Offer, form: DeclineOfferForm | None = None, status: int = 200) -> HttpResponse:
    """As much as the person needs: the name only where the customer agrees to it, or who looks knows it anyway."""
    name = offering.name_for(offer, request.user)
    facts: list[tuple[Any, ...]] = [
        (_("Services"), ", ".join(offer.service_labels)),
        (_("Seats"), offer.seats_band),
        (_("Country"), country_name(offer.country)),
        (_("Wanted for"), month(offer.wanted_month)),
    ]
    steps = {step.name for step in offer.WORKFLOW.open_steps(offer)}
    context = {
        "offer": offer,
        "customer_name": name,
        "facts": facts,
        "form": form or DeclineOfferForm(auto_id="id_decline_%s"),
        "steps": set() if offer.expires_at <= timezone.now() else steps,
        "is_partner": offer.partner_id in request.user.audience.partner_ids,
        "is_staff": request.user.audience.is_staff,
        "is_customer": offer.customer_id in request.user.audience.customer_ids,
        "sees_request": offer.ask is not None
        and AssistanceRequest.objects.visible_to(request.user).filter(pk=offer.ask.pk).exists(),
        "numbers": offering.numbers(),
    }
    return render(request, "assistance/offer.html", context, status=status)


@require_POST
def accept_offer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    offer = offer_of(request, public_id)
    operations.accept_offer(offer, at=timezone.now(), by=request.user)
    messages.success(request, _("Thank you. %(number)s is yours, and FastTrack knows.") % {"number": offer.number})
    return see_other(request, offer)


@require_http_methods(["GET", "POST"])
def decline_offer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    offer = offer_of(request, public_id)
    require(request.user, "assistance.decline_offer", offer)
    if not offer.WORKFLOW.leads(offer, "decline"):
        raise workflow.refusal(offer, offer.WORKFLOW.step("decline"))
    form = DeclineOfferForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"offer": offer, "form": form, "numbers": offering.numbers()}
        return render(request, "assistance/decline_offer.html", context, status=422 if form.is_bound else 200)
    operations.decline_offer(offer, at=timezone.now(), by=request.user, **form.cleaned_data)
    messages.success(request, _("%(number)s is declined. Thank you for saying so.") % {"number": offer.number})
    return see_other(request, offer)


@require_POST
def withdraw_offer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    offer = offer_of(request, public_id)
    operations.withdraw_offer(offer, at=timezone.now(), by=request.user)
    told = _("%(number)s is taken back.") if offer.status in Offer.UNSENT else _("%(number)s is withdrawn.")
    messages.success(request, told % {"number": offer.number})
    return see_other(request, offer)


@require_http_methods(["GET", "POST"])
def offer_request(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Offers a request to a partner; one that the customer does not know yet gets it when the customer agrees."""
    ask = ask_of(request, public_id)
    require(request.user, "assistance.offer", ask)
    return _offer_form(request, ask.customer, ask)


@require_http_methods(["GET", "POST"])
def offer_customer(request: Request) -> HttpResponse:
    """Offers a customer as a whole (`?customer=`)."""
    try:
        wanted = uuid.UUID(request.GET.get("customer", ""))
    except ValueError:
        raise Http404 from None
    visible = Customer.objects.visible_to(request.user).select_related("centre")
    customer = get_object_or_404(visible, public_id=wanted)
    require(request.user, "assistance.offer_customer", customer)
    return _offer_form(request, customer, None)


def _offer_form(request: Request, customer: Customer, ask: AssistanceRequest | None) -> HttpResponse:
    at = timezone.now()
    form = OfferForm(
        request.POST if request.method == "POST" else None,
        initial={"key": uuid.uuid4()},
        choices=offering.choices(customer, ask, at=at),
        of_request=ask is not None,
    )
    if form.is_valid():
        partner, key = form.cleaned_data["who"], form.cleaned_data["key"]
        try:
            if ask is not None:
                made = operations.offer(ask, partner, key=key, at=at, by=request.user)
            else:
                told = {name: form.cleaned_data[name] for name in ("services", "desired_on")}
                made = operations.offer_customer(customer, partner, key=key, at=at, by=request.user, **told)
        except Invalid as fault:
            form.add_error(form.typed_in, str(fault.reason))
        else:
            messages.success(request, _made(made))
            return see_other(request, made)
    leads = offering.leads_asked(customer)
    context = {"customer": customer, "ask": ask, "form": form, "numbers": offering.numbers(), "leads": leads}
    return render(request, "assistance/offer_form.html", context, status=422 if form.is_bound else 200)


def _made(offer: Offer) -> str:
    said = {"number": offer.number, "partner": offer.partner, "customer": offer.customer}
    if offer.status in Offer.UNSENT:
        said["count"] = offering.leads_asked(offer.customer)
        return (
            _(
                "%(number)s waits: %(customer)s is asked whether %(partner)s may work on its behalf, and the offer "
                "goes out by itself when it agrees. People mailed: %(count)d."
            )
            % said
        )
    said["count"] = people.partner_people(offer.partner).count()
    return _("%(number)s is with %(partner)s. People mailed: %(count)d.") % said


def _partner(request: Request, public_id: uuid.UUID) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)


@require_POST
def pause(request: Request, public_id: uuid.UUID) -> HttpResponse:
    operations.pause(_partner(request, public_id), at=timezone.now(), by=request.user)
    messages.success(request, _("No new offers for now. You can take offers again at any time."))
    return see_other(request, "assistance:offers")


@require_POST
def resume(request: Request, public_id: uuid.UUID) -> HttpResponse:
    operations.resume(_partner(request, public_id), at=timezone.now(), by=request.user)
    messages.success(request, _("Welcome back. You get offers again."))
    return see_other(request, "assistance:offers")
