"""Every write to delegations: an item or a plan's line of the customer in its partner's hands for a time (F11)."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from engagements.models import UNMET, DelegatedItem, Delegation, Engagement, Responsibility, SuccessItem
from engagements.models.delegations import field_of
from engagements.operations import courts
from engagements.operations.moving import happened, held, moving, need_a_reason
from engagements.permissions.matrix import speaks_for_the_customer
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Partner, PartnerLink
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid
from fasttrack_portal.workflow import apply

# What is agreed for longer than this is a partner's job, not a delegation.
LATEST = timedelta(days=2 * 366)


def partners_of(engagement: Engagement) -> QuerySet[Partner]:
    """Who can be handed an item: the partners that the customer works with now."""
    links = PartnerLink.objects.filter(customer=engagement.customer_id, status=PartnerLink.Status.ACTIVE)
    return Partner.objects.filter(pk__in=links.values("partner")).order_by("name")


@transaction.atomic
def delegate(
    item: DelegatedItem,
    *,
    partner: Partner,
    starts_on: date,
    by: User,
    at: datetime,
    ends_on: date | None = None,
    reason: str = "",
    key: uuid.UUID | None = None,
) -> Delegation:
    """Hands the item to a linked partner. The customer's lead or project manager consents by doing it; asked by a
    specialist or the partner itself, it waits for their word. Raises Invalid, or Conflict where it is handed already.

    Both days are days of the customer; the item comes back at the end of `ends_on`."""
    require(by, "engagements.delegate", item)
    engagement = moving(item)
    is_of_the_partner = not by.audience.is_staff and partner.pk in by.audience.partner_ids
    consents = speaks_for_the_customer(by, engagement)
    if not consents and not by.audience.is_staff and not is_of_the_partner:
        raise AccessRefused(_("You can ask for items for your own company."))
    _check(item, engagement, partner, starts_on, ends_on, at)

    def make() -> Delegation:
        if Delegation.objects.of(item).live().exists():
            raise Conflict(_("This item is with a partner already, or waits for the customer’s word on it."))
        return Delegation.objects.create(
            public_id=key or uuid.uuid4(),
            engagement=engagement,
            partner=partner,
            status="active" if consents else "proposed",
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            proposed_by=by,
            consented_by=by if consents else None,
            **{field_of(item): item},
        )

    delegation, is_new = create_once(Delegation, key or uuid.uuid4(), make)
    if not is_new:
        if delegation.item != item or delegation.proposed_by_id != by.pk:
            raise Conflict(_("This form was sent before. Go back to the item and begin again."))
        return delegation
    if consents:
        _begin(delegation, item, engagement, at)
    _tell("engagements.delegated" if consents else "engagements.delegation_proposed", delegation, engagement, by)
    return delegation


def _check(
    item: DelegatedItem, engagement: Engagement, partner: Partner, starts_on: date, ends_on: date | None, at: datetime
) -> None:
    today = engagement.day_at(at)
    if item.status not in UNMET:
        raise Invalid(_("There is nothing left to do in this item."))
    if not partner.works_for(engagement.customer_id):
        raise Invalid(_("Choose a partner that the customer works with."), field="partner")
    if not today <= starts_on <= today + LATEST:
        raise Invalid(_("Choose a day from today on, within two years."), field="starts_on")
    if ends_on is not None and not starts_on <= ends_on <= today + LATEST:
        raise Invalid(_("The last day cannot be before the first, nor more than two years away."), field="ends_on")


@transaction.atomic
def agree(delegation: Delegation, *, by: User, at: datetime) -> None:
    """The customer's word on a proposal; one whose first day has passed meanwhile begins now."""
    require(by, "engagements.agree_to_delegation", delegation)
    item = delegation.item
    engagement = moving(item)
    today = engagement.day_at(at)
    if delegation.ends_on is not None and delegation.ends_on < today:
        raise Conflict(_("The time that was proposed is over. Ask for a new proposal."))
    if not delegation.partner.works_for(engagement.customer_id):
        raise Conflict(_("The customer no longer works with this partner."))
    apply(delegation, "consent", consented_by=by, starts_on=max(delegation.starts_on, today))
    _begin(delegation, item, engagement, at)
    _tell("engagements.delegated", delegation, engagement, by)


