"""What is waiting for whom in engagements: next steps, courts and the board, each in a bounded number of queries."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.milestones import ORDERED
from engagements.models import Action, CoSpecialist, Delegation, Engagement, Phase, Responsibility
from engagements.permissions.engagement import Side
from fasttrack_portal.accounts.models import Membership, User

RUNNING = ("in_progress", "ready")
_RUNNING = ("active", "planned")
# A side of a phase with more rows than this is folded to its top level, unless hardly anything would be left.
MOST_ROWS, FEWEST_TOPS = 12, 3


# --- For the home pages ---------------------------------------------------------------------------------------------
def next_steps_for(user: User, limit: int = 10) -> list[Responsibility]:
    """What this person can do next, in two queries at most: the items of their side in the phases that run.

    Specialists get what lies with FastTrack in their own engagements, partners what the customer handed to them,
    everybody else what lies with the customer's side of what they see: what is stuck or waits for the others is not
    theirs to do now. General is in nobody's court.
    What is assigned to them comes first, then what is due, then the order of the programme, General last.
    """
    items = _running_items(user)
    if user.audience.is_staff:
        items = items.filter(_lies_with("fasttrack", "fasttrack"), engagement__specialist=user)
    elif user.audience.customer_ids:
        items = items.filter(_lies_with("customer", "customer", "partner"))
    else:
        mine = Delegation.objects.filter(status="active", partner__in=user.audience.partner_ids)
        items = items.filter(holder="partner", pk__in=mine.values("responsibility"))
    return list(_ranked(items, user)[:limit])


def _lies_with(party: str, *holders: str) -> Q:
    return Q(holder__in=holders) | Q(holder="", party=party)


def actions_of(user: User, limit: int = 10) -> list[Action]:
    """What this person took on in meetings and has not done, by its day."""
    mine = Action.objects.visible_to(user).filter(assignee=user, status="open", engagement__status__in=_RUNNING)
    related = mine.select_related("engagement__customer", "engagement__centre", "assignee")
    return list(related.order_by("due_on", "pk")[:limit])


def action_as_task(action: Action, on: date) -> dict[str, Any]:
    """An action for components/task_list.html."""
    due = date_format(action.due_on, "j M Y") if action.due_on else ""
    when = _("overdue since %(day)s") if action.is_overdue(on) else _("due %(day)s")
    return {
        "label": action.title,
        "href": action.get_absolute_url(),
        "status": action.status,
        "status_label": action.get_status_display(),
        "hint": " · ".join([_("Taken on in a meeting"), str(action.assignee), when % {"day": due}]),
    }


def owed_to(user: User, limit: int = 10) -> list[Responsibility]:
    """What lies with FastTrack, the longest first: what somebody of the customer's side is waiting for."""
    items = Responsibility.objects.visible_to(user).filter(engagement__status__in=["active", "planned"])
    held = items.filter(holder="fasttrack").select_related("engagement__customer", "engagement__centre", "assignee")
    return list(held.order_by("held_since", "position")[:limit])


def threads_helped(user: User) -> "QuerySet[Engagement, Any]":
    """The stories of the engagements on which somebody helps as a co-specialist."""
    return Engagement._base_manager.filter(pk__in=CoSpecialist.of(user)).values("public_id")


def board(user: User) -> QuerySet[Engagement]:
    """The engagements a person answers for, stuck ones first, then by the next milestone; see `with_board`.

    A specialist's own, everybody else's all that they see; what is at rest is left out."""
    mine = Engagement.objects.visible_to(user).filter(status__in=["planned", "active", "on_hold"])
    if user.has_role(Membership.Role.SPECIALIST, Membership.Role.MANAGER):
        mine = mine.filter(specialist=user)
    return with_board(mine).order_by(F("stuck").desc(), F("next_on").asc(nulls_last=True), "-pk")


def engagements_in_hand() -> tuple["QuerySet[Engagement]", str]:
    """The engagements that somebody carries, and the field that says who; what is at rest weighs nothing."""
    return Engagement._base_manager.filter(status__in=["planned", "active", "on_hold"]), "specialist"


