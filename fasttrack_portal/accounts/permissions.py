"""Who may change people and roles."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts import organisations
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell

ADMINS_ONLY = refused(_("Only an administrator of the portal can do this."))
_STAFF_ONLY = refused(_("Only FastTrack staff can see this page."))


def to_admins(user: User) -> Decision:
    """What only the portal's administrators do, in any app."""
    return ALLOWED if user.is_admin else ADMINS_ONLY


def to_staff(user: User) -> Decision:
    """A page for everybody at FastTrack, in any app."""
    return ALLOWED if user.audience.is_staff else _STAFF_ONLY


@rule("accounts.set_preferences")
def can_set_preferences(user: User, person: User) -> Decision:
    return ALLOWED if user.pk == person.pk else refused(_("Only the person can change their own settings."))


@rule("accounts.create_person")
def can_create_person(user: User, _nothing: None) -> Decision:
    return to_admins(user)


@rule("accounts.set_role")
def can_set_role(user: User, person: User) -> Decision:
    if not user.is_admin:
        return ADMINS_ONLY
    return refused(_("Ask another administrator to change your own role.")) if user.pk == person.pk else ALLOWED


def leads(user: User, kind: str, pk: int) -> bool:
    """Whether the person leads that organisation: tenant lead of the customer, administrator of the partner."""
    role = organisations.LEADING[kind]
    return any(row.role == role and getattr(row, f"{kind}_id") == pk for row in user.all_memberships)


_LEADERS_ONLY = {
    "customer": refused(_("Only the tenant lead of the customer decides who belongs to it.")),
    "partner": refused(_("Only an administrator of the partner decides who belongs to it.")),
    "centre": ADMINS_ONLY,
}


@rule("accounts.invite")
def can_invite(user: User, organisation: models.Model) -> Decision:
    """A lead for its customer, a partner administrator for its company, an admin for everybody."""
    kind = organisations.kind_of(organisation)
    return ALLOWED if user.is_admin or leads(user, kind, organisation.pk) else _LEADERS_ONLY[kind]


@rule("accounts.change_role")
def can_change_role(user: User, membership: Membership) -> Decision:
    return _over(user, membership, refused(_("Nobody changes their own role. Ask somebody else who can.")))


@rule("accounts.end_membership")
def can_end_membership(user: User, membership: Membership) -> Decision:
    return _over(user, membership, refused(_("Nobody removes themselves. Ask somebody else who can.")))


def _over(user: User, membership: Membership, own: Decision) -> Decision:
    kind, pk = organisations.named_in(membership)
    if not user.is_admin and not leads(user, kind, pk):
        return _LEADERS_ONLY[kind]
    if membership.user_id == user.pk:
        return own
    if membership.is_only_leader and not user.is_admin:
        return _LAST[kind]
    return ALLOWED


_LAST = {
    "customer": refused(_("This is the only tenant lead. Make somebody else a lead first.")),
    "partner": refused(_("This is the only administrator. Make somebody else one first.")),
}


@rule("accounts.deactivate")
def can_deactivate(user: User, person: User) -> Decision:
    if not user.is_admin:
        return ADMINS_ONLY
    return refused(_("You cannot deactivate yourself.")) if user.pk == person.pk else ALLOWED


@rule("accounts.see_people")
def can_see_people(user: User, _nothing: None) -> Decision:
    return to_staff(user)


@rule("staff.pages")
def can_see_staff_pages(user: User, _nothing: None) -> Decision:
    return to_staff(user)


@rule("staff.machine_room")
def can_see_machine_room(user: User, _nothing: None) -> Decision:
    return to_admins(user)


tell(
    {
        "accounts.preferences_set": _("Settings were changed"),
        "accounts.person_created": _("%(email)s was added"),
        "accounts.role_given": _("%(name)s became %(role)s of %(organisation)s"),
        "accounts.role_ended": _("%(name)s is no longer %(role)s of %(organisation)s"),
        "accounts.role_changed": _("%(name)s is now %(role)s of %(organisation)s, and was %(before)s"),
        "accounts.deactivated": _("%(name)s was deactivated"),
        "accounts.invited": _("%(email)s was invited to %(organisation)s as %(role)s"),
        "accounts.invitation_sent_again": _("The invitation of %(email)s to %(organisation)s was sent again"),
        "accounts.invitation_withdrawn": _("The invitation of %(email)s to %(organisation)s was withdrawn"),
        "accounts.invitation_accepted": _("%(name)s accepted the invitation to %(organisation)s as %(role)s"),
    }
)
