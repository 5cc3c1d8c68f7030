"""Keeping the texts by which customers are found: one path for changes, and one that makes all of them anew."""

import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, islice
from typing import Any

from django.db import connection, transaction

from fasttrack_portal.copying import copy
from fasttrack_portal.directory.models import CommonWord, Customer
from fasttrack_portal.directory.tokens import Token, tokens

_BATCH = 20_000  # few and large: sorted rows meet each page of the index once, and some 50 MB of memory is enough
_FEW = 1_000
_NEW_AT_ONCE = 5_000  # fewer, so that a bar moves
# From here on, where it is a good part of all customers, making everything anew is faster than finding what differs.
_MANY = 20_000
_PART = 4

Beat = Callable[[int], None]


def _no_beat(done: int) -> None:
    """Nobody watches."""


# Whoever changes a customer waits for whoever is changing it: without the lock a rename and a new link at the same
# time would each write the texts without knowing of the other.
_CUSTOMERS = "SELECT id, name, tpid FROM directory_customer WHERE id = ANY(%s) ORDER BY id"
_LOCKED = f"{_CUSTOMERS} FOR NO KEY UPDATE"
_TENANTS = "SELECT customer_id, name FROM directory_tenant WHERE customer_id = ANY(%s)"
_DOMAINS = """
SELECT t.customer_id, d.name FROM directory_domain d JOIN directory_tenant t ON t.id = d.tenant_id
WHERE t.customer_id = ANY(%s)"""
# The pairs of common words that meet in a customer, whatever begins with them: beside its texts, as rank 3. No join of
# two lists: without statistics it could be planned as a loop in a loop.
_PAIRS = """
SELECT h.customer_id, 3::smallint AS rank, (one || ' ' || other) COLLATE "C" AS word FROM (
    SELECT t.customer_id, array_agg(DISTINCT c.word) AS words
    FROM {} t JOIN directory_commonword c ON c.word = split_part(t.word, ' ', 1)
    GROUP BY t.customer_id HAVING count(DISTINCT c.word) > 1
) h, unnest(h.words) one, unnest(h.words) other WHERE one < other"""
# Staff (audience 0) find every customer, a partner those that it is linked to. Only what differs is written; EXCEPT and
# no anti-join, for the same reason as above.
_WRITE = f"""
WITH texts AS MATERIALIZED (
    SELECT customer_id, rank, word COLLATE "C" AS word
    FROM unnest(%(customers)s::bigint[], %(ranks)s::smallint[], %(words)s::text[]) t (customer_id, rank, word)
), wanted AS MATERIALIZED (
    SELECT a.audience, t.rank, t.word, t.customer_id
    FROM (SELECT * FROM texts UNION ALL {_PAIRS.format("texts")}) t
    JOIN (
        SELECT id AS customer_id, 0::bigint AS audience FROM unnest(%(ids)s::bigint[]) id
        UNION ALL
        SELECT customer_id, partner_id FROM directory_partnerlink
        WHERE status = 'active' AND customer_id = ANY(%(ids)s)
    ) a USING (customer_id)
), there AS MATERIALIZED (
    SELECT audience, rank, word, customer_id FROM directory_searchword WHERE customer_id = ANY(%(ids)s)
), gone AS (
    DELETE FROM directory_searchword s USING (SELECT * FROM there EXCEPT SELECT * FROM wanted) g
    WHERE s.audience = g.audience AND s.rank = g.rank AND s.word = g.word AND s.customer_id = g.customer_id
)
INSERT INTO directory_searchword (audience, rank, word, customer_id)
SELECT * FROM wanted EXCEPT SELECT * FROM there ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING"""  # noqa: S608 (constants)


def reindex(customer: Customer) -> None:
    """Rewrites what the customer is found by; every operation that changes its names or links calls it."""
    reindex_many([customer.pk])


def reindex_many(customers: Iterable[int], beat: Beat = _no_beat) -> int:
    """The same for many, by their ids, in batches of bounded memory, each a transaction; how many there were."""
    done = 0
    for ids in _batches(customers):
        with transaction.atomic(), connection.cursor() as cursor:
            if len(ids) > _FEW:
                cursor.execute("SET LOCAL work_mem = '64MB'")
            found = _texts(cursor, _LOCKED, ids)
            rows = [(customer, rank, word) for customer, texts in found for rank, word in texts]
            columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
            cursor.execute(_WRITE, dict(zip(("customers", "ranks", "words"), columns, strict=True), ids=ids))
            done += len(found)
        beat(done)
    return done


def reindex_loaded(made: Sequence[int], changed: Sequence[int], beat: Beat = _no_beat) -> None:
    """The same after a load, part of its transaction: of the customers it made, and of those that it changed.

    Where the new ones are a good part of all, by making everything anew.
    """
    if len(made) >= _MANY and len(made) * _PART >= Customer.objects.count():
        rebuild(beat)
        return
    common = frozenset(CommonWord.objects.values_list("word", flat=True))
    for first in range(0, len(made), _NEW_AT_ONCE):
        _index_new(list(made[first : first + _NEW_AT_ONCE]), common)
        beat(first + _NEW_AT_ONCE)
    reindex_many(changed, lambda done: beat(len(made) + done))


