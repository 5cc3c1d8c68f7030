"""Every write to people and their roles."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts import organisations, tokens
from fasttrack_portal.accounts.models import Invitation, Membership, User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.refusals import AccessRefused, Invalid, TransitionRefused

if TYPE_CHECKING:
    from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner

INVITATION_LASTS = timedelta(hours=72)


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
def change_role(membership: Membership, *, role: str, version: int, by: User | None) -> None:
    """Another role in the same organisation. Raises StaleVersion, and Invalid for a role that does not exist there."""
    _hold_leaders(membership)
    require(by, "accounts.change_role", membership)
    if role not in organisations.ROLES[organisations.named_in(membership)[0]]:
        raise Invalid(_("Choose one of the roles in the list."), field="role")
    before = str(membership.get_role_display())
    records.save_changes(membership, version=version, role=role)
    _forget_audience(membership.user)
    _record_role("accounts.role_changed", membership, by, before=before)


@transaction.atomic
def end_membership(membership: Membership, *, by: User | None) -> None:
    """Takes the role away; the person's next request is already without it (A2)."""
    _hold_leaders(membership)
    require(by, "accounts.end_membership", membership)
    _record_role("accounts.role_ended", membership, by)
    membership.delete()
    _forget_audience(membership.user)


def _hold_leaders(membership: Membership) -> None:
    """Two leads who demote each other in the same moment do so one after the other, and the second is refused."""
    kind, pk = organisations.named_in(membership)
    leading = Membership.objects.filter(role=organisations.LEADING[kind], **{kind: pk}).order_by("pk")
    list(leading.select_for_update().values_list("pk"))


def _record_role(kind: str, membership: Membership, by: User | None, **data: Any) -> None:
    told = {"name": membership.user.name, "role": str(membership.get_role_display())}
    record(
        kind,
        subject=membership.user,
        by=by,
        customer=membership.customer,
        partner=membership.partner,
        centre=membership.centre,
        data={**told, "organisation": membership.organisation, **data},
    )


# --- Invitations -----------------------------------------------------------------------------------------------------
@transaction.atomic
def invite(
    organisation: models.Model, *, email: str, role: str, key: uuid.UUID, at: datetime, by: User | None
) -> Invitation:
    """Opens a role to whoever reads that mailbox, for 72 hours; the mail follows. `key` is the form's (C2).

    Whether the address belongs to somebody here is not asked, so nothing in the answer can tell (P2).
    Raises Invalid for a role that does not exist there, for members, and for an invitation that is open.
    """
    require(by, "accounts.invite", organisation)
    kind = organisations.kind_of(organisation)
    if role not in organisations.ROLES[kind]:
        raise Invalid(_("Choose one of the roles in the list."), field="role")
    if Membership.objects.of(organisation).filter(user__email__iexact=email).exists():
        raise Invalid(_("This person is here already. You find the role below “People”."), field="email")
    rows = Invitation.objects.of(organisation).pending().filter(email__iexact=email)
    for late in rows.filter(expires_at__lte=at):
        workflow.apply(late, "expire")
    nonce = tokens.new_nonce()

    def make() -> Invitation:
        return Invitation.objects.create(
            public_id=key, email=email.lower(), role=role, invited_by=by, sent_at=at, expires_at=at + INVITATION_LASTS,
            nonce=nonce, token_hash=tokens.hash_of(tokens.token_of(nonce)), **{kind: organisation},
        )  # fmt: skip

    try:
        invitation, is_new = records.create_once(Invitation, key, make)
    except IntegrityError:
        raise Invalid(
            _("There is an open invitation for this address. You can send it again from the list."), field="email"
        ) from None
    if is_new:
        _record_invitation("accounts.invited", invitation, by)
    elif organisations.thing_of(invitation) != organisation:
        raise Invalid(_("Please open the form anew."))
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, at: datetime, by: User | None) -> None:
    """A new link for another 72 hours; the old one no longer works."""
    require(by, "accounts.invite", organisations.thing_of(invitation))
    nonce = tokens.new_nonce()
    workflow.apply(
        invitation,
        "send_again",
        nonce=nonce,
        token_hash=tokens.hash_of(tokens.token_of(nonce)),
        sent_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    _record_invitation("accounts.invitation_sent_again", invitation, by)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User | None) -> None:
    """The link no longer works, and a mail that still waits is not sent."""
    require(by, "accounts.invite", organisations.thing_of(invitation))
    workflow.apply(invitation, "withdraw")
    _record_invitation("accounts.invitation_withdrawn", invitation, by)


@transaction.atomic
def accept_as_new(invitation: Invitation, *, name: str, password: str, time_zone: str, at: datetime) -> User:
    """Who has the link reads the mailbox, so the address counts as verified. Raises TransitionRefused if it is used."""
    if invitation_is_known(invitation):
        raise AccessRefused(_("Please sign in to accept this invitation."))
    _take(invitation, at)
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, name=name, time_zone=time_zone)
    except IntegrityError:
        raise AccessRefused(_("Please sign in to accept this invitation.")) from None
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    _join(invitation, user)
    return user


@transaction.atomic
def accept(invitation: Invitation, *, at: datetime, by: User) -> None:
    """Somebody who is here already gets the role too. Refused for another address than the invited one (S2)."""
    if not invitation.belongs_to(by):
        raise AccessRefused(
            _("This invitation is for another address than %(email)s. Sign in with the address that it was sent to.")
            % {"email": by.email}
        )
    _take(invitation, at)
    _join(invitation, by)


def invitation_is_known(invitation: Invitation) -> bool:
    """Whether the invited address signs in here already; told to the holder of the link alone."""
    here = models.Q(email__iexact=invitation.email)
    own = models.Q(emailaddress__email__iexact=invitation.email, emailaddress__verified=True)
    return User.objects.filter(here | own).exists()


def _take(invitation: Invitation, at: datetime) -> None:
    if invitation.status == Invitation.Status.PENDING and at >= invitation.expires_at:
        raise TransitionRefused(_("This invitation is over. Ask for a new one."), subject=invitation)
    workflow.apply(invitation, "accept")


def _join(invitation: Invitation, user: User) -> None:
    kind, pk = organisations.named_in(invitation)
    mine = Membership.objects.filter(user=user, **{kind: pk})
    if not mine.exists():
        # Who was given a role there since keeps that one.
        Membership.objects.create(user=user, role=invitation.role, **{f"{kind}_id": pk})
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    _forget_audience(user)
    _record_invitation("accounts.invitation_accepted", invitation, user, name=user.name)


def _record_invitation(kind: str, invitation: Invitation, by: User | None, **data: Any) -> None:
    told = {"email": invitation.email, "role": str(invitation.get_role_display())}
    record(
        kind,
        subject=invitation,
        by=by,
        customer=invitation.customer,
        partner=invitation.partner,
        centre=invitation.centre,
        url=str(organisations.thing_of(invitation).get_absolute_url()),
        data={**told, "organisation": invitation.organisation, **data},
    )


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
