"""Every write to the phases of an engagement."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from engagements.milestones import ORDERED
from engagements.models import Phase, Responsibility
from engagements.operations import courts
from engagements.operations.moving import happened, moving, need_a_reason
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict
from fasttrack_portal.workflow import apply, refusal

_PHASE_EVENTS = {"start": "started", "offer": "offered", "reopen": "reopened", "pass": "passed", "skip": "skipped"}


@transaction.atomic
def move_phase(phase: Phase, step: str, *, by: User | None, at: datetime, reason: str = "") -> None:
    """Starts, offers, passes, reopens or skips a phase; passing or skipping one starts the next in order.

    Skipping needs a reason, and so does passing over items that are not done. Raises Conflict where the order of the
    phases does not allow it: General stays open as long as the engagement, the others take turns.
    """
    require(by, "engagements.move_phase", phase)
    engagement = moving(phase)
    event = f"engagements.phase_{_PHASE_EVENTS[step]}"
    if not phase.WORKFLOW.leads(phase, step):
        raise refusal(phase, phase.WORKFLOW.step(step))
    if phase.code == "general" and step != "reopen":
        raise Conflict(_("General stays open for as long as the engagement."))
    if step == "start":
        _wait_for_turn(phase)
    unmet = unmet_of(phase).count() if step == "pass" else 0
    if step == "skip" or unmet:
        need_a_reason(reason)
    changes: dict[str, Any] = {"reason": reason}
    if step == "start":
        changes["started_at"] = at
    if step in ("pass", "reopen"):
        changes["passed_at"] = at if step == "pass" else None
    apply(phase, step, **changes)
    following = _start_next(phase, at) if step in ("pass", "skip") else None
    courts.refresh(engagement, at=at)
    happened(
        event,
        phase,
        engagement,
        by,
        phase=phase.get_code_display(),
        reason=reason,
        unmet=unmet,
        next=following.get_code_display() if following else "",
    )


def unmet_of(phase: Phase) -> models.QuerySet[Responsibility]:
    """What is not done in the phase, with its holder: what a gate shows before it is passed."""
    return (
        Responsibility.objects.filter(engagement=phase.engagement_id, phase=phase.code)
        .unmet()
        .select_related("assignee")
        .order_by("position")
    )


def _wait_for_turn(phase: Phase) -> None:
    """Initiate, Assess, Remediate, Enable in order; Data migration may overlap Enable."""
    if phase.code not in ORDERED:
        return
    earlier = Phase.objects.filter(
        engagement=phase.engagement_id, code__in=ORDERED[: ORDERED.index(phase.code)]
    ).exclude(status__in=["passed", "skipped"])
    if first := earlier.order_by("position").first():
        raise Conflict(
            _("%(first)s comes first: it is “%(state)s”.")
            % {"first": first.get_code_display(), "state": first.get_status_display()}
        )


def _start_next(phase: Phase, at: datetime) -> Phase | None:
    """The phase whose turn it is now; one that was skipped ahead of its turn leaves the turn where it is."""
    if phase.code not in ORDERED:
        return None
    left = Phase.objects.filter(engagement=phase.engagement_id, code__in=ORDERED)
    found = left.exclude(status__in=["passed", "skipped"]).order_by("position").first()
    if found is None or found.status != "not_started":
        return None
    apply(found, "start", started_at=at)
    return found
