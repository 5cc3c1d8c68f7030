"""Names like one that was typed wrong, where the database has pg_trgm."""

from collections.abc import Sequence


def near(audiences: Sequence[int], wanted: str) -> list[str]:
    return []
