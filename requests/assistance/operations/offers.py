"""What is written in the partner leg: an offer, the partner's answer, its reminder and its end; and the pause."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assistance import offering, queue
from assistance.models import AssistanceRequest, Offer, PartnerPause, TriageSettings
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.calendars import country_name
from fasttrack_portal.directory.models import ConsentRequest, Customer, Partner
from fasttrack_portal.directory.operations import suggest_partner, withdraw_suggestion
from fasttrack_portal.refusals import Conflict, Invalid


@transaction.atomic
def offer(ask: AssistanceRequest, partner: Partner, *, key: uuid.UUID, at: datetime, by: User) -> Offer:
    """Offers a request to a partner; the same form sent twice makes one offer (C2).

    Where the customer has not agreed to the partner yet, it is asked first, and the offer goes out when it does.
    Raises Invalid with why the partner cannot have it.
    """
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
    """Offers a customer as a whole, without a request; asks it first where it has not agreed to the partner."""
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
    # Whoever accepts, offers or moves it at the same moment waits here.
    held = _hold(customer, ask)
    if ask is not None and ask.offers.filter(status=Offer.Status.ACCEPTED).exists():
        raise Conflict(_("A partner has accepted this request already."))
    if refusal := offering.refusal(customer, partner, ask, at=at):
        raise Invalid(refusal, field="partner")
    consent = None if partner.works_for(customer.pk) else suggest_partner(partner, customer, at=at, by=by)
    try:
        with transaction.atomic():
            made = Offer.objects.create(
                public_id=key,
                ask=ask,
                customer=customer,
                partner=partner,
                centre=held.centre,
                status=Offer.Status.CONSENT if consent else Offer.Status.OFFERED,
                consent=consent,
                offered_by=by,
                offered_at=at,
                expires_at=(consent and consent.expires_at) or _answer_by(at),
                services=services,
                seats_band=queue.seats_band(seats),
                country=customer.country,
                wanted_month=queue.month_of(on),
            )
    except IntegrityError:
        raise Conflict(_("This form was sent before. Go back and begin again.")) from None
    _tell("offer_prepared" if consent else "offered", made, by)
    return made


def _answer_by(at: datetime) -> datetime:
    return at + timedelta(days=TriageSettings.current().offer_expiry_days)


# --- While the customer is asked about the partner -------------------------------------------------------------------
@transaction.atomic
def send_offers(customer: Customer, partner: Partner, *, at: datetime) -> int:
    """The customer agrees to the partner now: what waited for that goes out. Returns how many offers did."""
    sent = 0
    for offer in _waiting_for(customer, partner):
        _hold(customer, offer.ask)
        offer.refresh_from_db()
        if offer.status != Offer.Status.CONSENT or not partner.works_for(customer.pk):
            continue
        if until := offering.paused_until(partner, at=at):
            day = date_format(until, "j F Y")
            _drop(
                offer, at, None, _("The customer agreed, but the partner takes no offers until %(day)s.") % {"day": day}
            )
            continue
        workflow.apply(offer, "send", offered_at=at, expires_at=_answer_by(at))
        _tell("offered", offer, None)
        sent += 1
    return sent


@transaction.atomic
def drop_offers(consent: ConsentRequest, *, at: datetime) -> int:
    """The customer did not agree: what waited for it ends, and the partner has never heard of it."""
    waiting = list(Offer.objects.with_people().filter(consent=consent, status=Offer.Status.CONSENT).order_by("pk"))
    for offer in waiting:
        _hold(offer.customer, offer.ask)
        _drop(offer, at, None, _("The customer did not agree to this partner."))
    return len(waiting)


def _waiting_for(customer: Customer, partner: Partner) -> list[Offer]:
    rows = Offer.objects.with_people().filter(customer=customer, partner=partner, status=Offer.Status.CONSENT)
    return list(rows.order_by("pk"))


def _drop(offer: Offer, at: datetime, by: User | None, reason: str) -> None:
    """An offer that never went out ends; with the last of them ends what FastTrack asked the customer."""
    workflow.apply(offer, "drop", decided_by=by, decided_at=at, reason=reason)
    _tell("offer_dropped", offer, by, reason=reason)
    others = Offer._base_manager.filter(consent=offer.consent_id, status=Offer.Status.CONSENT)
    if offer.consent is not None and not others.exists():
        withdraw_suggestion(offer.consent, at=at, by=by)


# --- The partner's answer --------------------------------------------------------------------------------------------


@transaction.atomic
def accept_offer(offer: Offer, *, at: datetime, by: User) -> None:
    """The partner takes it; what other partners were offered of the same request ends in the same moment."""
    require(by, "assistance.accept_offer", offer)
    _hold(offer.customer, offer.ask)
    offer.refresh_from_db()
    _still_runs(offer, at)
    if not offer.partner.works_for(offer.customer_id):
        raise Conflict(_("The customer does not agree any more that your company works on its behalf."))
    if offer.ask is not None and _is_over(AssistanceRequest._base_manager.get(pk=offer.ask.pk)):
        raise Conflict(_("The request behind this offer has ended in the meantime."))
    workflow.apply(offer, "accept", decided_by=by, decided_at=at)
    _tell("offer_accepted", offer, by)
    for other in Offer.objects.with_people().filter(ask=offer.ask).open() if offer.ask else []:
        _take_back(other, at, None, _("Another partner was first."))


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
    """Also one that waits for the customer's consent: then the customer is no longer asked either."""
    require(by, "assistance.withdraw_offer", offer)
    _take_back(offer, at, by)


