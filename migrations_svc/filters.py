"""What the lists of events and records can be narrowed to; the address holds it."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import Reason
from migrations_svc.models import MigrationEvent, MigrationRecord
from migrations_svc.models.record import MigrationRecordQuerySet

_SEARCH = forms.TextInput(attrs={"type": "search", "maxlength": 200, "autocomplete": "off"})


class EventFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Title"), field_name="title", lookup_expr="icontains", max_length=200, widget=_SEARCH
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=MigrationEvent.Status.choices, empty_label=_("Any status")
    )
    window = django_filters.ChoiceFilter(
        label=_("Window"), choices=MigrationEvent.Window.choices, empty_label=_("Any window")
    )

    class Meta:
        model = MigrationEvent
        fields: list[str] = []


# States that reports count together, by the code of the group.
GROUPS: dict[str, tuple[Reason, tuple[str, ...]]] = {
    "waiting": (_("Waiting to start (queued, validating)"), ("queued", "validating")),
    "under_way": (_("Under way (syncing, synced, completing)"), ("syncing", "synced", "completing")),
    "to_come": (_("Still to come (waiting or under way)"), ("queued", "validating", "syncing", "synced", "completing")),
    "moved": (_("Moved (completed, also with warnings)"), ("completed", "completed_with_warnings")),
    "lost": (_("Failed or stopped"), ("failed", "stopped")),
}


class RecordFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Address or name"),
        help_text=_("The beginning of an address, a name or a family name."),
        method="narrow",
        max_length=200,
        widget=_SEARCH,
    )
    status = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[*MigrationRecord.Status.choices, *((code, label) for code, (label, _states) in GROUPS.items())],
        method="in_state",
        empty_label=_("Any state"),
    )
    on = django_filters.DateFilter(
        label=_("State reached on"), method="of_day", widget=forms.DateInput(attrs={"type": "date"})
    )
    doubt = django_filters.BooleanFilter(
        label=_("Put back by the last file"), method="doubted", widget=forms.CheckboxInput
    )

    class Meta:
        model = MigrationRecord
        fields: list[str] = []

    def __init__(self, *args: Any, event: MigrationEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event

    def narrow(self, rows: MigrationRecordQuerySet, name: str, value: str) -> QuerySet[MigrationRecord]:
        return rows.that_begin_with(value)

    def in_state(self, rows: QuerySet[MigrationRecord], name: str, value: str) -> QuerySet[MigrationRecord]:
        return rows.filter(status__in=GROUPS[value][1] if value in GROUPS else [value])

    def of_day(self, rows: QuerySet[MigrationRecord], name: str, value: date) -> QuerySet[MigrationRecord]:
        """A day where the event is, as reports count them."""
        zone = ZoneInfo(self.event.zone)
        return rows.filter(status_at__range=[datetime.combine(value, clock, zone) for clock in (time.min, time.max)])

    def doubted(self, rows: QuerySet[MigrationRecord], name: str, value: bool) -> QuerySet[MigrationRecord]:
        return rows.exclude(doubted_status="") if value else rows
