"""The list of people."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import lists
from fasttrack_portal.accounts.models import User
from fasttrack_portal.templatetags.ui import person


class PeopleTable(lists.Table):
    caption = _("People")
    box_id = "people"
    name = lists.Column()
    email = lists.Column(linkify=lambda record: f"mailto:{record.email}")
    roles = lists.TemplateColumn(template_name="accounts/_roles.html", orderable=False, verbose_name=_("Roles"))
    is_active = lists.Column(verbose_name=_("Can sign in"))
    action = lists.TemplateColumn(template_name="accounts/_deactivate.html", orderable=False, verbose_name=_("Action"))

    class Meta:
        model = User
        fields = ("name", "email", "roles", "is_active", "action")
        order_by = "name"
        empty_text = _("Nobody here yet.")

    def render_name(self, record: User) -> SafeString:
        return person(record)

    def csv_roles(self, record: User) -> str:
        held = [f"{each.get_role_display()}, {each.organisation}" for each in record.memberships.all()]
        return "; ".join([_now("Administrator"), *held] if record.is_admin else held)
