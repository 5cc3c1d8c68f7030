"""What the lines of the remediation checklist and of the success plan share: people, days, steps."""

from datetime import date, datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from engagements.models import Court, Delegation, Engagement, RemediationItem, SuccessItem
from engagements.operations import courts
from engagements.operations.milestones import EARLIEST, LATEST
from engagements.operations.moving import happened, moving, need_a_reason
from engagements.operations.responsibilities import people_of
from engagements.permissions.plans import PLAN_RULES, WORK_ON_PLAN
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.workflow import apply

PlanItem = RemediationItem | SuccessItem
Line = TypeVar("Line", RemediationItem, SuccessItem)
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


def add_line(
    line: Line,
    engagement: Engagement,
    *,
    assignee: User | None,
    due_on: date | None,
    by: User,
    at: datetime,
    on: date,
    event: str,
    **told: Any,
) -> Line:
    """Puts a line on its plan, one for each form (C2), and tells of it. The caller holds the engagement.

    Raises AccessRefused, Invalid, or Conflict for the form of another engagement."""
    require(by, "engagements.edit_plan_item", line)
    check_plan(line, engagement, assignee=assignee, due_on=due_on, on=on)
    line.assignee, line.due_on = assignee, due_on

    def make() -> Line:
        line.save(force_insert=True)
        return line

    found, is_new = create_once(type(line), line.public_id, make)
    if found.engagement_id != engagement.pk:
        raise Conflict(_("This form was sent before. Go back and begin again."))
    if is_new:
        courts.follow_plan(found, engagement=engagement, at=at)
        happened(event, found, engagement, by, title=found.title, **told)
    return found


def edit_line(line: PlanItem, *, version: int, by: User, at: datetime, on: date, event: str, **fields: Any) -> None:
    """Saves what a form says of a line and tells of it. Raises StaleVersion, or Invalid for a stranger."""
    require(by, "engagements.edit_plan_item", line)
    engagement = moving(line)
    before, party = line.assignee_id, line.party
    if fields["party"] != party and Delegation.objects.of(line).live().exists():
        raise Invalid(_("It is with a partner, or could go to one. Take it back first."), field="party")
    line.party = fields["party"]
    # Nobody hands something to the other side that it may not hand over.
    require(by, "engagements.edit_plan_item", line)
    check_plan(line, engagement, assignee=fields["assignee"], due_on=fields["due_on"], on=on)
    line.party = party
    save_changes(line, version=version, **fields)
    courts.follow_plan(line, engagement=engagement, at=at)
    assignee = line.assignee
    happened(
        event,
        line,
        engagement,
        by,
        title=line.title,
        assignee=assignee.name if assignee else "",
        assigned=str(assignee.public_id) if assignee and assignee.pk != before else "",
        due_on=line.due_on.isoformat() if line.due_on else "",
    )


def take_step(
    line: PlanItem,
    step: str,
    engagement: Engagement,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    waits_for: str,
    version: int | None,
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
    apply(line, step, None, version, reason=reason, waits_for=waits_for, changed_at=at, **changes)
    courts.follow_plan(line, engagement=engagement, at=at)
