"""Jobs of engagements."""

from django.utils import timezone

from engagements.models import Agreement, Delegation, Engagement, MeetingSeries
from engagements.operations import delegations, phases, planning
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


@job("engagements.turn_delegation")
def turn_delegation(run: JobRun) -> None:
    """The first day, or the day after the last, of what was agreed with a partner."""
    found = Delegation.objects.with_items()
    delegations.turn(found.get(pk=run.payload["delegation"]), at=timezone.now())


@job("engagements.end_delegations")
def end_delegations(run: JobRun) -> None:
    """The customer no longer works with a partner: what it had in hand comes back."""
    delegations.end_all_of(run.payload["partner"], run.payload["customer"], at=timezone.now())


@job("engagements.gate_waits")
def announce_gate(run: JobRun) -> None:
    """Tells who signs that nothing is left to do before a gate."""
    phases.announce_gate(Agreement.objects.get(pk=run.payload["gate"]), cause=run.payload["cause"])
