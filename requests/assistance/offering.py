"""Who can be offered what: partners the customer agrees to, whether they are willing, and whose turn it is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assistance import queue
from assistance.models import AssistanceRequest, Offer, PartnerPause, TriageSettings
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import Customer, Partner, PartnerLink
from fasttrack_portal.refusals import Reason


def paused_until(partner: Partner, *, at: datetime) -> datetime | None:
    pause = PartnerPause._base_manager.filter(partner=partner, until__gt=at).first()
    return pause.until if pause else None


def refusal(customer: Customer, partner: Partner, ask: AssistanceRequest | None, *, at: datetime) -> Reason:
    """Why it cannot be offered to this partner now; empty where it can, at once or when the customer has agreed."""
    if ask is not None and ask.partner_id == partner.pk:
        return _("%(partner)s sent this request itself.") % {"partner": partner}
    if until := paused_until(partner, at=at):
        return _("%(partner)s takes no offers until %(day)s.") % {
            "partner": partner,
            "day": date_format(until, "j F Y"),
        }
    there = Offer.objects.filter(customer=customer, partner=partner, ask=ask).open().first()
    if there is not None and there.status == Offer.Status.CONSENT:
        return _("%(customer)s has been asked about %(partner)s and has not answered yet.") % {
            "customer": customer,
            "partner": partner,
        }
    if there is not None:
        return _("%(partner)s has this offer already and has not answered yet.") % {"partner": partner}
    return ""


def accepted_partner(ask: AssistanceRequest) -> Partner | None:
    """Who accepted the offer of this request, for as long as the customer agrees to that partner."""
    offer = Offer.objects.filter(ask=ask, status=Offer.Status.ACCEPTED).select_related("partner", "customer").first()
    return offer.partner if offer and offer.partner.works_for(offer.customer_id) else None


@dataclass(frozen=True)
class Choice:
    """A linked partner as the form shows it: how many people get the mail, or why it cannot have the offer now."""

    partner: Partner
    refusal: Reason
    people: int


def choices(customer: Customer, ask: AssistanceRequest | None, *, at: datetime) -> list[Choice]:
    """The partners the customer agrees to: the willing ones in turn (round robin), then those who cannot now.

    A partner that has declined this very request, or let it expire, comes after those that were not asked.
    """
    links = PartnerLink.objects.filter(customer=customer, status=PartnerLink.Status.ACTIVE).select_related("partner")
    partners = {link.partner_id: link.partner for link in links[:200]}
    sent = Offer.objects.filter(partner__in=partners).exclude(status__in=Offer.UNSENT)
    last = dict(sent.order_by().values_list("partner").annotate(last=Max("offered_at")))
    pauses = dict(PartnerPause._base_manager.filter(partner__in=partners, until__gt=at).values_list("partner", "until"))
    asked = dict(Offer.objects.filter(customer=customer, ask=ask).order_by("pk").values_list("partner", "status"))
    turn = queue.in_turn((pk, partner.name, last.get(pk)) for pk, partner in partners.items())

    def cannot(pk: int) -> Reason:
        if pk in pauses:
            return _("paused until %(day)s") % {"day": date_format(pauses[pk], "j F Y")}
        if ask is not None and ask.partner_id == pk:
            return _("sent this request itself")
        return _("has the offer already") if asked.get(pk) in Offer.OPEN else ""

    members = Membership.objects.filter(partner__in=partners, user__is_active=True).order_by()
    people = dict(members.values_list("partner").annotate(count=Count("pk")))
    found = [Choice(partners[pk], cannot(pk), people.get(pk, 0)) for pk in turn]
    return sorted(found, key=lambda each: (bool(each.refusal), each.partner.pk in asked))


def leads_asked(customer: Customer) -> int:
    """How many people get a mail when the customer is asked about a partner."""
    return customer.people(Membership.Role.LEAD).count()


def numbers() -> TriageSettings:
    """The settings a page names: how long an offer runs, how long a pause lasts."""
    return TriageSettings.current()


def name_for(offer: Offer, user: User) -> str:
    """The customer's name; for a partner only while the customer agrees to the link."""
    if user.audience.is_staff or offer.customer_id in user.audience.customer_ids:
        return offer.customer.name
    return offer.customer.name if offer.partner.works_for(offer.customer_id) else ""


def named(offers: QuerySet[Offer], user: User) -> QuerySet[Offer]:
    """Adds `named` to each row: the customer's name where the person may see the customer, else nothing."""
    visible = Customer.objects.visible_to(user).filter(pk=OuterRef("customer"))
    return offers.annotate(named=Subquery(visible.values("name")[:1]))
