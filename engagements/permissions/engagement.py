"""Who may move an engagement and its parts, and the words for what happened to them."""

from typing import Literal

from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Milestone, Phase, RemediationItem, Responsibility, SuccessItem
from engagements.permissions.matrix import handed_to
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell
from fasttrack_portal.directory.models import PartnerLink

Side = Literal["fasttrack", "customer", "partner"]

Role = Membership.Role
# An executive viewer looks on; the other three do the customer's part.
WORKERS = (Role.LEAD, Role.PROJECT_MANAGER, Role.TECHNICAL_LEAD)

WORK = "engagements.work_on_responsibility"
# The steps of an item that have a rule of their own; the others are work.
ITEM_RULES = {
    "verify": "engagements.verify_responsibility",
    "reopen": "engagements.reopen_responsibility",
    "exclude": "engagements.exclude_responsibility",
    "include": "engagements.exclude_responsibility",
}

_CENTRE_ONLY = refused(_("Only a specialist or manager of the FastTrack Center can do this."))
_ITS_CENTRE_ONLY = refused(_("Only a specialist or manager of the engagement’s own FastTrack Center can do this."))
_NOTHING_EXPECTED = refused(
    _("Nothing is expected of the customer while the engagement does not run. Resume it first.")
)
LOOKS_ON = refused(
    _("Your role can look on. The tenant lead, the project manager or the technical lead can change this.")
)
_FASTTRACK_DOES = refused(_("FastTrack does this one. You will see here when it moves."))
PARTNER_HELPS_THE_CUSTOMER = refused(
    _("FastTrack does this one. As the customer’s partner you can work on items that the customer hands to you.")
)
NOT_HANDED_OVER = refused(
    _("The customer does this one. It can hand it to you: propose it, and its lead or project manager agrees.")
)
NOT_YOURS = refused(_("This is for the people of the customer and of the FastTrack Center."))


def is_centre_staff(user: User, engagement: Engagement) -> bool:
    """Of the engagement's centre, or a co-specialist from another one, who works on it as its specialist does."""
    return is_of_the_centre(user, engagement) or helps(user, engagement)


def is_of_the_centre(user: User, engagement: Engagement) -> bool:
    return user.is_admin or user.has_role(Role.SPECIALIST, Role.MANAGER, centre_id=engagement.centre_id)


def helps(user: User, engagement: Engagement) -> bool:
    """Whether somebody is a co-specialist of it; asked once for all the buttons of a page."""
    if not user.audience.centre_ids:
        return False
    known: dict[int, bool] = engagement.__dict__.setdefault("_helped_by", {})
    if user.pk not in known:
        known[user.pk] = engagement.co_specialists.filter(user=user).exists()
    return known[user.pk]


def is_linked_partner(user: User, engagement: Engagement) -> bool:
    """Asked once for all the buttons of a page, like `helps`."""
    partners = user.audience.partner_ids
    if not partners:
        return False
    known: dict[int, bool] = engagement.__dict__.setdefault("_linked_to", {})
    if user.pk not in known:
        links = PartnerLink.objects.visible_to(user).filter(customer=engagement.customer_id, partner__in=partners)
        known[user.pk] = links.filter(status=PartnerLink.Status.ACTIVE).exists()
    return known[user.pk]


def side_of(user: User, engagement: Engagement) -> Side:
    """Whose side somebody who sees the engagement is on; staff of any kind are FastTrack's."""
    if is_centre_staff(user, engagement):
        return "fasttrack"
    return "customer" if engagement.customer_id in user.audience.customer_ids else "partner"


@rule("engagements.move")
def can_move(user: User, engagement: Engagement) -> Decision:
    return ALLOWED if is_centre_staff(user, engagement) else _CENTRE_ONLY


@rule("engagements.transfer")
def can_transfer(user: User, engagement: Engagement) -> Decision:
    """Who guides a customer is the matter of the centre that has it; who helps from elsewhere does not decide that."""
    return ALLOWED if is_of_the_centre(user, engagement) else _ITS_CENTRE_ONLY


@rule("engagements.change_specialists")
def can_change_specialists(user: User, engagement: Engagement) -> Decision:
    return ALLOWED if is_of_the_centre(user, engagement) else _ITS_CENTRE_ONLY


@rule("engagements.nudge")
def can_nudge(user: User, engagement: Engagement) -> Decision:
    if not is_centre_staff(user, engagement):
        return _CENTRE_ONLY
    return ALLOWED if engagement.status in ("planned", "active") else _NOTHING_EXPECTED


@rule("engagements.see_board")
def can_see_board(user: User, _nothing: object) -> Decision:
    return ALLOWED if user.audience.is_staff else refused(_("The board is for the people of a FastTrack Center."))


@rule("engagements.change_board_settings")
def can_change_board_settings(user: User, _nothing: object) -> Decision:
    return ALLOWED if user.is_admin else refused(_("Only an administrator changes these numbers."))


