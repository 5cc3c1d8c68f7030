"""The pages of customers, partners and centres."""

from fasttrack_portal.directory.views.centres import add_closure, centre, centres, edit_centre, remove_closure
from fasttrack_portal.directory.views.consent import agree_to_consent, ask_consent, refuse_consent
from fasttrack_portal.directory.views.customers import customer, customers, end_link, find
from fasttrack_portal.directory.views.editing import add_domain, add_tenant, edit
from fasttrack_portal.directory.views.inviting import invite_to_centre, invite_to_customer, invite_to_partner
from fasttrack_portal.directory.views.partners import partner, partners

__all__ = [
    "add_closure",
    "add_domain",
    "add_tenant",
    "agree_to_consent",
    "ask_consent",
    "centre",
    "centres",
    "customer",
    "customers",
    "edit",
    "edit_centre",
    "end_link",
    "find",
    "invite_to_centre",
    "invite_to_customer",
    "invite_to_partner",
    "partner",
    "partners",
    "refuse_consent",
    "remove_closure",
]
