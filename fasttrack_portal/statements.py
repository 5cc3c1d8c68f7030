"""Statements written once a process: what Django makes of a short query costs more than its answer."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Value = int | str | tuple[int, ...]
Rows = list[tuple[Any, ...]]
_FAR = -(10**15)  # no row has such an id


def once(make: Callable[..., "QuerySet[Any, Any]"]) -> Callable[..., Rows]:
    """The rows of what `make` asks, a `values_list` of plain columns, for the ids, texts and tuples of ids given.

    `make` is called with stand-ins for them, once for each number of ids in the tuples: what it asks may follow from
    that number and from nothing else about them.
    """

    @cache
    def written(shape: tuple[str | int, ...]) -> tuple[str, list[tuple[int | None, Any]]] | None:
        stand_ins = [_stand_in(each, number) for number, each in enumerate(shape)]
        places = {value: place for place, value in enumerate(_flat(stand_ins))}
        try:
            statement, values = make(*stand_ins).query.sql_with_params()
        except EmptyResultSet:
            return None  # as of no ids at all
        return statement, [(places.get(each) if isinstance(each, int | str) else None, each) for each in values]

    def rows(*given: Value) -> Rows:
        if (found_out := written(tuple(map(_shape, given)))) is None:
            return []
        statement, values = found_out
        flat = list(_flat(given))
        with connection.cursor() as cursor:
            cursor.execute(statement, [each if place is None else flat[place] for place, each in values])
            found: Rows = cursor.fetchall()
            return found

    return rows


def _flat(given: Iterable[Value]) -> Iterable[int | str]:
    for each in given:
        if isinstance(each, tuple):
            yield from each
        else:
            yield each


def _shape(value: Value) -> str | int:
    return len(value) if isinstance(value, tuple) else type(value).__name__


def _stand_in(shape: str | int, number: int) -> Value:
    if isinstance(shape, int):
        return tuple(_FAR - 10_000 * number - at for at in range(shape))
    return f"stands in for {number}" if shape == "str" else _FAR - 10_000 * number
