"""Who puts a name to something for which side: gates, and what comes out of a milestone."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Agreement, CoSpecialist, Engagement, Milestone, Phase
from engagements.permissions.engagement import NOT_YOURS, is_centre_staff, is_linked_partner
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell

Role = Membership.Role
# These two speak for a customer; the others work and look on.
SPEAKERS = (Role.LEAD, Role.PROJECT_MANAGER)

_PARTNER_NEVER_SIGNS = refused(
    _("A partner never signs for the customer. The customer’s tenant lead or project manager does.")
)
_SPEAKERS_SIGN = refused(_("Your role can look on. The tenant lead or the project manager signs for the customer."))
_THEIR_OWN_SPECIALIST_SIGNS = refused(
    _("The specialist of this engagement, a co-specialist or the manager of the FastTrack Center signs for FastTrack.")
)


def signing_side(user: User, engagement: Engagement) -> str:
    """For which side the person signs; empty for none. Nobody signs for both: staff sign for FastTrack."""
    if user.is_admin or user.has_role(Role.MANAGER, centre_id=engagement.centre_id):
        return "fasttrack"
    if is_centre_staff(user, engagement):
        return "fasttrack" if _guides(user, engagement) else ""
    return "customer" if user.has_role(*SPEAKERS, customer_id=engagement.customer_id) else ""


def _guides(user: User, engagement: Engagement) -> bool:
    if engagement.specialist_id == user.pk:
        return True
    return CoSpecialist.objects.filter(engagement=engagement, user=user).exists()


def role_of(user: User, engagement: Engagement) -> str:
    """The word for the role in which the person signs."""
    side = signing_side(user, engagement)
    place = {"customer_id": engagement.customer_id} if side == "customer" else {"centre_id": engagement.centre_id}
    wanted = SPEAKERS if side == "customer" else (Role.MANAGER, Role.SPECIALIST)
    for role in wanted:
        if user.has_role(role, **place):
            return str(role.label)
    return str(_("Administrator"))


@rule("engagements.sign")
@rule("engagements.unsign")
def can_sign(user: User, part: Phase | Agreement) -> Decision:
    """One name from each side; a partner never signs for the customer, whatever else it does for it."""
    engagement = part.engagement
    if signing_side(user, engagement):
        return ALLOWED
    if is_centre_staff(user, engagement):
        return _THEIR_OWN_SPECIALIST_SIGNS
    return _not_a_speaker(user, engagement)


@rule("engagements.override_gate")
def can_override(user: User, phase: Phase) -> Decision:
    if user.is_admin:
        return ALLOWED
    return refused(_("Only an administrator can pass a phase without both signatures."))


@rule("engagements.answer_approval")
def can_answer(user: User, milestone: Milestone) -> Decision:
    """The customer's own word, which nobody gives in its place."""
    engagement = milestone.engagement
    if user.has_role(*SPEAKERS, customer_id=engagement.customer_id):
        return ALLOWED
    if is_centre_staff(user, engagement):
        return refused(_("The customer says whether it approves. You see the answer here."))
    return _not_a_speaker(user, engagement)


def _not_a_speaker(user: User, engagement: Engagement) -> Decision:
    if engagement.customer_id in user.audience.customer_ids:
        return _SPEAKERS_SIGN
    return _PARTNER_NEVER_SIGNS if is_linked_partner(user, engagement) else NOT_YOURS


tell(
    {
        "engagements.phase_planned": _("The phase %(phase)s is planned for %(starts_on)s to %(ends_on)s"),
        "engagements.gate_waits": _("Everything in %(phase)s is done: its gate waits for signatures"),
        "engagements.gate_signed": _("%(signer)s signed the gate of %(phase)s for %(party)s"),
        "engagements.gate_unsigned": _("%(name)s took the signature of %(party)s under the gate of %(phase)s back"),
        "engagements.plan_unsigned": _("%(name)s took the signature of %(party)s under the remediation plan back"),
        "engagements.phase_overridden": _("The phase %(phase)s was passed by an administrator’s word"),
        "engagements.approval_asked": _("The customer is asked to approve %(title)s"),
        "engagements.milestone_approved": _("%(title)s was approved by the customer"),
        "engagements.milestone_rejected": _("%(title)s was not approved by the customer"),
    }
)
