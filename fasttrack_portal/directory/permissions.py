"""Who may change the directory."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.permissions import to_admins
from fasttrack_portal.activity.sentences import tell
from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner

_ITS_MANAGERS = refused(_("Only a manager of this FastTrack Center, or an admin, can change its hours and closures."))
_STAFF_ONLY = refused(_("Only FastTrack staff can change the directory."))


@rule("directory.create_customer")
def can_create_customer(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.audience.is_staff else _STAFF_ONLY


@rule("directory.create_centre")
def can_create_centre(user: User, _nothing: None) -> Decision:
    return to_admins(user)


@rule("directory.edit_centre")
def can_edit_centre(user: User, centre: FastTrackCenter) -> Decision:
    """Its managers and admins: hours and closures move other people's meetings."""
    if user.is_admin or user.has_role(Membership.Role.MANAGER, centre_id=centre.pk):
        return ALLOWED
    return _ITS_MANAGERS


@rule("directory.create_partner")
def can_create_partner(user: User, _nothing: None) -> Decision:
    return to_admins(user)


@rule("directory.link_partner")
def can_link_partner(user: User, customer: Customer) -> Decision:
    """Consent is the customer's: its lead gives and ends it (F11); an admin can in its place."""
    if user.is_admin or user.has_role(Membership.Role.LEAD, customer_id=customer.pk):
        return ALLOWED
    return refused(_("Only the tenant lead of the customer can decide who works on its behalf."))


@rule("directory.search")
def can_search(user: User, _nothing: None) -> Decision:
    """Customers know their own; the search is for those who work for several."""
    if user.audience.is_staff or user.audience.partner_ids:
        return ALLOWED
    return refused(_("The customer search is for partners and FastTrack staff."))


@rule("directory.ask_consent")
def can_ask_consent(user: User, partner: Partner | None) -> Decision:
    """A partner's people ask in its name."""
    own = user.audience.partner_ids
    if partner.pk in own if partner else own:
        return ALLOWED
    return refused(_("Only the people of a partner can ask a customer for its consent."))


@rule("directory.suggest_partner")
def can_suggest_partner(user: User, _nothing: None) -> Decision:
    """FastTrack asks a customer about a partner in order to offer it work; which customer is the offer's own rule."""
    return ALLOWED if user.audience.is_staff else _STAFF_ONLY


tell(
    {
        "directory.centre_created": _("%(name)s was added"),
        "directory.centre_edited": _("The place or the hours of %(name)s were changed"),
        "directory.closure_added": _("The centre is closed on %(days)s: %(name)s"),
        "directory.closure_removed": _("The centre is open on %(days)s after all (%(name)s)"),
        "directory.customer_created": _("%(name)s was added"),
        "directory.customers_loaded": _("%(customers)s customers with %(tenants)s tenants were loaded from a file"),
        "directory.customer_edited": _("The facts of %(name)s were changed"),
        "directory.customer_renamed": _("%(before)s is now called %(name)s"),
        "directory.tenant_added": _("Tenant %(name)s was added to %(customer)s"),
        "directory.domain_added": _("%(name)s was added to the tenant %(tenant)s of %(customer)s"),
        "directory.partner_created": _("%(name)s was added"),
        "directory.partner_linked": _("%(customer)s agreed that %(partner)s works on its behalf"),
        "directory.consent_noted": _("%(name)s of %(partner)s asked for the consent of “%(query)s”"),
        "directory.consent_asked": _("%(name)s of %(partner)s asks to work on behalf of %(customer)s"),
        "directory.consent_agreed": _("%(customer)s agreed that %(partner)s works on its behalf"),
        "directory.partner_suggested": _("%(name)s of FastTrack suggests that %(partner)s works for %(customer)s"),
        "directory.suggestion_withdrawn": _("FastTrack no longer suggests that %(partner)s works for %(customer)s"),
        "directory.consent_refused": _("%(customer)s did not agree that %(partner)s works on its behalf"),
        "directory.partner_link_ended": _("%(partner)s no longer works on behalf of %(customer)s"),
    }
)
