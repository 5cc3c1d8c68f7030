"""The list of people."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User


class PeopleTable(tables.Table):
    name = tables.TemplateColumn("{% load ui %}{% person record %}", order_by="name")
    roles = tables.TemplateColumn(template_name="accounts/_roles.html", orderable=False, verbose_name=_("Roles"))
    is_active = tables.BooleanColumn(verbose_name=_("Can sign in"))
    action = tables.TemplateColumn(
        template_name="accounts/_deactivate.html", orderable=False, empty_values=(), verbose_name=_("Action")
    )

    class Meta:
        model = User
        fields = ("name", "email", "roles", "is_active", "action")
        order_by = "name"
        empty_text = _("Nobody here yet.")
