"""Every write to customers, tenants, partners, links and centres."""

import uuid
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory import search
from fasttrack_portal.directory.models import (
    CenterHours,
    Customer,
    Domain,
    FastTrackCenter,
    Partner,
    PartnerLink,
    Tenant,
)
from fasttrack_portal.refusals import Invalid, TransitionRefused


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
def add_tenant(customer: Customer, *, name: str, guid: uuid.UUID, domains: Iterable[str], by: User | None) -> Tenant:
    """A tenant with its verified domains. Raises Invalid if another tenant has verified one of them."""
    require(by, "directory.create_customer")
    tenant = Tenant.objects.create(customer=customer, name=name, guid=guid)
    for domain in domains:
        try:
            with transaction.atomic():
                Domain.objects.create(tenant=tenant, name=domain.lower(), is_verified=True)
        except IntegrityError:
            raise Invalid(
                _("%(domain)s is verified by another tenant already.") % {"domain": domain}, field="domain"
            ) from None
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
def create_partner(*, name: str, by: User | None) -> Partner:
    require(by, "directory.create_partner")
    partner = Partner.objects.create(name=name)
    record("directory.partner_created", subject=partner, by=by, partner=partner, data={"name": name})
    return partner


@transaction.atomic
def link_partner(partner: Partner, customer: Customer, *, by: User | None) -> PartnerLink:
    """The customer agrees that the partner works on its behalf (F11). Agreeing twice changes nothing."""
    require(by, "directory.link_partner", customer)
    link, is_new = PartnerLink.objects.get_or_create(
        partner=partner, customer=customer, status=PartnerLink.Status.ACTIVE, defaults={"consented_by": by}
    )
    if is_new:
        search.reindex(customer)
        _record_link("directory.partner_linked", link, by)
    return link


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


def _record_link(kind: str, link: PartnerLink, by: User | None) -> None:
    record(
        kind,
        subject=link,
        by=by,
        customer=link.customer,
        partner=link.partner,
        centre=link.customer.centre,
        data={"partner": link.partner.name, "customer": link.customer.name},
    )
