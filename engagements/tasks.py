"""Jobs of engagements."""

from django.utils import timezone

from engagements.models import Engagement, MeetingSeries
from engagements.operations import planning
from engagements.operations.engagement import bring_in_partner
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job


@job("engagements.bring_in_partner")
def bring_in(run: JobRun) -> None:
    """A partner has accepted the offer of a request whose engagement is open."""
    bring_in_partner(Engagement.objects.get(pk=run.payload["engagement"]))


@job("meetings.plan")
def plan_meetings(run: JobRun) -> None:
    """Keeps one series planned, and itself coming back every week."""
    planning.plan(MeetingSeries.objects.get(pk=run.payload["series"]), at=timezone.now())
