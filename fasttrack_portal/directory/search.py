"""Finding a customer by name, domain or TPID (F4), within what the searcher may see; docs/decisions/0006 says how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from fasttrack_portal.directory import misspelt
from fasttrack_portal.directory.indexing import reindex, reindex_many
from fasttrack_portal.directory.models import Customer, Domain, PartnerLink, SearchWord, Tenant
from fasttrack_portal.directory.tokens import ADDRESS, NAME, WORD, fold, phrase, spellings, words_of

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User

__all__ = ["Hit", "Matches", "fold", "marked", "matches", "near", "reindex", "reindex_many", "search", "words_of"]

_QUERY_LIMIT = 200
_PIECES = 6
_FAR = 2_000  # how far the texts of the rarest word are looked through for the others, before the words are intersected
_ROOM = 2  # times as many texts as customers are wanted: one customer has several


@dataclass(frozen=True)
class Hit:
    """A customer found, with its tenants and their domains; exact means its whole name, domain or TPID was typed."""

    customer: Customer
    tenants: list[Tenant]
    domains: list[str]
    is_exact: bool


class Matches(NamedTuple):
    """Ids in the order in which they are shown, and whether there are more than were asked for."""

    ids: list[int]
    are_more: bool


def search(user: "User", query: str, limit: int = 10) -> list[Hit]:
    """Exact hits first, then by name. Every word must begin a word of the customer; an empty query finds nothing."""
    found = matches(user, query, limit).ids
    if not found:
        return []
    visible = {each.pk: each for each in _with_names(Customer.objects.visible_to(user).filter(pk__in=found))}
    shown = [visible[pk] for pk in found if pk in visible]
    if ours := user.audience.partner_ids:
        # Beside each hit a partner is told whether it works for the customer: asked once for all of them.
        links = PartnerLink.objects.filter(partner__in=ours).select_related("partner")
        prefetch_related_objects(shown, Prefetch("partner_links", links))
    return [_hit(customer, query) for customer in shown]


def near(user: "User", query: str) -> list[str]:
    """Names like the one typed, for a search that found nothing; none where the database cannot tell (no pg_trgm)."""
    found = misspelt.near(_audiences(user), phrase(query[:_QUERY_LIMIT]))
    names = dict(Customer.objects.visible_to(user).filter(pk__in=found).values_list("pk", "name")) if found else {}
    return list(dict.fromkeys(names[pk] for pk in found if pk in names))


def _audiences(user: "User") -> list[int]:
    return [SearchWord.STAFF] if user.audience.is_staff else list(user.audience.partner_ids)


# --- Which customers -------------------------------------------------------------------------------------------------
# Ranges of the index: the texts of one audience and rank that begin with what was typed, in their order. A whole name,
# domain or TPID is the first text of its range, however many others begin with it.
_RANGE = """
SELECT customer_id, word FROM directory_searchword s
WHERE s.audience = r.audience AND s.rank = r.rank AND s.word >= %s AND s.word < %s
ORDER BY s.word, s.customer_id LIMIT {}"""
_NAMED = """
SELECT f.customer_id, r.rank, f.word,
    CASE WHEN r.rank > 0 THEN (SELECT name FROM directory_customer c WHERE c.id = f.customer_id) END