def _take_back(offer: Offer, at: datetime, by: User | None, reason: str = "") -> None:
    if offer.status in Offer.UNSENT:
        _drop(offer, at, by, reason or _("FastTrack took it back."))
    else:
        workflow.apply(offer, "withdraw", decided_by=by, decided_at=at, reason=reason)
        _tell("offer_withdrawn", offer, by, reason=reason)


@transaction.atomic
def close_offers(ask: AssistanceRequest, *, at: datetime) -> int:
    """A request that has ended is offered to nobody any more; returns how many offers that took back."""
    _hold(ask.customer, ask)
    open_ones = list(Offer.objects.with_people().filter(ask=ask).open()) if _is_over(ask) else []
    for offer in open_ones:
        _take_back(offer, at, None, _("The request has ended."))
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
    """At its time, unless it was answered or withdrawn before; also the waiting for the customer's consent ends."""
    held = Offer._base_manager.select_for_update().get(pk=offer.pk)
    if held.status not in Offer.OPEN or at < held.expires_at:
        return False
    if held.status == Offer.Status.CONSENT:
        _drop(held, held.expires_at, None, _("The customer did not answer in time."))
        return True
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


def _hold(customer: Customer, ask: AssistanceRequest | None) -> AssistanceRequest | Customer:
    """Offers of one request, or of one customer, are decided one after the other; returns it as it is now."""
    if ask is not None:
        return AssistanceRequest._base_manager.select_for_update(of=("self",)).select_related("centre").get(pk=ask.pk)
    return Customer._base_manager.select_for_update(of=("self",)).select_related("centre").get(pk=customer.pk)


def _is_over(ask: AssistanceRequest) -> bool:
    return ask.status in (AssistanceRequest.Status.DECLINED, AssistanceRequest.Status.WITHDRAWN)


def _still_runs(offer: Offer, at: datetime) -> None:
    """The hour counts, not when the job that ends it gets to run."""
    if offer.status == Offer.Status.OFFERED and at >= offer.expires_at:
        raise Conflict(_("This offer has expired. FastTrack offers it anew if it still waits."))


def _tell(verb: str, offer: Offer, by: User | None, **data: Any) -> None:
    """An offer of a request belongs to the story of the request; a partner reads of it while its link lives.

    What has not gone out is FastTrack's alone; the customer has what it was asked in a story of its own.
    """
    is_unsent = offer.status in Offer.UNSENT
    record(
        f"assistance.{verb}",
        subject=offer,
        by=by,
        thread=offer.ask.public_id if offer.ask else offer.public_id,
        customer=offer.customer,
        partner=None if is_unsent else offer.partner,
        centre=offer.centre,
        internal=is_unsent,
        data={
            "number": offer.number,
            "request": offer.ask.number if offer.ask else "",
            "partner": offer.partner.name,
            # Of what goes to the partner its mail is written too, and that names nobody.
            **({"customer": offer.customer.name} if is_unsent else {}),
            "services": offer.service_labels,
            "seats": offer.seats_band,
            "country": country_name(offer.country),
            "month": date_format(offer.wanted_month, "F Y") if offer.wanted_month else "",
            "expires_at": offer.expires_at.isoformat(),
            "answer_by": date_format(timezone.localtime(offer.expires_at, ZoneInfo(offer.centre.zone)), "j F Y"),
            **data,
        },
    )
