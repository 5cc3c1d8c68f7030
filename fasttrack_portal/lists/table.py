"""A table of rows: its columns, its order, its cells. Drawn in plain Python, since a template a cell is slow."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from inspect import signature
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template import Context
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from fasttrack_portal.lists.columns import Column

Cell = Callable[[Any], Any]


class Table:
    """Rows in columns.

    What a subclass says: the columns; `caption`, for screen readers; `box_id`, for htmx; `empty` (title, text, href,
    link_label), what stands there when there are no rows, or `empty_text` in its Meta. `render_<column>` with `value`,
    `record` or both draws a cell, `order_<column>(rows, is_descending)` gives (rows, True) in an order of its own.
    In Meta: `model` and `fields` (also the order of the columns), `exclude`, `order_by`, `empty_text`.
    """

    caption: ClassVar[str | Promise] = ""
    box_id: ClassVar[str] = "table"
    empty: Any = None
    empty_text: ClassVar[str | Promise] = ""
    columns_of_class: ClassVar[dict[str, Column]] = {}
    request: HttpRequest | None = None
    page: Page[Any] | None = None
    # Whether the rows of a page are chosen by their keys before anything is joined to them: one statement more, for a
    # list whose rows are found by what stands in other tables (decision 0010).
    keys_first: bool = False
    _order: ClassVar[tuple[str, ...]] = ()
    _wanted: ClassVar[dict[str, frozenset[str]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        meta = cls.__dict__.get("Meta")
        found = dict(cls.columns_of_class)
        for name, column in list(vars(cls).items()):
            if isinstance(column, Column):
                found[name] = column
                delattr(cls, name)
        fields = tuple(getattr(meta, "fields", ()))
        for name in fields:
            found.setdefault(name, Column())
        first = tuple(getattr(meta, "sequence", fields))
        names = [*first, *(name for name in found if name not in first)]
        gone = set(getattr(meta, "exclude", ()))
        model = getattr(meta, "model", None)
        cls.columns_of_class = {name: _named(found[name], name, model) for name in names if name not in gone}
        cls.empty_text = getattr(meta, "empty_text", cls.empty_text)
        order = getattr(meta, "order_by", cls._order)
        cls._order = (order,) if isinstance(order, str) else tuple(order)
        cls._wanted = {
            name: frozenset(signature(getattr(cls, f"render_{name}")).parameters) - {"self"}
            for name in cls.columns_of_class
            if hasattr(cls, f"render_{name}")
        }

    def __init__(
        self, rows: Any, *, order_by: str | Iterable[str] = (), exclude: Iterable[str] = (), request: Any = None
    ) -> None:
        self.rows: QuerySet[Any] | Sequence[Any] = rows
        self.request = request
        gone = set(exclude)
        self.columns = {name: column for name, column in self.columns_of_class.items() if name not in gone}
        self.order_by: tuple[str, ...] = ()
        wished = (order_by,) if isinstance(order_by, str) else tuple(order_by)
        self.sort([name for name in wished or self._order if self.can_sort(name)])

    # --- Order ------------------------------------------------------------------------------------------------------
    def can_sort(self, name: str) -> bool:
        """Whether the list has such a column (`-name` is the other way round) that sorts."""
        column = self.columns.get(name.removeprefix("-"))
        return column is not None and column.orderable

    def sort(self, names: Sequence[str]) -> None:
        """In the order of these columns; rows that agree in them keep one order, so that no page repeats a row."""
        self.order_by = tuple(names)
        if not names:
            return
        if not isinstance(self.rows, QuerySet):
            for name in reversed(names):
                _sort_in_place(self, name)
            return
        fields: list[str] = []
        for name in names:
            bare, is_descending = name.removeprefix("-"), name.startswith("-")
            if own := getattr(self, f"order_{bare}", None):
                rows, is_done = own(self.rows, is_descending)
                if is_done:
                    self.rows = rows
                    return
            fields += [_turned(field) if is_descending else field for field in self.columns[bare].order_by]
        if not any(field.removeprefix("-") in ("pk", "id") for field in fields):
            fields.append("-pk" if fields[0].startswith("-") else "pk")
        self.rows = self.rows.order_by(*fields)

    # --- Cells ------------------------------------------------------------------------------------------------------
    def shown(self) -> Sequence[Any]:
        """The rows of this page."""
        rows: Sequence[Any] = self.page.object_list if self.page is not None else self.rows  # type: ignore[assignment]
        return rows

    def cells(self, kind: type, context: Context) -> list[Cell]:
        """A function for each column that draws its cell of a row of this kind."""
        return [self._cell(name, column, kind, context) for name, column in self.columns.items()]

    def _cell(self, name: str, column: Column, kind: type, context: Context) -> Cell:
        read, default, empty_values = column.reader(kind), column.default, column.empty_values
        draw = self._drawer(name, column, context)

        def cell(record: Any) -> Any:
            value = read(record)
            return default if value in empty_values else draw(value, record)

        def linked(record: Any) -> Any:
            value = read(record)
            if value in empty_values:
                return default
            return format_html('<a href="{}">{}</a>', column.link_of(record), draw(value, record))

        return linked if column.linkify else cell

    def _drawer(self, name: str, column: Column, context: Context) -> Callable[[Any, Any], Any]:
        wanted = self._wanted.get(name)
        if wanted is None:
            return column.drawer(context)
        render = getattr(self, f"render_{name}")
        if wanted == {"value"}:
            return lambda value, record: render(value=value)
        if wanted == {"record"}:
            return lambda value, record: render(record=record)
        return lambda value, record: render(value=value, record=record)


def _named(column: Column, name: str, model: type[Model] | None) -> Column:
    """The column as the table of a model has it: what it does not say itself is said by the field."""
    own = copy(column)
    own.name = name
    if not own.verbose_name and type(own).header is Column.header:
        own.verbose_name = _verbose_name(model, own.path) or name.replace("_", " ")
    return own


def _verbose_name(model: type[Model] | None, path: str) -> str | Promise:
    if model is None or "__" in path:
        return ""
    try:
        return getattr(model._meta.get_field(path), "verbose_name", "")
    except FieldDoesNotExist:
        return ""


def head_of(column: Column) -> str | SafeString:
    """The words of a column's head, beginning with a capital."""
    header = column.header
    return header if isinstance(header, SafeString) else capfirst(str(header))


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _sort_in_place(table: Table, name: str) -> None:
    """Rows that are no query are sorted here; what has no value comes last."""
    column = table.columns[name.removeprefix("-")]
    rows = list(table.rows)

    def value(record: Any, path: str) -> Any:
        for step in path.split("__"):
            record = record.get(step) if isinstance(record, dict) else getattr(record, step, None)
        return record

    for field in reversed(column.order_by):
        path, is_reversed = field.removeprefix("-"), field.startswith("-") != name.startswith("-")
        there = [row for row in rows if value(row, path) is not None]
        there.sort(key=lambda row: value(row, path), reverse=is_reversed)
        rows = there + [row for row in rows if value(row, path) is None]
    table.rows = rows
