"""Customers, for programs."""

import uuid
from typing import Annotated, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Query, Schema

from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.directory.search import find
from fasttrack_portal.rest.callers import Call
from fasttrack_portal.rest.endpoints import Area, Limit, Resource
from fasttrack_portal.rest.schemas import Ref, Thing


class Domain(Schema):
    name: str
    is_verified: bool


class Tenant(Schema):
    """`guid` is the tenant's id at Microsoft."""

    id: uuid.UUID
    name: str
    guid: uuid.UUID
    domains: list[Domain]

    @staticmethod
    def resolve_id(obj: Any) -> uuid.UUID:
        found: uuid.UUID = obj.public_id
        return found


class CustomerOut(Thing):
    """An organisation under its top parent id."""

    name: str
    tpid: str
    seats: int | None
    country: str
    language: str
    zone: str
    centre: Ref
    tenants: list[Tenant]


class Found(Schema):
    """What a search found, exact hits first; `is_cut` says that there may be more."""

    items: list[CustomerOut]
    is_cut: bool


def _seen(user: User) -> QuerySet[Customer]:
    rows = Customer.objects.visible_to(user).select_related("centre")
    return rows.prefetch_related("tenants__domains")


area = Area("customers", _("Customers"))
customers = Resource(CustomerOut, _seen)


@area.many("customers", "customers", customers)
def many(call: Call, rows: QuerySet[Customer]) -> QuerySet[Customer]:
    """The customers one may see."""
    return rows


@area.one("customers/search", "find_customers", answer=Found, limit=Limit("search", 60, 60))
def search(call: Call, q: Annotated[str, Query(min_length=1, max_length=200)]) -> dict[str, Any]:
    """Customers by name, domain or TPID, among those one may see."""
    require(call.user, "directory.search")
    hits, is_cut = find(call.user, q)
    by_id = {each.pk: each for each in _seen(call.user).filter(pk__in=[hit.customer.pk for hit in hits])}
    return {"items": [by_id[hit.customer.pk] for hit in hits], "is_cut": is_cut}


@area.one("customers/{id}", "customer", of=customers)
def one(call: Call, customer: Customer) -> Customer:
    """One customer with its tenants and their domains."""
    return customer
