"""A list as a file for a spreadsheet: the rows and the order of the page, all of them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from fasttrack_portal.limits import count_one
from fasttrack_portal.lists.columns import Column, TemplateColumn
from fasttrack_portal.lists.table import Table, head_of
from fasttrack_portal.output import csv_response

_EACH_HOUR = 10
_AT_ONCE = 500
Read = Callable[[Any], Any]


def is_file_wanted(request: HttpRequest) -> bool:
    """Whether the address of a list asks for its file (`?as=csv`). Each counts: raises TooMany past the limit (R1)."""
    if request.method != "GET" or request.GET.get("as") != "csv":
        return False
    count_one("exports", str(request.user.pk), _EACH_HOUR, 3600)
    return True


def file_of(table: Table) -> StreamingHttpResponse:
    """Every row of the table.

    A cell is the value of its column, not its picture. What a table says otherwise: `csv_<column>` with `record`, and
    `also_in_file`, columns for what the page shows in small print or not at all. Cells drawn by a template are
    buttons, mostly, and left out unless there is a `csv_<column>`.
    """
    columns = [*table.columns.values(), *getattr(table, "also_in_file", ())]
    columns = [each for each in columns if not isinstance(each, TemplateColumn) or _own(table, each)]
    return file_response(table.box_id, [strip_tags(str(head_of(each))) for each in columns], _lines(table, columns))


def file_response(name: str, header: Iterable[Any], lines: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """The file, named with the day; values are written so that a spreadsheet can sort them."""
    rows = ([_plain(value) for value in line] for line in lines)
    return csv_response(f"{name}-{timezone.localdate().isoformat()}.csv", list(header), rows)


def _lines(table: Table, columns: list[Column]) -> Iterator[list[Any]]:
    rows: Iterable[Any] = table.rows
    if isinstance(rows, QuerySet):
        rows = rows.iterator(chunk_size=_AT_ONCE)
    reads: list[Read] = []
    for row in rows:
        reads = reads or [_own(table, each) or each.reader(type(row)) for each in columns]
        yield [read(row) for read in reads]


def _own(table: Table, column: Column) -> Read | None:
    return getattr(table, f"csv_{column.name}", None) if column.name else None


def _plain(value: Any) -> Any:
    if value is True or value is False:
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(each) for each in value)
    return value if value is None or isinstance(value, int | float) else str(value)
