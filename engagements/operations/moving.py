"""What every move in an engagement shares: it is not at rest, exceptions have a reason, and the story is told."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from engagements.models import (
    Agreement,
    Engagement,
    Milestone,
    Phase,
    RemediationItem,
    Responsibility,
    SuccessItem,
)
from engagements.operations import standing
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record, record_all
from fasttrack_portal.directory.models import Partner
from fasttrack_portal.refusals import Conflict, Invalid


def held(engagement_id: int) -> Engagement:
    """The engagement, held until the transaction ends, with what its events and calendars need."""
    return (
        Engagement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer", "centre", "partner", "specialist")
        .get(pk=engagement_id)
    )


def moving(part: Agreement | Phase | Responsibility | Milestone | RemediationItem | SuccessItem) -> Engagement:
    """The part's engagement, held so that it cannot be put to rest meanwhile. Raises Conflict if it rests already."""
    part.engagement = _awake(held(part.engagement_id))
    return part.engagement


def moving_engagement(engagement: Engagement) -> Engagement:
    """The engagement, held as `moving` holds that of a part: for what is added to it."""
    return _awake(held(engagement.pk))


def _awake(engagement: Engagement) -> Engagement:
    if engagement.is_at_rest:
        raise Conflict(
            _("The engagement is “%(state)s”. Resume it first, then its parts can move again.")
            % {"state": engagement.get_status_display()}
        )
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
    to_partner: Partner | None = None,
    url: str = "",
    **facts: Any,
) -> Event:
    """Records the event in the engagement's story, where everything that belongs to an engagement is told: its parts,
    meetings, migration events and reports. A partner sees it while its link is active: the engagement's, or the one
    that it concerns.

    What lists and boards show is counted anew: a move tells its story last, when all of it is done."""
    if kind.startswith("engagements."):
        standing.recount(engagement.pk)
    partner = to_partner or engagement.partner
    return record(
        kind,
        subject=subject,
        by=by,
        thread=engagement.public_id,
        customer=engagement.customer,
        centre=engagement.centre,
        partner=partner if partner and partner.works_for(engagement.customer_id) else None,
        internal=internal,
        url=url if url or hasattr(subject, "get_absolute_url") else engagement.get_absolute_url(),
        data={"number": engagement.number, "customer": engagement.customer.name, **facts},
    )


def happened_to_many(kind: str, stories: Iterable[tuple[models.Model, Engagement, dict[str, Any]]], /) -> None:
    """What the portal did in many engagements at once, (subject, engagement, facts) each: as `happened` for one. Not
    for what moves an engagement's standing."""
    record_all(
        [
            Event(
                kind=kind,
                subject_label=subject._meta.label,
                subject_id=subject.pk,
                thread=engagement.public_id,
                customer=engagement.customer,
                centre=engagement.centre,
                partner=_partner_at_work(engagement),
                url=subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else "",
                data={"number": engagement.number, "customer": engagement.customer.name, **facts},
            )
            for subject, engagement, facts in stories
        ]
    )


def _partner_at_work(engagement: Engagement) -> Partner | None:
    partner = engagement.partner
    return partner if partner and partner.works_for(engagement.customer_id) else None
