"""Narrowing the list of reports."""

import django_filters
from django.utils.translation import gettext_lazy as _

from reports.models import Audience, Report


class ReportFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Report.Kind.choices, empty_label=_("All kinds"))
    status = django_filters.ChoiceFilter(label=_("State"), choices=Report.Status.choices, empty_label=_("All states"))

    audience = django_filters.ChoiceFilter(label=_("For"), choices=Audience.choices, empty_label=_("Every edition"))

    class Meta:
        model = Report
        fields = ("kind", "status", "audience")
