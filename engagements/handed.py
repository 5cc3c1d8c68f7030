"""Whether an item is with a partner, as its page shows it, and what the person can do about that."""

from dataclasses import dataclass

from django.urls import reverse

from engagements.models import DelegatedItem, Delegation
from engagements.models.delegations import field_of
from engagements.steps import Offer, offers_of_delegation
from fasttrack_portal.access import Reason, decide
from fasttrack_portal.accounts.models import User


@dataclass(frozen=True)
class Handed:
    """For engagements/_delegation.html. `may_be` where it could go to a partner, `reason` why not by this person."""

    delegation: Delegation | None
    offers: list[Offer]
    may_be: bool
    reason: Reason
    url: str


def handed_of(item: DelegatedItem, user: User) -> Handed:
    """One query."""
    seen = Delegation.objects.visible_to(user).of(item).live().select_related("partner", "consented_by")
    delegation = seen.first()
    if delegation is not None:
        delegation.engagement = item.engagement
    may_be = delegation is None and item.is_unmet and item.party == "customer"
    return Handed(
        delegation=delegation,
        offers=offers_of_delegation(delegation, user),
        may_be=may_be,
        reason=decide(user, "engagements.delegate", item).reason if may_be else "",
        url=reverse("engagements:delegate", kwargs={"kind": field_of(item), "public_id": item.public_id}),
    )
