"""Who is told when an item of the customer changes hands, and what follows when a partner goes."""

from engagements.models import Engagement
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.notices.operations import notify

_CONSENTING = (Membership.Role.LEAD, Membership.Role.PROJECT_MANAGER)


def _consenting_people(event: Event) -> list[User]:
    engagement = Engagement.objects.select_related("customer").get(public_id=event.thread)
    return list(engagement.customer.people(*_CONSENTING))


def _partner_people(event: Event) -> list[User]:
    """The event carries the partner only while its link is active."""
    if event.partner_id is None:
        return []
    return list(User.objects.filter(is_active=True, memberships__partner=event.partner_id).distinct())


@on("engagements.delegation_proposed")
def ask_the_customer(event: Event) -> None:
    """Nothing happens until they agree."""
    notify(_consenting_people(event), event)


@on("engagements.delegated")
def tell_the_partner(event: Event) -> None:
    notify(_partner_people(event), event)


@on("engagements.delegation_refused")
def tell_who_proposed(event: Event) -> None:
    notify(User.objects.filter(pk=event.data.get("proposed_by"), is_active=True), event, mail=False)


@on("engagements.delegation_ended", "engagements.delegation_begun")
def tell_both(event: Event) -> None:
    notify([*_consenting_people(event), *_partner_people(event)], event, mail=False)


@on("directory.partner_link_ended")
def take_everything_back(event: Event) -> None:
    """The partner is refused from this moment; its items come back as soon as a worker has a moment."""
    link = PartnerLink.objects.get(pk=event.subject_id)
    enqueue(
        "engagements.end_delegations",
        key=str(link.public_id),
        payload={"partner": link.partner_id, "customer": link.customer_id},
    )
