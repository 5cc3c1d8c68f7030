"""Every write to the responsibilities of an engagement."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import retirement
from engagements.models import Action, Court, DelegatedItem, Delegation, Engagement, Responsibility
from engagements.operations import courts
from engagements.operations.duedates import planned_day_of
from engagements.operations.moving import happened, moving, need_a_reason
from engagements.permissions.engagement import ITEM_RULES, WORK, side_of
from fasttrack_portal.access import Reason, require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Invalid, Refused
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

# What moves with a responsibility, in the same transaction: (item, step, by=, at=).
FOLLOWERS: list[Callable[..., None]] = []


@transaction.atomic
def move_responsibility(
    item: Responsibility,
    step: str,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    waits_for: str = "",
    version: int | None = None,
) -> None:
    """One step of an item. “Stuck” and “not applicable” need a reason; any other step takes an old one away.

    `waits_for` is the court that a waiting item lies in, by default the other side's; `version` the one that the
    person saw. Raises StaleVersion where somebody has changed the item since."""
    require(by, ITEM_RULES.get(step, WORK), item)
    engagement = moving(item)
    retirement.require_free(item, step)
    event = f"engagements.responsibility_{_ITEM_EVENTS[step]}"
    if step in ("block", "exclude"):
        need_a_reason(reason)
    if waits_for not in ("", *Court.values) or (waits_for == "partner" and not is_linked_to_any(engagement)):
        raise Invalid(_("Choose for whom it waits."), field="waits_for")
    apply(item, step, None, version, reason=reason, changed_at=at, waits_for=waits_for if step == "wait" else "")
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
        waits_for=item.waits_for,
        side=side_of(by, engagement) if by else "fasttrack",
    )
    for follow in FOLLOWERS:
        follow(item, step, by=by, at=at)


def is_linked_to_any(engagement: Engagement) -> bool:
    """Whether the customer works with a partner at all."""
    return engagement.customer.partner_links.filter(status="active").exists()


@transaction.atomic
def edit_responsibility(
    item: Responsibility,
    *,
    version: int,
    by: User | None,
    follows_plan: bool = False,
    **changes: Any,
) -> None:
    """Who does it (`assignee`), by when (`due_on`), and what shows that it is done (`evidence`): what is named changes.

    A day that somebody sets stays when the phase moves; with `follows_plan` it comes from the phase again.
    Raises StaleVersion, or Invalid for a stranger."""
    require(by, WORK, item)
    engagement = moving(item)
    before = item.assignee_id
    assignee = changes.get("assignee", item.assignee)
    if assignee is not None and assignee.pk != before and not people_of(item).filter(pk=assignee.pk).exists():
        raise Invalid(_("Choose somebody of the side that does this item."), field="assignee")
    if follows_plan and item.due_from:
        changes |= {"due_on": planned_day_of(item), "is_due_own": False}
    elif "due_on" in changes and changes["due_on"] != item.due_on:
        changes["is_due_own"] = True
    save_changes(item, version=version, **changes)
    happened(
        "engagements.responsibility_edited",
        item,
        engagement,
        by,
        code=item.code,
        text=item.text,
        assignee=assignee.name if assignee else "",
        assigned=str(assignee.public_id) if assignee and assignee.pk != before else "",
        due_on=item.due_on.isoformat() if item.due_on else "",
    )


def people_of(item: DelegatedItem | Action) -> models.QuerySet[User]:
    """Who can be given the item: people of the customer who do more than look on, or of the centre; and people of the
    partner in whose hands it is."""
    if item.party == "fasttrack":
        return _active(Q(memberships__centre=item.engagement.centre_id))
    roles = [role for role in Membership.CUSTOMER_ROLES if role != Membership.Role.VIEWER]
    theirs = Q(memberships__customer=item.engagement.customer_id, memberships__role__in=roles)
    if isinstance(item, Action):  # what comes out of a meeting is nobody's to hand over
        return _active(theirs)
    handed = Delegation.objects.of(item).in_force(item.engagement.day_at(timezone.now()))
    return _active(theirs | Q(memberships__partner__in=handed.values("partner")))


def people_of_all(engagement: Engagement) -> models.QuerySet[User]:
    """Who can be given any item of the engagement; for one item `people_of` decides."""
    roles = [role for role in Membership.CUSTOMER_ROLES if role != Membership.Role.VIEWER]
    handed = Delegation.objects.filter(engagement=engagement).in_force(engagement.day_at(timezone.now()))
    return _active(
        Q(memberships__centre=engagement.centre_id)
        | Q(memberships__customer=engagement.customer_id, memberships__role__in=roles)
        | Q(memberships__partner__in=handed.values("partner"))
    )


def _active(which: Q) -> models.QuerySet[User]:
    """Somebody with two roles is still one person."""
    return User.objects.filter(pk__in=User.objects.filter(which, is_active=True).values("pk"))


# --- Many at once -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Result:
    """What became of one item of many; `refusal` is empty where it worked."""

    item: Responsibility
    refusal: Reason = ""


def in_bulk(chosen: Iterable[tuple[Responsibility, int]], do: Callable[[Responsibility, int], None]) -> list[Result]:
    """Does the same with each item, given with the version that the person saw; each by itself, so that one that
    cannot be done stops no other."""
    results = []
    for item, version in chosen:
        try:
            with transaction.atomic():
                do(item, version)
        except Refused as refused:
            results.append(Result(item, _both_values(refused)))
        else:
            results.append(Result(item))
    return results


def _both_values(refused: Refused) -> str:
    """The refusal, with what stands there now where somebody was quicker."""
    theirs = refused.details.get("theirs") or {}
    shown = [str(value) for value in theirs.values() if value not in (None, "")]
    now = " ".join([_("Now:"), ", ".join(shown)]) if shown else ""
    return f"{refused.reason} {now}".strip()
