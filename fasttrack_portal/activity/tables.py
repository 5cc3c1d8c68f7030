"""The list of events."""

from typing import Any

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
        return str(record.actor or _now("Portal"))

    def render_actor(self, value: Any) -> SafeString:
        return person(value)
