"""The parts of a report, for paper and screen alike: `{% load parts %}`."""

from collections.abc import Sized
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports import links
from reports.pages.words import count

register = template.Library()

# A part with fewer rows than this stays on one page.
_FEW = 9


@register.simple_block_tag(takes_context=True)
def part(
    context: template.Context,
    content: str,
    title: Any,
    layout: str = "",
    rows: Sized | None = None,
    to: str = "",
) -> SafeString:
    """`{% part heading %}...{% endpart %}`: a heading and what stands under it. On paper `layout` says where it begins,
    or `rows` that it is short enough to stay whole; on screen `to` names the list that shows how it is now."""
    layout = layout or ("together" if rows is not None and len(rows) < _FEW else "")
    is_paper = context["is_paper"]
    href = "" if is_paper else links.address(context["links"], to)
    told = {"content": content, "title": title, "layout": layout, "href": href, "is_paper": is_paper}
    return render_to_string("reports/_part.html", told)


@register.simple_tag(takes_context=True)
def counted(context: template.Context, number: int | str, trace: str, of: object = "") -> str:
    """`{% counted row.count "records?status=failed" %}`: a number that leads to the list of what it counts, on paper
    and screen alike. Nothing leads nowhere, and neither does what has no list."""
    said = number if isinstance(number, str) else count(number)
    href = links.address(context["links"], trace, of) if trace and said != "0" else ""
    return format_html('<a class="counted" href="{}">{}</a>', href, said) if href else said


@register.simple_block_tag(takes_context=True)
def grid(context: template.Context, content: str, caption: Any) -> SafeString:
    """`{% grid caption %}...{% endgrid %}`: a table; on a narrow screen it scrolls in its own box."""
    told = {"content": content, "caption": caption, "is_paper": context["is_paper"]}
    return render_to_string("reports/_grid.html", told)
