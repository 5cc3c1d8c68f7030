"""Who may attach evidence to the parts of an engagement, take it away and comment, and the words for it."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Attachment, Milestone, RemediationItem, Responsibility, SuccessItem
from engagements.permissions.engagement import NOT_YOURS, WORK, WORKERS, is_centre_staff, is_linked_partner
from fasttrack_portal.access import ALLOWED, Decision, decide, refused, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.sentences import tell

Part = Responsibility | Milestone | RemediationItem | SuccessItem

_LOOKS_ON = refused(
    _("Your role can look on. The tenant lead, the project manager or the technical lead can add something here.")
)
_PARTNER_ELSEWHERE = refused(_("As the customer’s partner you can do this on the customer’s items."))
_OF_ANOTHER = refused(_("Whoever attached it can take it away, or a specialist of the FastTrack Center."))
_VERIFIED = refused(_("The item was verified with this evidence. Reopen it first, then it can be taken away."))


@rule("engagements.attach")
def can_attach(user: User, part: Part) -> Decision:
    """Whoever may work on the item; outcome documents of a milestone come from the customer's people too (G-C8)."""
    if isinstance(part, Milestone):
        return can_comment(user, part)
    if isinstance(part, Responsibility):
        return decide(user, WORK, part)
    return decide(user, "engagements.work_on_plan", part)


@rule("engagements.comment")
def can_comment(user: User, part: Part) -> Decision:
    """Both sides ask and answer on every part; a partner where it may work."""
    engagement = part.engagement
    if is_centre_staff(user, engagement) or user.has_role(*WORKERS, customer_id=engagement.customer_id):
        return ALLOWED
    if engagement.customer_id in user.audience.customer_ids:
        return _LOOKS_ON
    if not is_linked_partner(user, engagement):
        return NOT_YOURS
    is_customers = not isinstance(part, Milestone) and part.party == "customer"
    return ALLOWED if is_customers else _PARTNER_ELSEWHERE


@rule("engagements.remove_evidence")
def can_remove(user: User, attachment: Attachment) -> Decision:
    return removal(user, attachment, can_attach(user, attachment.part))


def removal(user: User, attachment: Attachment, may_attach: Decision) -> Decision:
    """The same for a page with many attachments, which has asked once whether the person may attach."""
    if not may_attach.allowed:
        return may_attach
    if attachment.by_id != user.pk and not is_centre_staff(user, attachment.engagement):
        return _OF_ANOTHER
    return _VERIFIED if attachment.part.status == "verified" else ALLOWED


tell(
    {
        "engagements.evidence_attached": _("“%(title)s” was attached to %(part)s"),
        "engagements.evidence_removed": _("“%(title)s” was taken away from %(part)s"),
        "engagements.evidence_downloaded": _("“%(title)s” of %(part)s was downloaded"),
        "engagements.commented": _("There is a comment on %(part)s"),
    }
)
