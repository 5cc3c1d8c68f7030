"""Jobs of engagements."""

from datetime import date, datetime

from django.utils import timezone

from engagements.models import Agreement, Delegation, Engagement, Meeting
from engagements.operations import delegations, phases, planning, reminders, replanning, slots
from engagements.operations.engagement import bring_in_partner
from fasttrack_portal.accounts.models import User
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job

_TOGETHER = 200  # series that are planned in one transaction


@job("engagements.bring_in_partner")
def bring_in(run: JobRun) -> None:
    """A partner has accepted the offer of a request whose engagement is open."""
    bring_in_partner(Engagement.objects.get(pk=run.payload["engagement"]))


@job("meetings.plan")
def plan_meetings(run: JobRun) -> None:
    """Keeps a series planned, and itself coming back every week; those that are due as well are planned with it."""
    now = timezone.now()
    others = run.take_along(_TOGETHER, now)
    planning.plan_many([payload["series"] for payload in (run.payload, *others)], at=now)


@job("meetings.replan")
def replan_meetings(run: JobRun) -> None:
    """Somebody is away, or a centre or customer is not as it was: what no longer fits moves."""
    payload = run.payload
    replanning.replan(payload["engagements"], why=payload["why"], cause=payload["cause"], at=timezone.now())


@job("meetings.clear")
def clear_meetings(run: JobRun) -> None:
    """An engagement has come to rest: its talks and workshops are called off."""
    slots.clear(Engagement.objects.get(pk=run.payload["engagement"]), at=timezone.now())


@job("meetings.restore")
def restore_meetings(run: JobRun) -> None:
    """An engagement goes on: its talks and workshops do, too."""
    slots.restore(Engagement.objects.get(pk=run.payload["engagement"]), at=timezone.now())


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


@job("meetings.remind")
def remind(run: JobRun) -> None:
    """One timer of one meeting at one time; it may stand elsewhere by now."""
    related = ("engagement__customer", "engagement__centre", "engagement__partner", "engagement__specialist")
    meeting = Meeting.objects.select_related(*related).filter(public_id=run.payload["meeting"]).first()
    if meeting is not None:
        start, due = (datetime.fromisoformat(run.payload[name]) for name in ("start", "due"))
        reminders.remind(meeting, run.payload["when"], start=start, due=due, at=timezone.now())


@job("meetings.digest")
def name_meetings(run: JobRun) -> None:
    """The meetings of one person's tomorrow."""
    day, due = date.fromisoformat(run.payload["day"]), datetime.fromisoformat(run.payload["due"])
    reminders.name_meetings(User.objects.get(pk=run.payload["user"]), day=day, due=due, at=timezone.now())
