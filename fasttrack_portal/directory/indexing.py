"""Keeping the texts by which customers are found: one path for renames, tenants, domains, links and loads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection, transaction

from fasttrack_portal.directory.models import Customer
from fasttrack_portal.directory.tokens import tokens

_BATCH = 20_000  # few and large: sorted rows meet each page of the index once, and some 50 MB of memory is enough
_FEW = 1_000

# Whoever changes a customer waits for whoever is changing it: without the lock a rename and a new link at the same
# time would each write the texts without knowing of the other.
_CUSTOMERS = "SELECT id, name, tpid FROM directory_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_TENANTS = "SELECT customer_id, name FROM directory_tenant WHERE customer_id = ANY(%s)"
_DOMAINS = """
SELECT t.customer_id, d.name FROM directory_domain d JOIN directory_tenant t ON t.id = d.tenant_id
WHERE t.customer_id = ANY(%s)"""
# Staff (audience 0) find every customer, a partner those that it is linked to. Only what differs is written; EXCEPT and
# no anti-join, which without statistics (a first load) is planned as a loop in a loop.
_WRITE = """
WITH wanted AS MATERIALIZED (
    SELECT a.audience, t.rank, t.word COLLATE "C" AS word, t.customer_id
    FROM unnest(%(customers)s::bigint[], %(ranks)s::smallint[], %(words)s::text[]) t (customer_id, rank, word)
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
SELECT * FROM wanted EXCEPT SELECT * FROM there ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING"""


def reindex(customer: Customer) -> None:
    """Rewrites what the customer is found by; every operation that changes its names or links calls it."""
    reindex_many([customer.pk])


def reindex_many(customers: Iterable[int]) -> int:
    """The same for many, by their ids, in batches of bounded memory, each a transaction; how many there were."""
    done = 0
    for ids in _batches(customers):
        with transaction.atomic(), connection.cursor() as cursor:
            if len(ids) > _FEW:
                cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute(_CUSTOMERS, [ids])
            named = cursor.fetchall()
            tenants: dict[int, list[str]] = defaultdict(list)
            domains: dict[int, list[str]] = defaultdict(list)
            for sql, found in ((_TENANTS, tenants), (_DOMAINS, domains)):
                cursor.execute(sql, [ids])
                for customer, name in cursor.fetchall():
                    found[customer].append(name)
            rows = [
                (customer, rank, word)
                for customer, name, tpid in named
                for rank, word in tokens(name, tpid, tenants[customer], domains[customer])
            ]
            columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
            cursor.execute(_WRITE, dict(zip(("customers", "ranks", "words"), columns, strict=True), ids=ids))
            done += len(named)
    return done


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while batch := list(islice(left, _BATCH)):
        yield batch
