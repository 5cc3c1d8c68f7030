"""Who may do what with a request, and what is told of it."""

from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest, Offer
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.permissions import to_admins, to_staff
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
    link = _working_link(user, customer)
    return link.partner if link else None


def _working_link(user: User, customer: Customer) -> PartnerLink | None:
    ours = user.audience.partner_ids
    links = customer.partner_links.all() if ours else []
    working = [link for link in links if link.partner_id in ours and link.status == PartnerLink.Status.ACTIVE]
    return min(working, key=lambda link: link.pk, default=None)


def _is_partner_of(user: User, customer: Customer) -> bool:
    """Whether one of the person's partner companies works for the customer today."""
    if customer.working_partners is not None:
        return not customer.working_partners.isdisjoint(user.audience.partner_ids)
    return _working_link(user, customer) is not None


def works_for(user: User, customer: Customer) -> bool:
    """Whether the person is one of the customer's own people who act for it."""
    return user.has_role(*WORKING_ROLES, customer_id=customer.pk)


@rule("assistance.create")
def can_create(user: User, customer: Customer | None) -> Decision:
    """Without a customer: whether there can be one at all."""
    if customer is None:
        belongs = user.audience.customer_ids or user.audience.partner_ids
        return ALLOWED if belongs else _STAFF_DO_NOT_ASK if user.audience.is_staff else _BELONGS_NOWHERE
    if works_for(user, customer) or _is_partner_of(user, customer):
        return ALLOWED
    if user.has_role(Role.VIEWER, customer_id=customer.pk):
        return _READS_ONLY
    if user.audience.partner_ids:
        return _LINK_ENDED
    return _STAFF_DO_NOT_ASK if user.audience.is_staff else _BELONGS_NOWHERE


@rule("assistance.edit")
@rule("assistance.submit")
def can_edit(user: User, ask: AssistanceRequest) -> Decision:
    """A partner edits and submits only while the customer agrees to the link (F2)."""
    return can_create(user, ask.customer) if ask.created_by_id == user.pk else _AUTHOR_ONLY


def works_at(user: User, centre_id: int) -> bool:
    """Whether the person is one of the centre's specialists and managers, or an administrator, who may be anywhere."""
    return user.is_admin or user.has_role(*Membership.CENTRE_ROLES, centre_id=centre_id)


@rule("assistance.review")
@rule("assistance.ask_for_information")
@rule("assistance.accept")
@rule("assistance.decline")
@rule("assistance.move")
@rule("assistance.offer")
def is_of_its_centre(user: User, ask: AssistanceRequest) -> Decision:
    """What FastTrack does with a request is done at the centre that has it."""
    return ALLOWED if works_at(user, ask.centre_id) else _CENTRE_ONLY


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


# --- Triage ----------------------------------------------------------------------------------------------------------
_MANAGERS_ONLY = refused(_("Only a manager of the FastTrack Center can give requests to other people."))
_REVIEWER_OR_MANAGER = refused(_("Only its reviewer, or a manager of the FastTrack Center, can hand it over."))
_OWN_CAPACITY = refused(_("Only the specialist and the managers of the FastTrack Center can set this."))


def manages(user: User, centre_id: int) -> bool:
    return user.is_admin or user.has_role(Role.MANAGER, centre_id=centre_id)


@rule("assistance.triage")
@rule("assistance.see_loads")
@rule("assistance.see_rules")
@rule("assistance.make_door")
def is_staff(user: User, _nothing: None) -> Decision:
    """What a link of the admin centre opens is for whoever may ask for the tenant, so all of FastTrack may make one."""
    return to_staff(user)


@rule("assistance.assign")
def can_assign(user: User, ask: AssistanceRequest) -> Decision:
    return ALLOWED if manages(user, ask.centre_id) else _MANAGERS_ONLY


@rule("assistance.hand_over")
def can_hand_over(user: User, ask: AssistanceRequest) -> Decision:
    is_reviewer = ask.reviewer_id in (None, user.pk) and is_of_its_centre(user, ask).allowed
    return ALLOWED if is_reviewer or manages(user, ask.centre_id) else _REVIEWER_OR_MANAGER


@rule("assistance.share_out")
def can_share_out(user: User, ask: AssistanceRequest) -> Decision:
    """Whether the page that gives it to somebody opens: what is new to oneself, what is in review as one may."""
    return is_of_its_centre(user, ask) if ask.status == "submitted" else can_hand_over(user, ask)