def with_board(engagements: QuerySet[Engagement]) -> QuerySet[Engagement]:
    """With the people and organisations that a row names; what is counted stands on the engagement itself."""
    return engagements.select_related("customer", "specialist", "centre")


def _in_running_phases(items: QuerySet[Responsibility]) -> QuerySet[Responsibility]:
    running = Phase.objects.filter(engagement=OuterRef("engagement"), code=OuterRef("phase"), status__in=RUNNING)
    return items.filter(Exists(running))


def _running_items(user: User) -> QuerySet[Responsibility]:
    items = Responsibility.objects.visible_to(user).filter(engagement__status__in=["active", "planned"])
    return _in_running_phases(items.unmet()).select_related("engagement__customer", "engagement__centre", "assignee")


def _ranked(items: QuerySet[Responsibility], user: User) -> QuerySet[Responsibility]:
    return items.order_by(
        Case(When(assignee=user, then=Value(0)), default=Value(1), output_field=IntegerField()),
        Case(When(phase="general", then=Value(1)), default=Value(0), output_field=IntegerField()),
        F("due_on").asc(nulls_last=True),
        "engagement__starts_on",
        "position",
    )


# --- For the page of an engagement ----------------------------------------------------------------------------------
def current_phase(phases: Sequence[Phase]) -> Phase | None:
    """The phase whose turn it is: the first in order that runs, else the first that has not started."""
    ordered = [phase for phase in phases if phase.code in ORDERED]
    running = [phase for phase in ordered if phase.status in RUNNING]
    waiting = [phase for phase in ordered if phase.status == "not_started"]
    return next(iter(running or waiting), None)


_STATES = {
    "not_started": "upcoming",
    "in_progress": "current",
    "ready": "current",
    "passed": "done",
    "skipped": "skipped",
}


def steps_of(phases: Iterable[Phase]) -> list[dict[str, Any]]:
    """The phases for components/stepper.html."""
    return [
        {
            "label": phase.get_code_display(),
            "state": _STATES[phase.status],
            "state_label": phase.get_status_display(),
            "hint": phase.reason if phase.status == "skipped" else "",
            "href": phase.get_absolute_url() if phase.has_gate else "",
        }
        for phase in phases
    ]


def why_label(item: Responsibility, side: Side) -> str:
    """The question that the clause answers, from where the person stands."""
    if (item.party == "fasttrack") == (side == "fasttrack") and side != "partner":
        return _("Why me?")
    return _("Why FastTrack?") if item.party == "fasttrack" else _("Why the customer?")


def as_task(item: Responsibility, side: Side, on: date) -> dict[str, Any]:
    """The item for components/task_list.html: its words, why it is yours, who has it and by when."""
    facts = [item.reason] if item.status == "blocked" else [f"{why_label(item, side)} {item.why}"]
    if item.assignee:
        facts.append(str(item.assignee))
    if item.due_on:
        due = date_format(item.due_on, "j M Y")
        when = _("overdue since %(day)s") if item.is_overdue(on) else _("due %(day)s")
        facts.append(when % {"day": due})
    return {
        "label": item.text,
        "href": item.get_absolute_url(),
        "status": item.status,
        "status_label": item.get_status_display(),
        "hint": " · ".join(facts),
    }


def as_tasks(items: Sequence[Responsibility], side: Side, on: date) -> list[dict[str, Any]]:
    """The items of one side of a phase. A long list shows its top level alone, with the parts counted, unmet first."""
    tops = [item for item in items if not item.parent_code]
    if len(items) <= MOST_ROWS or len(tops) <= FEWEST_TOPS:
        return [as_task(item, side, on) for item in items]
    tasks = []
    for top in sorted(tops, key=lambda item: not item.is_unmet):
        task = as_task(top, side, on)
        parts = [item for item in items if item.code.startswith(f"{top.code}.")]
        if parts:
            unmet = len([item for item in parts if item.is_unmet])
            task["hint"] += " · " + _("%(unmet)s of %(total)s parts open") % {"unmet": unmet, "total": len(parts)}
        tasks.append(task)
    return tasks
