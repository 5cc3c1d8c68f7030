"""Who may change the scope, hand items to a partner and edit the templates, and the words for what happened."""

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagements.models import DelegatedItem, Delegation, Engagement
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell
from fasttrack_portal.directory.models import PartnerLink

Role = Membership.Role
# Who speaks for the customer when an item changes hands.
CONSENTING = (Role.LEAD, Role.PROJECT_MANAGER)

_SCOPE_IS_AGREED = refused(_("The specialist changes the scope, after you have talked about it."))
_UPGRADED_BY_CENTRE = refused(_("The specialist decides when the engagement takes over a newer template."))
_LEAD_AGREES = refused(_("The tenant lead or the project manager of the customer agrees to this."))
_ONLY_CUSTOMER_ITEMS = refused(_("FastTrack does this one. Only items of the customer can be handed to a partner."))
_ASK_YOUR_LEAD = refused(_("The tenant lead or the project manager can hand items to a partner."))
_STAFF_READ = refused(_("Templates are for the people of FastTrack."))
_ADMINS_EDIT = refused(_("Only an admin can change the template."))


def _is_centre_staff(user: User, engagement: Engagement) -> bool:
    return user.is_admin or user.has_role(Role.SPECIALIST, Role.MANAGER, centre_id=engagement.centre_id)


def speaks_for_the_customer(user: User, engagement: Engagement) -> bool:
    return user.has_role(*CONSENTING, customer_id=engagement.customer_id)


def handed_to(user: User, item: DelegatedItem) -> bool:
    """Whether the item lies in the hands of the user's partner now, and the partner is still linked."""
    partners = user.audience.partner_ids
    if not partners:
        return False
    link = PartnerLink.objects.filter(
        partner=OuterRef("partner"), customer=item.engagement.customer_id, status=PartnerLink.Status.ACTIVE
    )
    mine = Delegation.objects.of(item).filter(Exists(link), partner__in=partners)
    return mine.in_force(item.engagement.day_at(timezone.now())).exists()


@rule("engagements.change_scope")
def can_change_scope(user: User, engagement: Engagement) -> Decision:
    return ALLOWED if _is_centre_staff(user, engagement) else _SCOPE_IS_AGREED


@rule("engagements.upgrade_template")
def can_upgrade(user: User, engagement: Engagement) -> Decision:
    return ALLOWED if _is_centre_staff(user, engagement) else _UPGRADED_BY_CENTRE


@rule("engagements.delegate")
def can_delegate(user: User, item: DelegatedItem) -> Decision:
    """The customer's lead or project manager hands over; a specialist or the partner may propose it (F11)."""
    engagement = item.engagement
    is_insider = engagement.customer_id in user.audience.customer_ids and not _is_centre_staff(user, engagement)
    if is_insider and not speaks_for_the_customer(user, engagement):
        return _ASK_YOUR_LEAD
    return ALLOWED if item.party == "customer" else _ONLY_CUSTOMER_ITEMS


@rule("engagements.agree_to_delegation")
def can_agree(user: User, delegation: Delegation) -> Decision:
    return ALLOWED if speaks_for_the_customer(user, delegation.engagement) else _LEAD_AGREES


@rule("engagements.end_delegation")
def can_end(user: User, delegation: Delegation) -> Decision:
    """The customer takes it back, the partner gives it back; who proposed it may take the proposal back."""
    engagement = delegation.engagement
    if speaks_for_the_customer(user, engagement) or delegation.partner_id in user.audience.partner_ids:
        return ALLOWED
    if delegation.status == "proposed" and _is_centre_staff(user, engagement):
        return ALLOWED
    return refused(_("The customer can take this back, and its partner can give it back."))


@rule("engagements.see_templates")
def can_see_templates(user: User, _obj: object = None) -> Decision:
    return ALLOWED if user.audience.is_staff else _STAFF_READ


@rule("engagements.edit_templates")
def can_edit_templates(user: User, _obj: object = None) -> Decision:
    return ALLOWED if user.is_admin else _ADMINS_EDIT


tell(
    {
        "engagements.scope_changed": _("The scope was changed: %(begun)s items begin to apply, %(stopped)s stop"),
        "engagements.template_upgraded": _(
            "The responsibilities follow version %(version)s of the template: %(new)s new, %(gone)s gone, "
            "%(changed)s changed"
        ),
        "engagements.delegated": _("%(code)s is in the hands of %(partner)s: %(text)s"),
        "engagements.delegation_proposed": _("%(code)s could go to %(partner)s, if the customer agrees: %(text)s"),
        "engagements.delegation_refused": _("%(code)s stays with the customer: %(text)s"),
        "engagements.delegation_begun": _("%(partner)s takes over %(code)s from today: %(text)s"),
        "engagements.delegation_ended": _("%(code)s is no longer with %(partner)s: %(text)s"),
        "engagements.template_drafted": _("A draft of the responsibility template was begun: version %(version)s"),
        "engagements.template_edited": _("Version %(version)s of the template was edited: %(what)s"),
        "engagements.template_discarded": _("The draft of version %(version)s of the template was thrown away"),
        "engagements.template_published": _("Version %(version)s of the responsibility template was published"),
    }
)
