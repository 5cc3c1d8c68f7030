"""The list of requests."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistance.models import AssistanceRequest
from fasttrack_portal import lists
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, day, when

# What a row of the list needs; a request has some sixty fields, with long texts among them.
SHOWN = (
    *("public_id", "status", "kind", "services", "app_name", "desired_on", "submitted_at"),
    *("customer__name", "partner__name"),
)
_NAMED = 3  # services named in a row; the others are counted


class RequestTable(lists.Table):
    caption = _("Requests for assistance")
    box_id = "requests"

    number = lists.NumberColumn(_("Number"))
    customer = lists.Column(verbose_name=_("Customer"), order_by="customer__name", accessor="customer__name")
    services = lists.Column(verbose_name=_("Services"), orderable=False, accessor="service_labels")
    desired_on = lists.Column(verbose_name=_("Wanted for"))
    submitted_at = lists.Column(verbose_name=_("Submitted"), order_by=("submitted_at", "pk"))
    status = lists.Column(verbose_name=_("Status"))

    also_in_file = (lists.Column(_("Partner"), accessor="partner__name"),)

    class Meta:
        fields = ("number", "customer", "services", "desired_on", "submitted_at", "status")

    def __init__(self, *args: Any, empty: dict[str, Any], **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(*args, **kwargs)

    def render_customer(self, value: str, record: AssistanceRequest) -> str | SafeString:
        if record.partner is None:
            return value
        return format_html("{} <small>{}</small>", value, _("by %(partner)s") % {"partner": record.partner.name})

    def render_services(self, value: list[str]) -> str:
        named, others = ", ".join(value[:_NAMED]), len(value) - _NAMED
        if others < 1:
            return named
        return ngettext("%(named)s and %(count)d more", "%(named)s and %(count)d more", others) % {
            "named": named,
            "count": others,
        }

    def render_desired_on(self, record: AssistanceRequest) -> SafeString:
        return day(record.desired_on)

    def render_submitted_at(self, record: AssistanceRequest) -> SafeString:
        return when(record.submitted_at, "short")

    def render_status(self, record: AssistanceRequest) -> SafeString:
        return badge(record.status, word_of(record, "status"))
