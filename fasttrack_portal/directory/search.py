"""Finding a customer by name, domain or TPID (F4), within what the searcher may see; docs/decisions/0006 says how."""

from collections.abc import Sequence
from enum import Enum
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Q

from fasttrack_portal.directory import misspelt
from fasttrack_portal.directory.hits import Hit, shown
from fasttrack_portal.directory.indexing import rebuild, reindex, reindex_loaded, reindex_many
from fasttrack_portal.directory.models import CommonWord, Customer, SearchWord
from fasttrack_portal.directory.tokens import ADDRESS, NAME, PAIR, WORD, fold, phrase, words_of

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User

__all__ = [
    "Hit",
    "Matches",
    "find",
    "fold",
    "matches",
    "near",
    "rebuild",
    "reindex",
    "reindex_loaded",
    "reindex_many",
    "search",
    "words_of",
]

_QUERY_LIMIT = 200
_PIECES = 6
_FAR = 1_000  # how far the texts of the rarest word are looked through for the others
_FIRST_LOOK = 300  # the same for a common one, before the pairs of common words are asked
_PAIRS = 400  # of common words that begin with two pieces of a letter or so
_LOOKED_AT = 20_000  # texts of each piece that are intersected where nothing else is left
_ROOM = 2  # times as many texts as customers are wanted: one customer has several


class Matches(NamedTuple):
    """Ids in the order in which they are shown, and whether there are more than were asked for.

    `is_cut` says that the beginnings are so common that not every customer was compared: there may be more.
    """

    ids: list[int]
    are_more: bool
    is_cut: bool = False


class Found(NamedTuple):
    """The hits of a page; `is_cut` as of Matches."""

    hits: list[Hit]
    is_cut: bool


def search(user: "User", query: str, limit: int = 10) -> list[Hit]:
    """Exact hits first, then by name. Every word must begin a word of the customer; an empty query finds nothing."""
    return find(user, query, limit).hits


