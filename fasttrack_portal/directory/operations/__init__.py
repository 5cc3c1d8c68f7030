"""Every write to customers, tenants, partners, links and centres."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory import domains as domains_of
from fasttrack_portal.directory import search
from fasttrack_portal.directory.lookup import lookup_exact
from fasttrack_portal.directory.models import (
    CenterHours,
    ConsentRequest,
    Customer,
    Domain,
    FastTrackCenter,
    Partner,
    PartnerLink,
    Tenant,
)
from fasttrack_portal.refusals import Invalid, TransitionRefused

# How long a customer may take over its answer, and how long a partner's asking is not passed on after a refusal.
CONSENT_LASTS = timedelta(days=30)
CONSENT_SILENCE = timedelta(days=30)


@transaction.atomic
def create_centre(
    *, code: str, name: str, zone: str, country: str, opens: time, closes: time, by: User | None, subdivision: str = ""
) -> FastTrackCenter:
    """A centre open Monday to Friday from `opens` to `closes` in its own wall time (F8)."""
    require(by, "directory.create_centre")
    centre = FastTrackCenter.objects.create(code=code, name=name, zone=zone, country=country, subdivision=subdivision)
    CenterHours.objects.bulk_create(
        [CenterHours(centre=centre, weekday=day, opens=opens, closes=closes) for day in range(5)]
    )
    record("directory.centre_created", subject=centre, by=by, centre=centre, data={"name": name})
    return centre


@transaction.atomic
def create_customer(*, name: str, centre: FastTrackCenter, by: User | None, **fields: Any) -> Customer:
    """A customer with its first words in the search."""
    require(by, "directory.create_customer")
    customer = Customer(name=name, centre=centre, **fields)
    customer.full_clean()
    customer.save()
    search.reindex(customer)
    record("directory.customer_created", subject=customer, by=by, customer=customer, centre=centre, data={"name": name})
    return customer


@transaction.atomic
def rename_customer(customer: Customer, *, name: str, version: int, by: User | None) -> None:
    """The old name is no longer found, the new one is, in the same moment. Raises StaleVersion."""
    require(by, "directory.create_customer")
    before = customer.name
    records.save_changes(customer, version=version, name=name)
    search.reindex(customer)
    record(
        "directory.customer_renamed",
        subject=customer,
        by=by,
        customer=customer,
        centre=customer.centre,
        data={"before": before, "name": name},
    )


@transaction.atomic
def edit_customer(customer: Customer, *, version: int, by: User | None, **facts: Any) -> None:
    """TPID, seats and the other facts; what they were before stays in the Event. Raises StaleVersion and Invalid."""
    require(by, "directory.create_customer")
    changes = {name: value for name, value in facts.items() if getattr(customer, name) != value}
    told = edited(customer, changes)
    records.save_changes(customer, version=version, **changes)
    try:
        customer.full_clean()
    except ValidationError as fault:
        field, messages = next(iter(fault.message_dict.items()))
        raise Invalid(messages[0], field=field) from None
    search.reindex(customer)
    record(
        "directory.customer_edited",
        subject=customer,
        by=by,
        customer=customer,
        centre=customer.centre,
        data={**told, "name": customer.name},
    )


def edited(customer: Customer, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What an Event keeps of a change: each fact before and after, and both in one line for the page."""
    before = {name: str(_shown(getattr(customer, name))) for name in changes}
    after = {name: str(_shown(value)) for name, value in changes.items()}
    labels = {name: str(Customer._meta.get_field(name).verbose_name) for name in changes}  # type: ignore[union-attr]
    note = "; ".join(f"{labels[name]}: {before[name]} → {after[name]}" for name in changes)
    return {"before": before, "after": after, "note": note}


def _shown(value: Any) -> Any:
    return "–" if value in (None, "") else f"{value:,}" if isinstance(value, int) else value


@transaction.atomic
def add_tenant(
    customer: Customer,
    *,
    name: str,
    guid: uuid.UUID,
    domains: Iterable[str],
    by: User | None,
    key: uuid.UUID | None = None,
) -> Tenant:
    """A tenant with its verified domains; `key` is the form's (C2). Raises Invalid if one is somebody else's."""
    require(by, "directory.create_customer")
    there = Tenant.objects.filter(guid=guid).select_related("customer").first()
    if there is not None and there.public_id == key and there.customer_id == customer.pk:
        return there
    if there is not None:
        told = _("%(customer)s has this tenant already.") % {"customer": there.customer.name}
        raise Invalid(told, field="guid")
    tenant = Tenant.objects.create(customer=customer, name=name, guid=guid, public_id=key or uuid.uuid4())
    for domain in domains:
        _add_domain(tenant, domain, is_verified=True)
    search.reindex(customer)
    record(
        "directory.tenant_added",
        subject=tenant,
        by=by,
        customer=customer,
        centre=customer.centre,
        data={"name": name, "customer": customer.name},
    )
    return tenant


