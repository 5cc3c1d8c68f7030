"""Who may change people and roles."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.sentences import tell

ADMINS_ONLY = refused(_("Only an administrator of the portal can do this."))


@rule("accounts.set_preferences")
def can_set_preferences(user: User, person: User) -> Decision:
    return ALLOWED if user.pk == person.pk else refused(_("Only the person can change their own settings."))


@rule("accounts.create_person")
def can_create_person(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.is_admin else ADMINS_ONLY


@rule("accounts.set_role")
def can_set_role(user: User, person: User) -> Decision:
    if not user.is_admin:
        return ADMINS_ONLY
    return refused(_("Ask another administrator to change your own role.")) if user.pk == person.pk else ALLOWED


@rule("accounts.deactivate")
def can_deactivate(user: User, person: User) -> Decision:
    if not user.is_admin:
        return ADMINS_ONLY
    return refused(_("You cannot deactivate yourself.")) if user.pk == person.pk else ALLOWED


@rule("accounts.see_people")
def can_see_people(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.audience.is_staff else refused(_("Only FastTrack staff can see this page."))


@rule("staff.pages")
def can_see_staff_pages(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.audience.is_staff else refused(_("Only FastTrack staff can see this page."))


@rule("staff.machine_room")
def can_see_machine_room(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.is_admin else ADMINS_ONLY


tell(
    {
        "accounts.preferences_set": _("Settings were changed"),
        "accounts.person_created": _("%(email)s was added"),
        "accounts.role_given": _("%(name)s became %(role)s of %(organisation)s"),
        "accounts.role_ended": _("%(name)s is no longer %(role)s of %(organisation)s"),
        "accounts.deactivated": _("%(name)s was deactivated"),
    }
)
