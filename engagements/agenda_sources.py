"""What the portal itself brings up in a meeting: a source a point; apps above add theirs in `AppConfig.ready`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.matrix import PARTIES
from engagements.milestones import PHASE_TITLES
from engagements.models import (
    Action,
    Agreement,
    Court,
    Delegation,
    Meeting,
    Milestone,
    RemediationItem,
    Responsibility,
    SuccessItem,
)
from fasttrack_portal.access import Reason

# How far ahead a meeting looks.
AHEAD = timedelta(days=14)
# A point names so many lines and counts the others.
MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to speak about: `who` has it, `matter` is what is the matter with it."""

    text: str
    who: str = ""
    matter: str = ""
    on: date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading, or under none; `more` are counted only."""

    label: str
    lines: Sequence[Line]
    more: int = 0


Find = Callable[[Meeting, datetime], list[Group]]


@dataclass(frozen=True)
class Source:
    """One point; `position` sorts it among the others, people's own come after 100."""

    origin: str
    title: Reason
    position: int
    find: Find


def group(label: str, lines: Sequence[Line]) -> list[Group]:
    """Nothing where there are no lines; a long list is cut and counted."""
    return [Group(label, lines[:MOST_LINES], max(len(lines) - MOST_LINES, 0))] if lines else []


# --- What engagements know --------------------------------------------------------------------------------------------
def carried(meeting: Meeting, at: datetime) -> list[Group]:
    """Actions of earlier meetings that are not done, by their day."""
    rows = Action.objects.filter(engagement=meeting.engagement_id, status="open").exclude(meeting=meeting)
    today = _day(meeting, at)
    lines = [
        Line(
            row.title,
            str(row.assignee),
            _("overdue") if row.due_on and row.due_on < today else "",
            row.due_on,
            row.get_absolute_url(),
        )
        for row in rows.filter(meeting__during__startswith__lt=meeting.start).select_related("assignee")
    ]
    return group("", lines)


def overdue(meeting: Meeting, at: datetime) -> list[Group]:
    """Unmet items whose day has passed, the customer's and FastTrack's apart, the oldest first."""
    today = _day(meeting, at)
    found: dict[str, list[Any]] = {"customer": [], "fasttrack": []}
    models: tuple[Any, ...] = (Responsibility, RemediationItem, SuccessItem)
    for model in models:
        late = model.objects.filter(engagement=meeting.engagement_id).unmet().filter(due_on__lt=today)
        for row in late.select_related("assignee").order_by("due_on", "pk")[:50]:
            found[row.party].append(row)
    groups = []
    for party, rows in found.items():
        rows.sort(key=lambda row: row.due_on)
        lines = [Line(_text(row), _who(row), _matter(row), row.due_on, row.get_absolute_url()) for row in rows]
        groups += group(_side(meeting, party), lines)
    return groups


def decisions(meeting: Meeting, at: datetime) -> list[Group]:
    """What waits for a yes: signatures at gates and under the plan, approvals of milestones, hand-overs to partners."""
    engagement = meeting.engagement
    lines = []
    agreements = Agreement.objects.filter(engagement=engagement, status="open").exclude(kind="minutes")
    for each in agreements.select_related("phase").prefetch_related("signatures").order_by("pk"):
        signed = {name.side for name in each.signatures.all()}
        missing = [_side(meeting, side) for side in ("customer", "fasttrack") if side not in signed]
        text = (
            _("Gate of %(phase)s") % {"phase": PHASE_TITLES[each.phase.code]} if each.phase else _("Remediation plan")
        )
        url = (
            each.phase.get_absolute_url()
            if each.phase
            else reverse("engagements:remediation_plan", kwargs={"public_id": engagement.public_id})
        )
        lines.append(Line(text, _(" and ").join(missing), _("waits for a signature"), None, url))
    for milestone in Milestone.objects.filter(engagement=engagement, approval="asked"):
        who = _side(meeting, "customer")
        lines.append(Line(milestone.title, who, _("waits for approval"), None, milestone.get_absolute_url()))
    for delegation in Delegation.objects.filter(engagement=engagement, status="proposed").with_items():
        item = delegation.item
        matter = _("may %(partner)s do it?") % {"partner": delegation.partner.name}
        lines.append(Line(_text(item), _side(meeting, "customer"), matter, None, item.get_absolute_url()))
    return group("", lines)


def gate_gaps(meeting: Meeting, at: datetime) -> list[Group]:
    """What is unmet in each phase that runs and has a gate, by name and holder; what is stuck comes first."""
    running = list(
        meeting.engagement.phases.filter(status__in=["in_progress", "ready"])
        .exclude(code="general")
        .values_list("code", flat=True)
    )
    unmet = Responsibility.objects.filter(engagement=meeting.engagement_id, phase__in=running, parent_code="").unmet()
    rows = list(unmet.select_related("assignee").order_by("position")) if running else []
    groups = []
    for phase in running:
        here = [row for row in rows if row.phase == phase]
        here.sort(key=lambda row: (row.status != "blocked", row.due_on or date.max))
        lines = [Line(_text(row), _who(row), _matter(row), row.due_on, row.get_absolute_url()) for row in here]
        groups += group(str(PHASE_TITLES[phase]), lines)
    return groups


def _text(row: Any) -> str:
    return f"{row.code} {row.text}" if isinstance(row, Responsibility) else str(row)


def _who(row: Any) -> str:
    side = str(Court(row.holder).label) if row.holder else str(PARTIES[row.party])
    return f"{row.assignee}, {side}" if row.assignee else side


def _matter(row: Any) -> str:
    status = str(row.get_status_display())
    return f"{status}: {row.reason}" if row.status == "blocked" and row.reason else status


def _side(meeting: Meeting, side: str) -> str:
    return meeting.engagement.customer.name if side == "customer" else "FastTrack"


def _day(meeting: Meeting, at: datetime) -> date:
    """The customer's day on which it is looked at: before the meeting what is late by then is not known."""
    return meeting.engagement.day_at(at)


SOURCES: list[Source] = [
    Source("carried", gettext_lazy("Carried over: actions that are still open"), 10, carried),
    Source("overdue", gettext_lazy("Overdue"), 20, overdue),
    Source("decisions", gettext_lazy("Decisions due"), 30, decisions),
    Source("gate", gettext_lazy("What is missing at the gate"), 40, gate_gaps),
]


def sources() -> list[Source]:
    """In their order."""
    return sorted(SOURCES, key=lambda source: source.position)
