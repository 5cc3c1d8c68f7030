"""The lists of customers and partners."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.directory.models import Customer, Partner
from fasttrack_portal.templatetags.ui import day


class CustomerTable(tables.Table):
    caption = _("Customers")
    box_id = "customers"
    empty = {
        "title": _("No customers yet"),
        "text": _("A customer appears here when its tenant lead agrees that you work on its behalf."),
        "href": "",
        "link_label": "",
    }

    name = tables.Column(linkify=("directory:customer", {"public_id": tables.A("public_id")}))
    tpid = tables.Column(verbose_name=_("TPID"), attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    seats = tables.Column(attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    country = tables.Column()
    centre = tables.Column(verbose_name=_("FastTrack Center"), order_by="centre__name", accessor="centre__name")

    class Meta:
        model = Customer
        fields = ("name", "tpid", "seats", "country", "centre")
        order_by = "name"

    def render_seats(self, value: int) -> str:
        return f"{value:,}"


class PartnerTable(tables.Table):
    caption = _("Partners")
    box_id = "partners"
    empty = {
        "title": _("No partners yet"),
        "text": _("A partner appears here when you agree that it works on your behalf."),
        "href": "",
        "link_label": "",
    }

    name = tables.Column(linkify=True)
    created_at = tables.Column(verbose_name=_("Since"))

    class Meta:
        model = Partner
        fields = ("name", "created_at")
        order_by = "name"

    def render_created_at(self, record: Partner) -> str:
        return day(record.created_at)
