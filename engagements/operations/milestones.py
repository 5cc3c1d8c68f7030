"""Every write to the milestones of an engagement."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Milestone
from engagements.operations.moving import happened, moving, need_a_reason
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.workflow import Step, apply, refusal

# A day that a person may name, seen from today.
EARLIEST, LATEST = timedelta(days=366), timedelta(days=5 * 366)
_MILESTONE_EVENTS = {"start": "started", "complete": "completed", "reopen": "reopened", "skip": "skipped"}


@transaction.atomic
def move_milestone(
    milestone: Milestone,
    step: str,
    *,
    by: User | None,
    on: date,
    completed_on: date | None = None,
    note: str = "",
    reason: str = "",
) -> None:
    """Starts, completes, reopens or skips a milestone. `on` is today where the person is; completing takes the
    outcome in words and a day that is not in the future; only an optional one is skipped, with a reason."""
    require(by, "engagements.skip_milestone" if step == "skip" else "engagements.move_milestone", milestone)
    engagement = moving(milestone)
    event = f"engagements.milestone_{_MILESTONE_EVENTS[step]}"
    changes: dict[str, Any] = {"reason": reason}
    if step == "complete":
        completed_on = completed_on or on
        if not note.strip():
            raise Invalid(_("Say in a sentence what came out of it."), field="note")
        if not on - EARLIEST <= completed_on <= on:
            raise Invalid(_("Choose a day within the last year, today at the latest."), field="completed_on")
        changes |= {"note": note, "completed_on": completed_on}
    elif step == "reopen":
        changes["completed_on"] = None
    elif step == "skip":
        need_a_reason(reason)
    apply(milestone, step, **changes)
    happened(event, milestone, engagement, by, title=milestone.title, note=note, reason=reason, code=milestone.code)


@transaction.atomic
def plan_milestone(milestone: Milestone, *, version: int, planned_on: date, on: date, by: User | None) -> None:
    """Another planned day. Raises StaleVersion, or Conflict once the milestone is behind us."""
    require(by, "engagements.move_milestone", milestone)
    engagement = moving(milestone)
    if not milestone.is_ahead:
        raise refusal(milestone, Step("plan", ("planned", "in_progress"), "planned"))
    if not on - EARLIEST <= planned_on <= on + LATEST:
        raise Invalid(_("Choose a day between a year ago and five years from now."), field="planned_on")
    before = milestone.planned_on
    save_changes(milestone, version=version, planned_on=planned_on)
    happened(
        "engagements.milestone_planned",
        milestone,
        engagement,
        by,
        title=milestone.title,
        planned_on=planned_on.isoformat(),
        before=before.isoformat() if before else "",
    )
