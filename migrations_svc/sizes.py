"""The table of sizes that an admin edits, and how many records of an event are of which size."""

from decimal import Decimal

from django.db import connection

from migrations_svc import forecast
from migrations_svc.forecast import GIGABYTE, Band
from migrations_svc.models import MigrationEvent, SizeBand

_THROUGH = ["completed", "completed_with_warnings", "skipped"]
_COUNT = """
    SELECT coalesce(width_bucket(greatest(coalesce(size_bytes, 0), 1) - 1, %(edges)s::bigint[]), 0),
        count(*), count(*) FILTER (WHERE size_bytes IS NULL)
    FROM migrations_svc_migrationrecord WHERE event_id = %(event)s AND status <> ALL(%(through)s) GROUP BY 1
"""


def bands() -> tuple[Band, ...]:
    """The rows of the table, smallest first; while nobody has changed anything, the defaults."""
    rows = SizeBand.objects.order_by("up_to_gb").values_list("up_to_gb", "median_days", "slow_days")
    return tuple(Band(*row) for row in rows) or forecast.SEED


def largest() -> Decimal:
    """What still moves, in GB."""
    return Decimal(bands()[-1].up_to_gb)


def remaining(event: MigrationEvent, known: tuple[Band, ...]) -> tuple[dict[Band, int], int, int]:
    """Records that are not through: by band, past the last band, and without a size."""
    edges = [band.up_to_gb * GIGABYTE for band in known]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"edges": edges, "event": event.pk, "through": _THROUGH})
        rows = cursor.fetchall()
    found = {known[place]: count for place, count, _unknown in rows if place < len(known)}
    past = sum(count for place, count, _unknown in rows if place >= len(known))
    return found, past, sum(unknown for _place, _count, unknown in rows)
