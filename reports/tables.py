"""The list of reports, and the lists that come with them."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from engagements.models import Milestone
from fasttrack_portal import lists
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, when
from migrations_svc.models import Issue, MigrationRecord
from reports.models import Bundle, Report

# What a line of the list says; a snapshot stays where it is.
SHOWN = (
    *("public_id", "kind", "status", "audience", "edition", "gathered_at", "customer__name", "job__status"),
    *("centre__name", "requested_by", "engagement__title", "event__title", "minutes__meeting__kind"),
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
    customer = lists.Column(verbose_name=_("Customer"), accessor="customer__name", default="–")
    gathered_at = lists.Column(verbose_name=_("As of"), default="–")
    status = lists.Column(verbose_name=_("State"))

    class Meta:
        model = Report
        fields = ("number", "kind", "about", "customer", "gathered_at", "status")
        order_by = "-number"

    also_in_file = (
        lists.Column(verbose_name=_("For"), accessor="get_audience_display"),
        lists.Column(verbose_name=_("Edition"), accessor="edition"),
    )

    def csv_about(self, record: Report) -> str:
        return " ".join(record.about)

    def csv_status(self, record: Report) -> Any:
        return _now("Not made") if record.is_stuck else record.get_status_display()

    def render_about(self, record: Report) -> Any:
        number, title = record.about
        if number == record.number:
            return title
        return format_html("{}<br><small>{}</small>", title, number)

    def render_kind(self, record: Report) -> Any:
        """With whom it is for where that is not the team, and which edition it is where it was issued anew."""
        notes = [] if record.audience in ("customer", "all") else [word_of(record, "audience")]
        notes += [] if record.edition == 1 else [_now("edition %(n)d") % {"n": record.edition}]
        word = word_of(record, "kind")
        return format_html("{}<br><small>{}</small>", word, ", ".join(notes)) if notes else word

    def render_gathered_at(self, value: Any) -> Any:
        return when(value, "short")

    def render_status(self, record: Report) -> Any:
        return state_badge(record)


def state_badge(report: Report) -> Any:
    """One badge for a report wherever it is named; work that was given up is not called queued."""
    if report.is_stuck:
        return badge("failed", _("Not made"))
    return badge(report.status, word_of(report, "status"))


class MissingTable(lists.Table):
    """The records of a completed event that nothing has become of."""

    caption = _("Records that are unaccounted for")
    box_id = "missing"
    empty_text = _("Every record is accounted for.")

    source_address = lists.Column(verbose_name=_("Record"), linkify=True)
    display_name = lists.Column(verbose_name=_("Name"), default="–")
    status = lists.Column(verbose_name=_("State"))
    status_at = lists.Column(verbose_name=_("Since"), default="–")

    class Meta:
        model = MigrationRecord
        fields = ("source_address", "display_name", "status", "status_at")
        order_by = "source_address"

    def render_status(self, record: MigrationRecord) -> Any:
        return badge(record.status, word_of(record, "status"))

    def render_status_at(self, value: Any) -> Any:
        return when(value, "short")


class ReachedTable(lists.Table):
    """The milestones that a portfolio counts as reached."""

    caption = _("Milestones reached")
    box_id = "reached"
    empty_text = _("No milestone was reached in these days.")

    completed_on = lists.Column(verbose_name=_("Day"))
    title = lists.Column(verbose_name=_("Milestone"), linkify=True)
    customer = lists.Column(verbose_name=_("Customer"), accessor="engagement__customer__name")
    engagement = lists.Column(verbose_name=_("Engagement"), accessor="engagement__number", order_by="engagement")

    class Meta:
        model = Milestone
        fields = ("completed_on", "title", "customer", "engagement")
        order_by = "-completed_on"


class IssueTable(lists.Table):
    """The issues of the migration events of a portfolio."""

    caption = _("Issues")
    box_id = "issues"
    empty_text = _("No issue fits this filter.")

    title = lists.Column(verbose_name=_("Issue"), linkify=True)
    customer = lists.Column(verbose_name=_("Customer"), accessor="event__project__engagement__customer__name")
    event = lists.Column(verbose_name=_("Migration event"), accessor="event__number", order_by="event")
    lane = lists.Column(verbose_name=_("Who acts"))
    status = lists.Column(verbose_name=_("State"))
    created_at = lists.Column(verbose_name=_("Reported"))
    resolved_at = lists.Column(verbose_name=_("Resolved"), default="–")

    class Meta:
        model = Issue
        fields = ("title", "customer", "event", "lane", "status", "created_at", "resolved_at")
        order_by = "-created_at"

    def render_lane(self, record: Issue) -> Any:
        return word_of(record, "lane")

    def render_status(self, record: Issue) -> Any:
        return badge(record.status, word_of(record, "status"))

    def render_created_at(self, value: Any) -> Any:
        return when(value, "short")

    def render_resolved_at(self, value: Any) -> Any:
        return when(value, "short")


class BundleTable(lists.Table):
    """Files of many reports, the newest first."""

    caption = _("Files of many reports")
    box_id = "bundles"
    empty = {
        "title": _("No files yet"),
        "text": _(
            "The list of reports puts all that fit its filters into one file; an engagement has a hand-over pack."
        ),
        "href": "/reports/",
        "link_label": _("See the reports"),
    }

    number = lists.Column(verbose_name=_("Number"), linkify=True, order_by="pk")
    kind = lists.Column(verbose_name=_("Kind"))
    about = lists.Column(verbose_name=_("About"), empty_values=(), orderable=False)
    created_at = lists.Column(verbose_name=_("Asked for"))
    status = lists.Column(verbose_name=_("State"))

    class Meta:
        model = Bundle
        fields = ("number", "kind", "about", "created_at", "status")
        order_by = "-number"

    def csv_about(self, record: Bundle) -> str:
        return str(self.render_about(record))

    def render_about(self, record: Bundle) -> Any:
        return record.engagement.customer.name if record.engagement else _now("Reports of the list")

    def render_created_at(self, value: Any) -> Any:
        return when(value, "short")

    def render_status(self, record: Bundle) -> Any:
        if record.is_stuck:
            return badge("failed", _("Not made"))
        return badge(record.status, word_of(record, "status"))