def _index_new(ids: list[int], common: frozenset[str]) -> None:
    """Customers that this transaction made: nothing stands in the index, nobody is linked, nobody else sees them."""
    with connection.cursor() as cursor:
        found = _texts(cursor, _CUSTOMERS, ids)
        rows = ((0, rank, word, customer) for customer, texts in found for rank, word in texts | _pairs(texts, common))
        copy(cursor, "directory_searchword (audience, rank, word, customer_id)", sorted(rows))


def _pairs(texts: set[Token], common: frozenset[str]) -> set[Token]:
    """As _PAIRS has it."""
    met = sorted({word.partition(" ")[0] for _rank, word in texts} & common)
    return {(3, f"{one} {other}") for one, other in combinations(met, 2)}


def _texts(cursor: Any, customers: str, ids: list[int]) -> list[tuple[int, set[Token]]]:
    """What each of the customers is found by."""
    cursor.execute(customers, [ids])
    named = cursor.fetchall()
    tenants: dict[int, list[str]] = defaultdict(list)
    domains: dict[int, list[str]] = defaultdict(list)
    for sql, found in ((_TENANTS, tenants), (_DOMAINS, domains)):
        cursor.execute(sql, [ids])
        for customer, name in cursor.fetchall():
            found[customer].append(name)
    return [
        (customer, tokens(name, tpid, tenants.get(customer, ()), domains.get(customer, ())))
        for customer, name, tpid in named
    ]


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while batch := list(islice(left, _BATCH)):
        yield batch


# --- All of them anew ------------------------------------------------------------------------------------------------
# Beside the table that is read meanwhile, without indexes until it is full; at the end it takes the other's place. The
# lock keeps every change waiting, and only changes: each ends with writing here, after what it has changed.
_LOCK = "LOCK TABLE directory_searchword IN SHARE ROW EXCLUSIVE MODE"
_NEW = "CREATE TABLE directory_searchword_new (LIKE directory_searchword INCLUDING CONSTRAINTS INCLUDING STORAGE)"
# A table made in this transaction is seen by nobody, so its rows need no second look later.
_COPY = "COPY directory_searchword_new (audience, rank, word, customer_id) FROM STDIN (FREEZE)"
_NEW_PAIRS = f"""
INSERT INTO directory_searchword_new (audience, rank, word, customer_id)
SELECT 0, rank, word, customer_id FROM ({_PAIRS.format("directory_searchword_new")}) p"""  # noqa: S608 (constants)
_PARTNERS = """
INSERT INTO directory_searchword_new (audience, rank, word, customer_id)
SELECT l.partner_id, s.rank, s.word, s.customer_id
FROM directory_searchword_new s JOIN directory_partnerlink l ON l.customer_id = s.customer_id AND l.status = 'active'"""
_SWAP = (
    "CREATE UNIQUE INDEX directory_searchword_new_pkey ON directory_searchword_new (audience, rank, word, customer_id)",
    "CREATE INDEX search_word_customer_new ON directory_searchword_new (customer_id, audience, word)",
    "DROP TABLE directory_searchword",
    "ALTER TABLE directory_searchword_new RENAME TO directory_searchword",
    "ALTER INDEX search_word_customer_new RENAME TO search_word_customer",
    "ALTER TABLE directory_searchword ADD CONSTRAINT directory_searchword_pkey PRIMARY KEY"
    " USING INDEX directory_searchword_new_pkey",
    "ANALYZE directory_searchword",
)
_TRACKED = 100_000  # words that are counted at a time; which are common shows long before that
_LONGEST_COMMON = 60


def rebuild(beat: Beat = _no_beat) -> int:
    """All texts of all customers anew, in one transaction and bounded memory, while people search; how many there are.

    Also decides anew which words are common.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(f"{_LOCK}; {_NEW}")
        heads: Counter[str] = Counter()
        done = 0
        for ids in _batches(_every_id(cursor)):
            found = _texts(cursor, _CUSTOMERS, ids)
            cursor.copy_expert(_COPY, io.StringIO("".join(_lines(found, heads))))
            if len(heads) > _TRACKED:
                heads = Counter(dict(heads.most_common(_TRACKED // 2)))
            done += len(found)
            beat(done)
        _keep_common(heads)
        cursor.execute("ANALYZE directory_searchword_new; ANALYZE directory_commonword")
        cursor.execute(_NEW_PAIRS)
        cursor.execute(_PARTNERS)
        for statement in _SWAP:
            cursor.execute(statement)
    return done


def _every_id(cursor: Any) -> Iterator[int]:
    """Page by page: beside a cursor that is open the database takes no rows as seen."""
    last = 0
    while True:
        cursor.execute("SELECT id FROM directory_customer WHERE id > %s ORDER BY id LIMIT %s", [last, _BATCH])
        if not (ids := [row[0] for row in cursor.fetchall()]):
            return
        yield from ids
        last = ids[-1]


def _lines(found: list[tuple[int, set[Token]]], heads: Counter[str]) -> Iterator[str]:
    """The staff's rows as COPY reads them; the words with which they begin are counted on the way."""
    for customer, texts in found:
        for rank, word in texts:
            written = word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
            yield f"0\t{rank}\t{written}\t{customer}\n"
        heads.update({word.partition(" ")[0] for _rank, word in texts})


def _keep_common(heads: Counter[str]) -> None:
    CommonWord.objects.all().delete()
    common = (word for word, count in heads.most_common(CommonWord.MOST) if count >= CommonWord.FROM)
    CommonWord.objects.bulk_create(CommonWord(word=word) for word in common if 0 < len(word) <= _LONGEST_COMMON)