@transaction.atomic
def add_domain(tenant: Tenant, *, name: str, is_verified: bool, by: User | None) -> Domain:
    """Raises Invalid for what is no domain, and for one that another tenant has verified."""
    require(by, "directory.create_customer")
    domain = _add_domain(tenant, name, is_verified=is_verified)
    customer = tenant.customer
    search.reindex(customer)
    record(
        "directory.domain_added",
        subject=tenant,
        by=by,
        customer=customer,
        centre=customer.centre,
        url=customer.get_absolute_url(),
        data={"name": domain.name, "tenant": tenant.name, "customer": customer.name},
    )
    return domain


def _add_domain(tenant: Tenant, typed: str, *, is_verified: bool) -> Domain:
    try:
        name = domains_of.normalise(typed)
    except ValueError as fault:
        raise Invalid(str(fault), field="domains") from None
    try:
        with transaction.atomic():
            return Domain.objects.create(tenant=tenant, name=name, is_verified=is_verified)
    except IntegrityError:
        owner = Domain.objects.filter(name__iexact=name, is_verified=True).exclude(tenant=tenant).exists()
        told = _("%(domain)s is verified by another tenant already.") if owner else _("%(domain)s is here already.")
        raise Invalid(told % {"domain": name}, field="domains") from None


@transaction.atomic
def create_partner(*, name: str, by: User | None) -> Partner:
    require(by, "directory.create_partner")
    partner = Partner.objects.create(name=name)
    record("directory.partner_created", subject=partner, by=by, partner=partner, data={"name": name})
    return partner


@transaction.atomic
def link_partner(partner: Partner, customer: Customer, *, by: User | None) -> PartnerLink:
    """The customer agrees that the partner works on its behalf (F11). Agreeing twice changes nothing."""
    require(by, "directory.link_partner", customer)
    link, is_new = _link(partner, customer, by)
    if is_new:
        _record_link("directory.partner_linked", link, by)
    return link


def _link(partner: Partner, customer: Customer, by: User | None) -> tuple[PartnerLink, bool]:
    link, is_new = PartnerLink.objects.get_or_create(
        partner=partner, customer=customer, status=PartnerLink.Status.ACTIVE, defaults={"consented_by": by}
    )
    if is_new:
        search.reindex(customer)
    return link, is_new


@transaction.atomic
def end_link(link: PartnerLink, *, at: datetime, by: User | None) -> None:
    """The partner's next request is already refused, and it finds the customer no longer."""
    require(by, "directory.link_partner", link.customer)
    ended = PartnerLink.objects.filter(pk=link.pk, status=PartnerLink.Status.ACTIVE).update(
        status=PartnerLink.Status.ENDED, ended_at=at
    )
    if not ended:
        raise TransitionRefused(_("This link has ended already."), subject=link)
    link.refresh_from_db()
    search.reindex(link.customer)
    _record_link("directory.partner_link_ended", link, by)


def _record_link(kind: str, link: PartnerLink, by: User | None, **data: Any) -> None:
    record(
        kind,
        subject=link,
        by=by,
        customer=link.customer,
        partner=link.partner,
        centre=link.customer.centre,
        url=link.customer.get_absolute_url(),
        data={"partner": link.partner.name, "customer": link.customer.name, **data},
    )


# --- Consent ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_consent(partner: Partner, *, query: str, by: User) -> ConsentRequest:
    """Notes that the partner would like to work for whoever `query` names, and looks nothing up.

    Whether there is such a customer is found out later, by a job: neither the answer nor a stopwatch can tell (P2).
    """
    require(by, "directory.ask_consent", partner)
    asked = ConsentRequest.objects.create(partner=partner, query=query, requested_by=by)
    record(
        "directory.consent_noted",
        subject=asked,
        by=by,
        internal=True,
        data={"partner": partner.name, "query": query, "name": by.name},
    )
    return asked


@transaction.atomic
def deliver_consent(asked: ConsentRequest, *, at: datetime) -> None:
    """Asks every customer that was named, each for itself and each by a request of its own.

    Not one that has been asked already, that works with the partner, or that has said no in the last 30 days.
    """
    asked = ConsentRequest.objects.select_for_update(of=("self",)).select_related("partner").get(pk=asked.pk)
    if asked.status != ConsentRequest.Status.NOTED:
        return
    willing = [each for each in lookup_exact(asked.query) if _should_be_asked(asked.partner, each, at)]
    if not willing:
        workflow.apply(asked, "drop", decided_at=at)
        return
    workflow.apply(asked, "ask", customer=willing[0], expires_at=at + CONSENT_LASTS)
    _record_consent("directory.consent_asked", asked, asked.requested_by)
    for customer in willing[1:]:
        another = ConsentRequest.objects.create(
            partner=asked.partner,
            customer=customer,
            query=asked.query,
            requested_by=asked.requested_by,
            status=ConsentRequest.Status.ASKED,
            expires_at=asked.expires_at,
        )
        _record_consent("directory.consent_asked", another, another.requested_by)


