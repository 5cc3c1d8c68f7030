"""What the demo shows of gates: one that waits for a signature, milestones asked and approved, a plan that slips."""

from datetime import timedelta
from typing import TYPE_CHECKING

from engagements.models import Engagement, Milestone
from engagements.operations.milestones import approve, ask_approval, plan_milestone
from engagements.operations.phases import move_phase, sign_gate, unmet_of
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.demo.clock import as_if

if TYPE_CHECKING:
    from fasttrack_portal.demo.story import Teller


def tell(teller: "Teller", contoso: Engagement, fabrikam: Engagement) -> None:
    """The gate of Fabrikam's Assess waits for the customer; of Contoso's milestones one was approved, one waits."""
    _a_gate_that_waits(teller, fabrikam)
    _approvals(teller, contoso)
    _a_plan_that_slips(teller, contoso)


def _a_gate_that_waits(teller: "Teller", fabrikam: Engagement) -> None:
    """Everything in it is done, and the specialist has signed already."""
    lead, specialist = teller.cast.fabrikam_lead, teller.cast.apac_specialist
    phase = fabrikam.phases.get(code="assess")
    moment = teller.ago(2, hour=15)
    with as_if(moment):
        for item in unmet_of(phase):
            by = lead if item.party == "customer" else specialist
            move_responsibility(item, "finish", by=by, at=moment)
        move_phase(phase, "offer", by=specialist, at=moment)
        sign_gate(phase.gates.get(), by=specialist, at=moment, comment="The checklist is complete, thank you all.")


def _approvals(teller: "Teller", contoso: Engagement) -> None:
    asked, answered = teller.ago(12), teller.ago(10)
    workshop, review = (_milestone(contoso, code) for code in ("success_workshop", "remediation_review"))
    with as_if(asked):
        ask_approval(review, by=teller.cast.specialist, at=asked)
    with as_if(answered):
        approve(review, by=teller.cast.lead, at=answered, comment="Clear, and every finding has a name.", score=5)
    with as_if(teller.ago(3)):
        ask_approval(workshop, by=teller.cast.specialist, at=teller.ago(3))


def _a_plan_that_slips(teller: "Teller", contoso: Engagement) -> None:
    """The firewall took longer: the last milestone moves a week and more."""
    last = _milestone(contoso, "enable_activities")
    moment = teller.ago(4)
    planned = max(last.planned_on or moment.date(), moment.date()) + timedelta(days=12)
    with as_if(moment):
        plan_milestone(
            last,
            version=last.version,
            planned_on=planned,
            on=moment.date(),
            by=teller.cast.specialist,
            shifts_rest=True,
        )


def _milestone(engagement: Engagement, code: str) -> Milestone:
    return Milestone._base_manager.select_related("engagement__centre").get(engagement=engagement, code=code)
