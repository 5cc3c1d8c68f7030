"""Pages of long lists, within bounds that an address cannot stretch."""

from typing import Any

from django.core.paginator import EmptyPage
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
