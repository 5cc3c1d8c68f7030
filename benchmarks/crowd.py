"""Many customers with their domains, partners and links, made by the database itself."""

from collections.abc import Sequence

from django.db import connection

from benchmarks.measure import say
from fasttrack_portal.directory.indexing import rebuild

# 4,096 first words, of which each customer has one by chance; the others are as common as in life.
_MAKE = """
INSERT INTO directory_customer (public_id, version, created_at, name, tpid, seats, country, language, zone, centre_id)
SELECT gen_random_uuid(), 1, now(),
    initcap((%(starts)s::text[])[1 + (h & 15)] || (%(middles)s::text[])[1 + ((h >> 4) & 15)]
            || (%(ends)s::text[])[1 + ((h >> 8) & 15)])
        || ' ' || (%(trades)s::text[])[1 + ((h >> 12) & 1023) %% 10] || ' ' || n || ' '
        || (%(forms)s::text[])[1 + ((h >> 22) & 255) %% 5],
    (1000000 + n * 5 / 6)::text, 10 + (n * 37) %% 5000, 'DE', 'en', 'UTC',
    (SELECT id FROM directory_fasttrackcenter ORDER BY id LIMIT 1)
FROM (SELECT n, hashint8(n)::bigint & 2147483647 AS h FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) o
"""
_TENANTS = """
INSERT INTO directory_tenant (public_id, version, created_at, customer_id, name, guid)
SELECT gen_random_uuid(), 1, now(), id, name, gen_random_uuid() FROM directory_customer WHERE id > %s"""
# One and a half a customer.
_DOMAINS = """
INSERT INTO directory_domain (tenant_id, name, is_verified)
SELECT t.id, replace(lower(c.name), ' ', '-') || (ARRAY['.example', '.test'])[d], true
FROM directory_customer c JOIN directory_tenant t ON t.customer_id = c.id
CROSS JOIN generate_series(1, 2) d WHERE c.id > %s AND (d = 1 OR c.id %% 2 = 0)"""
_PARTNER = """
INSERT INTO directory_partner (public_id, version, created_at, name)
VALUES (gen_random_uuid(), 1, now(), %s) RETURNING id"""
# Spread evenly over all customers, so that every partner has all kinds of names.
_LINKS = """
INSERT INTO directory_partnerlink (public_id, version, created_at, partner_id, customer_id, status)
SELECT gen_random_uuid(), 1, now(), %s, id, 'active' FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS every FROM directory_customer) c
WHERE (n * %s) / every > ((n - 1) * %s) / every"""
_CENTRE = """
INSERT INTO directory_fasttrackcenter (public_id, version, created_at, code, name, zone, country, subdivision)
VALUES (gen_random_uuid(), 1, now(), 'bench', 'FastTrack Center', 'UTC', 'DE', '') ON CONFLICT DO NOTHING"""
_STARTS = (
    "con",
    "fab",
    "nor",
    "lit",
    "woo",
    "tai",
    "adv",
    "alp",
    "bel",
    "cal",
    "dor",
    "ery",
    "fin",
    "gra",
    "hum",
    "tre",
)
_MIDDLES = ("to", "ri", "th", "wa", "de", "spa", "en", "ba", "lo", "mi", "na", "ru", "se", "vo", "we", "zu")
_ENDS = (
    "so",
    "kam",
    "re",
    "wind",
    "toys",
    "yer",
    "tera",
    "nix",
    "ria",
    "dale",
    "mont",
    "pol",
    "quist",
    "form",
    "ley",
    "us",
)
_TRADES = ("Bank", "Health", "Retail", "Energy", "Foods", "Motors", "Media", "Labs", "Travel", "Steel")
_FORMS = ("Ltd", "GmbH", "Inc", "Group", "Holding")
_WORDS = {
    "starts": list(_STARTS),
    "middles": list(_MIDDLES),
    "ends": list(_ENDS),
    "trades": list(_TRADES),
    "forms": list(_FORMS),
}
# Twenty partners, some of whose links are measured.
SMALL = (1_000, 2_000)
SIZES = (*[50] * 6, *[1_000] * 5, *[10_000] * 5, *[50_000] * 2, *[200_000] * 2)


def grow(customers: int) -> None:
    """As many customers as that in all, with a tenant and one or two domains each."""
    with connection.cursor() as cursor:
        cursor.execute(_CENTRE)
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM directory_customer")
        there, highest = cursor.fetchone()
        say(f"data: {customers:,} customers and their domains")
        cursor.execute(_MAKE, {**_WORDS, "first": there + 1, "last": customers})
        cursor.execute(_TENANTS, [highest])
        cursor.execute(_DOMAINS, [highest])


def link(sizes: Sequence[int]) -> dict[int, int]:
    """Partners with as many links each; the id of the first of each size."""
    found: dict[int, int] = {}
    with connection.cursor() as cursor:
        say(f"data: {len(sizes)} partners with {sum(sizes):,} links")
        for number, size in enumerate(sizes):
            cursor.execute(_PARTNER, [f"Partner {number} with {size}"])
            (partner,) = cursor.fetchone()
            cursor.execute(_LINKS, [partner, size, size])
            found.setdefault(size, partner)
    return found


def name_of(number: int) -> str:
    """A name like those that the database makes."""
    chance = (number * 2_654_435_761) & 0x7FFFFFFF
    first = _STARTS[chance & 15] + _MIDDLES[(chance >> 4) & 15] + _ENDS[(chance >> 8) & 15]
    return f"{first.capitalize()} {_TRADES[(chance >> 12) % 10]} {number} {_FORMS[(chance >> 22) % 5]}"


def index() -> None:
    """The search's texts of all customers."""
    say("data: all of them in the search")
    rebuild(lambda done: say(f"data: {done:,} customers read") if done % 100_000 == 0 else None)
    settle()


def settle() -> None:
    with connection.cursor() as cursor:
        for table in ("customer", "tenant", "domain", "partnerlink", "searchword"):
            cursor.execute(f"VACUUM ANALYZE directory_{table}")


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE directory_customer, directory_partner, directory_searchword CASCADE")


def clear() -> None:
    """No customers, and one centre."""
    empty()
    with connection.cursor() as cursor:
        cursor.execute(_CENTRE)
