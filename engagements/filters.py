"""The filters of the list of engagements; their state stands in the address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from engagements import board
from engagements.milestones import PHASE_TITLES
from engagements.models import MET, SEVERE, UNMET, Engagement, RemediationItem
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import FastTrackCenter


def _specialists(request: HttpRequest | None) -> QuerySet[User]:
    if request is None or not request.user.is_authenticated:
        return User.objects.none()
    seen = User.objects.visible_to(request.user).filter(memberships__centre__isnull=False)
    return seen.distinct().order_by("name")


class _Names(django_filters.fields.ModelChoiceIterator):
    """The people of a choice by name, without making a person of each: there can be hundreds."""

    def __init__(self, field: Any) -> None:
        super().__init__(field)
        self.queryset: Any = field.queryset.values_list("public_id", "name", "email")

    def choice(self, obj: Any) -> tuple[str, str]:
        public_id, name, email = obj
        return str(public_id), name or email


class _PersonField(django_filters.fields.ModelChoiceField):
    iterator = _Names


class _PersonFilter(django_filters.ModelChoiceFilter):
    field_class = _PersonField


def _centres(request: HttpRequest | None) -> QuerySet[FastTrackCenter]:
    if request is None or not request.user.is_authenticated or not request.user.audience.is_staff:
        return FastTrackCenter.objects.none()
    return FastTrackCenter.objects.order_by("name")


class EngagementFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Customer or title")}),
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[*Engagement.Status.choices, ("at_work", _("Not at rest"))],
        method="in_state",
        empty_label=_("Any status"),
    )
    phase = django_filters.ChoiceFilter(
        label=_("Phase"), field_name="phase_code", choices=list(PHASE_TITLES.items()), empty_label=_("Any phase")
    )
    specialist = _PersonFilter(
        label=_("Specialist"), queryset=_specialists, to_field_name="public_id", empty_label=_("Everybody")
    )
    centre = django_filters.ModelChoiceFilter(
        label=_("FastTrack Center"), queryset=_centres, to_field_name="code", empty_label=_("All centres")
    )

    class Meta:
        model = Engagement
        fields = ["q", "status", "phase", "specialist", "centre"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.audience.is_staff:
            del self.filters["specialist"], self.filters["centre"]

    def search(self, engagements: QuerySet[Engagement], name: str, value: str) -> QuerySet[Engagement]:
        found = Q(title__icontains=value) | Q(customer__name__icontains=value)
        digits = value.upper().removeprefix("ENG-").lstrip("0")
        # Twelve digits are more engagements than there will be; longer ones do not fit the column.
        if digits.isascii() and digits.isdigit() and len(digits) <= 12:
            found |= Q(pk=int(digits))
        return engagements.filter(found)

    def in_state(self, engagements: QuerySet[Engagement], name: str, value: str) -> QuerySet[Engagement]:
        return engagements.filter(status__in=board.SHOWN if value == "at_work" else [value])


class BoardFilter(EngagementFilter):
    """Of the board: whose it is, and which reason it stands there for; the words are those of the rows."""

    signal = django_filters.ChoiceFilter(
        label=_("Reason"),
        choices=[(signal.code, signal.label) for signal in board.SIGNALS],
        method="with_signal",
        empty_label=_("Any reason"),
    )

    class Meta:
        model = Engagement
        fields = ["q", "phase", "specialist", "centre", "signal"]

    def __init__(self, *args: Any, moment: board.Moment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moment = moment
        del self.filters["status"]
        self.filters["specialist"].method = "of_specialist"

    def of_specialist(self, engagements: QuerySet[Engagement], name: str, value: User) -> QuerySet[Engagement]:
        return board.of_specialist(engagements, value)

    def with_signal(self, engagements: QuerySet[Engagement], name: str, value: str) -> QuerySet[Engagement]:
        return board.with_signal(engagements, value, self.moment)


class RemediationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Words")}),
    )
    workload = django_filters.ChoiceFilter(
        label=_("Workload"), choices=RemediationItem.Workload.choices, empty_label=_("All workloads")
    )
    severity = django_filters.ChoiceFilter(
        label=_("Severity"),
        choices=[("severe", _("High or critical")), *RemediationItem.Severity.choices],
        method="of_severity",
        empty_label=_("Any severity"),
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("unmet", _("Not done")), ("met", _("Done or verified")), *RemediationItem.Status.choices],
        method="in_state",
        empty_label=_("Any status"),
    )
    mine = django_filters.BooleanFilter(label=_("Only mine"), method="of_user", widget=forms.CheckboxInput)

    class Meta:
        model = RemediationItem
        fields = ["q", "workload", "severity", "status", "mine"]

    def search(self, items: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return items.filter(Q(title__icontains=value) | Q(detail__icontains=value))

    def of_severity(self, items: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return items.filter(severity__in=SEVERE if value == "severe" else [value])

    def in_state(self, items: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return items.filter(status__in={"unmet": UNMET, "met": MET}.get(value, [value]))

    def of_user(self, items: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return items.filter(assignee=self.request.user) if value else items
