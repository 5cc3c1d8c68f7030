"""Every write to the remediation checklist of an engagement."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements import remediation
from engagements.models import Engagement, RemediationItem
from engagements.operations import courts
from engagements.operations.moving import happened, moving, moving_engagement, need_a_reason
from engagements.operations.plans import STEP_EVENTS, add_line, edit_line, take_step
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Invalid

Workload = RemediationItem.Workload


@transaction.atomic
def make_checklist(
    engagement: Engagement, *, workloads: Iterable[str], by: User, at: datetime
) -> list[RemediationItem]:
    """Puts the checklists of these workloads on the list; what stands there already stays as it is."""
    require(by, "engagements.write_plan", engagement)
    chosen = [workload for workload in Workload if workload.value in set(workloads)]
    if not chosen:
        raise Invalid(_("Choose at least one workload."), field="workloads")
    held = moving_engagement(engagement)
    there = set(RemediationItem.objects.filter(engagement=held).values_list("template_code", flat=True))
    made = [
        RemediationItem(
            engagement=held,
            template_code=line.code,
            workload=line.workload,
            title=line.title,
            detail=line.detail,
            severity=line.severity,
        )
        for line in remediation.lines_of(workload.value for workload in chosen)
        if line.code not in there
    ]
    if not made:
        raise Invalid(_("Everything of these workloads is on the list already."), field="workloads")
    courts.follow_plan(*RemediationItem.objects.bulk_create(made), engagement=held, at=at)
    happened(
        "engagements.remediation_made",
        held,
        held,
        by,
        count=len(made),
        workloads=", ".join(str(workload.label) for workload in chosen),
    )
    return made


@transaction.atomic
def add_remediation(
    engagement: Engagement, *, key: uuid.UUID, by: User, at: datetime, on: date, **fields: Any
) -> RemediationItem:
    """A line of our own making: workload, title, detail, severity, party, assignee, due_on. One a form (C2)."""
    require(by, "engagements.write_plan", engagement)
    held = moving_engagement(engagement)
    assignee, due_on = fields.pop("assignee", None), fields.pop("due_on", None)
    line = RemediationItem(public_id=key, engagement=held, **fields)
    return add_line(
        line, held, assignee=assignee, due_on=due_on, by=by, at=at, on=on, event="engagements.remediation_added"
    )


@transaction.atomic
def edit_remediation(item: RemediationItem, *, version: int, by: User, at: datetime, on: date, **fields: Any) -> None:
    """Workload, title, detail, severity, party, assignee, due_on. Raises StaleVersion, or Invalid for a stranger."""
    edit_line(item, version=version, by=by, at=at, on=on, event="engagements.remediation_edited", **fields)


@transaction.atomic
def move_remediation(
    item: RemediationItem,
    step: str,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    waits_for: str = "",
    version: int | None = None,
) -> None:
    """One step but accepting the risk, which has a name to it. The specialist verifies."""
    engagement = moving(item)
    changes: dict[str, Any] = {"risk_owner": ""}
    if step == "verify":
        changes |= {"verified_by": by, "verified_at": at}
    elif step == "reopen":
        changes |= {"verified_by": None, "verified_at": None}
    kind = f"engagements.remediation_{STEP_EVENTS[step]}"
    take_step(item, step, engagement, by=by, at=at, reason=reason, waits_for=waits_for, version=version, **changes)
    happened(kind, item, engagement, by, title=item.title, reason=reason, party=item.party)


@transaction.atomic
def accept_risk(
    item: RemediationItem, *, owner: str, reason: str, by: User, at: datetime, version: int | None = None
) -> None:
    """The customer lives with it: its lead says so, and who answers for it, in the words of the day."""
    require(by, "engagements.accept_risk", item)
    engagement = moving(item)
    need_a_reason(reason)
    if not owner.strip():
        raise Invalid(_("Name who answers for the risk."), field="owner")
    named = {"risk_owner": owner.strip()[:200]}
    take_step(item, "accept_risk", engagement, by=by, at=at, reason=reason, waits_for="", version=version, **named)
    happened("engagements.risk_accepted", item, engagement, by, title=item.title, owner=item.risk_owner, reason=reason)
