"""The phases and milestones of an engagement against the calendar."""

from collections.abc import Sequence
from datetime import date

from engagements.models import Engagement, Milestone, Phase


def timeline_of(engagement: Engagement, phases: Sequence[Phase], milestones: Sequence[Milestone], today: date) -> str:
    return ""
