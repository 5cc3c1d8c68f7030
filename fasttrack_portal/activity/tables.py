"""The list of events."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.activity.models import Event


class EventTable(tables.Table):
    at = tables.TemplateColumn("{% load ui %}{% when record.at %}", verbose_name=_("When"), order_by="at")
    actor = tables.TemplateColumn(
        "{% load ui i18n %}{% if record.actor %}{% person record.actor %}{% else %}{% translate 'Portal' %}{% endif %}",
        verbose_name=_("Who"),
        orderable=False,
    )
    sentence = tables.Column(verbose_name=_("What"), orderable=False)

    class Meta:
        model = Event
        fields = ("at", "actor", "sentence", "kind", "customer")
        order_by = "-at"
        empty_text = _("Nothing has happened yet.")
