"""Pages of long lists, within bounds that an address cannot stretch."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from fasttrack_portal.lists.files import file_of, is_file_wanted
from fasttrack_portal.lists.table import Table

PAGE_LIMIT = 10_000
ROWS_LIMIT = 100

TableT = TypeVar("TableT", bound=Table)


class Pages(Paginator):
    """Never counts the rows, it looks one row ahead; past the bounds it shows what there is, not a failure (B1)."""

    is_lazy = True
    num_pages = 1  # as far as is known: the page that was read, and one more when a row follows it

    def __init__(self, object_list: Any, per_page: int, *, keys_first: bool = False, **kwargs: Any) -> None:
        super().__init__(object_list, min(max(per_page, 1), ROWS_LIMIT), **kwargs)
        self.keys_first = keys_first

    def get_page(self, number: Any) -> Page[Any]:
        """The page of that number, else the first."""
        try:
            return self.page(max(int(number), 1))
        except (TypeError, ValueError, EmptyPage):
            return self.page(1)

    def page(self, number: int | str) -> Page[Any]:
        number = int(number)
        if number > PAGE_LIMIT:
            raise EmptyPage("no list is that long")
        first = (number - 1) * self.per_page
        rows = list(self._between(first, first + self.per_page + 1))
        if number > 1 and not rows:
            raise EmptyPage("that page has no rows")
        self.num_pages = number + (len(rows) > self.per_page)
        return Page(rows[: self.per_page], number, self)

    def _between(self, first: int, end: int) -> Iterable[Any]:
        rows = cast("QuerySet[Any]", self.object_list)
        if not self.keys_first:
            return rows[first:end]
        keys = list(rows.select_related(None).values_list("pk", flat=True)[first:end])
        return rows.filter(pk__in=keys) if keys else ()


def list_page(
    request: HttpRequest,
    table: Table,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    per_page: int = 25,
    status: int = 200,
) -> HttpResponseBase:
    """A page of the list in its template, as `table`; or with `?as=csv` all its rows as a file."""
    if is_file_wanted(request):
        _sort(request, table)
        return file_of(table)
    return render(request, template, {**(context or {}), "table": paged(request, table, per_page)}, status=status)


def paged(request: HttpRequest, table: TableT, per_page: int = 25) -> TableT:
    """The table sorted and cut as the address says (`?sort=`, `?page=`); columns that it does not have sort nothing."""
    table.request = request
    _sort(request, table)
    with suppress(KeyError, ValueError):
        per_page = int(request.GET["per_page"])
    # What is there already is as quickly counted as not.
    is_counted = isinstance(table.rows, Sequence)
    if is_counted:
        pages = Paginator(table.rows, min(max(per_page, 1), ROWS_LIMIT))
    else:
        pages = Pages(table.rows, per_page, keys_first=table.keys_first)
    table.page = pages.get_page(request.GET.get("page") or 1)
    return table


def _sort(request: HttpRequest, table: Table) -> None:
    if asked := [name for name in request.GET.getlist("sort") if table.can_sort(name)]:
        table.sort(asked)
