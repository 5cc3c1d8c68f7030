"""The clocks of the courts: every hand-over of an item from one side to the other.

A clock is part of the move that sets it; the move tells the story, so there is no event here."""

from collections.abc import Container, Iterable
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef

from engagements.courts import holder_of
from engagements.models import (
    DELEGATED,
    UNMET,
    Action,
    CourtSpell,
    DelegatedItem,
    Delegation,
    Engagement,
    Milestone,
    Phase,
    RemediationItem,
    Responsibility,
    Signature,
    SuccessItem,
)
from engagements.models.delegations import field_of

Held = Responsibility | RemediationItem | SuccessItem | Milestone | Action
# In these states of a phase the clocks run.
_PHASE_RUNNING = ("in_progress", "ready")


def hand_over(item: Held, to: str, *, at: datetime) -> None:
    """Puts the item into a court (empty: nobody's), and keeps the spell that ends. The caller holds the engagement."""
    _hand_over([(item, to)], at)


def follow(item: Responsibility, engagement: Engagement, *, at: datetime) -> None:
    """Sets the clock of one responsibility by what it is now. The caller holds the engagement."""
    is_running = (
        engagement.is_running
        and Phase.objects.filter(engagement=engagement, code=item.phase, status__in=_PHASE_RUNNING).exists()
    )
    is_delegated = Delegation.objects.of(item).in_force(engagement.day_at(at)).exists()
    _hand_over([(item, court_of(item, is_running, is_delegated))], at)
    if item.is_unmet:
        _lapse(engagement)


def follow_plan(*lines: RemediationItem | SuccessItem | Action, engagement: Engagement, at: datetime) -> None:
    """Sets the clocks of lines of a plan or of actions: they run as long as the engagement, which the caller holds."""
    is_running, handed = engagement.is_running, _handed_over(engagement, at)
    _hand_over([(line, _court_of_line(line, is_running, _is_in(handed, line))) for line in lines], at)


def begin(
    engagement: Engagement, items: Iterable[Responsibility | SuccessItem], running: Container[str] = (), *, at: datetime
) -> None:
    """Sets the first clocks of items that are not stored yet; `running` are the phases that have begun."""
    is_running = engagement.is_running
    for item in items:
        if isinstance(item, Responsibility):
            item.holder = court_of(item, is_running and item.phase in running, is_delegated=False)
        else:
            item.holder = _court_of_line(item, is_running, is_delegated=False)
        item.held_since = at if item.holder else None


def refresh(engagement: Engagement, *, at: datetime) -> None:
    """Sets every clock of the engagement by what is now: after a phase started or ended, a pause, another scope or a
    delegation. The caller holds the engagement."""
    is_running = engagement.is_running
    running = {phase.code for phase in Phase.objects.filter(engagement=engagement, status__in=_PHASE_RUNNING)}
    handed = _handed_over(engagement, at)
    wanted: list[tuple[Held, str]] = []
    for item in Responsibility.objects.filter(engagement=engagement):
        wanted.append((item, court_of(item, is_running and item.phase in running, _is_in(handed, item))))
    for plan in (RemediationItem, SuccessItem, Action):
        for line in plan.objects.filter(engagement=engagement):
            wanted.append((line, _court_of_line(line, is_running, _is_in(handed, line))))
    for milestone in Milestone.objects.filter(engagement=engagement):
        wanted.append((milestone, court_of_milestone(milestone, is_running)))
    _hand_over(wanted, at)
    _lapse(engagement)


def court_of(item: Responsibility, is_running: bool, is_delegated: bool) -> str:
    """The court of a responsibility. General goes on as long as the engagement: there only what waits or is stuck
    lies in somebody's court."""
    if item.phase == "general" and item.status not in ("waiting", "blocked"):
        return ""
    return holder_of(
        item.status, item.party, is_running=is_running, is_delegated=is_delegated, waits_for=item.waits_for
    )


def _court_of_line(line: RemediationItem | SuccessItem | Action, is_running: bool, is_delegated: bool) -> str:
    return holder_of(
        line.status, line.party, is_running=is_running, is_delegated=is_delegated, waits_for=line.waits_for
    )


def _handed_over(engagement: Engagement, at: datetime) -> set[tuple[str, int]]:
    """What is in a partner's hands now, whatever kind it is: the name of its kind and its key."""
    rows = Delegation.objects.filter(engagement=engagement).in_force(engagement.day_at(at)).values(*DELEGATED)
    return {(name, key) for row in rows for name, key in row.items() if key is not None}


def _is_in(handed: set[tuple[str, int]], item: DelegatedItem | Action) -> bool:
    """Actions of a meeting are nobody's to hand over."""
    return not isinstance(item, Action) and (field_of(item), item.pk) in handed


def follow_milestone(milestone: Milestone, engagement: Engagement, *, at: datetime) -> None:
    """Sets the clock of one milestone by what it is now. The caller holds the engagement."""
    _hand_over([(milestone, court_of_milestone(milestone, engagement.is_running))], at)


def court_of_milestone(milestone: Milestone, is_running: bool) -> str:
    """The customer's while it is asked for its approval."""
    return "customer" if is_running and milestone.approval == "asked" else ""


def _lapse(engagement: Engagement) -> None:
    """A name under a gate says that nothing of the phase is left to do: it goes when something opens again, and that
    side signs anew."""
    open_again = Responsibility.objects.filter(
        engagement=engagement, phase=OuterRef("agreement__phase__code"), status__in=UNMET
    )
    Signature.objects.filter(
        Exists(open_again), agreement__engagement=engagement, agreement__kind="gate", agreement__status="open"
    ).delete()


def _hand_over(wanted: Iterable[tuple[Held, str]], at: datetime) -> None:
    spells, changed = [], dict[type[models.Model], list[Held]]()
    for item, to in wanted:
        if item.holder == to:
            continue
        if item.holder and item.held_since:
            # A clock that was set by the time of another machine never runs backwards.
            spells.append(
                CourtSpell(
                    engagement_id=item.engagement_id,
                    item=item.public_id,
                    holder=item.holder,
                    since=min(item.held_since, at),
                    until=at,
                )
            )
        item.holder, item.held_since = to, at if to else None
        changed.setdefault(type(item), []).append(item)
    CourtSpell.objects.bulk_create(spells)
    for model, items in changed.items():
        by_court: dict[tuple[str, datetime | None], list[int]] = {}
        for item in items:
            by_court.setdefault((item.holder, item.held_since), []).append(item.pk)
        for (holder, since), keys in by_court.items():
            model._base_manager.filter(pk__in=keys).update(holder=holder, held_since=since)
