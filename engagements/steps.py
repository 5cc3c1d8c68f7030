"""How the steps of an engagement and its parts are offered to people: their words, their question, their button."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements import retirement
from engagements.milestones import ORDERED
from engagements.models import (
    Delegation,
    Engagement,
    Milestone,
    Phase,
    RemediationItem,
    Responsibility,
    SuccessItem,
)
from engagements.permissions.engagement import ITEM_RULES, WORK
from engagements.permissions.plans import PLAN_RULES, WORK_ON_PLAN
from fasttrack_portal.access import Decision, Reason, decide
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step


@dataclass(frozen=True)
class Ask:
    """A step that is taken on a page of its own: what it means, and whether its reason is needed."""

    meaning: Reason
    needs_reason: bool = False
    hint: Reason = ""
    label: Reason = ""


# Steps that are not here are one button.
ASKS: dict[tuple[type[Record], str], Ask] = {
    (Engagement, "hold"): Ask(
        _("Nothing is expected of either side until the engagement is resumed. Its dates stay as they are."),
        needs_reason=True,
        hint=_("Both sides read this."),
    ),
    (Engagement, "rest"): Ask(
        _("The engagement stays reachable and can be resumed at any time while the subscription is eligible."),
        needs_reason=True,
        hint=_("Both sides read this."),
    ),
    (Engagement, "resume"): Ask(
        _("The work goes on where it stood."), hint=_("What has changed? Both sides read this.")
    ),
    (Engagement, "complete"): Ask(
        _("The work of this engagement is done. It can be resumed when something new comes up."),
    ),
    (Engagement, "cancel"): Ask(
        _("The engagement ends without being completed. It can be resumed while the subscription is eligible."),
        needs_reason=True,
        hint=_("Both sides read this."),
    ),
    (Phase, "offer"): Ask(
        _("Its gate opens: both sides see what is left to do, and sign when nothing is. Who signs is told by mail.")
    ),
    (Phase, "skip"): Ask(
        _("The phase is left out of this engagement for good."), needs_reason=True, hint=_("Both sides read this.")
    ),
    (Phase, "reopen"): Ask(
        _("The phase runs again, beside whatever runs by now. An open gate is withdrawn with its signatures.")
    ),
    (Responsibility, "wait"): Ask(
        _("The item cannot move just now. Say who has the next move: it lies in that court until it goes on."),
        hint=_("What is it waiting for? Both sides read this."),
    ),
    (Responsibility, "block"): Ask(
        _("The other side is told at once, so that somebody can help."),
        needs_reason=True,
        hint=_("What is in the way? Both sides read this."),
    ),
    (Responsibility, "reopen"): Ask(_("There is more to do."), hint=_("What is missing? Both sides read this.")),
    (Responsibility, "exclude"): Ask(
        _("The item stays in the list, marked as not applicable, and counts no longer."),
        needs_reason=True,
        hint=_("Both sides read this."),
    ),
    (Milestone, "complete"): Ask(_("The customer’s lead and project manager are told what came out of it.")),
    (Milestone, "skip"): Ask(
        _("The milestone is left out of the plan."), needs_reason=True, hint=_("Both sides read this.")
    ),
    (Milestone, "reopen"): Ask(_("The milestone is in progress again, and its completion day is taken away.")),
}
# The lines of the two plans ask the same questions.
for _plan in (RemediationItem, SuccessItem):
    ASKS |= {(_plan, step): ask for (model, step), ask in ASKS.items() if model is Responsibility}
ASKS[RemediationItem, "accept_risk"] = Ask(
    _("It is not put right, and the customer knows what that means. The plan shows the name and the reason."),
    needs_reason=True,
    hint=_("Why the risk can be borne, and until when. Both sides read this."),
)
# What most people on the page came to do, and what cannot be taken back.
_VARIANTS = {
    (Engagement, "cancel"): "danger",
    (Phase, "offer"): "primary",
    (Phase, "reopen"): "quiet",
    (Phase, "skip"): "quiet",
    (Responsibility, "finish"): "primary",
    (Responsibility, "verify"): "primary",
    (Responsibility, "exclude"): "quiet",
    (RemediationItem, "finish"): "primary",
    (RemediationItem, "verify"): "primary",
    (RemediationItem, "exclude"): "quiet",
    (RemediationItem, "accept_risk"): "quiet",
    (SuccessItem, "finish"): "primary",
    (SuccessItem, "verify"): "primary",
    (SuccessItem, "exclude"): "quiet",
    (Milestone, "complete"): "primary",
    (Milestone, "skip"): "quiet",
}
_URL = {
    Engagement: "engagements:move",
    Phase: "engagements:move_phase",
    Responsibility: "engagements:move_responsibility",
    Milestone: "engagements:move_milestone",
    RemediationItem: "engagements:move_remediation",
    SuccessItem: "engagements:move_success",
}


@dataclass(frozen=True)
class Offer:
    """One step as a button; `asks` leads to a page first; a refused one is shown with its reason."""

    name: str
    label: Reason
    url: str
    asks: bool
    variant: str
    reason: Reason
    # One's own step, and something else stands in its way: shown beside the others, with what it is.
    held_by: Sequence[retirement.Hindrance] = ()


def delegation_asks(delegation: Delegation, step: str, user: User) -> Ask:
    """What a step of a delegation means to whoever takes it."""
    partner = delegation.partner.name
    if step == "consent":
        meaning = _("%(partner)s works on this item for you, and its people can be named for it.")
        return Ask(meaning % {"partner": partner}, label=_("Agree"))
    if step == "refuse":
        return Ask(_("The item stays with your own people."), needs_reason=True, label=_("Refuse"))
    if delegation.partner_id in user.audience.partner_ids:
        return Ask(_("The item lies with the customer again, with all that was done."), label=_("Give it back"))
    label = _("Take it back") if delegation.status == "active" else _("Withdraw the proposal")
    return Ask(_("The item lies with the customer again, with all that was done."), label=label)


def offers_of_delegation(delegation: Delegation | None, user: User) -> list[Offer]:
    """What a person can do with the delegation of an item; nothing that is somebody else's."""
    if delegation is None:
        return []
    found = []
    for step in delegation.WORKFLOW.open_steps(delegation):
        rule = "engagements.end_delegation" if step.name == "end" else "engagements.agree_to_delegation"
        if decide(user, rule, delegation).allowed and not _is_double(delegation, step, user):
            url = reverse("engagements:move_delegation", kwargs={"public_id": delegation.public_id, "step": step.name})
            label = delegation_asks(delegation, step.name, user).label
            asks, variant = step.name != "consent", "primary" if step.name == "consent" else "secondary"
            found.append(Offer(step.name, label, url, asks, variant, ""))
    return found


