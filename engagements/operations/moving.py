"""What every move in an engagement shares: it is not at rest, exceptions have a reason, and the story is told."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from engagements.models import Engagement, Milestone, Phase, Responsibility
from engagements.operations import standing
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import Partner, PartnerLink
from fasttrack_portal.refusals import Conflict, Invalid


def is_linked(partner: Partner | None, customer_id: int) -> bool:
    if partner is None:
        return False
    return PartnerLink.objects.filter(partner=partner, customer=customer_id, status=PartnerLink.Status.ACTIVE).exists()


def moving(part: Phase | Responsibility | Milestone) -> Engagement:
    """The part's engagement, held so that it cannot be put to rest meanwhile. Raises Conflict if it rests already."""
    engagement = (
        Engagement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer", "centre", "partner", "specialist")
        .get(pk=part.engagement_id)
    )
    if engagement.is_at_rest:
        raise Conflict(
            _("The engagement is “%(state)s”. Resume it first, then its parts can move again.")
            % {"state": engagement.get_status_display()}
        )
    part.engagement = engagement
    return engagement


def need_a_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Say why, in a sentence."), field="reason")


def happened(
    kind: str,
    subject: models.Model,
    engagement: Engagement,
    by: User | None,
    /,
    *,
    internal: bool = False,
    **facts: Any,
) -> Event:
    """Records the event in the engagement's story, where everything that belongs to an engagement is told: its parts,
    meetings, migration events and reports. A partner sees it while its link is active.

    What lists and boards show is counted anew: a move tells its story last, when all of it is done."""
    if kind.startswith("engagements."):
        standing.recount(engagement.pk)
    partner = engagement.partner
    return record(
        kind,
        subject=subject,
        by=by,
        thread=engagement.public_id,
        customer=engagement.customer,
        centre=engagement.centre,
        partner=partner if is_linked(partner, engagement.customer_id) else None,
        internal=internal,
        url="" if hasattr(subject, "get_absolute_url") else engagement.get_absolute_url(),
        data={"number": engagement.number, "customer": engagement.customer.name, **facts},
    )
