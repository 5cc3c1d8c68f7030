"""The phases and milestones of an engagement against the calendar: drawn for its pages, and as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements import shifts
from engagements.models import Engagement, Milestone, Phase
from fasttrack_portal.charts import Point, Span, phase_timeline
from fasttrack_portal.directory.calendars import WorkingCalendar


def timeline_of(
    phases: Sequence[Phase],
    milestones: Sequence[Milestone],
    today: date,
    rows: "Sequence[Row]" = (),
    *,
    is_paused: bool = False,
) -> str:
    """General runs along all of it and is left out, like what was skipped. With `rows` its words of lateness are
    those of the table beside it, in working days."""
    late = {row.part: row.slip_in_words for row in rows if row.slip and row.slip > 0}
    spans = [
        Span(
            phase.get_code_display(),
            planned_start=phase.planned_start_on,
            planned_end=phase.planned_end_on,
            actual_start=timezone.localdate(phase.started_at) if phase.started_at else None,
            actual_end=timezone.localdate(phase.passed_at) if phase.passed_at else None,
            lateness=late.get(phase, ""),
        )
        for phase in phases
        if phase.has_gate and phase.status != "skipped"
    ]
    points = [
        Point(
            point.title,
            planned_on=point.planned_on,
            actual_on=point.completed_on,
            baseline_on=point.baseline_on,
            lateness=late.get(point, ""),
            goes_on=point.goes_on,
        )
        for point in milestones
        if point.status != "skipped"
    ]
    return phase_timeline(spans, points, today, title=_("Phases and milestones"), is_paused=is_paused)


@dataclass(frozen=True)
class Row:
    """A phase or milestone with how far it has slipped: `slip` in working days, None where nothing can be told."""

    part: Phase | Milestone
    slip: int | None
    is_overdue: bool

    @property
    def slip_in_words(self) -> str:
        return slip_in_words(self.slip)


def slip_in_words(slip: int | None) -> str:
    """Working days of the FastTrack Center: late, early, or as it was planned first."""
    if slip is None:
        return ""
    if slip == 0:
        return _("as planned")
    if slip > 0:
        return ngettext("%(days)s working day late", "%(days)s working days late", slip) % {"days": slip}
    return ngettext("%(days)s working day early", "%(days)s working days early", -slip) % {"days": -slip}


def calendar_of(engagement: Engagement, milestones: Sequence[Milestone], today: date) -> WorkingCalendar:
    """The centre's, for the years of the plan."""
    days = [day for each in milestones for day in (each.baseline_on, each.planned_on, each.completed_on)]
    return engagement.centre.calendar(shifts.years_of([today, *days]))


def milestone_row(milestone: Milestone, calendar: WorkingCalendar, today: date) -> Row:
    """Against the first day that was planned; while the engagement is paused or at rest today does not count."""
    if milestone.status == "skipped" or milestone.goes_on:
        return Row(milestone, None, is_overdue=False)
    planned, is_running = milestone.planned_on, milestone.engagement.is_running
    reached = shifts.expected(planned, milestone.completed_on, today if is_running else date.min)
    slip = shifts.slippage(milestone.baseline_on, reached, calendar)
    is_overdue = is_running and milestone.is_ahead and planned is not None and planned < today
    return Row(milestone, slip, is_overdue)


def phase_row(phase: Phase, calendar: WorkingCalendar, today: date) -> Row:
    """Against its planned end: a phase that runs past it is late by today."""
    if phase.status == "skipped" or phase.planned_end_on is None:
        return Row(phase, None, is_overdue=False)
    if phase.passed_at:
        passed = timezone.localdate(phase.passed_at)
        return Row(phase, shifts.slippage(phase.planned_end_on, passed, calendar), is_overdue=False)
    is_overdue = phase.engagement.is_running and phase.planned_end_on < today
    slip = calendar.working_days_between(phase.planned_end_on, today) if is_overdue else None
    return Row(phase, slip, is_overdue)
