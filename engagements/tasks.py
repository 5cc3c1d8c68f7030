"""Jobs of engagements."""

from django.utils import timezone

from engagements.models import MeetingSeries
from engagements.operations import planning
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job


@job("meetings.plan")
def plan_meetings(run: JobRun) -> None:
    """Keeps one series planned, and itself coming back every week."""
    planning.plan(MeetingSeries.objects.get(pk=run.payload["series"]), at=timezone.now())
