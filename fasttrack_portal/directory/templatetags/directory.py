"""Marking what was typed in what was found: `{% load directory %}`."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fasttrack_portal.directory import search

register = template.Library()


@register.simple_tag
def marked(text: str, query: str) -> SafeString:
    """The text with the typed part in <mark>; both are people's words and stay escaped."""
    pieces = search.marked(str(text), str(query))
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if hit else part,) for part, hit in pieces)
    )
