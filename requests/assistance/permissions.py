"""Who may do what with a request, and what is told of it."""

from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell
from fasttrack_portal.directory.models import Customer, Partner, PartnerLink

Role = Membership.Role
WORKING_ROLES = (Role.LEAD, Role.PROJECT_MANAGER, Role.TECHNICAL_LEAD)

_READS_ONLY = refused(_("Executive viewers can read. Ask your tenant lead or project manager to do this."))
_LINK_ENDED = refused(_("Your company is not linked to this customer any more. Its tenant lead can agree to it again."))
_STAFF_DO_NOT_ASK = refused(_("Requests come from the customer, or from a partner on its behalf."))
_BELONGS_NOWHERE = refused(
    _("You do not belong to an organisation yet. Ask your tenant lead or your FastTrack contact to add you.")
)
_AUTHOR_ONLY = refused(_("A draft is its author’s alone."))
_CENTRE_ONLY = refused(
    _("Only the specialists and managers of the FastTrack Center that has this request can do this.")
)
_SENDERS_ONLY = refused(_("Only the customer’s people, or the partner that sent the request, can do this."))
_WITHDRAWERS_ONLY = refused(
    _("Only the author, the customer’s tenant lead or project manager, or the partner that sent it can withdraw it.")
)


def sending_partner(user: User, customer: Customer) -> Partner | None:
    """The person's partner company that works for the customer today, or None (F2)."""
    ours = user.audience.partner_ids
    # A list of customers brings their links along.
    links = customer.partner_links.all() if ours else []
    working = [link for link in links if link.partner_id in ours and link.status == PartnerLink.Status.ACTIVE]
    return min(working, key=lambda link: link.pk).partner if working else None


def works_for(user: User, customer: Customer) -> bool:
    """Whether the person is one of the customer's own people who act for it."""
    return user.has_role(*WORKING_ROLES, customer_id=customer.pk)


@rule("assistance.create")
def can_create(user: User, customer: Customer | None) -> Decision:
    """Without a customer: whether there can be one at all."""
    if customer is None:
        belongs = user.audience.customer_ids or user.audience.partner_ids
        return ALLOWED if belongs else _STAFF_DO_NOT_ASK if user.audience.is_staff else _BELONGS_NOWHERE
    if works_for(user, customer) or sending_partner(user, customer):
        return ALLOWED
    if user.has_role(Role.VIEWER, customer_id=customer.pk):
        return _READS_ONLY
    if user.audience.partner_ids:
        return _LINK_ENDED
    return _STAFF_DO_NOT_ASK if user.audience.is_staff else _BELONGS_NOWHERE


@rule("assistance.edit")
def can_edit(user: User, ask: AssistanceRequest) -> Decision:
    return can_create(user, ask.customer) if ask.created_by_id == user.pk else _AUTHOR_ONLY


@rule("assistance.submit")
def can_submit(user: User, ask: AssistanceRequest) -> Decision:
    """A partner submits only while the customer agrees to the link (F2)."""
    return can_edit(user, ask)


def _is_of_its_centre(user: User, ask: AssistanceRequest) -> Decision:
    if user.is_admin or user.has_role(Role.SPECIALIST, Role.MANAGER, centre_id=ask.centre_id):
        return ALLOWED
    return _CENTRE_ONLY


@rule("assistance.review")
def can_review(user: User, ask: AssistanceRequest) -> Decision:
    return _is_of_its_centre(user, ask)


@rule("assistance.ask_for_information")
def can_ask_for_information(user: User, ask: AssistanceRequest) -> Decision:
    return _is_of_its_centre(user, ask)


@rule("assistance.accept")
def can_accept(user: User, ask: AssistanceRequest) -> Decision:
    return _is_of_its_centre(user, ask)


@rule("assistance.decline")
def can_decline(user: User, ask: AssistanceRequest) -> Decision:
    return _is_of_its_centre(user, ask)


@rule("assistance.answer")
def can_answer(user: User, ask: AssistanceRequest) -> Decision:
    if works_for(user, ask.customer) or _sent(user, ask):
        return ALLOWED
    return _READS_ONLY if user.has_role(Role.VIEWER, customer_id=ask.customer_id) else _SENDERS_ONLY


@rule("assistance.withdraw")
def can_withdraw(user: User, ask: AssistanceRequest) -> Decision:
    is_author = ask.created_by_id == user.pk and works_for(user, ask.customer)
    leads = user.has_role(Role.LEAD, Role.PROJECT_MANAGER, customer_id=ask.customer_id)
    if is_author or leads or _sent(user, ask):
        return ALLOWED
    return _READS_ONLY if user.has_role(Role.VIEWER, customer_id=ask.customer_id) else _WITHDRAWERS_ONLY


@rule("assistance.see_rules")
def can_see_rules(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.audience.is_staff else refused(_("Only FastTrack staff can see this page."))


@rule("assistance.publish_rules")
def can_publish_rules(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.is_admin else refused(_("Only an administrator of the portal can change the rules."))


def partner_at_work(ask: AssistanceRequest) -> Partner | None:
    """The partner that sent it, for as long as the customer agrees to that (A2)."""
    links = PartnerLink.objects.filter(
        customer=ask.customer_id, partner=ask.partner_id, status=PartnerLink.Status.ACTIVE
    )
    return ask.partner if ask.partner_id and links.exists() else None


def _sent(user: User, ask: AssistanceRequest) -> bool:
    return ask.partner_id in user.audience.partner_ids and partner_at_work(ask) is not None


tell(
    {
        "assistance.drafted": _("%(number)s was saved as a draft"),
        "assistance.edited": _("The draft %(number)s was changed"),
        "assistance.submitted": _("%(number)s was submitted for %(customer)s"),
        "assistance.reviewed": _("%(number)s was taken into review"),
        "assistance.asked_for_information": _("FastTrack asked a question about %(number)s"),
        "assistance.answered": _("The question about %(number)s was answered"),
        "assistance.accepted": _("%(number)s was accepted"),
        "assistance.declined": _("%(number)s was declined"),
        "assistance.joined": _("%(who)s joined %(number)s"),
        "assistance.join_wished": _("%(who)s wishes to join %(number)s"),
        "assistance.rules_published": _("Version %(rule_version)s of the eligibility rules was published"),
        "assistance.withdrawn": _("%(number)s was withdrawn"),
    }
)
