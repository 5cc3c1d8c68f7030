"""What the queue can be narrowed to; the state stands in the address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assistance import loads, queue
from assistance.models import AssistanceRequest
from assistance.services import SERVICES
from fasttrack_portal.directory.models import FastTrackCenter

NOBODY = "nobody"


class QueueFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Customer or number")}),
    )
    centre = django_filters.ChoiceFilter(
        label=_("FastTrack Center"), field_name="centre__code", empty_label=_("All centres")
    )
    court = django_filters.ChoiceFilter(
        label=_("Whose turn"),
        choices=[("fasttrack", _("FastTrack")), ("customer", _("The customer"))],
        method="in_court",
        empty_label=_("Either side"),
    )
    service = django_filters.ChoiceFilter(
        label=_("Service"), choices=list(SERVICES.items()), method="with_service", empty_label=_("Any service")
    )
    language = django_filters.ChoiceFilter(
        label=_("Language"), field_name="customer__language", empty_label=_("Any language")
    )
    reviewer = django_filters.ChoiceFilter(label=_("Reviewer"), method="read_by", empty_label=_("Anybody"))
    overdue = django_filters.BooleanFilter(label=_("Only overdue"), method="late", widget=forms.CheckboxInput)

    class Meta:
        model = AssistanceRequest
        fields = ["q", "centre", "court", "service", "language", "reviewer", "overdue"]

    def __init__(
        self,
        *args: Any,
        centres: list[FastTrackCenter],
        people: list[queue.Load],
        languages: list[str],
        overdue: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._overdue = overdue
        self.filters["centre"].extra["choices"] = [(centre.code, centre.name) for centre in centres]
        self.filters["language"].extra["choices"] = [(code, loads.language_name(code)) for code in languages]
        self.filters["reviewer"].extra["choices"] = [
            (NOBODY, _("Nobody yet")),
            *((str(load.person.public_id), str(load.person)) for load in people),
        ]
        if len(centres) < 2:
            del self.filters["centre"]

    def search(self, asks: QuerySet[AssistanceRequest], name: str, value: str) -> QuerySet[AssistanceRequest]:
        found = Q(customer__name__icontains=value)
        digits = value.upper().removeprefix("REQ-").lstrip("0")
        # Twelve digits are more requests than there will be; longer ones do not fit the column.
        if digits.isascii() and digits.isdigit() and len(digits) <= 12:
            found |= Q(pk=int(digits))
        return asks.filter(found)

    def in_court(self, asks: QuerySet[AssistanceRequest], name: str, value: str) -> QuerySet[AssistanceRequest]:
        return asks.filter(status__in=queue.OURS if value == "fasttrack" else queue.THEIRS)

    def with_service(self, asks: QuerySet[AssistanceRequest], name: str, value: str) -> QuerySet[AssistanceRequest]:
        return asks.filter(services__contains=[value])

    def read_by(self, asks: QuerySet[AssistanceRequest], name: str, value: str) -> QuerySet[AssistanceRequest]:
        return asks.filter(reviewer=None) if value == NOBODY else asks.filter(reviewer__public_id=value)

    def late(self, asks: QuerySet[AssistanceRequest], name: str, value: bool) -> QuerySet[AssistanceRequest]:
        found: QuerySet[AssistanceRequest] = self._overdue(asks) if value else asks
        return found
