"""The list of customers."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.directory.models import Customer


class CustomerTable(tables.Table):
    name = tables.Column(linkify=("directory:customer", {"public_id": tables.A("public_id")}))
    tpid = tables.Column(verbose_name=_("TPID"))
    seats = tables.Column(attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    centre = tables.Column(verbose_name=_("FastTrack Center"), order_by="centre__name")

    class Meta:
        model = Customer
        fields = ("name", "tpid", "seats", "country", "centre")
        order_by = "name"
        empty_text = _("No customers here yet.")
