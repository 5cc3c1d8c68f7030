"""The list of events."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import lists
from fasttrack_portal.activity.models import Event
from fasttrack_portal.templatetags.ui import person

# What a line of the list says.
SHOWN = ("at", "kind", "data", "actor__name", "actor__email", "customer__name")


class EventTable(lists.Table):
    caption = _("Audit")
    box_id = "audit"
    at = lists.Column(verbose_name=_("When"))
    actor = lists.Column(verbose_name=_("Who"), default=_("Portal"), orderable=False)
    sentence = lists.Column(verbose_name=_("What"), orderable=False)

    class Meta:
        model = Event
        fields = ("at", "actor", "sentence", "kind", "customer")
        order_by = "-at"
        empty_text = _("Nothing has happened yet.")

    def csv_actor(self, record: Event) -> str:
        actor = str(record.actor or _now("Portal"))
        return f"{actor} ({_now('by program')})" if record.fact("channel") else actor

    def render_actor(self, value: Any, record: Event) -> SafeString:
        who = person(value)
        if record.fact("channel"):
            return format_html('{} <span class="muted small">{}</span>', who, _now("by program"))
        return who
