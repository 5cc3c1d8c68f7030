"""The list of reports."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import lists
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, when
from reports.models import Report

# What a line of the list says; a snapshot stays where it is.
SHOWN = (
    *("public_id", "kind", "status", "gathered_at", "customer__name", "job__status"),
    *("engagement__title", "event__title", "minutes__engagement", "minutes__meeting__kind"),
    "minutes__meeting__engagement__customer__name",
)


class ReportTable(lists.Table):
    """Number, kind, what it is about, how things stood when."""

    caption = _("Reports")
    box_id = "reports"
    empty = {
        "title": _("No reports yet"),
        "text": _(
            "Status reports come by themselves while a migration event is scheduled or runs, and a final report when "
            "it is completed. An engagement's page makes one whenever you need it."
        ),
        "href": "/engagements/",
        "link_label": _("See the engagements"),
    }

    number = lists.NumberColumn(_("Number"))
    kind = lists.Column(verbose_name=_("Kind"))
    about = lists.Column(verbose_name=_("About"), empty_values=(), orderable=False)
    customer = lists.Column(verbose_name=_("Customer"), accessor="customer__name")
    gathered_at = lists.Column(verbose_name=_("As of"), default="–")
    status = lists.Column(verbose_name=_("State"))

    class Meta:
        model = Report
        fields = ("number", "kind", "about", "customer", "gathered_at", "status")
        order_by = "-number"

    def csv_about(self, record: Report) -> str:
        return f"{record.subject.number} {record.subject.title}"

    def csv_status(self, record: Report) -> Any:
        return _now("Not made") if record.is_stuck else record.get_status_display()

    def render_about(self, record: Report) -> Any:
        return format_html("{}<br><small>{}</small>", record.subject.title, record.subject.number)

    def render_gathered_at(self, value: Any) -> Any:
        return when(value, "short")

    def render_status(self, record: Report) -> Any:
        return state_badge(record)


def state_badge(report: Report) -> Any:
    """One badge for a report wherever it is named; work that was given up is not called queued."""
    if report.is_stuck:
        return badge("failed", _("Not made"))
    return badge(report.status, word_of(report, "status"))
