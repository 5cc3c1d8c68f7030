"""The home of a customer and of its partner: my next step and why, what waits for my name, what FastTrack owes me."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import holding, overview
from engagements.milestones import PHASE_TITLES
from engagements.models import Action, Engagement
from engagements.permissions.engagement import Side
from engagements.wanted import words_wanted
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory import hours

_FEW = 5


@dataclass(frozen=True)
class Ahead:
    """One thing that comes next."""

    label: str
    what: str
    href: str
    on: date
    is_late: bool


def facts(user: User, side: Side, *, at: datetime) -> dict[str, Any]:
    """What both homes hold; a fixed number of queries."""
    running = list(
        Engagement.objects.visible_to(user)
        .exclude(status="cancelled")
        .select_related("specialist", "customer", "centre")
        .prefetch_related("phases")
        .order_by("-created_at")[:20]
    )
    mine = overview.next_steps_for(user, _FEW + 1)
    owed = overview.owed_to(user, _FEW)
    taken_on = overview.actions_of(user, _FEW)
    words = _Words(running, [*taken_on, *mine, *owed], side, at)
    steps = [words.task(item) for item in [*taken_on, *mine]]
    return {
        "first": steps[0] if steps else None,
        "steps": steps[1:],
        "owed": [words.task(item) for item in owed],
        "to_sign": words_wanted(user) if side == "customer" else [],
        "asked": _asked(user, running),
        "ahead": _ahead(running, timezone.localdate(at)),
        "engagements": [{"engagement": row, "steps": overview.steps_of(row.phases.all())} for row in running[:3]],
    }


class _Words:
    """Items as lines of a list, each with the court it lies in; the calendars are made once for all."""

    def __init__(self, running: Sequence[Engagement], items: Sequence[Any], side: Side, at: datetime) -> None:
        self._side, self._today = side, timezone.localdate(at)
        engagements = {row.pk: row for row in running} | {item.engagement_id: item.engagement for item in items}
        since = [item.held_since for item in items if item.held_since]
        asked = [engagements[key] for key in {item.engagement_id for item in items}]
        hours.lay_ready(row.centre for row in asked)
        self._counters = holding.counters_of(asked, at, min(since, default=None)) if asked else {}

    def task(self, item: Any) -> dict[str, Any]:
        court = ""
        if item.holder and item.held_since:
            days = self._counters[item.engagement_id].days(item.holder, item.held_since)
            court = holding.in_words(item.holder, self._side, days)
        if isinstance(item, Action):
            task = overview.action_as_task(item, self._today)
        else:
            task = overview.as_task(item, self._side, self._today)
        return {
            **task,
            "item": item,
            "court": court,
            "why": task["hint"],
            "hint": " · ".join(filter(None, [court, task["hint"]])),
        }


def _asked(user: User, running: Sequence[Engagement]) -> Event | None:
    """The reminder that nobody of the customer's side has answered yet."""
    open_ones = [
        row.public_id
        for row in running
        if row.nudged_at and not row.is_at_rest and (row.silent_since is None or row.nudged_at > row.silent_since)
    ]
    if not open_ones:
        return None
    asked = Event.objects.visible_to(user).filter(thread__in=open_ones, kind="engagements.nudged")
    return asked.select_related("actor").order_by("-at").first()


def _ahead(running: Sequence[Engagement], today: date) -> list[Ahead]:
    """The next milestone and the end of the phase of each engagement, as they are planned."""
    found = []
    for row in running:
        if row.is_at_rest:
            continue
        url = row.get_absolute_url()
        if row.next_on:
            found.append(Ahead(row.next_milestone, _("Milestone"), url, row.next_on, row.next_on < today))
        if row.phase_ends_on and row.phase_code:
            gate = _("Gate of %(phase)s") % {"phase": PHASE_TITLES.get(row.phase_code, "")}
            found.append(Ahead(gate, _("Both sides sign"), url, row.phase_ends_on, row.phase_ends_on < today))
    return sorted(found, key=lambda each: each.on)[:_FEW]
