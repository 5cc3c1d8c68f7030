"""`{% load meetings %}`: moments that stand in an event's facts."""

from datetime import datetime

from django import template

register = template.Library()


@register.filter
def moment(text: str) -> datetime:
    """The moment behind an ISO text, for `{{ fact.start|moment|date:"j M" }}` in the reader's own zone."""
    return datetime.fromisoformat(text)
