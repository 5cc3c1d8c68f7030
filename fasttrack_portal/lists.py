"""Pages of long lists, within bounds that an address cannot stretch."""

from copy import copy
from typing import Any

import django_tables2 as tables
from django.core.paginator import EmptyPage
from django.http import HttpRequest
from django_tables2 import RequestConfig
from django_tables2.paginators import LazyPaginator

PAGE_LIMIT = 10_000
ROWS_LIMIT = 100


class Pages(LazyPaginator):
    """Never counts the rows; `?per_page=` and `?page=` past the bounds show what there is instead of failing (B1)."""

    def __init__(self, object_list: Any, per_page: int, **kwargs: Any) -> None:
        super().__init__(object_list, min(max(per_page, 1), ROWS_LIMIT), **kwargs)

    def validate_number(self, number: Any) -> int:
        page: int = super().validate_number(number)
        if page > PAGE_LIMIT:
            raise EmptyPage("no list is that long")
        return page


def paged(request: HttpRequest, table: tables.Table, per_page: int = 25) -> tables.Table:
    """The table sorted and cut as the address says (`?sort=`, `?page=`); columns that it does not have sort nothing."""
    named, typed = table.prefixed_order_by_field, request.GET.copy()
    known = [name for name in request.GET.getlist(named) if name.removeprefix("-") in table.columns.names()]
    typed.setlist(named, known)
    asked = copy(request)
    asked.GET = typed  # type: ignore[assignment]
    RequestConfig(asked, paginate={"per_page": per_page, "paginator_class": Pages}).configure(table)
    table.request = request
    return table
