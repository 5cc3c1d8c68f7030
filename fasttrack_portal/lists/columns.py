"""The columns of a list: where a cell's value comes from, and what it looks like."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Model
from django.template import Context, Template
from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fasttrack_portal.records import words_of
from fasttrack_portal.templatetags.ui import day, when

Text = str | Promise
Draw = Callable[[Any, Any], Any]  # (value, record) -> what the cell shows


class Column:
    """One column.

    `accessor` is the way to the value, the column's own name when left out: "customer__name". An attribute that is a
    method is called. A row whose value is one of `empty_values` shows `default`. `linkify` is True for the row's own
    page, or gives the address of a row. `attrs` are classes: {"th": {"class": "number"}, "td": {"class": "number"}}.
    """

    name = ""

    def __init__(
        self,
        verbose_name: Text = "",
        *,
        accessor: str = "",
        order_by: str | Iterable[str] = (),
        orderable: bool = True,
        linkify: bool | Callable[[Any], str] = False,
        attrs: dict[str, dict[str, str]] | None = None,
        default: Text = "–",
        empty_values: tuple[Any, ...] = (None, ""),
    ) -> None:
        self.verbose_name, self._accessor, self.orderable = verbose_name, accessor, orderable
        self._order_by = (order_by,) if isinstance(order_by, str) else tuple(order_by)
        self.linkify, self.default, self.empty_values = linkify, default, empty_values
        self.attrs = attrs or {}

    @property
    def header(self) -> Text:
        """What the head of the column says."""
        return self.verbose_name

    @property
    def path(self) -> str:
        return self._accessor or self.name

    @property
    def order_by(self) -> tuple[str, ...]:
        """The fields that the column sorts by."""
        return self._order_by or (self.path,)

    def link_of(self, record: Any) -> str:
        return str(self.linkify(record) if callable(self.linkify) else record.get_absolute_url())

    def reader(self, kind: type) -> Callable[[Any], Any]:
        """How the value of a row of this kind is read; a choice is read as its word."""
        if "__" in self.path:
            steps = self.path.split("__")
            return lambda record: _walk(record, steps)
        name = self.path
        if issubclass(kind, dict):
            return lambda record: record.get(name)
        if issubclass(kind, Model) and (choices := words_of(kind, name)):
            words = {value: str(word) for value, word in choices.items()}
            return lambda record: words.get(value := getattr(record, name), value)
        return lambda record: _called(getattr(record, name, None))

    def drawer(self, context: Context) -> Draw:
        """What a cell shows when the table has no `render_<name>` of its own."""
        return _plain


class NumberColumn(Column):
    """The number by which people name a row: it leads to the row's page and is never broken across lines."""

    def __init__(self, verbose_name: Text = "") -> None:
        super().__init__(
            verbose_name, accessor="number", order_by="pk", linkify=True, attrs={"td": {"class": "nowrap"}}
        )


class TemplateColumn(Column):
    """A column whose cells are small templates with `record` and `value`; for what needs a form. Others are quicker."""

    def __init__(self, template_code: str = "", *, template_name: str = "", **kwargs: Any) -> None:
        super().__init__(**{"empty_values": (), **kwargs})
        self._code, self._template_name = template_code, template_name

    @cached_property
    def _template(self) -> Template:
        return Template(self._code) if self._code else get_template(self._template_name).template  # type: ignore[attr-defined]

    def drawer(self, context: Context) -> Draw:
        def draw(value: Any, record: Any) -> Any:
            with context.push(record=record, value=value):
                drawn = self._template.render(context)
            # A template's last line end is nothing to see: the cell is empty, and a card leaves it out.
            return "" if drawn.isspace() else drawn

        return draw


def _walk(record: Any, steps: Iterable[str]) -> Any:
    value = record
    for step in steps:
        if value is None:
            return None
        value = _called(value.get(step) if isinstance(value, dict) else getattr(value, step))
    return value


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def _plain(value: Any, record: Any) -> Any:
    if value is True or value is False:
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return when(value)
    return day(value) if isinstance(value, date) else value
