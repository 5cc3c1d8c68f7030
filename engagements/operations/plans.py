"""What the lines of the remediation checklist and of the success plan share: people, days, steps."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from engagements.models import Court, Engagement, RemediationItem, SuccessItem
from engagements.operations import courts
from engagements.operations.milestones import EARLIEST, LATEST
from engagements.operations.moving import need_a_reason
from engagements.operations.responsibilities import people_of
from engagements.permissions.plans import PLAN_RULES, WORK_ON_PLAN
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.workflow import apply

PlanItem = RemediationItem | SuccessItem
STEP_EVENTS = {
    "begin": "begun",
    "wait": "waiting",
    "block": "blocked",
    "finish": "finished",
    "verify": "verified",
    "reopen": "reopened",
    "exclude": "excluded",
    "include": "included",
}


def check_plan(line: PlanItem, engagement: Engagement, *, assignee: User | None, due_on: date | None, on: date) -> None:
    """The person belongs to the side that does it, the day is near enough to mean something. Raises Invalid."""
    line.engagement = engagement
    is_new_here = assignee is not None and assignee.pk != line.assignee_id
    if assignee is not None and is_new_here and not people_of(line).filter(pk=assignee.pk).exists():
        raise Invalid(_("Choose somebody of the side that does this."), field="assignee")
    if due_on is not None and due_on != line.due_on and not on - EARLIEST <= due_on <= on + LATEST:
        raise Invalid(_("Choose a day between a year ago and five years from now."), field="due_on")


def take_step(
    line: PlanItem,
    step: str,
    engagement: Engagement,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    waits_for: str,
    **changes: Any,
) -> None:
    """One arrow of the workflow with its clock; the caller checks what is its own, and tells."""
    require(by, PLAN_RULES.get(step, WORK_ON_PLAN), line)
    if step in ("block", "exclude", "accept_risk"):
        need_a_reason(reason)
    if waits_for and (step != "wait" or waits_for not in Court.values):
        raise Invalid(_("Choose for whom this waits."), field="waits_for")
    # Waiting for oneself is work, not waiting.
    if waits_for == line.party:
        raise Invalid(_("This side does it. Choose for whom it waits."), field="waits_for")
    apply(line, step, reason=reason, waits_for=waits_for, changed_at=at, **changes)
    courts.follow_plan(line, engagement, at=at)
