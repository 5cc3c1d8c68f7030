"""The list of migration events and the list of an event's records."""

from typing import Any

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import lists
from fasttrack_portal.records import word_of
from fasttrack_portal.templatetags.ui import badge, when
from migrations_svc import totals
from migrations_svc.models import ListLine, MigrationEvent, MigrationRecord
from migrations_svc.models.record import SOURCE

# What a line of the list says.
SHOWN = (
    *("public_id", "title", "status", "window", "scheduled_for", "totals"),
    *("project__source", "project__engagement__customer__name"),
)
NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}


class EventTable(lists.Table):
    """Events of one engagement or of many; `customer` is left out where it is always the same."""

    caption = _("Migration events")
    box_id = "events"
    number = lists.NumberColumn(_("Event"))
    customer = lists.Column(
        verbose_name=_("Customer"),
        accessor="project__engagement__customer__name",
        order_by="project__engagement__customer__name",
    )
    source = lists.Column(verbose_name=_("From"), accessor="project__get_source_display", orderable=False)
    status = lists.Column(verbose_name=_("Status"))
    scheduled_for = lists.Column(verbose_name=_("Starts"), default="")
    records = lists.Column(verbose_name=_("Moved"), accessor="totals", orderable=False, attrs=NUMBER)

    also_in_file = (
        lists.Column(_("Title"), accessor="title"),
        lists.Column(_("Records"), accessor="record_count"),
        lists.Column(_("Window"), accessor="get_window_display"),
    )

    class Meta:
        order_by = "-number"

    def render_number(self, record: MigrationEvent) -> SafeString:
        return format_html("{} <small>{}</small>", record.number, record.title)

    def render_status(self, record: MigrationEvent) -> SafeString:
        mark = badge(record.status, word_of(record, "status"))
        if record.window == record.Window.OPEN:
            return format_html("{} {}", mark, badge("window_open", word_of(record, "window")))
        return mark

    def render_scheduled_for(self, record: MigrationEvent) -> SafeString:
        return when(record.scheduled_for)

    def csv_status(self, record: MigrationEvent) -> str:
        return record.get_status_display()

    def csv_records(self, record: MigrationEvent) -> int:
        return totals.moved(record.totals)

    def render_records(self, record: MigrationEvent) -> str:
        return f"{totals.moved(record.totals):,} / {record.record_count:,}"

    def order_scheduled_for(self, rows: QuerySet[MigrationEvent], is_descending: bool) -> tuple[Any, bool]:
        return rows.order_by("-scheduled_for" if is_descending else "scheduled_for", "-pk"), True


class RecordTable(lists.Table):
    """Up to 100,000 records: sorted by what has an index."""

    caption = _("Records")
    box_id = "records"
    source_address = lists.Column(verbose_name=_("Source"))
    target_address = lists.Column(verbose_name=_("Target"), orderable=False)
    kind = lists.Column(verbose_name=_("Kind"), accessor="get_kind_display", orderable=False)
    size_bytes = lists.Column(verbose_name=_("Size"), attrs=NUMBER)
    status = lists.Column(verbose_name=_("State"))
    items_moved = lists.Column(verbose_name=_("Items"), orderable=False, attrs=NUMBER)
    message = lists.Column(verbose_name=_("Message"), orderable=False, default="")
    status_at = lists.Column(verbose_name=_("Since"), orderable=False)

    class Meta:
        order_by = "source_address"
        empty_text = _("No record matches. Clear the filters to see all of them.")

    def render_source_address(self, record: MigrationRecord) -> SafeString:
        link = format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.source_address)
        return format_html("{} <small>{}</small>", link, record.display_name) if record.display_name else link

    def render_size_bytes(self, value: int) -> str:
        return filesizeformat(value)

    def render_status(self, record: MigrationRecord) -> SafeString:
        mark = badge(record.status, word_of(record, "status"))
        if not record.doubted_status:
            return mark
        said = _("the last file says: %(state)s") % {"state": word_of(record, "doubted_status")}
        return format_html("{} <small>{}</small>", mark, said)

    def render_items_moved(self, value: int) -> str:
        return f"{value:,}"

    def render_status_at(self, record: MigrationRecord) -> SafeString:
        return when(record.status_at, "short")

    def order_source_address(self, rows: QuerySet[MigrationRecord], is_descending: bool) -> tuple[Any, bool]:
        return rows.order_by(
            SOURCE.desc() if is_descending else SOURCE.asc(), "-kind" if is_descending else "kind"
        ), True

    def order_size_bytes(self, rows: QuerySet[MigrationRecord], is_descending: bool) -> tuple[Any, bool]:
        return _then_id(rows, "size_bytes", is_descending), True

    def order_status(self, rows: QuerySet[MigrationRecord], is_descending: bool) -> tuple[Any, bool]:
        return _then_id(rows, "status", is_descending), True


class LineTable(lists.Table):
    """The lines of a file, and what each of them comes to."""

    caption = _("Lines")
    box_id = "lines"
    empty: Any = {"title": _("No such lines"), "text": "", "href": "", "link_label": ""}
    line = lists.Column(verbose_name=_("Line"), attrs=NUMBER, orderable=False)
    source_address = lists.Column(verbose_name=_("Source"), orderable=False, default="–")
    target_address = lists.Column(verbose_name=_("Target"), orderable=False, default="–")
    outcome = lists.Column(verbose_name=_("Outcome"), orderable=False)
    told = lists.TemplateColumn(
        template_name="migrations_svc/_told.html",
        verbose_name=_("What happens, or why not"),
        orderable=False,
        empty_values=(),
    )

    def render_outcome(self, record: ListLine) -> SafeString:
        return badge(_TONES[record.outcome], record.get_outcome_display(), _TONES[record.outcome])


_TONES = {"new": "success", "changed": "info", "unchanged": "neutral", "refused": "danger"}


def _then_id(rows: QuerySet[MigrationRecord], field: str, is_descending: bool) -> QuerySet[MigrationRecord]:
    """In the order of the index, so that a page is read and nothing is sorted."""
    sign = "-" if is_descending else ""
    return rows.order_by(f"{sign}{field}", f"{sign}id")
