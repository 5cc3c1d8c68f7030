"""The window of an event, on each of its pages: `{% load windows %}`."""

from typing import Any

from django import template
from django.utils import timezone

from migrations_svc import windows
from migrations_svc.models import MigrationEvent
from migrations_svc.permissions import side_of

register = template.Library()


@register.inclusion_tag("migrations_svc/_window.html", takes_context=True)
def window_of(context: template.Context, event: MigrationEvent) -> dict[str, Any]:
    """How long the window is open, to both sides; the clock says whether it is, not the job that closes it."""
    if event.window_closes_at is None:
        return {"window": None}
    now = timezone.now()
    return {
        "event": event,
        "side": side_of(context["request"].user, event.engagement),
        "window": {
            "is_open": windows.is_open(now, event.window_closes_at),
            "closes_at": event.window_closes_at,
            "days_left": windows.days_left(now, event.window_closes_at, event.zone),
        },
    }
