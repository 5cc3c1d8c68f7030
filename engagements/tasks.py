"""Jobs of engagements."""

from django.utils import timezone

from engagements.models import Agreement, MeetingSeries
from engagements.operations import phases, planning
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job


@job("meetings.plan")
def plan_meetings(run: JobRun) -> None:
    """Keeps one series planned, and itself coming back every week."""
    planning.plan(MeetingSeries.objects.get(pk=run.payload["series"]), at=timezone.now())


@job("engagements.gate_waits")
def announce_gate(run: JobRun) -> None:
    """Tells who signs that nothing is left to do before a gate."""
    phases.announce_gate(Agreement.objects.get(pk=run.payload["gate"]), cause=run.payload["cause"])
