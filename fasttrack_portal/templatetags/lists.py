"""`{% load lists %}{% render_table table %}`: a list as a table, as cards on a small screen, with its pages."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fasttrack_portal.lists.columns import Column
from fasttrack_portal.lists.table import Table, head_of
from fasttrack_portal.templatetags.ui import icon, pager

register = template.Library()

_BOX = '<div class="table-box" id="{}">{}{}</div>'
_TABLE = (
    '<div class="table-scroll" tabindex="0" role="region" aria-label="{label}"><table class="table table-cards">'
    '{caption}<thead hx-boost="true" hx-target="#{box}" hx-select="#{box}" hx-swap="outerHTML"'
    ' hx-select-oob="#list-tools,#list-sort" hx-push-url="true">'
    "<tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
)


@register.simple_tag(takes_context=True)
def render_table(context: template.Context, table: Table) -> SafeString:
    """The list with its caption, its head that sorts, and its pager; or why it is empty and what to do next."""
    rows = table.shown()
    if not len(rows):
        return format_html(_BOX, table.box_id, _nothing(table), "")
    heads = {name: head_of(column) for name, column in table.columns.items()}
    drawn = format_html(
        _TABLE,
        label=table.caption or _("List"),
        caption=format_html('<caption class="visually-hidden">{}</caption>', table.caption) if table.caption else "",
        box=table.box_id,
        heads=_heads(context, table, heads),
        rows=_rows(context, table, heads, rows),
    )
    pages = pager(context, table.page, target=table.box_id) if table.page is not None else ""
    return format_html(_BOX, table.box_id, drawn, pages)


def _rows(context: template.Context, table: Table, heads: dict[str, Any], rows: Any) -> SafeString:
    # Each cell names its column, so that a row reads as a card on a small screen.
    opening = [
        format_html('<td{} data-label="{}">', _class(column, "td"), strip_tags(heads[name]))
        for name, column in table.columns.items()
    ]
    row = "".join(f"{each.replace('{', '{{').replace('}', '}}')}{{}}</td>" for each in opening)
    cells = table.cells(type(rows[0]), context)
    return format_html_join("", f"<tr>{row}</tr>", ([cell(record) for cell in cells] for record in rows))


def _heads(context: template.Context, table: Table, heads: dict[str, Any]) -> SafeString:
    sorted_by = {name.removeprefix("-"): name for name in table.order_by}
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else None
    if query is not None:
        query.pop("page", None)
        query.pop("sort", None)
    kept = f"&{rest}" if query and (rest := query.urlencode()) else ""
    return format_html_join(
        "", "{}", ((_head(column, heads[name], sorted_by.get(name), kept),) for name, column in table.columns.items())
    )


def _head(column: Column, header: Any, sorted_by: str | None, kept: str) -> SafeString:
    if not column.orderable:
        return format_html('<th scope="col"{}>{}</th>', _class(column, "th"), header)
    if sorted_by is None:
        way, mark, following = "", "chevron-up-down", column.name
    elif sorted_by.startswith("-"):
        way, mark, following = format_html(' aria-sort="{}"', "descending"), "chevron-down", column.name
    else:
        way, mark, following = format_html(' aria-sort="{}"', "ascending"), "chevron-up", f"-{column.name}"
    return format_html(
        '<th scope="col"{}{}><a class="table-sort" href="?sort={}{}">{}{}</a></th>',
        _class(column, "th"),
        way,
        following,
        kept,
        header,
        icon(mark, "micro", 16),
    )


def _class(column: Column, part: str) -> SafeString | str:
    name = column.attrs.get(part, {}).get("class", "")
    return format_html(' class="{}"', name) if name else ""


def _nothing(table: Table) -> str:
    said = table.empty or {"title": table.empty_text or _("Nothing here yet")}
    return render_to_string("components/empty.html", {"text": "", "href": "", "link_label": "", **said})
