"""The lists of imports and of the lines of one."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal import lists
from fasttrack_portal.imports.models import ImportLine, ImportPlan
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, when

_NUMBER = {"td": {"class": "number"}, "th": {"class": "number"}}


class PlanTable(lists.Table):
    caption = _("Imports")
    box_id = "imports"
    empty = {
        "title": _("No list was imported yet"),
        "text": _("Choose a file above. You see what it would do before anything is written."),
        "href": "",
        "link_label": "",
    }

    name = lists.Column(linkify=True, verbose_name=_("File"))
    uploaded_by = lists.Column(verbose_name=_("By"), orderable=False)
    created_at = lists.Column(verbose_name=_("When"))
    status = lists.Column(verbose_name=_("State"))

    class Meta:
        model = ImportPlan
        fields = ("name", "uploaded_by", "created_at", "status")
        order_by = "-created_at"

    def render_created_at(self, record: ImportPlan) -> str:
        return when(record.created_at)

    def render_status(self, record: ImportPlan) -> str:
        return badge(record.status, word_of(record, "status"))


class LineTable(lists.Table):
    caption = _("Lines")
    box_id = "lines"
    empty = {"title": _("No such lines"), "text": "", "href": "", "link_label": ""}

    line = lists.Column(verbose_name=_("Line"), attrs=_NUMBER, orderable=False)
    customer = lists.Column(verbose_name=_("Customer"), empty_values=(), orderable=False)
    outcome = lists.Column(verbose_name=_("Outcome"), orderable=False)
    told = lists.TemplateColumn(
        template_name="imports/_told.html", verbose_name=_("What happens, or why not"), orderable=False, empty_values=()
    )

    class Meta:
        model = ImportLine
        fields = ("line", "customer", "outcome", "told")

    def csv_customer(self, record: ImportLine) -> str:
        return str(record.cell("name"))

    def csv_told(self, record: ImportLine) -> str:
        return record.reason or "; ".join(record.does)

    def render_customer(self, record: ImportLine) -> str:
        return str(record.cell("name")) or "–"

    def render_outcome(self, record: ImportLine) -> str:
        return badge(_TONES[record.outcome], word_of(record, "outcome"), _TONES[record.outcome])


_TONES = {"new": "success", "changed": "info", "unchanged": "neutral", "refused": "danger"}
