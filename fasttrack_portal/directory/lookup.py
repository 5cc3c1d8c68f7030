"""Finding the customers that an exact TPID or domain names, whoever asks: never shown, only used by the portal."""

import re
from typing import NamedTuple

from fasttrack_portal.directory import domains
from fasttrack_portal.directory.models import Customer, Domain

_TPID = re.compile(r"[0-9]{1,12}")
# A number that was typed into every row of an import asks nobody's whole directory.
MOST = 100


class Exact(NamedTuple):
    """A text that names a customer whole: `kind` is tpid or domain."""

    kind: str
    value: str


def typed_exactly(query: str) -> Exact | None:
    """The TPID or domain that was typed whole. Looks nothing up, so it can tell nothing."""
    text = query.strip()
    if _TPID.fullmatch(text):
        return Exact("tpid", text)
    if "." not in text or " " in text:
        return None
    try:
        return Exact("domain", domains.normalise(text))
    except ValueError:
        return None


def lookup_exact(query: str) -> list[Customer]:
    """The customers of that TPID, or the one of that verified domain; at most MOST of them, the oldest first.

    Several customers can stand under one top parent, and none of them speaks for the others.
    """
    exact = typed_exactly(query)
    if exact is None:
        return []
    if exact.kind == "tpid":
        return list(Customer.objects.filter(tpid=exact.value).select_related("centre").order_by("pk")[:MOST])
    rows = Domain.objects.filter(name__iexact=exact.value, is_verified=True)
    found = rows.select_related("tenant__customer__centre").order_by("pk").first()
    return [found.tenant.customer] if found else []
