"""Finding a customer by name, domain or TPID (F4), within what the searcher may see."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from fasttrack_portal.directory.models import Customer, Domain, PartnerLink, SearchWord, Tenant

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_LONGEST = 64
_CANDIDATES = 60


@dataclass(frozen=True)
class Hit:
    """A customer found; `why` is the text that matched (its name, a domain, the TPID) for marking."""

    customer: Customer
    tenants: list[Tenant]
    domains: list[str]
    is_exact: bool


def fold(text: str) -> str:
    """Case and accents do not matter: “MÜLLER” is found by “muller”."""
    plain = unicodedata.normalize("NFKD", text.replace("\x00", "")).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    return [word[:_LONGEST] for word in _WORD.findall(fold(text))]


def index_words(customer: Customer) -> set[str]:
    """Every word by which the customer is found: of its name and tenants, its TPID, its domains whole and in parts."""
    found = set(words_of(customer.name))
    if customer.tpid:
        found.add(customer.tpid)
    for tenant in Tenant.objects.filter(customer=customer):
        found.update(words_of(tenant.name))
    for domain in Domain.objects.filter(tenant__customer=customer):
        found.add(fold(domain.name)[:_LONGEST])
        found.update(words_of(domain.name))
    return found


def reindex(customer: Customer) -> None:
    """Rewrites the customer's words for staff and each linked partner; every operation that changes them calls it."""
    words = index_words(customer)
    links = PartnerLink.objects.filter(customer=customer, status=PartnerLink.Status.ACTIVE)
    audiences = [SearchWord.STAFF, *links.values_list("partner_id", flat=True)]
    wanted = {(audience, word) for audience in audiences for word in words}
    there = set(SearchWord.objects.filter(customer=customer).values_list("audience", "word"))
    for audience, word in there - wanted:
        SearchWord.objects.filter(customer=customer, audience=audience, word=word).delete()
    SearchWord.objects.bulk_create(
        [SearchWord(audience=audience, word=word, customer=customer) for audience, word in sorted(wanted - there)],
        ignore_conflicts=True,
    )


def search(user: "User", query: str, limit: int = 10) -> list[Hit]:
    """Exact hits first, then by name. Every word must begin a word of the customer; an empty query finds nothing."""
    wanted = fold(query).strip()[:200]
    pieces = [wanted[:_LONGEST]] if "." in wanted and " " not in wanted else words_of(wanted)
    if not pieces or not _audiences(user):
        return []
    found = _candidates(_audiences(user), pieces)
    visible = Customer.objects.visible_to(user).filter(pk__in=found)
    hits = [_hit(customer, wanted) for customer in _with_names(visible)]
    hits.sort(key=lambda hit: (not hit.is_exact, fold(hit.customer.name), hit.customer.pk))
    shown = hits[:limit]
    # Beside each hit a partner is told whether it works for the customer: asked once for all of them.
    prefetch_related_objects([hit.customer for hit in shown], Prefetch("partner_links", _LINKS))
    return shown


_LINKS = PartnerLink.objects.select_related("partner")


def _audiences(user: "User") -> list[int]:
    return [SearchWord.STAFF] if user.audience.is_staff else list(user.audience.partner_ids)


def _candidates(audiences: Iterable[int], pieces: list[str]) -> QuerySet[SearchWord, int]:
    rows = SearchWord.objects.filter(audience__in=audiences)
    # The longest piece cuts deepest; the others are looked up for the customers it leaves.
    first, *others = sorted(set(pieces), key=len, reverse=True)[:6]
    found = rows.filter(word__startswith=first).order_by("audience", "word", "customer")
    for piece in others:
        found = found.filter(customer__in=rows.filter(word__startswith=piece).values("customer"))
    return found.values_list("customer", flat=True)[:_CANDIDATES]


def _with_names(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    tenants = Tenant.objects.prefetch_related(Prefetch("domains", Domain.objects.order_by("pk")))
    return customers.prefetch_related(Prefetch("tenants", tenants))


def _hit(customer: Customer, wanted: str) -> Hit:
    tenants = list(customer.tenants.all())
    domains = [domain.name for tenant in tenants for domain in tenant.domains.all()]
    exact = wanted in {fold(customer.name), customer.tpid, *(fold(domain) for domain in domains)}
    return Hit(customer, tenants, domains, exact)


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is what was typed, so that a template can mark it."""
    for piece in sorted([query.strip(), *query.split()], key=len, reverse=True):
        at = text.casefold().find(piece.casefold()) if piece else -1
        if at >= 0:
            end = at + len(piece)
            return [part for part in ((text[:at], False), (text[at:end], True), (text[end:], False)) if part[0]]
    return [(text, False)]
