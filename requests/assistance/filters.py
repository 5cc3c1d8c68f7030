"""What the list of requests can be narrowed to; the state stands in the address."""

import django_filters
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest


class RequestFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=AssistanceRequest.Status.choices, empty_label=_("Any status")
    )

    class Meta:
        model = AssistanceRequest
        fields = ("status",)
