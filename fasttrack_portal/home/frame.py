"""What the frame of every page says of this person: the rail, who they are, what is unread."""

from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design
from fasttrack_portal.design import Me, NavEntry
from fasttrack_portal.http import Request
from fasttrack_portal.notices.models import Notification


def rail(request: HttpRequest) -> list[NavEntry]:
    """What is not a feature's own entry; each feature app adds its own, in the order of a day."""
    audience = cast(Request, request).user.audience
    entries = [NavEntry(_("Home"), "home", "home", order=10)]
    if audience.partner_ids:
        entries.append(NavEntry(_("Find a customer"), "directory:find", "magnifying-glass", order=15))
    if audience.is_staff or audience.partner_ids or audience.customer_ids:
        entries.append(NavEntry(_("Customers"), "directory:customers", "building-office-2", order=70))
    if audience.is_staff:
        entries.append(NavEntry(_("Partners"), "directory:partners", "building-storefront", order=72))
    elif audience.partner_ids:
        entries.append(NavEntry(_("Our company"), "directory:partners", "building-storefront", order=72))
    if audience.is_staff:
        entries.append(NavEntry(_("Staff"), "staff", "wrench-screwdriver", order=90))
    return entries


def me(request: HttpRequest) -> Me:
    """Name, role and organisation for the person menu."""
    user = cast(Request, request).user
    memberships = user.all_memberships
    role = memberships[0].get_role_display() if memberships else (_("Administrator") if user.is_admin else "")
    return Me(str(user), user.email, role, memberships[0].organisation if memberships else "")


def unread(request: HttpRequest) -> int:
    return Notification.unread_of(cast(Request, request).user)


def install() -> None:
    """Tells the frame; called once when the app is ready."""
    design.nav_providers.append(rail)
    design.providers.me = me
    design.providers.unread = unread
    design.ADDRESSES.update(
        search="search", palette="search", notifications="notices:notifications", settings="accounts:preferences"
    )
    design.SETTINGS_PAGES[0] = (_("Profile"), "accounts:preferences")
