"""The scene of the plans' stories: an engagement with a checklist, and short ways to take a step."""

import uuid
from typing import Any

from django.utils import timezone

from engagements.models import Delegation, Engagement, RemediationItem, SuccessItem
from engagements.operations.delegations import delegate
from engagements.operations.remediation import add_remediation
from engagements.operations.success import add_success
from fasttrack_portal.accounts.models import User
from tests.engagements.engagement_scene import AT, ON

FINDING: dict[str, Any] = {
    "title": "Firewall blocks the ports", "workload": "network", "severity": 4, "detail": "The test passes",
    "party": "customer", "assignee": None, "due_on": None,
}  # fmt: skip
HOPE: dict[str, Any] = {
    "title": "Champions in each department", "track": "awareness", "criterion": "They have agreed", "measure": "",
    "result": "", "party": "customer", "assignee": None, "due_on": None,
}  # fmt: skip


def finding(engagement: Engagement, by: User, **fields: Any) -> RemediationItem:
    return add_remediation(engagement, key=uuid.uuid4(), by=by, at=AT, on=ON, **(FINDING | fields))


def hope(engagement: Engagement, by: User, **fields: Any) -> SuccessItem:
    return add_success(engagement, key=uuid.uuid4(), by=by, at=AT, on=ON, **(HOPE | fields))


def handed(line: RemediationItem | SuccessItem, cast: Any, **fields: Any) -> Delegation:
    """The customer's lead hands the line to the partner from today on."""
    now = timezone.now()
    first: dict[str, Any] = {"partner": cast.northwind, "starts_on": line.engagement.day_at(now), "by": cast.lead}
    return delegate(line, at=now, **(first | fields))
