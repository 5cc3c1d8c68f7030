"""Finding an invitation by its link, how many an organisation may send, and who stands in its list of people."""

from datetime import datetime
from typing import Any

from django.db import models

from fasttrack_portal.access import decide
from fasttrack_portal.accounts import organisations, tokens
from fasttrack_portal.accounts.models import Invitation, Membership, User
from fasttrack_portal.limits import count_one

EACH_HOUR = 10
_MOST_PEOPLE = 500


def by_token(token: str, *, at: datetime) -> Invitation | None:
    """The open invitation of that link."""
    rows = Invitation.objects.select_related("customer", "partner", "centre", "invited_by")
    found = rows.filter(token_hash=tokens.hash_of(token)).first()
    return found if found and found.is_open(at=at) else None


def count(organisation: models.Model) -> None:
    """One more invitation of the organisation in this hour; raises TooMany past ten (R1)."""
    count_one("invitations", f"{organisations.kind_of(organisation)}:{organisation.pk}", EACH_HOUR, 3600)


def zone_for(invitation: Invitation) -> str:
    """The time zone somebody new begins with: that of the customer or the centre."""
    return str(getattr(organisations.thing_of(invitation), "zone", "UTC"))


def people_of(organisation: models.Model, user: User, *, at: datetime) -> dict[str, Any]:
    """The members and open invitations that the person may see, each with what may be done about them."""
    rows = Membership.objects.visible_to(user).of(organisation).filter(user__is_active=True).with_leaders()
    members = rows.select_related("user", "customer", "partner", "centre").order_by("user__name", "pk")[:_MOST_PEOPLE]
    may_invite = decide(user, "accounts.invite", organisation)
    invited = Invitation.objects.visible_to(user).of(organisation).pending().order_by("-sent_at", "-pk")
    return {
        "members": [
            {
                "membership": row,
                "may_change": decide(user, "accounts.change_role", row),
                "may_end": decide(user, "accounts.end_membership", row),
            }
            for row in members
        ],
        "invitations": [{"invitation": row, "is_open": row.is_open(at=at)} for row in invited[:_MOST_PEOPLE]],
        "may_invite": may_invite,
        "organisation": organisation,
        "kind": organisations.kind_of(organisation),
    }
