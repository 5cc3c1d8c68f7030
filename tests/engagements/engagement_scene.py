"""The scene of the engagements' stories: a request in review, and the engagement that follows from accepting it."""

from datetime import UTC, date, datetime
from typing import Any

from assistance import verdicts
from assistance.models import AssistanceRequest
from engagements.models import Engagement, Responsibility
from engagements.operations.engagement import accept
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
