"""The scene of the engagements' stories: a request in review, and the engagement that follows from accepting it."""

from datetime import UTC, date, datetime
from typing import Any

from assistance import verdicts
from assistance.models import AssistanceRequest
from engagements.models import Agreement, Engagement, Phase, Responsibility
from engagements.operations.engagement import accept
from engagements.operations.phases import move_phase, override_gate, sign_gate
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer

ON = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def in_review(customer: Customer, author: User, **fields: Any) -> AssistanceRequest:
    """A request that only waits for the word of a specialist."""
    verdict = verdicts.assess(customer.seats)
    values: dict[str, Any] = {
        "status": "in_review",
        "customer": customer,
        "centre": customer.centre,
        "created_by": author,
        "submitted_at": AT,
        "desired_on": date(2026, 6, 1),
        "business_reason": "Retire the old mail servers",
        "success_owners": "Lena Lead",
        "services": ["exchange", "sharepoint", "teams"],
        "seats": customer.seats,
        "wants_migration": True,
        "verdict": verdict.code,
        "verdict_sentence": verdict.sentence,
    }
    return AssistanceRequest.objects.create(**(values | fields))


def opened(customer: Customer, author: User, specialist: User, **fields: Any) -> Engagement:
    return accept(in_review(customer, author, **fields), by=specialist, on=ON, at=AT)


def item(engagement: Engagement, code: str) -> Responsibility:
    return engagement.responsibilities.select_related("engagement").get(code=code)


def gate_of(phase: Phase) -> Agreement:
    """The open gate of the phase, as a page would hand it to an operation."""
    return Agreement.objects.select_related("engagement", "phase").get(phase=phase, status="open")


def at_its_gate(phase: Phase, cast: Any, *, at: datetime = AT) -> Agreement:
    """Nothing is left to do in the phase, and its gate is open."""
    Responsibility.objects.filter(engagement=phase.engagement_id, phase=phase.code).unmet().update(status="done")
    if phase.status == "in_progress":
        move_phase(phase, "offer", by=cast.specialist, at=at)
    return gate_of(phase)


def passed(phase: Phase, cast: Any, *, at: datetime = AT, reason: str = "") -> None:
    """Both sides sign; with a reason an administrator passes it, whatever is left to do."""
    if reason:
        if phase.status == "in_progress":
            move_phase(phase, "offer", by=cast.specialist, at=at)
        override_gate(gate_of(phase), by=cast.admin, at=at, reason=reason)
    else:
        gate = at_its_gate(phase, cast, at=at)
        for person in (cast.lead, cast.specialist):
            sign_gate(gate, by=person, at=at)
    phase.refresh_from_db()