def _should_be_asked(partner: Partner, customer: Customer, at: datetime) -> bool:
    rows = _consents_of(partner, customer, at)
    if partner.works_for(customer.pk):
        return False
    return _refused_at(rows, at) is None and not rows.filter(status="asked").exists()


def _consents_of(partner: Partner, customer: Customer, at: datetime) -> QuerySet[ConsentRequest]:
    """What the customer was asked about the partner, those that are over by now put away."""
    # One after the other, so that two askings in the same moment become one.
    Customer.objects.select_for_update().get(pk=customer.pk)
    rows = ConsentRequest.objects.filter(partner=partner, customer=customer)
    for late in rows.filter(status="asked", expires_at__lte=at):
        workflow.apply(late, "expire")
    return rows


def _refused_at(rows: QuerySet[ConsentRequest], at: datetime) -> datetime | None:
    """When the customer said no, while that still counts."""
    refusals = rows.filter(status="refused", decided_at__gt=at - CONSENT_SILENCE).order_by("-decided_at")
    return refusals.values_list("decided_at", flat=True).first()


def _record_consent(kind: str, asked: ConsentRequest, by: User | None) -> None:
    """Without the partner among its readers: before the customer agrees, nothing tells it that there is a customer."""
    customer = asked.customer
    assert customer is not None
    record(
        kind,
        subject=asked,
        by=by,
        customer=customer,
        centre=customer.centre,
        url=f"{customer.get_absolute_url()}#partners",
        data={"partner": asked.partner.name, "customer": customer.name, "name": asked.requested_by.name},
    )


@transaction.atomic
def suggest_partner(partner: Partner, customer: Customer, *, at: datetime, by: User) -> ConsentRequest:
    """FastTrack asks the customer whether the partner may work on its behalf; the partner learns nothing of it.

    What the customer has been asked about the partner already, by whomever, is not asked twice: that request comes
    back. Raises Invalid where the customer has said no in the last 30 days.
    """
    require(by, "directory.suggest_partner")
    rows = _consents_of(partner, customer, at)
    if there := rows.filter(status="asked").first():
        return there
    if refused_at := _refused_at(rows, at):
        told = _("%(customer)s did not agree to %(partner)s on %(day)s. You can ask again after %(again)s.") % {
            "customer": customer,
            "partner": partner,
            "day": date_format(refused_at, "j F Y"),
            "again": date_format(refused_at + CONSENT_SILENCE, "j F Y"),
        }
        raise Invalid(told, field="partner")
    asked = ConsentRequest.objects.create(
        partner=partner,
        customer=customer,
        requested_by=by,
        is_suggested=True,
        status=ConsentRequest.Status.ASKED,
        expires_at=at + CONSENT_LASTS,
    )
    _record_consent("directory.partner_suggested", asked, by)
    return asked


@transaction.atomic
def withdraw_suggestion(asked: ConsentRequest, *, at: datetime, by: User | None) -> bool:
    """Takes back what FastTrack itself asked, while the customer has not answered; what a partner asked stays."""
    require(by, "directory.suggest_partner")
    asked = ConsentRequest.objects.select_for_update(of=("self",)).with_people().get(pk=asked.pk)
    if not asked.is_suggested or asked.status != ConsentRequest.Status.ASKED:
        return False
    workflow.apply(asked, "withdraw", decided_at=at)
    _record_consent("directory.suggestion_withdrawn", asked, by)
    return True


@transaction.atomic
def agree_to_consent(asked: ConsentRequest, *, at: datetime, by: User) -> PartnerLink:
    """The customer's lead says yes: the partner is linked, and hears of it. Raises TransitionRefused."""
    customer = _decide(asked, "agree", at, by)
    link, _is_new = _link(asked.partner, customer, by)
    _record_link("directory.consent_agreed", link, by, requested_by=asked.requested_by_id)
    return link


@transaction.atomic
def refuse_consent(asked: ConsentRequest, *, at: datetime, by: User) -> None:
    """The customer's lead says no; the partner is not told, and its next askings of 30 days come to nothing."""
    _decide(asked, "refuse", at, by)
    _record_consent("directory.consent_refused", asked, by)


def _decide(asked: ConsentRequest, step: str, at: datetime, by: User) -> Customer:
    customer = asked.customer
    if customer is None:
        raise TransitionRefused(_("Nobody was asked."), subject=asked)
    require(by, "directory.link_partner", customer)
    if asked.expires_at is not None and at >= asked.expires_at:
        raise TransitionRefused(_("This request is over. The partner can ask again."), subject=asked)
    workflow.apply(asked, step, decided_at=at)
    return customer
