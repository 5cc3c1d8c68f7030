"""Every write to people and their roles."""

from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.refusals import Invalid

if TYPE_CHECKING:
    from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner


@transaction.atomic
def set_preferences(user: User, *, by: User, version: int, **changes: Any) -> None:
    """A person's own name, phone, zone, appearance and mail topics. Raises StaleVersion."""
    require(by, "accounts.set_preferences", user)
    records.save_changes(user, version=version, **changes)
    record("accounts.preferences_set", subject=user, by=by, internal=True, data={"fields": sorted(changes)})


@transaction.atomic
def create_person(*, email: str, name: str, password: str | None, by: User | None, **fields: Any) -> User:
    """A person whose address counts as verified because an admin vouches for it. Raises Invalid if it is taken."""
    require(by, "accounts.create_person")
    if User.objects.filter(email__iexact=email).exists():
        raise Invalid(_("Somebody with this e-mail address is here already."), field="email")
    user = User.objects.create_user(email, password, name=name, **fields)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    record("accounts.person_created", subject=user, by=by, internal=True, data={"email": user.email})
    return user


@transaction.atomic
def add_membership(
    user: User,
    *,
    role: str,
    by: User | None,
    customer: "Customer | None" = None,
    partner: "Partner | None" = None,
    centre: "FastTrackCenter | None" = None,
) -> Membership:
    """Gives a person a role in one organisation."""
    require(by, "accounts.set_role", user)
    membership = Membership.objects.create(user=user, role=role, customer=customer, partner=partner, centre=centre)
    _forget_audience(user)
    record(
        "accounts.role_given",
        subject=user,
        by=by,
        customer=customer,
        partner=partner,
        centre=centre,
        data={"name": user.name, "role": str(membership.get_role_display()), "organisation": membership.organisation},
    )
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User | None) -> None:
    """Takes the role away; the person's next request is already without it (A2)."""
    require(by, "accounts.set_role", membership.user)
    user, organisation = membership.user, membership.organisation
    record(
        "accounts.role_ended",
        subject=user,
        by=by,
        customer=membership.customer,
        partner=membership.partner,
        centre=membership.centre,
        data={"name": user.name, "role": str(membership.get_role_display()), "organisation": organisation},
    )
    membership.delete()
    _forget_audience(user)


@transaction.atomic
def deactivate(user: User, *, by: User | None) -> None:
    """Nobody is deleted: what they did stays theirs. All sessions end at once."""
    require(by, "accounts.deactivate", user)
    records.save_changes(user, is_active=False)
    UserSession.objects.filter(user=user).delete()
    _forget_audience(user)
    record("accounts.deactivated", subject=user, by=by, internal=True, data={"name": user.name})


def _forget_audience(user: User) -> None:
    for cached in ("audience", "all_memberships"):
        user.__dict__.pop(cached, None)
