"""The list of customers."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.directory.models import Customer


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
