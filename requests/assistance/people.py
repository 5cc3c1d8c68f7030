"""Who is told about a request."""

from collections.abc import Iterable

from django.db.models import QuerySet

from assistance.models import AssistanceRequest, Offer
from assistance.permissions import partner_at_work, works_at
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner

Role = Membership.Role


def centre_people(centre: FastTrackCenter) -> QuerySet[User]:
    """The specialists and managers of a centre."""
    return User.objects.filter(
        is_active=True, memberships__centre=centre, memberships__role__in=[Role.SPECIALIST, Role.MANAGER]
    )


def told_of_submission(customer: Customer, author: User) -> list[User]:
    """The author (a receipt), the customer's leads when a partner sends for them, and the centre."""
    is_own = author.has_role(*Membership.CUSTOMER_ROLES, customer_id=customer.pk)
    leads = [] if is_own else customer.people(Role.LEAD)
    return _once(author, *leads, *centre_people(customer.centre))


def sending_side(ask: AssistanceRequest) -> list[User]:
    """The author, if still of the customer or of a partner that works for it, the customer's leads, and who joined."""
    return _once(*author_of(ask), *ask.customer.people(Role.LEAD), *joined(ask))


def joined(ask: AssistanceRequest) -> list[User]:
    """Who joined it and may see it today (A2)."""
    people = [joining.user for joining in ask.joinings.select_related("user").order_by("pk")]
    return [user for user in people if AssistanceRequest.objects.visible_to(user).filter(pk=ask.pk).exists()]


def author_of(ask: AssistanceRequest) -> list[User]:
    """The author, or nobody when the customer has ended the link to the author's company (A2)."""
    return [] if ask.partner_id and partner_at_work(ask) is None else [ask.created_by]


def told_of_the_opening(ask: AssistanceRequest) -> bool:
    """Whether the mail about the new engagement reaches the author anyway: it goes to leads, managers and partners."""
    if ask.is_app_assure:
        return False
    leads = ask.created_by.has_role(Role.LEAD, Role.PROJECT_MANAGER, customer_id=ask.customer_id)
    return leads or ask.partner_id is not None


def receiving_side(ask: AssistanceRequest) -> list[User]:
    """Who reviews it; while nobody does, everybody of the centre."""
    return [ask.reviewer] if ask.reviewer else _once(*centre_people(ask.centre))


def told_of_all(asks: Iterable[AssistanceRequest]) -> int:
    """How many people hear of a question or a decision about all of these: their authors and the customers' leads."""
    rows = list(asks)
    leads = User.objects.filter(
        is_active=True,
        memberships__customer__in={ask.customer_id for ask in rows},
        memberships__role=Role.LEAD,
    )
    return len({ask.created_by_id for ask in rows} | set(leads.values_list("pk", flat=True)))


def partner_people(partner: Partner) -> QuerySet[User]:
    return User.objects.filter(is_active=True, memberships__partner=partner)


def offering_side(offer: Offer) -> list[User]:
    """Who made the offer and who reviews the request, while they work at its centre; else everybody there."""
    reviewers = [offer.ask.reviewer] if offer.ask and offer.ask.reviewer else []
    here = [user for user in (offer.offered_by, *reviewers) if user.is_active and works_at(user, offer.centre_id)]
    return _once(*(here or centre_people(offer.centre)))


def _once(*people: User) -> list[User]:
    return list({person.pk: person for person in people}.values())
