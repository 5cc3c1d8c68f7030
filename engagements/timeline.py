"""The phases and milestones of an engagement against the calendar, drawn for its pages."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, Milestone, Phase
from fasttrack_portal.charts import Point, Span, phase_timeline


def timeline_of(engagement: Engagement, phases: Sequence[Phase], milestones: Sequence[Milestone], today: date) -> str:
    """General runs along all of it and is left out, like what was skipped. A phase is planned from the end of the one
    before it to the last planned day of its milestones."""
    spans, start = [], engagement.starts_on
    for phase in phases:
        if phase.code == "general" or phase.status == "skipped":
            continue
        planned = [point.planned_on for point in milestones if point.phase == phase.code and point.planned_on]
        spans.append(
            Span(
                phase.get_code_display(),
                planned_start=start if planned else None,
                planned_end=max(planned, default=None),
                actual_start=timezone.localdate(phase.started_at) if phase.started_at else None,
                actual_end=timezone.localdate(phase.passed_at) if phase.passed_at else None,
            )
        )
        start = max([start, *planned])
    points = [
        Point(point.title, planned_on=point.planned_on, actual_on=point.completed_on)
        for point in milestones
        if point.status != "skipped"
    ]
    return phase_timeline(spans, points, today, title=_("Phases and milestones"))
