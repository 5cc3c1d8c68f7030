"""Which languages the customers have, for those who choose among them."""

from django.db import connection

# From one language to the next along the index: a step for each language, however many customers there are.
_LANGUAGES = """
WITH RECURSIVE l (language) AS (
    (SELECT language FROM directory_customer ORDER BY language LIMIT 1)
    UNION ALL
    SELECT (SELECT c.language FROM directory_customer c WHERE c.language > l.language ORDER BY c.language LIMIT 1)
    FROM l WHERE l.language IS NOT NULL)
SELECT language FROM l WHERE language <> ''"""


def of_customers() -> list[str]:
    """The codes of all customers' languages, each once."""
    with connection.cursor() as cursor:
        cursor.execute(_LANGUAGES)
        return [language for (language,) in cursor.fetchall()]