def _is_double(delegation: Delegation, step: Step, user: User) -> bool:
    """Who can refuse a proposal needs no second way to end it."""
    if step.name != "end" or delegation.status != "proposed":
        return False
    return decide(user, "engagements.agree_to_delegation", delegation).allowed


def rule_of(obj: Record, step: str) -> str:
    """The rule that decides about the step."""
    if isinstance(obj, Responsibility):
        return ITEM_RULES.get(step, WORK)
    if isinstance(obj, RemediationItem | SuccessItem):
        return PLAN_RULES.get(step, WORK_ON_PLAN)
    if isinstance(obj, Milestone) and step == "skip":
        return "engagements.skip_milestone"
    return {Engagement: "engagements.move", Phase: "engagements.move_phase"}.get(
        type(obj), "engagements.move_milestone"
    )


def offers_of_others(phases: Sequence[Phase], current: Phase | None, user: User) -> list[tuple[Phase, list[Offer]]]:
    """What can be done with the phases beside the current one; those in order start by themselves, in their turn."""
    found = []
    for phase in phases:
        offers = [offer for offer in offers_of(phase, user) if offer.name != "start" or phase.code not in ORDERED]
        if phase != current and offers:
            found.append((phase, offers))
    return found


def offers_of(obj: Any, user: User) -> list[Offer]:
    """The steps that lead from where it is. Those that belong to somebody else are left out, unless none is left:
    then the first stands there with the reason, so that the person knows whose turn it is."""
    engagement = obj if isinstance(obj, Engagement) else obj.engagement
    if obj is not engagement and engagement.is_at_rest:
        return []
    # Most steps of a thing are under one rule: it is asked once.
    known: dict[str, Decision] = {}
    found = [_offer(obj, step, user, known) for step in obj.WORKFLOW.open_steps(obj) if _is_sensible(obj, step)]
    if isinstance(obj, Phase) and obj.has_gate and obj.status in ("in_progress", "ready"):
        found.insert(0, _gate(obj))
    if isinstance(obj, Milestone) and obj.status == "completed":
        found = [*_answers(obj, user), *found]
    open_ones = [offer for offer in found if not offer.reason or offer.held_by]
    return open_ones or found[:1]


def _gate(phase: Phase) -> Offer:
    """The way to the gate, which everybody may look at."""
    variant = "primary" if phase.status == "ready" else "secondary"
    return Offer("gate", _("Go to the gate"), phase.get_absolute_url(), asks=True, variant=variant, reason="")


def _answers(milestone: Milestone, user: User) -> list[Offer]:
    """Asking for the customer's word, and the customer's answer."""
    found = []
    for step in milestone.APPROVALS.open_steps(milestone):
        rule = "engagements.move_milestone" if step.name == "ask" else "engagements.answer_approval"
        decision = decide(user, rule, milestone)
        found.append(
            Offer(
                step.name,
                step.label,
                reverse("engagements:move_approval", kwargs={"public_id": milestone.public_id, "step": step.name}),
                asks=step.name != "ask",
                variant="secondary" if step.name == "reject" else "primary",
                reason="" if decision.allowed else decision.reason,
            )
        )
    return found


def _is_sensible(obj: Record, step: Step) -> bool:
    """Steps that no one could take on this object are not worth a button."""
    if isinstance(obj, Milestone) and step.name == "skip":
        return obj.is_optional
    if isinstance(obj, Phase):
        # A phase passes at its gate, when both sides have signed.
        return step.name == "reopen" or (obj.has_gate and step.name != "pass")
    return True


def _offer(obj: Record, step: Step, user: User, known: dict[str, Decision]) -> Offer:
    rule = rule_of(obj, step.name)
    decision = known.get(rule) or known.setdefault(rule, decide(user, rule, obj))
    held_by: list[retirement.Hindrance] = []
    if decision.allowed and isinstance(obj, Responsibility):
        held_by = retirement.in_the_way(obj, step.name)
    return Offer(
        name=step.name,
        label=step.label,
        url=reverse(_URL[type(obj)], kwargs={"public_id": obj.public_id, "step": step.name}),
        asks=(type(obj), step.name) in ASKS,
        variant=_VARIANTS.get((type(obj), step.name), "secondary"),
        reason=(retirement.STAYS if held_by else "") if decision.allowed else decision.reason,
        held_by=held_by,
    )