def find(user: "User", query: str, limit: int = 10) -> Found:
    """The same, and whether some could be missing."""
    found, _are_more, is_cut = matches(user, query, limit)
    return Found(shown(user, query, found) if found else [], is_cut)


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
WHERE s.audience = r.audience AND s.rank = r.rank AND s.word >= r.first AND s.word < r.last
ORDER BY s.word, s.customer_id LIMIT {}"""
_IN_PLACES = """
SELECT f.customer_id, r.rank, f.word FROM (VALUES {}) r (audience, rank, first, last, most), LATERAL ({}) f"""
# As a scalar, not as EXISTS, which could be planned as a join with every text that begins with the word.
_ALSO = """(
SELECT true FROM directory_searchword o
WHERE o.customer_id = f.customer_id AND o.audience = r.audience AND o.word >= %s AND o.word < %s LIMIT 1)"""
_EACH = """
SELECT customer_id FROM directory_searchword
WHERE audience = ANY(%s) AND rank IN (0, 1, 2) AND word >= %s AND word < %s"""
_IN_RANGE = """
SELECT 1 FROM directory_searchword WHERE audience = ANY(%s) AND rank = ANY(%s) AND word >= %s AND word < %s"""
_COUNT = f"(SELECT count(*) FROM ({_EACH} LIMIT %s) f)"  # noqa: S608 (constants of this module)
_EVERY = "SELECT f.customer_id, 2, '' FROM ({} LIMIT %s) f"
_NAMES = "SELECT id, name FROM directory_customer WHERE id = ANY(%s)"
_RANKS = (NAME, ADDRESS, WORD)
_Range = tuple[str, str]
_Place = tuple[int, int, str, str, int]  # audience, rank, first and last text, and how many rows at most


class _Reach(Enum):
    ALL = "all"  # that there are
    ENOUGH = "enough"  # for a page, and there are more
    CUT = "cut"  # not everything was looked at, and the page may lack some

    @classmethod
    def of(cls, are_all: bool) -> "_Reach":
        return cls.ALL if are_all else cls.ENOUGH


class _Row(NamedTuple):
    customer_id: int
    rank: int
    word: str


def matches(user: "User", query: str, limit: int = 10) -> Matches:
    """At most `limit` customers: exact ones, then by name; of too many, those whose names begin with what was typed."""
    audiences, wanted = _audiences(user), phrase(query[:_QUERY_LIMIT])
    if not audiences or not wanted:
        return Matches([], are_more=False)
    rows, are_all = _beginning(audiences, wanted, limit)
    reach = _Reach.of(are_all)
    if pieces := _pieces(query):
        others, reach = _with_all(audiences, pieces, limit)
        rows += others
    return _in_order(rows, _names(rows, wanted, limit, reach), wanted, limit, reach)


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
        places = [(audience, rank, *_between(wanted), most[rank]) for audience in audiences for rank in most]
        rows = _rows(places, _RANGE.format("r.most"))
        are_all = all(sum(row.rank == rank for row in rows) < room for rank in (ADDRESS, WORD))
        # One customer can have hundreds of domains that begin alike: it must not hide the others.
        if are_all or len({row.customer_id for row in rows}) > limit:
            return rows, are_all
        room *= 8


def _with_all(audiences: Sequence[int], pieces: list[str], limit: int) -> tuple[list[_Row], _Reach]:
    """Customers of which every piece begins a word: those of the rarest piece are asked for the others."""
    counted = _counted(audiences, pieces)
    driver, *others = sorted(pieces, key=lambda piece: (counted[piece], -len(piece)))
    if not counted[driver]:
        return [], _Reach.ALL
    room = _ROOM * limit
    if counted[driver] < _FAR:
        rows = _also(audiences, _RANKS, [_between(driver)], others, room)
        return rows, _Reach.of(all(sum(row.rank == rank for row in rows) < room for rank in _RANKS))
    # Mostly even common words meet often, and a first look is enough: at the names, then at the rest.
    rows = []
    for ranks in ([NAME], [ADDRESS, WORD]):
        rows += _also(audiences, ranks, [_between(driver)], others, limit + 1, far=_FIRST_LOOK)
        if len({row.customer_id for row in rows}) > limit:
            return rows, _Reach.ENOUGH
    met, reach = _meeting(audiences, pieces, room)
    return rows + met, reach


def _counted(audiences: Sequence[int], pieces: list[str]) -> dict[str, int]:
    """How many texts begin with each piece; counting stops where it is too many to look through."""
    values = [value for piece in pieces for value in (list(audiences), *_between(piece), _FAR)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([_COUNT] * len(pieces)), values)
        return dict(zip(pieces, cursor.fetchone(), strict=True))


def _also(
    audiences: Sequence[int],
    ranks: Sequence[int],
    ranges: Sequence[_Range],
    others: Sequence[str],
    room: int,
    far: int = _FAR,
) -> list[_Row]:
    """Of the first `far` texts of each range those whose customers have every other piece, too."""
    also = " AND ".join([_ALSO] * len(others)) or "true"
    asked = f"SELECT * FROM ({_RANGE.format(far)}) f WHERE {also} LIMIT r.most"  # noqa: S608 (constants)
    places = [(audience, rank, *ends, room) for audience in audiences for rank in ranks for ends in ranges]
    return _rows(places, asked, [end for piece in others for end in _between(piece)])


def _meeting(audiences: Sequence[int], pieces: list[str], room: int) -> tuple[list[_Row], _Reach]:
    """Customers of several common pieces, wherever they are.

    Where two common words meet, the pair of them is a text of its own. What else begins with either of the pieces is
    little, and is looked through.
    """
    one, other, *rest = sorted(pieces, key=len, reverse=True)
    common = _common(one, other)
    gaps = {piece: _gaps(piece, words) for piece, words in common.items()}
    pairs = sorted({" ".join(sorted(pair)) for pair in product(common[one], common[other])})
    ranges = [(pair, f"{pair} ") for pair in pairs]
    of_one, of_other, of_pairs = _lengths(
        audiences, (_RANKS, gaps[one]), (_RANKS, gaps[other]), ([PAIR], ranges if rest else [])
    )
    if len(pairs) > _PAIRS or max(of_one, of_other) >= _FAR:
        return _intersected(audiences, pieces, room)
    rows = _also(audiences, [PAIR], ranges, rest, room)
    for piece, length, also in ((one, of_one, other), (other, of_other, one)):
        rows += _also(audiences, _RANKS, gaps[piece], [also, *rest], room) if length else []
    return rows, _Reach.CUT if of_pairs >= _FAR else _Reach.of(len(rows) < room)


def _common(*pieces: str) -> dict[str, list[str]]:
    """The common words that begin with each piece."""
    begins = Q()
    for begin, end in map(_between, pieces):
        begins |= Q(word__gte=begin, word__lt=end)
    words = list(CommonWord.objects.filter(begins).order_by("word").values_list("word", flat=True))
    return {piece: [word for word in words if word.startswith(piece)] for piece in pieces}


def _gaps(piece: str, common: list[str]) -> list[_Range]:
    """The ranges of what begins with the piece, without what begins with one of the common words."""
    begin, end = _between(piece)
    ranges = []
    for word in common:
        # A blank follows the word, or nothing; “!” is the sign after the blank.
        ranges.append((begin, word))
        begin = f"{word}!"
    return [(first, last) for first, last in [*ranges, (begin, end)] if first < last]


def _lengths(audiences: Sequence[int], *places: tuple[Sequence[int], Sequence[_Range]]) -> Sequence[int]:
    """How many texts there are in the ranges of each place, by its ranks; counted as far as they are looked through."""
    counts, values = [], []
    for ranks, ranges in places:
        each = " UNION ALL ".join([f"({_IN_RANGE} LIMIT {_FAR})"] * len(ranges))
        counts.append(f"(SELECT count(*) FROM (SELECT FROM ({each}) e LIMIT {_FAR}) f)" if ranges else "0")  # noqa: S608 (constants)
        values += [value for ends in ranges for value in (list(audiences), list(ranks), *ends)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", values)
        found: Sequence[int] = cursor.fetchone()
        return found


def _intersected(audiences: Sequence[int], pieces: list[str], most: int) -> tuple[list[_Row], _Reach]:
    """What meets among the first texts of each piece: for beginnings of a letter or two that hardly ever meet."""
    values = [value for piece in pieces for value in (list(audiences), *_between(piece), _LOOKED_AT)]
    sets = " INTERSECT ".join([f"({_EACH} LIMIT %s)"] * len(pieces))
    counts = " + ".join([f"({_COUNT} >= {_LOOKED_AT})::int"] * len(pieces))
    with connection.cursor() as cursor:
        cursor.execute(_EVERY.format(sets), [*values, most])
        rows = [_Row(*row) for row in cursor.fetchall()]
        cursor.execute(f"SELECT {counts}", values)
        return rows, _Reach.CUT if cursor.fetchone()[0] else _Reach.of(len(rows) < most)


def _rows(places: Sequence[_Place], asked: str, values: Sequence[Any] = ()) -> list[_Row]:
    """What is asked of each place, one after the other."""
    if not places:
        return []
    listed = ", ".join(["(%s::bigint, %s, %s, %s, %s)"] * len(places))
    with connection.cursor() as cursor:
        cursor.execute(_IN_PLACES.format(listed, asked), [*(value for place in places for value in place), *values])
        return [_Row(*row) for row in cursor.fetchall()]


def _between(text: str) -> tuple[str, str]:
    """The ends of the range of what begins with the text, in the order of bytes."""
    return text, f"{text}\U0010ffff"


def _names(rows: list[_Row], wanted: str, limit: int, reach: _Reach) -> dict[int, str]:
    """The names by which customers are put in order that were found by something else.

    They are rows all over the table, the only thing here that costs more where there are more customers. A page that
    is full of names that begin so needs those of exact hits alone, unless all hits are put in order.
    """
    others = [row for row in rows if row.rank != NAME]
    if len({row.customer_id for row in rows}) < 2:
        return {}
    if reach is not _Reach.ALL and len({row.customer_id for row in rows if _begins(row, wanted)}) > limit:
        others = [row for row in others if _is_exact(row, wanted)]
    if not others:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [list({row.customer_id for row in others})])
        return {pk: phrase(name) for pk, name in cursor.fetchall()}


def _is_exact(row: _Row, wanted: str) -> bool:
    return row.rank in (NAME, ADDRESS) and row.word == wanted


def _begins(row: _Row, wanted: str) -> bool:
    return row.rank == NAME and row.word.startswith(wanted)


def _in_order(rows: list[_Row], names: dict[int, str], wanted: str, limit: int, reach: _Reach) -> Matches:
    places: dict[int, tuple[int, str]] = {}
    for row in rows:
        place = 0 if _is_exact(row, wanted) else 1 if _begins(row, wanted) or reach is _Reach.ALL else 2
        found = (place, row.word if row.rank == NAME else names.get(row.customer_id, ""))
        places[row.customer_id] = min(found, places.get(row.customer_id, found))
    ids = sorted(places, key=lambda pk: (*places[pk], pk))
    return Matches(ids[:limit], are_more=len(ids) > limit, is_cut=reach is _Reach.CUT and len(ids) <= limit)
