"""Every write to the milestones of an engagement: their steps, their days, and the customer's word on them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import shifts
from engagements.models import Milestone
from engagements.operations import courts
from engagements.operations.moving import happened, moving, need_a_reason
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.workflow import Step, apply, refusal

# A day that a person may name, seen from today.
EARLIEST, LATEST = timedelta(days=366), timedelta(days=5 * 366)
_MILESTONE_EVENTS = {"start": "started", "complete": "completed", "reopen": "reopened", "skip": "skipped"}
# The customer's word belongs to one completion; the next one begins without it.
_UNASKED: dict[str, Any] = {
    "approval": "",
    "approved_by": None,
    "approved_at": None,
    "approval_comment": "",
    "score": None,
}


class Moved(NamedTuple):
    """A milestone and the day it moves to."""

    milestone: Milestone
    before: date
    after: date


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
    asks_approval: bool = False,
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """Starts, completes, reopens or skips a milestone. `on` is today where the person is; completing takes the
    outcome in words and a day that is not in the future, and may ask for the customer's approval at once. Raises
    Conflict while a milestone that comes first is ahead; only an optional one is skipped, with a reason."""
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
        changes |= {"note": note, "completed_on": completed_on, **_UNASKED}
        changes["approval"] = "asked" if asks_approval else ""
    elif step == "reopen":
        changes |= {"completed_on": None, **_UNASKED}
    elif step == "skip":
        need_a_reason(reason)
    if step == "complete" and milestone.WORKFLOW.leads(milestone, step):
        _wait_for_those_before(milestone)
    apply(milestone, step, None, version, **changes)
    courts.follow_milestone(milestone, engagement, at=at or timezone.now())
    happened(
        event,
        milestone,
        engagement,
        by,
        title=milestone.title,
        note=note,
        reason=reason,
        code=milestone.code,
        asks_approval=asks_approval if step == "complete" else False,
    )


# --- The customer's word ---------------------------------------------------------------------------------------------
@transaction.atomic
def ask_approval(milestone: Milestone, *, by: User | None, at: datetime) -> None:
    """Puts what came out of a completed milestone before the customer. Raises Conflict before it is completed."""
    require(by, "engagements.move_milestone", milestone)
    engagement = moving(milestone)
    milestone.refresh_from_db(fields=["status"])
    if milestone.status != Milestone.Status.COMPLETED:
        raise Conflict(_("The customer approves what came out of a milestone: complete it first."))
    apply(milestone, "ask", Milestone.APPROVALS, **{**_UNASKED, "approval": "asked"})
    courts.follow_milestone(milestone, engagement, at=at)
    happened("engagements.approval_asked", milestone, engagement, by, title=milestone.title, note=milestone.note)


@transaction.atomic
def approve(
    milestone: Milestone, *, by: User | None, at: datetime, comment: str = "", score: int | None = None
) -> None:
    """The customer approves what came out, with an optional satisfaction of 1 to 5."""
    require(by, "engagements.answer_approval", milestone)
    engagement = moving(milestone)
    if score is not None and not 1 <= score <= 5:
        raise Invalid(_("Choose a number from 1 to 5."), field="score")
    given = {"approved_by": by, "approved_at": at, "approval_comment": comment, "score": score}
    apply(milestone, "approve", Milestone.APPROVALS, **given)
    courts.follow_milestone(milestone, engagement, at=at)
    happened(
        "engagements.milestone_approved",
        milestone,
        engagement,
        by,
        title=milestone.title,
        note=comment,
        score=score or 0,
    )


@transaction.atomic
def reject(milestone: Milestone, *, by: User | None, at: datetime, comment: str) -> None:
    """The customer does not approve and says what is missing; the milestone is in progress again."""
    require(by, "engagements.answer_approval", milestone)
    engagement = moving(milestone)
    if not comment.strip():
        raise Invalid(_("Say what is missing, in a sentence."), field="comment")
    given = {"approved_by": by, "approved_at": at, "approval_comment": comment}
    opened = {"status": Milestone.Status.IN_PROGRESS, "completed_on": None}
    apply(milestone, "reject", Milestone.APPROVALS, **given, **opened)
    courts.follow_milestone(milestone, engagement, at=at)
    happened("engagements.milestone_rejected", milestone, engagement, by, title=milestone.title, reason=comment)


# --- Days ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def plan_milestone(
    milestone: Milestone, *, version: int, planned_on: date, on: date, by: User | None, shifts_rest: bool = False
) -> None:
    """Another planned day; those that come after it move along by as many working days if `shifts_rest`.

    Raises StaleVersion, or Conflict once the milestone is behind us.
    """
    require(by, "engagements.move_milestone", milestone)
    engagement = moving(milestone)
    if not milestone.is_ahead:
        raise refusal(milestone, Step("plan", ("planned", "in_progress"), "planned"))
    if not on - EARLIEST <= planned_on <= on + LATEST:
        raise Invalid(_("Choose a day between a year ago and five years from now."), field="planned_on")
    before = milestone.planned_on
    rest = shift_after(milestone, planned_on) if shifts_rest else []
    save_changes(milestone, version=version, planned_on=planned_on)
    move_days(rest)
    happened(
        "engagements.milestone_planned",
        milestone,
        engagement,
        by,
        title=milestone.title,
        planned_on=planned_on.isoformat(),
        before=before.isoformat() if before else "",
        moved=in_words(rest),
        note="; ".join(in_words(rest)),
    )


def shift_after(milestone: Milestone, planned_on: date) -> list[Moved]:
    """What moves along when the milestone is planned for another day: the same list as its preview shows."""
    if milestone.planned_on is None or planned_on == milestone.planned_on:
        return []
    rest = list(Milestone.objects.filter(engagement=milestone.engagement_id).order_by("position"))
    behind = shifts.followers(milestone.code, {each.code: each.after for each in rest})
    calendar = milestone.engagement.centre.calendar(
        shifts.years_of([planned_on, *(each.planned_on for each in rest), milestone.planned_on])
    )
    by = calendar.working_days_between(milestone.planned_on, planned_on)
    return moved_by(by, (each for each in rest if each.code in behind), calendar)


def moved_by(by: int, milestones: Iterable[Milestone], calendar: Any) -> list[Moved]:
    """Those of them that are ahead and have a day, with the day they move to. Raises Invalid beyond the calendar."""
    found = []
    for each in milestones:
        if each.is_ahead and each.planned_on is not None:
            try:
                after = shifts.moved(each.planned_on, by, calendar)
            except ValueError as fault:
                raise Invalid(_("%(title)s cannot move so far: %(fault)s") % {"title": each, "fault": fault}) from None
            if after != each.planned_on:
                found.append(Moved(each, each.planned_on, after))
    return found


def move_days(rest: Iterable[Moved]) -> None:
    """The caller holds the engagement; a form that shows the old day is stale from now on."""
    for moved in rest:
        save_changes(moved.milestone, planned_on=moved.after)


def in_words(rest: Iterable[Moved]) -> list[str]:
    return [f"{moved.milestone.title}: {moved.before.isoformat()} → {moved.after.isoformat()}" for moved in rest]


def ahead_before(milestone: Milestone) -> list[Milestone]:
    """What has to be reached before and is still ahead."""
    earlier = Milestone.objects.filter(engagement=milestone.engagement_id, code__in=milestone.after)
    return list(earlier.filter(status__in=["planned", "in_progress"]).order_by("position"))


def _wait_for_those_before(milestone: Milestone) -> None:
    if missing := ahead_before(milestone):
        raise Conflict(
            _("%(title)s builds on what is not reached yet: %(missing)s.")
            % {"title": milestone.title, "missing": ", ".join(each.title for each in missing)}
        )
