"""Whose name or word is wanted: gates and plans that wait for a signature, milestones that wait for the customer."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.milestones import PHASE_TITLES
from engagements.models import (
    UNMET,
    Agreement,
    CoSpecialist,
    Delegation,
    Milestone,
    RemediationItem,
    Responsibility,
    Signature,
    SuccessItem,
)
from engagements.permissions.gates import SPEAKERS
from fasttrack_portal.accounts.models import User

_RUNNING = ("planned", "active")


def words_wanted(user: User, limit: int = 5) -> list[dict[str, Any]]:
    """What this person is asked to put their name to, for components/task_list.html: the oldest first."""
    signing = [_agreement_as_task(each) for each in agreements_for(user)[:limit]]
    return [*signing, *(_milestone_as_task(each) for each in approvals_for(user)[:limit])][:limit]


def lines_in_hand(user: User, limit: int = 5) -> list[dict[str, Any]]:
    """The lines of customers' plans that lie with this partner now, for components/task_list.html."""
    handed = Delegation.objects.visible_to(user).filter(status="active", partner__in=user.audience.partner_ids)
    found: list[dict[str, Any]] = []
    for name, model in (("remediation", RemediationItem), ("success", SuccessItem)):
        held = model.objects.filter(pk__in=handed.values(name), holder="partner", engagement__status__in=_RUNNING)
        found += map(_line_as_task, held.select_related("engagement__customer").order_by("held_since", "pk")[:limit])
    return found[:limit]


def agreements_for(user: User) -> QuerySet[Agreement]:
    """Gates with nothing left to do, and remediation plans, that miss the name of this person's side."""
    customers = [each.customer_id for each in user.all_memberships if each.customer_id and each.role in SPEAKERS]
    guided = CoSpecialist.objects.filter(user=user).values("engagement")
    ours = Q(engagement__specialist=user) | Q(engagement__in=guided)
    signed = Signature.objects.filter(agreement=OuterRef("pk"))
    left = Responsibility.objects.filter(
        engagement=OuterRef("engagement"), phase=OuterRef("phase__code"), status__in=UNMET
    )
    open_ones = Agreement.objects.visible_to(user).filter(status=Agreement.Status.OPEN, engagement__status__in=_RUNNING)
    wanted = Q(engagement__customer__in=customers) & ~Exists(signed.filter(side="customer"))
    if user.audience.is_staff:
        wanted = ours & ~Exists(signed.filter(side="fasttrack"))
    return open_ones.filter(wanted).exclude(Exists(left)).select_related("engagement__customer", "phase").order_by("pk")


def approvals_for(user: User) -> QuerySet[Milestone]:
    """Milestones whose outcome this person is asked to approve."""
    customers = [each.customer_id for each in user.all_memberships if each.customer_id and each.role in SPEAKERS]
    asked = Milestone.objects.visible_to(user).filter(
        approval=Milestone.Approval.ASKED, engagement__customer__in=customers, engagement__status__in=_RUNNING
    )
    return asked.select_related("engagement__customer").order_by("held_since", "pk")


def _agreement_as_task(agreement: Agreement) -> dict[str, Any]:
    engagement = agreement.engagement
    if agreement.phase is None:
        label = _("Sign the remediation plan")
        href = reverse("engagements:remediation_plan", kwargs={"public_id": engagement.public_id})
        hint = _("%(customer)s, %(number)s: the plan is agreed on when both sides have signed.")
    else:
        label = _("Sign the gate of %(phase)s") % {"phase": PHASE_TITLES[agreement.phase.code]}
        href = agreement.phase.get_absolute_url()
        hint = _("%(customer)s, %(number)s: everything in the phase is done. It passes when both sides have signed.")
    return {
        "label": label,
        "href": href,
        "status": "waiting",
        "status_label": _("Waits for your signature"),
        "hint": hint % {"customer": engagement.customer.name, "number": engagement.number},
    }


def _line_as_task(line: RemediationItem | SuccessItem) -> dict[str, Any]:
    return {
        "label": line.title,
        "href": line.get_absolute_url(),
        "status": line.status,
        "status_label": line.get_status_display(),
        "hint": _("%(customer)s, %(number)s: the customer has handed it to you.")
        % {"customer": line.engagement.customer.name, "number": line.engagement.number},
    }


def _milestone_as_task(milestone: Milestone) -> dict[str, Any]:
    return {
        "label": _("Approve what came out of “%(title)s”") % {"title": milestone.title},
        "href": milestone.get_absolute_url(),
        "status": "waiting",
        "status_label": _("Waits for your approval"),
        "hint": milestone.note,
    }
