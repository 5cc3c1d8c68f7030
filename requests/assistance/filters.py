"""What the list of requests can be narrowed to; the state stands in the address."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest, AssistanceRequestQuerySet


class RequestFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=AssistanceRequest.Status.choices, empty_label=_("Any status")
    )

    # Only carried along: staff see all requests instead of the queue.
    view = django_filters.ChoiceFilter(choices=[("all", _("All"))], widget=forms.HiddenInput, method="unchanged")

    class Meta:
        model = AssistanceRequest
        fields = ("status",)

    def unchanged(self, asks: AssistanceRequestQuerySet, name: str, value: str) -> AssistanceRequestQuerySet:
        return asks
