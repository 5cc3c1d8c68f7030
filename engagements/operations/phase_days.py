"""The planned days of a phase, and everything that moves along with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from engagements import shifts
from engagements.models import Milestone, Phase, Responsibility
from engagements.operations.duedates import refresh_due_dates
from engagements.operations.milestones import EARLIEST, LATEST, Moved, in_words, move_days, moved_by
from engagements.operations.moving import happened, moving
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.workflow import Step, refusal

# A phase in one of these states is still to be planned.
AHEAD = ("not_started", "in_progress", "ready")


@dataclass(frozen=True)
class MovedPhase:
    """A later phase and the days it moves to."""

    phase: Phase
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Shift:
    """What moves along with a phase; `items` is how many open items take their due date from a phase that moves."""

    phases: list[MovedPhase] = field(default_factory=list)
    milestones: list[Moved] = field(default_factory=list)
    items: int = 0

    def __bool__(self) -> bool:
        return bool(self.phases or self.milestones or self.items)


@transaction.atomic
def plan_phase(
    phase: Phase,
    *,
    version: int,
    starts_on: date,
    ends_on: date,
    on: date,
    by: User | None,
    shifts_rest: bool = False,
) -> None:
    """Other planned days of a phase. With `shifts_rest` its milestones move with its start, and later phases with
    theirs move with its end. Raises StaleVersion, Invalid, or Conflict once the phase is behind us."""
    require(by, "engagements.move_phase", phase)
    engagement = moving(phase)
    if not phase.has_gate:
        raise Conflict(_("General stays open for as long as the engagement."))
    if phase.status not in AHEAD:
        raise refusal(phase, Step("plan", AHEAD, "not_started"))
    for name, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not on - EARLIEST <= day <= on + LATEST:
            raise Invalid(_("Choose a day between a year ago and five years from now."), field=name)
    if ends_on < starts_on:
        raise Invalid(_("A phase ends after it starts."), field="ends_on")
    shift = shift_of(phase, starts_on, ends_on) if shifts_rest else Shift()
    save_changes(phase, version=version, planned_start_on=starts_on, planned_end_on=ends_on)
    for moved in shift.phases:
        save_changes(moved.phase, planned_start_on=moved.starts_on, planned_end_on=moved.ends_on)
    move_days(shift.milestones)
    refresh_due_dates(engagement)
    along = [
        *(f"{each.phase}: {each.starts_on.isoformat()} – {each.ends_on.isoformat()}" for each in shift.phases),
        *in_words(shift.milestones),
    ]
    happened(
        "engagements.phase_planned",
        phase,
        engagement,
        by,
        phase=phase.get_code_display(),
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
        moved=along,
        note="; ".join(along),
    )


def shift_of(phase: Phase, starts_on: date, ends_on: date) -> Shift:
    """What moves along when the phase is planned for these days: the same list as its preview shows."""
    phases = list(Phase.objects.filter(engagement=phase.engagement_id).order_by("position"))
    milestones = list(Milestone.objects.filter(engagement=phase.engagement_id).order_by("position"))
    days = [starts_on, ends_on, *(each.planned_start_on for each in phases), *(each.planned_on for each in milestones)]
    calendar = phase.engagement.centre.calendar(shifts.years_of(days))
    by_start = calendar.working_days_between(phase.planned_start_on or starts_on, starts_on)
    by_end = calendar.working_days_between(phase.planned_end_on or ends_on, ends_on)
    later = [each for each in phases if each.position > phase.position and each.status in AHEAD and by_end]
    codes = {each.code for each in later}
    moved = [
        *moved_by(by_start, (each for each in milestones if each.phase == phase.code), calendar),
        *moved_by(by_end, (each for each in milestones if each.phase in codes), calendar),
    ]
    try:
        phases_moved = [
            MovedPhase(
                each,
                shifts.moved(each.planned_start_on, by_end, calendar),
                shifts.moved(each.planned_end_on, by_end, calendar),
            )
            for each in later
            if each.planned_start_on and each.planned_end_on
        ]
    except ValueError as fault:
        raise Invalid(_("The later phases cannot move so far: %(fault)s") % {"fault": fault}, field="ends_on") from None
    moving_codes = [*codes, *([phase.code] if by_start or by_end else [])]
    return Shift(phases_moved, moved, _items_with_due_dates(phase, moving_codes))


def _items_with_due_dates(phase: Phase, codes: Sequence[str]) -> int:
    """Open items whose due date counts from a phase that moves; a day that a person has set stays."""
    items = Responsibility.objects.filter(engagement=phase.engagement_id, phase__in=codes, is_due_own=False)
    return items.exclude(due_from="").unmet().count()
