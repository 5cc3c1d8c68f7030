"""What the search shows of the customers found: read in one statement, since it is asked at every key."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from fasttrack_portal.directory.models import Customer
from fasttrack_portal.directory.tokens import fold, phrase, spellings

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class FoundTenant(NamedTuple):
    """A tenant of a customer found, with its domains."""

    name: str
    domains: list[str]


@dataclass(frozen=True)
class Hit:
    """A customer found, with its tenants and their domains; exact means its whole name, domain or TPID was typed."""

    customer: Customer
    tenants: list[FoundTenant]
    is_exact: bool


# In the order of the fields, as `from_db` wants them.
_FIELDS = ("id", "public_id", "name", "tpid", "seats")
# What the search found a partner's customer by is written together with the link; that the link stands is asked all
# the same, and by the way says whether the partner may ask for the customer. Tenants and domains come as one value of
# their customer: joined, the statement would take longer to plan than to answer.
_SHOWN = f"""
SELECT {", ".join(_FIELDS)}, ARRAY(
    SELECT partner_id FROM directory_partnerlink l
    WHERE l.customer_id = c.id AND l.partner_id = ANY(%s) AND l.status = 'active'), (
    SELECT json_agg(json_build_array(t.name, ARRAY(
        SELECT d.name FROM directory_domain d WHERE d.tenant_id = t.id ORDER BY d.id)) ORDER BY t.id)
    FROM directory_tenant t WHERE t.customer_id = c.id)
FROM directory_customer c WHERE id = ANY(%s)"""  # noqa: S608 (constants of this module)


def shown(user: "User", query: str, found: list[int]) -> list[Hit]:
    """Those of the customers that the person may see, in this order."""
    audience = user.audience
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [list(audience.partner_ids), found])
        rows = {row[0]: row for row in cursor.fetchall()}
    typed = (phrase(query), fold(query).strip())
    seen = (rows[pk] for pk in found if pk in rows)
    return [
        _hit(Customer.from_db(connection.alias, _FIELDS, fields), frozenset(partners), tenants or [], *typed)
        for *fields, partners, tenants in seen
        if audience.is_staff or partners
    ]


def _hit(customer: Customer, partners: frozenset[int], told: list[Any], words: str, typed: str) -> Hit:
    customer.working_partners = partners
    tenants = [FoundTenant(name, domains) for name, domains in told]
    is_exact = typed == customer.tpid or words == phrase(customer.name)
    is_exact = is_exact or any(typed in spellings(domain) for tenant in tenants for domain in tenant.domains)
    return Hit(customer, tenants, is_exact)


def typed_pieces(query: str) -> list[str]:
    """What can be marked of what was typed: all of it, else a word of it, the longest first."""
    return [piece.casefold() for piece in sorted({query.strip(), *query.split()}, key=len, reverse=True) if piece]


def hit_in(text: str, pieces: list[str]) -> tuple[str, str, str] | None:
    """The text before, in and after the first piece that stands in it."""
    folded = text.casefold()
    for piece in pieces:
        at = folded.find(piece)
        if at >= 0:
            end = at + len(piece)
            return text[:at], text[at:end], text[end:]
    return None
