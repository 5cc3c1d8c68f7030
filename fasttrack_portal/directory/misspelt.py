"""Names like one that was typed wrong, where the database has pg_trgm."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, transaction

_SHOWN = 3
_LIKE_ENOUGH = 0.4
_LOOKED_AT = 30_000  # names compared at most, so that a search without a hit stays a matter of some 50 ms

# Within the audience, so that nothing is learnt of others' customers, and needing no index of its own: first the names
# with the same first letter, then as many others.
_NEAR = """
SELECT customer_id FROM (
    SELECT customer_id, word, greatest(similarity(word, %(wanted)s), word_similarity(%(wanted)s, word)) AS likeness
    FROM (
        SELECT customer_id, word FROM directory_searchword
        WHERE audience = ANY(%(audiences)s) AND rank = 0 AND word >= %(first)s AND word < %(last)s LIMIT %(most)s
    ) names
) compared WHERE likeness >= %(enough)s ORDER BY likeness DESC, word LIMIT %(shown)s"""


@cache
def is_offered() -> bool:
    """Whether the database has pg_trgm; asked once a process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')")
        return bool(cursor.fetchone()[0])


def near(audiences: Sequence[int], wanted: str) -> list[int]:
    """The customers with the names most like the one typed, best first; none where the database cannot tell."""
    if len(wanted) < 3 or not audiences or not is_offered():
        return []
    for first, last in ((wanted[0], f"{wanted[0]}\U0010ffff"), ("", "\U0010ffff")):
        values: dict[str, Any] = {"audiences": list(audiences), "wanted": wanted, "first": first, "last": last}
        values |= {"most": _LOOKED_AT, "enough": _LIKE_ENOUGH, "shown": _SHOWN}
        with connection.cursor() as cursor:
            cursor.execute(_NEAR, values)
            if found := [row[0] for row in cursor.fetchall()]:
                return found
    return []


def enable() -> str:
    """Makes pg_trgm where the server has it and we may; says in a word what came of it and never fails without."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')")
        if not cursor.fetchone()[0]:
            return "absent"
        try:
            with transaction.atomic():
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError:
            return "refused"
    is_offered.cache_clear()
    return "present"
