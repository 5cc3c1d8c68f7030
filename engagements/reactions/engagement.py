"""Who is told when an engagement or one of its parts moves."""

from collections.abc import Sequence

from engagements.models import Engagement, Milestone, Responsibility
from engagements.operations import standing
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import at_once, on
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.notices.operations import notify

_LEADING = (Membership.Role.LEAD, Membership.Role.PROJECT_MANAGER)


def _partner_people(event: Event) -> list[User]:
    """The event carries the partner only while its link is active."""
    if event.partner_id is None:
        return []
    return list(User.objects.filter(is_active=True, memberships__partner=event.partner_id))


@on("engagements.opened")
def tell_of_the_opening(event: Event) -> None:
    engagement = Engagement.objects.select_related("customer", "specialist").get(pk=event.subject_id)
    notify([*engagement.customer.people(*_LEADING), *_partner_people(event), engagement.specialist], event)


@on("assistance.offer_accepted")
def bring_in_who_accepted(event: Event) -> None:
    """Where the request has its engagement already; accepted later, the request brings its partner along."""
    engagement = Engagement.objects.filter(ask__offers=event.subject_id, partner=None).first()
    if engagement is not None:
        key, payload = str(event.public_id), {"engagement": engagement.pk}
        enqueue("engagements.bring_in_partner", key=key, payload=payload)


@on("engagements.partner_brought_in")
def tell_of_the_partner(event: Event) -> None:
    engagement = Engagement.objects.select_related("customer", "specialist").get(pk=event.subject_id)
    notify([*engagement.customer.people(*_LEADING), *_partner_people(event)], event)
    notify([engagement.specialist], event, mail=False)


@on("*")
def hear_of_the_customer(event: Event) -> None:
    """Whatever somebody of the customer's side does in an engagement ends the silence (going cold)."""
    by = event.actor
    if by is None or event.customer_id is None:
        return
    is_theirs = event.customer_id in by.audience.customer_ids
    if is_theirs or (event.partner_id is not None and event.partner_id in by.audience.partner_ids):
        engagement = Engagement._base_manager.filter(public_id=event.thread).select_related("customer").first()
        if engagement is not None:
            standing.customer_acted(engagement, at=event.at)


@at_once(hear_of_the_customer)
def hear_of_customers(events: Sequence[Event]) -> None:
    """Of many at once: most are the portal's own acts, and nobody is heard of by them."""
    for event in events:
        if event.actor_id is not None:
            hear_of_the_customer(event)


@on("engagements.nudged")
def tell_whom_it_asks(event: Event) -> None:
    engagement = Engagement.objects.select_related("customer").get(pk=event.subject_id)
    notify(engagement.customer.people(*_LEADING), event)


@on("engagements.transferred")
def tell_of_the_new_specialist(event: Event) -> None:
    engagement = Engagement.objects.select_related("customer", "specialist").get(pk=event.subject_id)
    helpers = User.objects.filter(co_engagements__engagement=engagement)
    giver = User.objects.filter(public_id=event.data["given_by"])
    notify([*engagement.customer.people(*_LEADING), engagement.specialist, *helpers, *giver], event)


@on("engagements.specialist_added", "engagements.specialist_removed")
def tell_who_helps(event: Event) -> None:
    engagement = Engagement.objects.select_related("specialist").get(pk=event.subject_id)
    person = User.objects.filter(public_id=event.data["person"])
    notify([engagement.specialist, *person], event, mail=False)


@on("engagements.held", "engagements.resumed", "engagements.rested", "engagements.completed", "engagements.cancelled")
def tell_of_a_turn(event: Event) -> None:
    engagement = Engagement.objects.select_related("customer", "specialist").get(pk=event.subject_id)
    notify([*engagement.customer.people(*_LEADING), engagement.specialist], event, mail=False)


@on("engagements.milestone_completed")
def tell_of_a_milestone(event: Event) -> None:
    milestone = Milestone.objects.select_related("engagement__customer").get(pk=event.subject_id)
    notify(milestone.engagement.customer.people(*_LEADING), event)


@on("engagements.responsibility_blocked")
def tell_the_other_side(event: Event) -> None:
    """Who is stuck needs the other side: the specialist, or the customer's lead and project manager."""
    item = Responsibility.objects.select_related("engagement__customer", "engagement__specialist").get(
        pk=event.subject_id
    )
    is_from_fasttrack = event.data.get("side") == "fasttrack"
    notify(item.engagement.customer.people(*_LEADING) if is_from_fasttrack else [item.engagement.specialist], event)


@on("engagements.responsibility_edited")
def tell_the_new_assignee(event: Event) -> None:
    if event.data.get("assigned"):
        notify(User.objects.filter(public_id=event.data.get("assigned")), event, mail=False)
