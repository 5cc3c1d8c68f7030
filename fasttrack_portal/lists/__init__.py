"""Lists: tables of rows, cut into pages, sorted and narrowed by what stands in the address.

A list is a class with a column for each attribute of a row that it shows, written in the app's tables.py:

    class PartnerTable(lists.Table):
        caption, box_id = _("Partners"), "partners"
        name = lists.Column(verbose_name=_("Name"), linkify=True)

Its view says `lists.paged(request, PartnerTable(rows))`, its template `{% load lists %}{% render_table table %}`.
"""

from fasttrack_portal.lists.columns import Column, TemplateColumn
from fasttrack_portal.lists.pages import PAGE_LIMIT, ROWS_LIMIT, Pages, paged
from fasttrack_portal.lists.table import Table

__all__ = ["PAGE_LIMIT", "ROWS_LIMIT", "Column", "Pages", "Table", "TemplateColumn", "paged"]
