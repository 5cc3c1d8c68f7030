"""The remediation plan as both sides agree on it: laid before them, signed by name from each side, kept as signed."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements import remediation
from engagements.models import Agreement, Attachment, Engagement, RemediationItem
from engagements.operations import agreements
from engagements.operations.moving import happened, moving_engagement, need_a_reason
from engagements.permissions.gates import signing_side
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict

KIND = Agreement.Kind.REMEDIATION


@transaction.atomic
def propose_plan(engagement: Engagement, *, by: User, at: datetime) -> Agreement:
    """Lays the plan as it stands before both sides. One that waits for signatures and has been overtaken is taken back
    with this; one that still says the same stays, and Conflict says so."""
    require(by, "engagements.propose_plan", engagement)
    held = moving_engagement(engagement)
    lines = lines_of(held)
    if not any(line["applies"] for line in lines):
        raise Conflict(_("There is nothing on the remediation checklist yet, so there is nothing to agree on."))
    open_one = open_agreement(held)
    if open_one is not None:
        if not differences_of(open_one, lines):
            raise Conflict(_("The plan waits for signatures already, just as it stands."))
        agreements.withdraw_agreement(open_one, by=by, at=at)
    elif (agreed := agreed_one(held)) is not None and not differences_of(agreed, lines):
        raise Conflict(_("Both sides have agreed on the plan just as it stands."))
    made = _open(held, by, {"lines": lines, "proposed_at": at.isoformat()})
    happened(
        "engagements.plan_proposed", held, held, by, url=_page(held), count=len(lines), agreement=str(made.public_id)
    )
    return made


@transaction.atomic
def sign_plan(agreement: Agreement, *, comment: str = "", by: User, at: datetime) -> Agreement:
    """One side's name under it; the second settles it and keeps what was signed. Raises Conflict when the plan has
    moved on since it was laid before both sides, or the side has signed."""
    require(by, "engagements.sign", agreement)
    engagement = moving_engagement(agreement.engagement)
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    agreement.engagement = engagement
    lines = lines_of(engagement)
    if agreement.status == Agreement.Status.OPEN and differences_of(agreement, lines):
        raise Conflict(_("The plan has changed since it was laid before both sides. Lay it before them anew."))
    mine = agreements.sign(agreement, signing_side(by, engagement), by=by, at=at, comment=comment)
    is_agreed = agreements.is_signed_by_both(agreement)
    if is_agreed:
        frozen = (agreement.snapshot or {}) | {"lines": lines, "signatures": agreements.names_under(agreement)}
        agreements.settle(agreement, "agree", snapshot=frozen, by=by, at=at)
    happened(
        "engagements.plan_agreed" if is_agreed else "engagements.plan_signed",
        engagement,
        engagement,
        by,
        url=_page(engagement),
        name=mine.name,
        side=mine.side,
        side_name=mine.get_side_display(),
        note=comment,
    )
    return agreement


@transaction.atomic
def withdraw_plan(agreement: Agreement, *, reason: str, by: User, at: datetime) -> None:
    """Nobody is asked to sign it any more; signatures that stand under it stay in the story."""
    require(by, "engagements.withdraw_plan", agreement)
    need_a_reason(reason)
    engagement = moving_engagement(agreement.engagement)
    agreements.withdraw_agreement(agreement, by=by, at=at, reason=reason)
    happened("engagements.plan_withdrawn", engagement, engagement, by, url=_page(engagement), reason=reason)


# --- Reading --------------------------------------------------------------------------------------------------------
def lines_of(engagement: Engagement) -> list[dict[str, Any]]:
    """The plan as it stands, line by line: what is agreed on (`remediation.SUBSTANCE`), and how far it is."""
    items = RemediationItem.objects.filter(engagement=engagement).select_related("assignee")
    titles: dict[int, list[str]] = {}
    shown = Attachment.objects.filter(engagement=engagement, remediation__isnull=False, removed_at=None)
    for key, title in shown.values_list("remediation", "title"):
        titles.setdefault(key, []).append(title)
    return [
        {
            "id": str(item.public_id),
            "workload": item.workload,
            "title": item.title,
            "detail": item.detail,
            "severity": item.severity,
            "party": item.party,
            "assignee": item.assignee.name if item.assignee else "",
            "assignee_id": str(item.assignee.public_id) if item.assignee else "",
            "due_on": item.due_on.isoformat() if item.due_on else "",
            "applies": item.status != "not_applicable",
            "risk_owner": item.risk_owner,
            "status": item.status,
            "reason": item.reason,
            "evidence": titles.get(item.pk, []),
        }
        for item in items
    ]


def differences_of(agreement: Agreement, lines: list[dict[str, Any]]) -> list[remediation.Difference]:
    """How the plan has moved on since this was laid before both sides or signed."""
    return remediation.differences((agreement.snapshot or {}).get("lines", []), lines)


def open_agreement(engagement: Engagement) -> Agreement | None:
    """The one that waits for signatures."""
    return _plans(engagement).filter(status="open").first()


def agreed_one(engagement: Engagement) -> Agreement | None:
    """The last one that both sides signed."""
    return _plans(engagement).filter(status="agreed").order_by("-settled_at", "-pk").first()


def _page(engagement: Engagement) -> str:
    return reverse("engagements:remediation_plan", kwargs={"public_id": engagement.public_id})


def _plans(engagement: Engagement) -> Any:
    return Agreement.objects.filter(engagement=engagement, kind=KIND).prefetch_related("signatures__by")


def _open(engagement: Engagement, by: User, snapshot: dict[str, Any]) -> Agreement:
    try:
        with transaction.atomic():
            return Agreement.objects.create(engagement=engagement, kind=KIND, snapshot=snapshot, opened_by=by)
    except IntegrityError:
        raise Conflict(_("Somebody else has just laid the plan before both sides.")) from None