@rule("assistance.set_capacity")
def can_set_capacity(user: User, person: User) -> Decision:
    centres = [membership.centre_id for membership in person.all_memberships if membership.centre_id]
    if centres and (user.pk == person.pk or any(manages(user, centre) for centre in centres)):
        return ALLOWED
    return _OWN_CAPACITY


@rule("assistance.change_settings")
def can_change_settings(user: User, _nothing: None) -> Decision:
    return to_admins(user)


# --- The partner leg -------------------------------------------------------------------------------------------------
_THE_PARTNER_ONLY = refused(_("Only the people of the partner that has the offer can answer it."))


@rule("assistance.see_offers")
def can_see_offers(user: User, _nothing: None) -> Decision:
    if user.audience.is_staff or user.audience.partner_ids:
        return ALLOWED
    return refused(_("Offers are for partners and FastTrack staff."))


@rule("assistance.offer_customer")
def can_offer_customer(user: User, customer: Customer) -> Decision:
    if works_at(user, customer.centre_id):
        return ALLOWED
    return refused(_("Only the specialists and managers of the customer’s FastTrack Center can offer it to a partner."))


@rule("assistance.accept_offer")
@rule("assistance.decline_offer")
def can_answer_offer(user: User, offer: Offer) -> Decision:
    return ALLOWED if offer.partner_id in user.audience.partner_ids else _THE_PARTNER_ONLY


@rule("assistance.withdraw_offer")
def can_withdraw_offer(user: User, offer: Offer) -> Decision:
    if works_at(user, offer.centre_id):
        return ALLOWED
    return refused(_("Only the FastTrack Center that made the offer can withdraw it."))


@rule("assistance.pause")
@rule("assistance.resume")
def can_pause(user: User, partner: Partner) -> Decision:
    if user.is_admin or partner.pk in user.audience.partner_ids:
        return ALLOWED
    return refused(_("Only the partner itself can pause its offers."))


tell(
    {
        "assistance.assigned": _("%(number)s was given to %(reviewer)s"),
        "assistance.handed_over": _("%(number)s was handed over to %(reviewer)s"),
        "assistance.moved": _("%(number)s was moved from %(before)s to %(centre)s"),
        "assistance.reminded": _("A reminder went out: the question about %(number)s waits for an answer"),
        "assistance.capacity_set": _("%(name)s can carry %(engagements)s engagements"),
        "assistance.settings_changed": _("The numbers of triage and partner offers were changed"),
        "assistance.offer_prepared": _("%(customer)s is asked before %(number)s goes to %(partner)s"),
        "assistance.offer_dropped": _("%(number)s did not go to %(partner)s"),
        "assistance.offered": _("%(number)s was offered to %(partner)s"),
        "assistance.offer_accepted": _("%(partner)s accepted the offer %(number)s"),
        "assistance.offer_declined": _("%(partner)s declined the offer %(number)s"),
        "assistance.offer_expired": _("The offer %(number)s to %(partner)s expired"),
        "assistance.offer_withdrawn": _("The offer %(number)s to %(partner)s was withdrawn"),
        "assistance.offer_reminded": _("A reminder went out: the offer %(number)s waits for %(partner)s"),
        "assistance.partner_paused": _("%(partner)s takes no offers until %(until)s"),
        "assistance.partner_resumed": _("%(partner)s takes offers again"),
    }
)


# --- The rule table -------------------------------------------------------------------------------------------------
@rule("assistance.publish_rules")
def can_publish_rules(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.is_admin else refused(_("Only an administrator of the portal can change the rules."))


def partner_at_work(ask: AssistanceRequest) -> Partner | None:
    """The partner that sent it, for as long as the customer agrees to that (A2)."""
    return ask.partner if ask.partner and ask.partner.works_for(ask.customer_id) else None


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
        "assistance.door_made": _("A link of the admin centre was made for %(tenant)s of %(customer)s"),
        "assistance.verdict_changed": _(
            "With the seats of today %(number)s would be told: %(label)s (so far: %(before)s)"
        ),
        "assistance.joined": _("%(who)s joined %(number)s"),
        "assistance.join_wished": _("%(who)s wishes to join %(number)s"),
        "assistance.rules_published": _("Version %(rule_version)s of the eligibility rules was published"),
        "assistance.withdrawn": _("%(number)s was withdrawn"),
    }
)