@rule("engagements.move_phase")
def can_move_phase(user: User, phase: Phase) -> Decision:
    return ALLOWED if is_centre_staff(user, phase.engagement) else _CENTRE_ONLY


@rule("engagements.move_milestone")
def can_move_milestone(user: User, milestone: Milestone) -> Decision:
    return ALLOWED if is_centre_staff(user, milestone.engagement) else _CENTRE_ONLY


@rule("engagements.skip_milestone")
def can_skip_milestone(user: User, milestone: Milestone) -> Decision:
    if not is_centre_staff(user, milestone.engagement):
        return _CENTRE_ONLY
    if not milestone.is_optional:
        return refused(_("This milestone belongs to every engagement. Only an optional one can be skipped."))
    return ALLOWED


@rule(WORK)
def can_work_on(user: User, item: Responsibility) -> Decision:
    """The customer's people do the customer's items, the centre does its own.

    The centre may set any item: specialists note what they hear in a meeting. A linked partner reads all items and
    works on those that the customer has handed to it, while it has them (F11).
    """
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


@rule("engagements.verify_responsibility")
@rule("engagements.verify_plan_item")
def can_verify(user: User, item: Responsibility | RemediationItem | SuccessItem) -> Decision:
    """The specialist verifies; what FastTrack did can be verified by the customer as well."""
    if is_centre_staff(user, item.engagement):
        return ALLOWED
    if item.party == "fasttrack" and user.has_role(*WORKERS, customer_id=item.engagement.customer_id):
        return ALLOWED
    return refused(_("The specialist verifies what the customer’s side has done."))


@rule("engagements.reopen_responsibility")
def can_reopen(user: User, item: Responsibility) -> Decision:
    """Whoever does it may take it up again, and whoever verifies it may send it back."""
    return ALLOWED if can_verify(user, item).allowed else can_work_on(user, item)


@rule("engagements.exclude_responsibility")
def can_exclude(user: User, item: Responsibility) -> Decision:
    """What applies is the specialist's to say: the customer asks for it in a meeting."""
    if is_centre_staff(user, item.engagement):
        return ALLOWED
    return refused(_("The specialist decides what applies. Bring it up in the next meeting."))


# Reasons and outcomes stand below the sentence in a timeline: they are the `reason` and `note` of the event's data.
tell(
    {
        "engagements.opened": _("%(number)s was opened for %(customer)s; %(specialist)s is the specialist"),
        "engagements.partner_brought_in": _("%(partner)s works on %(number)s from now on"),
        "engagements.started": _("%(number)s became active"),
        "engagements.held": _("%(number)s was put on hold"),
        "engagements.resumed": _("%(number)s was resumed"),
        "engagements.rested": _("%(number)s rests until it is needed again"),
        "engagements.completed": _("%(number)s was completed"),
        "engagements.cancelled": _("%(number)s was cancelled"),
        "engagements.nudged": _("%(customer)s was asked for news of %(number)s"),
        "engagements.transferred": _("%(number)s was handed from %(giver)s to %(specialist)s, %(centre)s"),
        "engagements.specialist_added": _("%(specialist)s helps with %(number)s"),
        "engagements.specialist_removed": _("%(specialist)s no longer helps with %(number)s"),
        "engagements.board_settings_changed": _("The numbers of the board were changed"),
        "engagements.phase_started": _("The phase %(phase)s has started"),
        "engagements.phase_offered": _("The phase %(phase)s is ready for its gate"),
        "engagements.phase_reopened": _("The phase %(phase)s was reopened"),
        "engagements.phase_passed": _("The phase %(phase)s was passed"),
        "engagements.phase_skipped": _("The phase %(phase)s was skipped"),
        "engagements.responsibility_begun": _("%(code)s has begun: %(text)s"),
        "engagements.responsibility_waiting": _("%(code)s is waiting: %(text)s"),
        "engagements.responsibility_blocked": _("%(code)s is stuck: %(text)s"),
        "engagements.responsibility_finished": _("%(code)s is done: %(text)s"),
        "engagements.responsibility_verified": _("%(code)s was verified: %(text)s"),
        "engagements.responsibility_reopened": _("%(code)s was reopened: %(text)s"),
        "engagements.responsibility_excluded": _("%(code)s does not apply: %(text)s"),
        "engagements.responsibility_included": _("%(code)s applies after all: %(text)s"),
        "engagements.responsibility_edited": _("%(code)s was planned anew: %(text)s"),
        "engagements.milestone_started": _("Milestone %(title)s has started"),
        "engagements.milestone_completed": _("Milestone %(title)s was completed"),
        "engagements.milestone_reopened": _("Milestone %(title)s was reopened"),
        "engagements.milestone_skipped": _("Milestone %(title)s was skipped"),
        "engagements.milestone_planned": _("Milestone %(title)s is planned for %(planned_on)s"),
    }
)
