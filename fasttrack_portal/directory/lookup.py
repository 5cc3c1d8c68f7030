"""Finding the one customer that an exact TPID or domain names, whoever asks: never shown, only used by the portal."""

import re
from typing import NamedTuple

from fasttrack_portal.directory import domains
from fasttrack_portal.directory.models import Customer, Domain

_TPID = re.compile(r"[0-9]{1,12}")


class Exact(NamedTuple):
    """A text that names at most one customer: `kind` is tpid or domain."""

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


def lookup_exact(query: str) -> Customer | None:
    """The customer of that TPID or verified domain."""
    exact = typed_exactly(query)
    if exact is None:
        return None
    if exact.kind == "tpid":
        return Customer.objects.filter(tpid=exact.value).select_related("centre").order_by("pk").first()
    rows = Domain.objects.filter(name__iexact=exact.value, is_verified=True)
    found = rows.select_related("tenant__customer__centre").order_by("pk").first()
    return found.tenant.customer if found else None
