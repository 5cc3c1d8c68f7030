"""The search behind the palette: everything a person may see, by name or number."""

import re
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from assistance.models import AssistanceRequest
from engagements.models import Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.directory.search import search as search_customers
from migrations_svc.models import MigrationEvent
from reports.models import Report

_NUMBER = re.compile(r"^\s*(REQ|ENG|MIG|RPT)?[-\s]*0*([0-9]{1,9})\s*$", re.IGNORECASE)
_EACH = 6


class Result(NamedTuple):
    """One line of the palette."""

    label: str
    hint: str
    url: str
    icon: str


def find(user: User, query: str) -> list[dict[str, Any]]:
    """Groups of results; each is a handful, so that a page of any size costs the same."""
    query = query.replace("\x00", "").strip()[:200]
    if len(query) < 2:
        return []
    customers = _customers(user, query)
    groups = [
        (_("Customers"), [Result(c.name, _("Customer"), c.get_absolute_url(), "building-office-2") for c in customers]),
        (_("Numbers"), _by_number(user, query)),
        (_("Engagements"), _engagements(user, query, customers)),
    ]
    return [{"label": label, "results": results} for label, results in groups if results]


def _customers(user: User, query: str) -> list[Customer]:
    if user.audience.is_staff or user.audience.partner_ids:
        return [hit.customer for hit in search_customers(user, query, _EACH)]
    return list(Customer.objects.visible_to(user).filter(name__icontains=query)[:_EACH])


def _by_number(user: User, query: str) -> list[Result]:
    found = _NUMBER.match(query)
    if not found:
        return []
    prefix, number = (found[1] or "").upper(), int(found[2])
    kinds: list[tuple[str, Any, str]] = [
        ("REQ", AssistanceRequest.objects.visible_to(user), "inbox-arrow-down"),
        ("ENG", Engagement.objects.visible_to(user), "rocket-launch"),
        ("MIG", MigrationEvent.objects.visible_to(user), "arrow-right-circle"),
        ("RPT", Report.objects.visible_to(user), "document-chart-bar"),
    ]
    rows = [(rows.filter(pk=number).first(), icon) for kind, rows, icon in kinds if prefix in ("", kind)]
    return [
        Result(row.number, str(row._meta.verbose_name).capitalize(), row.get_absolute_url(), icon)
        for row, icon in rows
        if row is not None
    ]


def _engagements(user: User, query: str, customers: list[Customer]) -> list[Result]:
    rows = Engagement.objects.visible_to(user).select_related("customer")
    # Staff and partners have many: theirs are those of the customers found. A customer has a few: they go by title.
    rows = rows.filter(customer__in=customers) if customers else rows.filter(title__icontains=query)
    return [
        Result(row.title, f"{row.number} · {row.customer.name}", row.get_absolute_url(), "rocket-launch")
        for row in rows.order_by("-created_at")[:_EACH]
    ]
