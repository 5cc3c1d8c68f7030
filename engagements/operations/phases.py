"""Every write to the phases of an engagement: their steps, and passing them at a gate that both sides sign."""

from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from engagements import gates
from engagements.milestones import ORDERED
from engagements.models import Agreement, Attachment, Engagement, Phase, Responsibility
from engagements.operations import agreements, courts
from engagements.operations.moving import happened, moving, need_a_reason
from engagements.permissions.gates import signing_side
from engagements.sides import party_of
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.refusals import Conflict
from fasttrack_portal.workflow import apply, refusal

_PHASE_EVENTS = {"start": "started", "offer": "offered", "reopen": "reopened", "skip": "skipped"}


@transaction.atomic
def move_phase(
    phase: Phase, step: str, *, by: User | None, at: datetime, reason: str = "", version: int | None = None
) -> None:
    """Starts, offers, reopens or skips a phase; skipping, with its reason, starts the next in order.

    Offering opens the gate, which both sides sign; a step back withdraws it. Raises Conflict where the order of the
    phases does not allow the step: General stays open as long as the engagement, the others take turns.
    """
    require(by, "engagements.move_phase", phase)
    engagement = moving(phase)
    if not phase.has_gate and step != "reopen":
        raise Conflict(_("General stays open for as long as the engagement."))
    if step == "pass":
        raise Conflict(_("A phase passes at its gate, when both sides have signed."))
    event = f"engagements.phase_{_PHASE_EVENTS[step]}"
    if not phase.WORKFLOW.leads(phase, step):
        raise refusal(phase, phase.WORKFLOW.step(step))
    if step == "start":
        _wait_for_turn(phase)
    if step == "skip":
        need_a_reason(reason)
    changes: dict[str, Any] = {"reason": reason}
    if step == "start":
        changes["started_at"] = at
    if step == "reopen":
        changes["passed_at"] = None
    apply(phase, step, None, version, **changes)
    if step == "offer":
        agreements.open_agreement(engagement, Agreement.Kind.GATE, phase=phase, by=by)
    elif step == "reopen" and (gate := open_gate_of(phase)):
        agreements.withdraw_agreement(gate, by=by, at=at, reason=reason)
    following = _start_next(phase, at) if step == "skip" else None
    courts.refresh(engagement, at=at)
    happened(
        event,
        phase,
        engagement,
        by,
        phase=phase.get_code_display(),
        reason=reason,
        unmet=unmet_of(phase).count() if step == "offer" else 0,
        next=following.get_code_display() if following else "",
    )


@transaction.atomic
def sign_gate(gate: Agreement, *, by: User, at: datetime, comment: str = "") -> None:
    """One side's name under the gate of a phase; with the second one the phase passes.

    Raises Conflict while something of the phase is not done, and names it. The same person's second click changes
    nothing.
    """
    phase = gate.phase
    assert phase is not None  # the constraint says so
    require(by, "engagements.sign", gate)
    engagement = moving(gate)
    if gate.signatures.filter(by=by).exists():
        return
    if left := [f"{item.code} {item.text}" for item in unmet_of(phase)]:
        raise Conflict(_("These are not done yet: %(items)s.") % {"items": gates.named(left)}, unmet=left)
    side = signing_side(by, engagement)
    signature = agreements.sign(gate, side, by=by, at=at, comment=comment)
    if agreements.is_signed_by_both(gate):
        _pass(phase, gate, "agree", by=by, at=at, event="engagements.phase_passed", comment=comment, side=side)
        return
    happened(
        "engagements.gate_signed",
        phase,
        engagement,
        by,
        phase=phase.get_code_display(),
        signer=signature.name,
        role=signature.role,
        side=side,
        party=party_of(side, engagement),
        note=comment,
    )


@transaction.atomic
def override_gate(gate: Agreement, *, by: User, at: datetime, reason: str) -> None:
    """An administrator passes the phase without both signatures, and says why; what stood is frozen all the same."""
    phase = gate.phase
    assert phase is not None  # the constraint says so
    require(by, "engagements.override_gate", phase)
    moving(gate)
    need_a_reason(reason)
    _pass(phase, gate, "override", by=by, at=at, event="engagements.phase_overridden", reason=reason)


