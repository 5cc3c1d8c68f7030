"""Every write to the responsibilities of an engagement."""

from datetime import date, datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from engagements import retirement
from engagements.models import Responsibility
from engagements.operations import courts
from engagements.operations.moving import happened, moving, need_a_reason
from engagements.permissions.engagement import ITEM_RULES, WORK, side_of
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.workflow import apply

_ITEM_EVENTS = {
    "begin": "begun",
    "wait": "waiting",
    "block": "blocked",
    "finish": "finished",
    "verify": "verified",
    "reopen": "reopened",
    "exclude": "excluded",
    "include": "included",
}


@transaction.atomic
def move_responsibility(item: Responsibility, step: str, *, by: User | None, at: datetime, reason: str = "") -> None:
    """One step of an item. “Stuck” and “not applicable” need a reason; any other step takes an old one away."""
    require(by, ITEM_RULES.get(step, WORK), item)
    engagement = moving(item)
    retirement.require_free(item, step)
    event = f"engagements.responsibility_{_ITEM_EVENTS[step]}"
    if step in ("block", "exclude"):
        need_a_reason(reason)
    apply(item, step, reason=reason, changed_at=at)
    courts.follow(item, engagement, at=at)
    happened(
        event,
        item,
        engagement,
        by,
        code=item.code,
        text=item.text,
        party=item.party,
        reason=reason,
        side=side_of(by, engagement) if by else "fasttrack",
    )


@transaction.atomic
def edit_responsibility(
    item: Responsibility,
    *,
    version: int,
    assignee: User | None,
    due_on: date | None,
    evidence: str,
    by: User | None,
) -> None:
    """Who does it, by when, and what shows that it is done. Raises StaleVersion, or Invalid for a stranger."""
    require(by, WORK, item)
    engagement = moving(item)
    before = item.assignee_id
    if assignee is not None and assignee.pk != before and not people_of(item).filter(pk=assignee.pk).exists():
        raise Invalid(_("Choose somebody of the side that does this item."), field="assignee")
    save_changes(item, version=version, assignee=assignee, due_on=due_on, evidence=evidence)
    happened(
        "engagements.responsibility_edited",
        item,
        engagement,
        by,
        code=item.code,
        text=item.text,
        assignee=assignee.name if assignee else "",
        assigned=str(assignee.public_id) if assignee and assignee.pk != before else "",
        due_on=due_on.isoformat() if due_on else "",
    )


def people_of(item: Responsibility) -> models.QuerySet[User]:
    """Who can be given the item: people of the customer who do more than look on, or of the centre."""
    if item.party == "fasttrack":
        return User.objects.filter(is_active=True, memberships__centre=item.engagement.centre_id)
    roles = [role for role in Membership.CUSTOMER_ROLES if role != Membership.Role.VIEWER]
    return User.objects.filter(
        is_active=True, memberships__customer=item.engagement.customer_id, memberships__role__in=roles
    )
