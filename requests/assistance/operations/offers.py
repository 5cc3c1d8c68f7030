"""What is written in the partner leg: an offer, the partner's answer, its reminder and its end; and the pause."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assistance import offering, queue
from assistance.models import AssistanceRequest, Offer, PartnerPause, TriageSettings
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import Customer, Partner
from fasttrack_portal.refusals import Conflict, Invalid


@transaction.atomic
def offer(ask: AssistanceRequest, partner: Partner, *, key: uuid.UUID, at: datetime, by: User) -> Offer:
    """Offers a request to a partner that the customer agrees to; the same form sent twice makes one offer (C2)."""
    require(by, "assistance.offer", ask)
    if ask.is_private or _is_over(ask):
        raise Conflict(_("This is now “%(now)s”, so it cannot be offered.") % {"now": ask.get_status_display()})
    return _offer(
        ask.customer, partner, key, at, by, ask=ask, services=ask.services, seats=ask.seats, on=ask.desired_on
    )


@transaction.atomic
def offer_customer(
    customer: Customer,
    partner: Partner,
    *,
    services: Iterable[str],
    desired_on: date | None,
    key: uuid.UUID,
    at: datetime,
    by: User,
) -> Offer:
    """Offers a customer as a whole, without a request."""
    require(by, "assistance.offer_customer", customer)
    return _offer(
        customer, partner, key, at, by, ask=None, services=list(services), seats=customer.seats, on=desired_on
    )


def _offer(
    customer: Customer,
    partner: Partner,
    key: uuid.UUID,
    at: datetime,
    by: User,
    *,
    ask: AssistanceRequest | None,
    services: list[str],
    seats: int | None,
    on: date | None,
) -> Offer:
    there = Offer._base_manager.filter(public_id=key, offered_by=by, customer=customer, partner=partner).first()
    if there is not None:
        return there
    # Whoever accepts or offers at the same moment waits here.
    _hold(customer, ask)
    if ask is not None and ask.offers.filter(status=Offer.Status.ACCEPTED).exists():
        raise Conflict(_("A partner has accepted this request already."))
    if refusal := offering.refusal(customer, partner, ask, at=at):
        raise Invalid(refusal, field="partner")
    try:
        with transaction.atomic():
            made = Offer.objects.create(
                public_id=key,
                ask=ask,
                customer=customer,
                partner=partner,
                centre=ask.centre if ask else customer.centre,
                offered_by=by,
                offered_at=at,
                expires_at=at + timedelta(days=TriageSettings.current().offer_expiry_days),
                services=services,
                seats_band=queue.seats_band(seats),
                country=customer.country,
                wanted_month=queue.month_of(on),
            )
    except IntegrityError:
        raise Conflict(_("This form was sent before. Go back and begin again.")) from None
    _tell("offered", made, by)
    return made


@transaction.atomic
def accept_offer(offer: Offer, *, at: datetime, by: User) -> None:
    """The partner takes it; what other partners were offered of the same request ends in the same moment."""
    require(by, "assistance.accept_offer", offer)
    _hold(offer.customer, offer.ask)
    offer.refresh_from_db()
    _still_runs(offer, at)
    if not offering.is_linked(offer.partner, offer.customer):
        raise Conflict(_("The customer does not agree any more that your company works on its behalf."))
    if offer.ask is not None and _is_over(AssistanceRequest._base_manager.get(pk=offer.ask.pk)):
        raise Conflict(_("The request behind this offer has ended in the meantime."))
    workflow.apply(offer, "accept", decided_by=by, decided_at=at)
    _tell("offer_accepted", offer, by)
    others = Offer._base_manager.filter(ask=offer.ask, status=Offer.Status.OFFERED) if offer.ask else []
    for other in others:
        workflow.apply(other, "withdraw", decided_at=at, reason=_("Another partner was first."))
        _tell("offer_withdrawn", other, None, reason=other.reason)


@transaction.atomic
def decline_offer(offer: Offer, *, code: str, reason: str, at: datetime, by: User, pauses: bool = False) -> None:
    """With a reason; a partner that is full can pause in the same step."""
    require(by, "assistance.decline_offer", offer)
    if code not in Offer.Reason.values:
        raise Invalid(_("Choose one of the reasons."), field="code")
    _still_runs(offer, at)
    workflow.apply(offer, "decline", reason_code=code, reason=reason.strip(), decided_by=by, decided_at=at)
    told = str(Offer.Reason(code).label)
    _tell("offer_declined", offer, by, reason=f"{told}. {offer.reason}".strip() if offer.reason else told)
    if pauses:
        pause(offer.partner, at=at, by=by)


@transaction.atomic
def withdraw_offer(offer: Offer, *, at: datetime, by: User) -> None:
    require(by, "assistance.withdraw_offer", offer)
    workflow.apply(offer, "withdraw", decided_by=by, decided_at=at)
    _tell("offer_withdrawn", offer, by)


@transaction.atomic
def close_offers(ask: AssistanceRequest, *, at: datetime) -> int:
    """A request that has ended is offered to nobody any more; returns how many offers that took back."""
    _hold(ask.customer, ask)
    open_ones = list(Offer.objects.with_people().filter(ask=ask).waiting()) if _is_over(ask) else []
    for offer in open_ones:
        workflow.apply(offer, "withdraw", decided_at=at, reason=_("The request has ended."))
        _tell("offer_withdrawn", offer, None, reason=offer.reason)
    return len(open_ones)


@transaction.atomic
def remind_partner(offer: Offer, *, at: datetime) -> bool:
    """Once, and only while the partner has not answered."""
    held = Offer._base_manager.select_for_update().get(pk=offer.pk)
    reminded = Event.objects.filter(kind="assistance.offer_reminded", subject_id=offer.pk)
    if held.status != Offer.Status.OFFERED or at >= held.expires_at or reminded.exists():
        return False
    _tell("offer_reminded", held, None)
    return True


@transaction.atomic
def expire_offer(offer: Offer, *, at: datetime) -> bool:
    """At its time, unless it was answered or withdrawn before."""
    held = Offer._base_manager.select_for_update().get(pk=offer.pk)
    if held.status != Offer.Status.OFFERED or at < held.expires_at:
        return False
    workflow.apply(held, "expire", decided_at=held.expires_at)
    _tell("offer_expired", held, None)
    return True


@transaction.atomic
def pause(partner: Partner, *, at: datetime, by: User) -> PartnerPause:
    """No offers reach the partner for as long as the settings say; pausing again begins anew."""
    require(by, "assistance.pause", partner)
    until = at + timedelta(days=TriageSettings.current().pause_days)
    return _pause_until(partner, until, "paused", by)


@transaction.atomic
def resume(partner: Partner, *, at: datetime, by: User) -> PartnerPause:
    """The partner has room again, before its pause ends by itself."""
    require(by, "assistance.resume", partner)
    if not PartnerPause._base_manager.filter(partner=partner, until__gt=at).exists():
        raise Conflict(_("There is no pause now."))
    return _pause_until(partner, at, "resumed", by)


def _pause_until(partner: Partner, until: datetime, verb: str, by: User) -> PartnerPause:
    row, is_new = PartnerPause._base_manager.get_or_create(partner=partner, defaults={"until": until})
    if not is_new:
        records.save_changes(row, until=until)
    data = {"partner": partner.name, "until": date_format(until, "j F Y")}
    record(f"assistance.partner_{verb}", subject=row, by=by, partner=partner, thread=partner.public_id, data=data)
    return row


def _hold(customer: Customer, ask: AssistanceRequest | None) -> None:
    """Offers of one request, or of one customer, are decided one after the other."""
    if ask is not None:
        AssistanceRequest._base_manager.select_for_update().get(pk=ask.pk)
    else:
        Customer._base_manager.select_for_update().get(pk=customer.pk)


def _is_over(ask: AssistanceRequest) -> bool:
    return ask.status in (AssistanceRequest.Status.DECLINED, AssistanceRequest.Status.WITHDRAWN)


def _still_runs(offer: Offer, at: datetime) -> None:
    """The hour counts, not when the job that ends it gets to run."""
    if offer.status == Offer.Status.OFFERED and at >= offer.expires_at:
        raise Conflict(_("This offer has expired. FastTrack offers it anew if it still waits."))


def _tell(verb: str, offer: Offer, by: User | None, **data: Any) -> None:
    """An offer of a request belongs to the story of the request; a partner reads of it while its link lives."""
    record(
        f"assistance.{verb}",
        subject=offer,
        by=by,
        thread=offer.ask.public_id if offer.ask else offer.public_id,
        customer=offer.customer,
        partner=offer.partner,
        centre=offer.centre,
        data={
            "number": offer.number,
            "request": offer.ask.number if offer.ask else "",
            "partner": offer.partner.name,
            "services": offer.service_labels,
            "seats": offer.seats_band,
            "country": offer.country,
            "month": date_format(offer.wanted_month, "F Y") if offer.wanted_month else "",
            "expires_at": offer.expires_at.isoformat(),
            **data,
        },
    )
