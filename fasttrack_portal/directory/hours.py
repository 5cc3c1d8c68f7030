"""The hours and closures of centres, remembered for ten minutes: every page that counts working days asks for them."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.core.cache import cache

from fasttrack_portal.directory.models import CenterClosure, CenterHours, FastTrackCenter

_SECONDS = 600
_PARTS = ("hours", "closures")


def lay_ready(centres: Iterable[FastTrackCenter]) -> None:
    """Puts hours and closures on each centre as a prefetch does; what was changed is seen with the next version of the
    centre, at the latest after ten minutes."""
    by_key: dict[str, list[FastTrackCenter]] = {}
    for centre in centres:
        by_key.setdefault(_key(centre), []).append(centre)
    known = cache.get_many(list(by_key))
    for key, same in by_key.items():
        rows = known.get(key)
        if rows is None:
            rows = [list(getattr(same[0], part).all()) for part in _PARTS]
            cache.set(key, rows, _SECONDS)
        for centre in same:
            _put(centre, rows)


def _key(centre: FastTrackCenter) -> str:
    return f"centre-hours:{centre.pk}:{centre.version}"


def _put(centre: Any, rows: list[list[Any]]) -> None:
    kept = centre.__dict__.setdefault("_prefetched_objects_cache", {})
    for part, found in zip(_PARTS, rows, strict=True):
        if part not in kept:
            queryset = getattr(centre, part).all()
            queryset._result_cache, queryset._prefetch_done = found, True
            kept[part] = queryset


def supposed(
    centre: FastTrackCenter,
    *,
    hours: Iterable[CenterHours] | None = None,
    closures: Iterable[CenterClosure] = (),
    **facts: Any,
) -> FastTrackCenter:
    """The centre as it would be with other facts, other hours, or more closures: nothing is saved."""
    there = copy(centre)
    there._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    for name, value in facts.items():
        setattr(there, name, value)
    _put(there, [list(centre.hours.all() if hours is None else hours), [*centre.closures.all(), *closures]])
    return there