FROM (VALUES {}) r (audience, rank, most), LATERAL ({}) f"""
# As a scalar, not as EXISTS, which could be planned as a join with every text that begins with the word.
_ALSO = """(
SELECT true FROM directory_searchword o
WHERE o.customer_id = f.customer_id AND o.audience = r.audience AND o.word >= %s AND o.word < %s LIMIT 1)"""
_EACH = """
SELECT customer_id FROM directory_searchword
WHERE audience = ANY(%s) AND rank IN (0, 1, 2) AND word >= %s AND word < %s"""
_COUNT = f"(SELECT count(*) FROM ({_EACH} LIMIT %s) f)"  # noqa: S608 (constants of this module)
_EVERY = "SELECT c.id, 2, '', c.name FROM ({} LIMIT %s) f JOIN directory_customer c ON c.id = f.customer_id"
_RANKS = (NAME, ADDRESS, WORD)


class _Row(NamedTuple):
    customer_id: int
    rank: int
    word: str
    name: str | None  # what is not in `word`


def matches(user: "User", query: str, limit: int = 10) -> Matches:
    """At most `limit` customers: exact ones, then by name; of too many, those whose names begin with what was typed."""
    audiences, wanted = _audiences(user), phrase(query[:_QUERY_LIMIT])
    if not audiences or not wanted:
        return Matches([], are_more=False)
    rows, are_all = _beginning(audiences, wanted, limit)
    if pieces := _pieces(query):
        others, are_all = _with_all(audiences, pieces, limit)
        rows += others
    return _in_order(rows, wanted, limit, are_all=are_all)


def _pieces(query: str) -> list[str]:
    """The words that have to begin a word, where there are several; a domain is looked up as it is."""
    typed = fold(query[:_QUERY_LIMIT]).strip()
    if "." in typed and " " not in typed:
        return []
    words = words_of(typed)
    if len(words) < 2:
        return []
    pieces = sorted(set(words))
    # A piece with which another begins asks for nothing more.
    needed = [piece for piece, after in zip(pieces, [*pieces[1:], ""], strict=True) if not after.startswith(piece)]
    return needed[:_PIECES]


def _beginning(audiences: Sequence[int], wanted: str, limit: int) -> tuple[list[_Row], bool]:
    """Texts that begin with what was typed: of the names the first, of the others all, or it says that they are not."""
    room = _ROOM * limit
    while True:
        most = {NAME: limit + 1, ADDRESS: room, WORD: room}
        rows = _rows(audiences, most, _RANGE.format("r.most"), _between(wanted))
        are_all = all(sum(row.rank == rank for row in rows) < room for rank in (ADDRESS, WORD))
        # One customer can have hundreds of domains that begin alike: it must not hide the others.
        if are_all or len({row.customer_id for row in rows}) > limit:
            return rows, are_all
        room *= 8


def _with_all(audiences: Sequence[int], pieces: list[str], limit: int) -> tuple[list[_Row], bool]:
    """Customers of which every piece begins a word: those of the rarest piece are asked for the others."""
    counted = _counted(audiences, pieces)
    driver, *others = sorted(pieces, key=lambda piece: (counted[piece], -len(piece)))
    if not counted[driver]:
        return [], True
    room = _ROOM * limit
    also = " AND ".join([_ALSO] * len(others)) or "true"
    asked = f"SELECT * FROM ({_RANGE.format(_FAR)}) f WHERE {also} LIMIT r.most"  # noqa: S608 (constants)
    values = [*_between(driver), *(end for piece in others for end in _between(piece))]
    rows = _rows(audiences, dict.fromkeys(_RANKS, room), asked, values)
    are_all = counted[driver] < _FAR and all(sum(row.rank == rank for row in rows) < room for rank in _RANKS)
    if not are_all and len({row.customer_id for row in rows}) <= limit:
        rows = _intersected(audiences, pieces, room)
        are_all = len(rows) < room
    return rows, are_all


def _counted(audiences: Sequence[int], pieces: list[str]) -> dict[str, int]:
    """How many texts begin with each piece; counting stops where it is too many to look through."""
    values = [value for piece in pieces for value in (list(audiences), *_between(piece), _FAR)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([_COUNT] * len(pieces)), values)
        return dict(zip(pieces, cursor.fetchone(), strict=True))


def _intersected(audiences: Sequence[int], pieces: list[str], most: int) -> list[_Row]:
    """The customers of several common words that hardly ever meet: the only search that reads whole ranges."""
    values = [value for piece in pieces for value in (list(audiences), *_between(piece))]
    with connection.cursor() as cursor:
        cursor.execute(_EVERY.format(" INTERSECT ".join([_EACH] * len(pieces))), [*values, most])
        return [_Row(*row) for row in cursor.fetchall()]


def _rows(audiences: Sequence[int], most: dict[int, int], asked: str, values: Sequence[Any]) -> list[_Row]:
    ranges = [value for audience in audiences for rank in most for value in (audience, rank, most[rank])]
    places = ", ".join(["(%s::bigint, %s, %s)"] * (len(ranges) // 3))
    with connection.cursor() as cursor:
        cursor.execute(_NAMED.format(places, asked), [*ranges, *values])
        return [_Row(*row) for row in cursor.fetchall()]


def _between(text: str) -> tuple[str, str]:
    """The ends of the range of what begins with the text, in the order of bytes."""
    return text, f"{text}\U0010ffff"


def _in_order(rows: list[_Row], wanted: str, limit: int, *, are_all: bool) -> Matches:
    places: dict[int, tuple[int, str]] = {}
    for row in rows:
        is_exact = row.rank != WORD and row.word == wanted
        begins = row.rank == NAME and row.word.startswith(wanted)
        place = 0 if is_exact else 1 if begins or are_all else 2
        found = (place, row.word if row.name is None else phrase(row.name))
        places[row.customer_id] = min(found, places.get(row.customer_id, found))
    ids = sorted(places, key=lambda pk: (*places[pk], pk))
    return Matches(ids[:limit], are_more=len(ids) > limit)


# --- What is shown of them -------------------------------------------------------------------------------------------
def _with_names(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    tenants = Tenant.objects.prefetch_related(Prefetch("domains", Domain.objects.order_by("pk")))
    return customers.prefetch_related(Prefetch("tenants", tenants))


def _hit(customer: Customer, query: str) -> Hit:
    tenants = list(customer.tenants.all())
    domains = [domain.name for tenant in tenants for domain in tenant.domains.all()]
    typed = fold(query).strip()
    exact = phrase(query) == phrase(customer.name) or typed == customer.tpid
    return Hit(customer, tenants, domains, exact or any(typed in spellings(domain) for domain in domains))


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is what was typed, so that a template can mark it."""
    for piece in sorted([query.strip(), *query.split()], key=len, reverse=True):
        at = text.casefold().find(piece.casefold()) if piece else -1
        if at >= 0:
            end = at + len(piece)
            return [part for part in ((text[:at], False), (text[at:end], True), (text[end:], False)) if part[0]]
    return [(text, False)]
