"""What both sides put their names to, and what is kept of it: opening, signing, settling and withdrawing.

All but `unsign` are parts of the moves that use them (a phase passes, a plan is agreed), which tell the story; the
caller holds the engagement, so that two signatures never miss each other."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Agreement, Engagement, Phase, Signature
from engagements.operations.moving import happened, moving, need_a_reason
from engagements.permissions.gates import role_of, signing_side
from engagements.sides import party_of
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict
from fasttrack_portal.workflow import apply, refusal


def open_agreement(engagement: Engagement, kind: str, *, by: User | None, phase: Phase | None = None) -> Agreement:
    """Waits for the signatures from now on."""
    return Agreement.objects.create(engagement=engagement, kind=kind, phase=phase, opened_by=by)


def withdraw_agreement(agreement: Agreement, *, by: User | None, at: datetime, reason: str = "") -> None:
    """Nobody signs it any more; the names that stand under it stay in the story."""
    apply(agreement, "withdraw", settled_at=at, settled_by=by, reason=reason)


def sign(agreement: Agreement, side: str, *, by: User, at: datetime, comment: str = "") -> Signature:
    """One side's name. Raises Conflict when it is not open any more, or that side has signed."""
    agreement.refresh_from_db(fields=["status", "version"])
    if agreement.status != Agreement.Status.OPEN:
        raise refusal(agreement, agreement.WORKFLOW.step("agree"))
    there = list(agreement.signatures.all())
    if first := next((each for each in there if each.side == side), None):
        raise Conflict(
            _("%(name)s has signed for %(side)s already.")
            % {"name": first.name, "side": party_of(side, agreement.engagement)}
        )
    if any(each.by_id == by.pk for each in there):
        raise Conflict(_("One person does not sign for both sides."))
    return Signature.objects.create(
        agreement=agreement,
        side=side,
        by=by,
        name=by.name or by.email,
        role=role_of(by, agreement.engagement)[:60],
        comment=comment,
        at=at,
    )


@transaction.atomic
def unsign(agreement: Agreement, *, by: User, at: datetime, reason: str) -> None:
    """Takes back the name of one's own side, as long as the other side has not signed as well; that side is told.

    Raises TransitionRefused when it is settled meanwhile, Conflict when the side has not signed."""
    require(by, "engagements.unsign", agreement)
    engagement = moving(agreement)
    need_a_reason(reason)
    agreement.refresh_from_db(fields=["status", "version"])
    if agreement.status != Agreement.Status.OPEN:
        raise refusal(agreement, agreement.WORKFLOW.step("withdraw"))
    side = signing_side(by, engagement)
    mine = agreement.signatures.filter(side=side).first()
    if mine is None:
        raise Conflict(_("%(side)s has not signed.") % {"side": party_of(side, engagement)})
    mine.delete()
    phase = agreement.phase
    happened(
        "engagements.gate_unsigned" if phase else "engagements.plan_unsigned",
        phase or engagement,
        engagement,
        by,
        url=agreement.place,
        phase=phase.get_code_display() if phase else "",
        name=by.name or by.email,
        signer=mine.name,
        side=side,
        party=party_of(side, engagement),
        reason=reason,
        signed_at=mine.at.isoformat(),
        taken_at=at.isoformat(),
    )


def is_signed_by_both(agreement: Agreement) -> bool:
    return set(agreement.signatures.values_list("side", flat=True)) == set(Signature.Side.values)


def settle(
    agreement: Agreement, step: str, *, snapshot: dict[str, Any], by: User, at: datetime, reason: str = ""
) -> None:
    """Agreed or overridden: what stood is frozen with it."""
    apply(agreement, step, snapshot=snapshot, settled_at=at, settled_by=by, reason=reason)


def names_under(agreement: Agreement) -> list[dict[str, str]]:
    """The signatures in words, as they are frozen."""
    return [
        {"side": each.side, "name": each.name, "role": each.role, "comment": each.comment, "at": each.at.isoformat()}
        for each in agreement.signatures.order_by("at", "pk")
    ]
