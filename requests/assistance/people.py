"""Who is told about a request."""

from django.db.models import QuerySet

from assistance.models import AssistanceRequest
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import Customer, FastTrackCenter

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
    """The author and the customer's leads."""
    return _once(ask.created_by, *ask.customer.people(Role.LEAD))


def receiving_side(ask: AssistanceRequest) -> list[User]:
    """Who reviews it; while nobody does, everybody of the centre."""
    return [ask.reviewer] if ask.reviewer else _once(*centre_people(ask.centre))


def _once(*people: User) -> list[User]:
    return list({person.pk: person for person in people}.values())
