"""The list of engagements."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from engagements.milestones import PHASE_TITLES
from engagements.models import Engagement, RemediationItem
from fasttrack_portal import lists
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, day, person

# What a line of the list of engagements says.
SHOWN = (
    *("public_id", "title", "status", "phase_code", "next_milestone", "next_on", "with_customer", "with_fasttrack"),
    *("stuck", "specialist__name", "specialist__email"),
)
_NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}


class EngagementTable(lists.Table):
    caption = _("Engagements")
    box_id = "engagements"

    title = lists.Column(verbose_name=_("Engagement"), linkify=True)
    status = lists.Column(verbose_name=_("Status"))
    phase_code = lists.Column(verbose_name=_("Phase"), orderable=False)
    next_milestone = lists.Column(verbose_name=_("Next milestone"), order_by="next_on")
    with_customer = lists.Column(verbose_name=_("With the customer"), attrs=_NUMBER, orderable=False)
    with_fasttrack = lists.Column(verbose_name=_("With FastTrack"), attrs=_NUMBER, orderable=False)
    specialist = lists.Column(verbose_name=_("Specialist"), order_by="specialist__name")

    class Meta:
        model = Engagement
        fields = ("title", "status", "phase_code", "next_milestone", "with_customer", "with_fasttrack", "specialist")
        order_by = "next_milestone"

    def __init__(self, *args: Any, is_filtered: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty = {
            "title": _("No engagement fits this filter") if is_filtered else _("No engagements yet"),
            "text": _("Clear the filter to see all that you may see.")
            if is_filtered
            else _("An engagement opens when FastTrack accepts a request for assistance."),
            "href": "",
            "link_label": "",
        }

    also_in_file = (
        lists.Column(_("Number"), accessor="number"),
        lists.Column(_("Due"), accessor="next_on"),
        lists.Column(_("Stuck"), accessor="stuck"),
    )

    def csv_phase_code(self, record: Engagement) -> str:
        return str(PHASE_TITLES.get(record.phase_code, ""))

    def render_title(self, record: Engagement) -> str:
        return format_html("{}<small>{}</small>", record.title, record.number)

    def render_status(self, record: Engagement) -> str:
        return badge(record.status, word_of(record, "status"))

    def render_phase_code(self, value: str) -> str:
        return PHASE_TITLES.get(value, "")

    def render_next_milestone(self, record: Any, value: str) -> str:
        return format_html("{}<small>{}</small>", value, day(record.next_on))

    def render_with_customer(self, record: Any, value: int) -> str:
        stuck = (
            format_html(" <small>{}</small>", _("%(count)s stuck") % {"count": record.stuck}) if record.stuck else ""
        )
        return format_html("{}{}", value, stuck)

    def render_specialist(self, record: Engagement) -> str:
        return person(record.specialist)


SEVERITY_TONES = {1: "neutral", 2: "info", 3: "warning", 4: "danger"}


class RemediationTable(lists.Table):
    """The checklist; `today` tells what is overdue."""

    caption = _("Remediation checklist")
    box_id = "remediation"

    title = lists.Column(verbose_name=_("What is to be put right"), linkify=True)
    severity = lists.Column(verbose_name=_("Severity"))
    workload = lists.Column(verbose_name=_("Workload"))
    status = lists.Column(verbose_name=_("Status"))
    assignee = lists.Column(verbose_name=_("Who does it"), order_by="assignee__name", empty_values=())
    due_on = lists.Column(verbose_name=_("Due"), empty_values=())

    class Meta:
        model = RemediationItem
        fields = ("title", "severity", "workload", "status", "assignee", "due_on")
        order_by = "-severity"

    def __init__(self, *args: Any, is_filtered: bool, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.empty = {
            "title": _("Nothing fits this filter") if is_filtered else _("Nothing is on the checklist yet"),
            "text": _("Clear the filter to see the whole checklist.")
            if is_filtered
            else _("It is made from what Assess finds: choose the workloads, then add what is special here."),
            "href": "",
            "link_label": "",
        }

    def render_title(self, record: RemediationItem) -> str:
        return format_html("{}<small>{}</small>", record.title, record.court) if record.court else record.title

    def render_severity(self, record: RemediationItem) -> str:
        return badge(f"severity_{record.severity}", word_of(record, "severity"), SEVERITY_TONES[record.severity])

    def render_status(self, record: RemediationItem) -> str:
        return badge(record.status, word_of(record, "status"))

    def render_assignee(self, record: RemediationItem) -> str:
        return person(record.assignee) if record.assignee else word_of(record, "party")

    def render_due_on(self, record: RemediationItem) -> str:
        due = day(record.due_on)
        return format_html("{}<small>{}</small>", due, _("overdue")) if record.is_overdue(self.today) else due