@transaction.atomic
def announce_gate(gate: Agreement, *, cause: str) -> None:
    """Nothing is left to do in a phase whose gate is open: who signs is told, once for each `cause` (the event that
    was the last). One that has moved on since, or has something to do again, is passed over."""
    gate = Agreement.objects.select_for_update(of=("self",)).select_related(
        "phase", "engagement__customer", "engagement__centre", "engagement__partner"
    ).get(pk=gate.pk)  # fmt: skip
    phase, engagement = gate.phase, gate.engagement
    assert phase is not None  # the constraint says so
    if gate.status != Agreement.Status.OPEN or engagement.is_at_rest or unmet_of(phase).exists():
        return
    if Event.objects.filter(thread=engagement.public_id, kind="engagements.gate_waits", data__cause=cause).exists():
        return
    happened("engagements.gate_waits", phase, engagement, None, phase=phase.get_code_display(), cause=cause)


def unmet_of(phase: Phase) -> models.QuerySet[Responsibility]:
    """What is not done in the phase, with its holder: what stands between it and its gate."""
    return (
        Responsibility.objects.filter(engagement=phase.engagement_id, phase=phase.code)
        .unmet()
        .select_related("assignee")
        .order_by("position")
    )


def open_gate_of(phase: Phase) -> Agreement | None:
    """The gate that waits for signatures."""
    return Agreement.objects.filter(phase=phase, status=Agreement.Status.OPEN).first()


def _pass(
    phase: Phase,
    gate: Agreement,
    step: str,
    *,
    by: User,
    at: datetime,
    event: str,
    reason: str = "",
    comment: str = "",
    side: str = "",
) -> None:
    """The caller holds the engagement: one of two who sign at once comes here, and once."""
    engagement = gate.engagement
    phase.engagement = engagement
    unmet = unmet_of(phase).count()
    frozen = _frozen(engagement, phase, gate, at=at, reason=reason)
    agreements.settle(gate, step, snapshot=frozen, by=by, at=at, reason=reason)
    apply(phase, "pass", passed_at=at, reason=reason)
    following = _start_next(phase, at)
    courts.refresh(engagement, at=at)
    happened(
        event,
        phase,
        engagement,
        by,
        phase=phase.get_code_display(),
        reason=reason,
        note=comment,
        side=side,
        unmet=unmet,
        next=following.get_code_display() if following else "",
        signers=", ".join(each["name"] for each in frozen["signatures"]),
        agreement=str(gate.public_id),
        fingerprint=gates.fingerprint(frozen),
    )


def _frozen(engagement: Engagement, phase: Phase, gate: Agreement, *, at: datetime, reason: str) -> dict[str, Any]:
    """What stands at this moment, in plain words and days, so that no later change reaches it."""
    items = Responsibility.objects.filter(engagement=engagement, phase=phase.code).select_related("assignee")
    evidence: dict[int, list[str]] = {}
    attached = Attachment.objects.filter(responsibility__in=items, removed_at=None).order_by("pk")
    for key, title in attached.values_list("responsibility", "title"):
        evidence.setdefault(key, []).append(title)
    return {
        "format": gates.FORMAT,
        "kind": gate.kind,
        "engagement": {
            "number": engagement.number,
            "title": engagement.title,
            "customer": engagement.customer.name,
        },
        "phase": {
            "code": phase.code,
            "started_at": _moment(phase.started_at),
            "planned_start_on": _day(phase.planned_start_on),
            "planned_end_on": _day(phase.planned_end_on),
        },
        "at": at.astimezone(UTC).isoformat(),
        "reason": reason,
        "signatures": agreements.names_under(gate),
        "items": [
            {
                "code": item.code,
                "text": item.text,
                "party": item.party,
                "holder": item.holder,
                "status": item.status,
                "reason": item.reason,
                "assignee": item.assignee.name if item.assignee else "",
                "due_on": _day(item.due_on),
                "evidence": [*([item.evidence] if item.evidence else []), *evidence.get(item.pk, [])],
            }
            for item in items.order_by("position")
        ],
    }


def _moment(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat() if value else ""


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


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
