"""The lists of customers and partners."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import lists
from fasttrack_portal.directory.calendars import country_name
from fasttrack_portal.directory.models import Customer, Partner
from fasttrack_portal.templatetags.ui import day

# What a line of the list of customers says.
SHOWN = ("public_id", "name", "tpid", "seats", "country", "centre__name")


class CustomerTable(lists.Table):
    caption = _("Customers")
    box_id = "customers"
    name = lists.Column(linkify=True)
    tpid = lists.Column(verbose_name=_("TPID"), attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    seats = lists.Column(attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    country = lists.Column()
    centre = lists.Column(verbose_name=_("FastTrack Center"), order_by="centre__name", accessor="centre__name")

    class Meta:
        model = Customer
        fields = ("name", "tpid", "seats", "country", "centre")
        order_by = "name"

    def __init__(self, *args: Any, is_filtered: bool = False, is_staff: bool = False, **kwargs: Any) -> None:
        self.empty = {"title": _("No customers yet"), "text": "", "href": "", "link_label": ""}
        if is_filtered:
            self.empty["title"] = _("No customer matches") if is_staff else _("No customer of yours matches")
            self.empty["text"] = _(
                "Customers are found by the beginning of a word of their name, by a domain or a TPID."
            )
        elif not is_staff:
            self.empty["text"] = _("A customer appears here when its tenant lead agrees that you work on its behalf.")
        super().__init__(*args, **kwargs)

    def order_name(self, rows: QuerySet[Customer], is_descending: bool) -> tuple[QuerySet[Customer], bool]:
        """As the index customer_by_name stands, so that a page of a million is read from it and not sorted."""
        name = Lower("name")
        return (rows.order_by(name.desc(), "-pk") if is_descending else rows.order_by(name.asc(), "pk")), True

    def render_seats(self, value: int) -> str:
        return f"{value:,}"

    def render_country(self, value: str) -> str:
        return country_name(value)


class PartnerTable(lists.Table):
    caption = _("Partners")
    box_id = "partners"
    empty = {
        "title": _("No partners yet"),
        "text": _("A partner appears here when you agree that it works on your behalf."),
        "href": "",
        "link_label": "",
    }

    name = lists.Column(linkify=True)
    created_at = lists.Column(verbose_name=_("Since"))

    class Meta:
        model = Partner
        fields = ("name", "created_at")
        order_by = "name"

    def render_created_at(self, record: Partner) -> str:
        return day(record.created_at)
