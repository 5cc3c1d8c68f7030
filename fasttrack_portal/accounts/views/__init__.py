"""A person's own settings, the staff's list of people, roles, and invitations."""

from fasttrack_portal.accounts.views.invitations import join, send_again, withdraw_invitation
from fasttrack_portal.accounts.views.people import deactivate, people, preferences
from fasttrack_portal.accounts.views.roles import change_role, end_membership

__all__ = [
    "change_role",
    "deactivate",
    "end_membership",
    "join",
    "people",
    "preferences",
    "send_again",
    "withdraw_invitation",
]
