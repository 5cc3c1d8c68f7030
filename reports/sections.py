"""What reports add to the pages of engagements and migration events."""

import uuid
from typing import Any, NamedTuple

from django.utils import timezone

from engagements.models import Engagement
from fasttrack_portal.access import Reason, decide
from fasttrack_portal.accounts.models import User
from migrations_svc.models import MigrationEvent
from reports import operations
from reports.models import Report

_SHOWN = 5


class Offer(NamedTuple):
    """A button that asks for a report, or the reason why it cannot."""

    kind: str
    label: Reason
    reason: Reason
    subject: uuid.UUID
    key: uuid.UUID
    is_first: bool = False


def offers(subject: Engagement | MigrationEvent, user: User) -> list[Offer]:
    """The reports that somebody could ask for now; one that has to wait says for what."""
    if isinstance(subject, Engagement):
        refused = "" if (may := decide(user, "reports.request", subject)).allowed else may.reason
        return [_offer(Report.Kind.ENGAGEMENT, subject, refused, is_first=True)]
    if subject.status in ("draft", "validated", "cancelled"):
        return []
    may = decide(user, "reports.request", subject.project.engagement)
    refused = "" if may.allowed else may.reason
    final = refused or operations.why_not_final(subject, at=timezone.now())
    return [
        _offer(Report.Kind.STATUS, subject, refused, is_first=True),
        _offer(Report.Kind.FINAL, subject, final),
    ]


def _offer(kind: Report.Kind, subject: Any, reason: Reason, *, is_first: bool = False) -> Offer:
    return Offer(kind.value, kind.label, reason, subject.public_id, uuid.uuid4(), is_first)


def of_event(user: User, event: MigrationEvent) -> dict[str, Any]:
    """What _of_event.html shows on a migration event's page."""
    found = Report.objects.visible_to(user).filter(event=event).select_related("job").defer("snapshot")
    return {"offers": offers(event, user), "reports": found.order_by("-pk")[:_SHOWN]}
