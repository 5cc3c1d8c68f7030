"""Who may work on the remediation checklist and the success plan and sign what both sides agree on, and the words."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Agreement, Engagement, RemediationItem, SuccessItem
from engagements.permissions.engagement import (
    LOOKS_ON,
    NOT_HANDED_OVER,
    NOT_YOURS,
    PARTNER_HELPS_THE_CUSTOMER,
    WORKERS,
    can_verify,
    is_centre_staff,
    is_linked_partner,
)
from engagements.permissions.gates import SPEAKERS
from engagements.permissions.matrix import handed_to
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell

PlanItem = RemediationItem | SuccessItem
Role = Membership.Role

WORK_ON_PLAN = "engagements.work_on_plan"
# The steps of a plan's item that have a rule of their own; the others are work.
PLAN_RULES = {
    "verify": "engagements.verify_plan_item",
    "reopen": "engagements.reopen_plan_item",
    "exclude": "engagements.exclude_plan_item",
    "include": "engagements.exclude_plan_item",
    "accept_risk": "engagements.accept_risk",
}

_FASTTRACK_DOES = refused(_("FastTrack does this one. You will see here when it moves."))
_PARTNER_DOES_NOT_PLAN = refused(
    _("The customer and FastTrack plan this together. You can work on what the customer hands to you, and comment.")
)
_PARTNER_DOES_NOT_SIGN = refused(
    _("A partner cannot sign for the customer. The customer’s tenant lead or project manager signs.")
)
_SIGNERS_ONLY = refused(_("The tenant lead or the project manager signs for the customer."))
_LEAD_ACCEPTS = refused(_("Only the customer’s tenant lead can accept a risk."))


@rule(WORK_ON_PLAN)
def can_work_on_plan(user: User, item: PlanItem) -> Decision:
    """As with responsibilities: the customer's people do the customer's lines, a linked partner those that were handed
    to it while it has them (F11), the centre may set any."""
    engagement = item.engagement
    if is_centre_staff(user, engagement):
        return ALLOWED
    is_theirs = item.party == "customer"
    if user.has_role(*WORKERS, customer_id=engagement.customer_id):
        return ALLOWED if is_theirs else _FASTTRACK_DOES
    if engagement.customer_id in user.audience.customer_ids:
        return LOOKS_ON
    if is_linked_partner(user, engagement):
        if not is_theirs:
            return PARTNER_HELPS_THE_CUSTOMER
        return ALLOWED if handed_to(user, item) else NOT_HANDED_OVER
    return NOT_YOURS


@rule("engagements.write_plan")
def can_write_plan(user: User, engagement: Engagement) -> Decision:
    """The customer helps to build the checklist (A-C2) and sets out its success plan (A-C6)."""
    if is_centre_staff(user, engagement) or user.has_role(*WORKERS, customer_id=engagement.customer_id):
        return ALLOWED
    if engagement.customer_id in user.audience.customer_ids:
        return LOOKS_ON
    return _PARTNER_DOES_NOT_PLAN if is_linked_partner(user, engagement) else NOT_YOURS


@rule("engagements.edit_plan_item")
def can_edit_plan_item(user: User, item: PlanItem) -> Decision:
    may = can_write_plan(user, item.engagement)
    return can_work_on_plan(user, item) if may.allowed else may


@rule("engagements.reopen_plan_item")
def can_reopen_plan_item(user: User, item: PlanItem) -> Decision:
    """Whoever does it may take it up again, and whoever verifies it may send it back."""
    return ALLOWED if can_verify(user, item).allowed else can_work_on_plan(user, item)


@rule("engagements.exclude_plan_item")
def can_exclude_plan_item(user: User, item: PlanItem) -> Decision:
    """What is to be put right is the specialist's to say; the success plan is the customer's own."""
    if is_centre_staff(user, item.engagement):
        return ALLOWED
    if isinstance(item, SuccessItem):
        return can_edit_plan_item(user, item)
    return refused(_("The specialist decides what applies. Bring it up in the next meeting."))


@rule("engagements.accept_risk")
def can_accept_risk(user: User, item: RemediationItem) -> Decision:
    """Living with it is the customer's decision, and its lead answers for it."""
    return ALLOWED if user.has_role(Role.LEAD, customer_id=item.engagement.customer_id) else _LEAD_ACCEPTS


@rule("engagements.propose_plan")
def can_propose_plan(user: User, engagement: Engagement) -> Decision:
    """Either side can bring the plan up for signing; who signs it is `engagements.sign`, as at a gate."""
    return _may_bring_up(user, engagement)


@rule("engagements.withdraw_plan")
def can_withdraw_plan(user: User, agreement: Agreement) -> Decision:
    return _may_bring_up(user, agreement.engagement)


def _may_bring_up(user: User, engagement: Engagement) -> Decision:
    if is_centre_staff(user, engagement) or user.has_role(*SPEAKERS, customer_id=engagement.customer_id):
        return ALLOWED
    if engagement.customer_id in user.audience.customer_ids:
        return _SIGNERS_ONLY
    return _PARTNER_DOES_NOT_SIGN if is_linked_partner(user, engagement) else NOT_YOURS


tell(
    {
        "engagements.remediation_made": _("%(count)s lines were put on the remediation checklist: %(workloads)s"),
        "engagements.remediation_added": _("“%(title)s” was put on the remediation checklist"),
        "engagements.remediation_edited": _("“%(title)s” was planned anew"),
        "engagements.remediation_begun": _("“%(title)s” has begun"),
        "engagements.remediation_waiting": _("“%(title)s” is waiting"),
        "engagements.remediation_blocked": _("“%(title)s” is stuck"),
        "engagements.remediation_finished": _("“%(title)s” is done"),
        "engagements.remediation_verified": _("“%(title)s” was verified"),
        "engagements.remediation_reopened": _("“%(title)s” was reopened"),
        "engagements.remediation_excluded": _("“%(title)s” needs no putting right"),
        "engagements.remediation_included": _("“%(title)s” needs to be put right after all"),
        "engagements.risk_accepted": _("%(owner)s accepted the risk of “%(title)s”"),
        "engagements.plan_proposed": _("The remediation plan was laid before both sides, with %(count)s lines"),
        "engagements.plan_signed": _("%(name)s signed the remediation plan for %(side_name)s"),
        "engagements.plan_agreed": _("%(name)s signed the remediation plan for %(side_name)s: both sides agree on it"),
        "engagements.plan_withdrawn": _("The remediation plan was taken back"),
        "engagements.success_filled": _("The success plan was begun from the request, with %(count)s lines"),
        "engagements.success_added": _("“%(title)s” was put into the success plan"),
        "engagements.success_edited": _("“%(title)s” was planned anew"),
        "engagements.success_begun": _("“%(title)s” has begun"),
        "engagements.success_waiting": _("“%(title)s” is waiting"),
        "engagements.success_blocked": _("“%(title)s” is stuck"),
        "engagements.success_finished": _("“%(title)s” is done"),
        "engagements.success_verified": _("“%(title)s” was verified"),
        "engagements.success_reopened": _("“%(title)s” was reopened"),
        "engagements.success_excluded": _("“%(title)s” is left out of the success plan"),
        "engagements.success_included": _("“%(title)s” belongs to the success plan after all"),
    }
)
