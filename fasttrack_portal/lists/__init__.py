"""Lists: tables of rows, cut into pages, sorted and narrowed by what stands in the address.

A list is a class with a column for each attribute of a row that it shows, written in the app's tables.py:

    class PartnerTable(lists.Table):
        caption, box_id = _("Partners"), "partners"
        name = lists.Column(verbose_name=_("Name"), linkify=True)

Its view says `lists.list_page(request, PartnerTable(rows), "directory/partners.html")`, its template
`{% load lists list_tools %}{% list_tools %}{% render_table table %}`; where its app gets ready,
`lists.LISTS["directory:partners"] = ""` lets people keep views of it.
"""

from fasttrack_portal.lists.columns import Column, NumberColumn, TemplateColumn
from fasttrack_portal.lists.files import file_response, is_file_wanted
from fasttrack_portal.lists.kept import LISTS
from fasttrack_portal.lists.pages import PAGE_LIMIT, ROWS_LIMIT, Pages, list_page, paged
from fasttrack_portal.lists.table import Table

__all__ = [
    "LISTS",
    "PAGE_LIMIT",
    "ROWS_LIMIT",
    "Column",
    "NumberColumn",
    "Pages",
    "Table",
    "TemplateColumn",
    "file_response",
    "is_file_wanted",
    "list_page",
    "paged",
]