@transaction.atomic
def refuse(delegation: Delegation, *, by: User, at: datetime, reason: str) -> None:
    """The customer keeps the item, and says why."""
    require(by, "engagements.agree_to_delegation", delegation)
    engagement = moving(delegation.item)
    need_a_reason(reason)
    apply(delegation, "refuse", reason=reason)
    _tell("engagements.delegation_refused", delegation, engagement, by, reason=reason)


@transaction.atomic
def end(delegation: Delegation, *, by: User | None, at: datetime, reason: str = "") -> None:
    """Taken back by the customer, given back by the partner, or over; the item lies with the customer again."""
    require(by, "engagements.end_delegation", delegation)
    # Also while an engagement rests: an agreement that is over is over.
    engagement = delegation.engagement = held(delegation.engagement_id)
    apply(delegation, "end", reason=reason)
    item = delegation.item
    if item.assignee_id and item.assignee is not None and _is_only_of(item.assignee, delegation, engagement):
        save_changes(item, assignee=None)
    _follow(item, engagement, at)
    _tell("engagements.delegation_ended", delegation, engagement, by, reason=reason)


def _is_only_of(person: User, delegation: Delegation, engagement: Engagement) -> bool:
    """Whether somebody had the item as one of the partner's people alone."""
    is_theirs = person.memberships.filter(customer=engagement.customer_id).exists()
    return not is_theirs and person.memberships.filter(partner=delegation.partner_id).exists()


@transaction.atomic
def turn(delegation: Delegation, *, at: datetime) -> None:
    """At the start and at the end of what was agreed: the partner takes over, or the item comes back. Run again, or on
    a delegation that ended meanwhile, it does nothing."""
    engagement = held(delegation.engagement_id)
    delegation.refresh_from_db()
    delegation.engagement = engagement
    if delegation.status != "active":
        return
    today = engagement.day_at(at)
    if delegation.ends_on is not None and delegation.ends_on < today:
        end(delegation, by=None, at=at, reason=_("The agreed time is over."))
        return
    item = delegation.item
    before = item.holder
    if delegation.starts_on <= today:
        _follow(item, engagement, at)
        if item.holder != before:
            _tell("engagements.delegation_begun", delegation, engagement, None)


@transaction.atomic
def end_all_of(partner_id: int, customer_id: int, *, at: datetime) -> int:
    """Ends what a partner had in hand when the customer no longer works with it; says how many."""
    found = Delegation.objects.live().filter(partner=partner_id, engagement__customer=customer_id)
    delegations = list(found.with_items())
    for delegation in delegations:
        if not delegation.partner.works_for(customer_id):
            end(delegation, by=None, at=at, reason=_("The customer no longer works with this partner."))
    return len(delegations)


def _follow(item: DelegatedItem, engagement: Engagement, at: datetime) -> None:
    if isinstance(item, Responsibility):
        courts.follow(item, engagement, at=at)
    else:
        courts.follow_plan(item, engagement=engagement, at=at)


def _begin(delegation: Delegation, item: DelegatedItem, engagement: Engagement, at: datetime) -> None:
    _follow(item, engagement, at)
    if delegation.starts_on > engagement.day_at(at):
        _wake(delegation, engagement, delegation.starts_on)
    if delegation.ends_on is not None:
        _wake(delegation, engagement, delegation.ends_on + timedelta(days=1))


def _wake(delegation: Delegation, engagement: Engagement, on: date) -> None:
    """A timer for the first moment of a day of the customer."""
    due = datetime.combine(on, time.min, ZoneInfo(engagement.customer.zone))
    enqueue(
        "engagements.turn_delegation",
        key=f"{delegation.public_id}:{on.isoformat()}",
        payload={"delegation": delegation.pk},
        due_at=due,
    )


def _tell(kind: str, delegation: Delegation, engagement: Engagement, by: User | None, reason: str = "") -> None:
    item = delegation.item
    happened(
        kind,
        item,
        engagement,
        by,
        to_partner=delegation.partner,
        **_named(item),
        partner=delegation.partner.name,
        starts_on=delegation.starts_on.isoformat(),
        ends_on=delegation.ends_on.isoformat() if delegation.ends_on else "",
        proposed_by=delegation.proposed_by_id,
        reason=reason or delegation.reason,
    )


def _named(item: DelegatedItem) -> dict[str, Any]:
    """A responsibility has a number, a line of a plan its own words."""
    if isinstance(item, Responsibility):
        return {"code": item.code, "text": item.text}
    plan = _("success plan") if isinstance(item, SuccessItem) else _("remediation checklist")
    return {"code": f"“{item.title}”", "text": plan}
