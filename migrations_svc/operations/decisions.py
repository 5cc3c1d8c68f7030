"""Go or no-go: each side says it by name, and the second go is the go of the event."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.permissions.gates import role_of, signing_side
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict, Invalid
from migrations_svc.models import GoDecision, MigrationEvent
from migrations_svc.operations.base import hold, tell

Word = GoDecision.Word


@transaction.atomic
def approve(event: MigrationEvent, *, by: User, at: datetime, reason: str = "") -> None:
    """Go, from the side of who says it; with that of the other side the event may start.

    While access is missing (D-C3) it takes a reason, and the decision names what was missing. Raises Invalid without
    one, Conflict for a side that has said go already."""
    require(by, "migrations.approve", event)
    # Both sides may say it at once: the second one has to see the first.
    hold(event)
    if not event.WORKFLOW.leads(event, "approve"):
        raise workflow.refusal(event, event.WORKFLOW.step("approve"))
    side = signing_side(by, event.engagement)
    if event.decisions.filter(is_current=True, side=side).exists():
        raise Conflict(_("Your side has said go already. The event waits for the other side."))
    missing = missing_access(event)
    if missing and not reason.strip():
        raise Invalid(_("Say why it is a go although access is missing, or settle that first."), field="reason")
    made = _say(event, side, Word.GO, by, at, reason.strip() if missing else "", missing)
    if event.decisions.filter(is_current=True, word=Word.GO).count() < len(GoDecision.Side.values):
        tell("go_given", event, by, name=made.name, side=str(made.get_side_display()))
        return
    workflow.apply(event, "approve")
    names = event.decisions.filter(is_current=True).values_list("name", flat=True)
    tell("approved", event, by, names=", ".join(names))


@transaction.atomic
def decline(event: MigrationEvent, *, reason: str, outcome: str, by: User, at: datetime) -> None:
    """No-go. One side is enough: the event needs another day ("scheduled"), or does not take place ("cancelled")."""
    require(by, "migrations.decline", event)
    if not reason.strip():
        raise Invalid(_("Please give a reason: the other side reads it."), field="reason")
    hold(event)
    if not event.WORKFLOW.leads(event, "decline"):
        raise workflow.refusal(event, event.WORKFLOW.step("decline"))
    forget_decisions(event)
    made = _say(event, signing_side(by, event.engagement), Word.NO_GO, by, at, reason.strip())
    forget_decisions(event)
    if outcome == event.Status.CANCELLED:
        workflow.apply(event, "cancel", reason=made.reason)
    else:
        # The day stays in sight until another is chosen; its freeze is over and does not come again by itself.
        workflow.apply(event, "decline", freezes_at=None)
    overtake(event)
    tell("declined", event, by, name=made.name, reason=made.reason, outcome=str(event.get_status_display()).lower())


def forget_decisions(event: MigrationEvent) -> None:
    """What was said, was said of another day: both sides decide anew."""
    event.decisions.filter(is_current=True).update(is_current=False)


def overtake(event: MigrationEvent) -> None:
    """An open change request has nothing left to change: the event is no longer frozen, or it runs."""
    event.change_requests.filter(status="open").update(status="overtaken")


def missing_access(event: MigrationEvent) -> list[str]:
    """What is open on the checklist of the project, in its words."""
    return list(event.project.access_items.filter(status="open").values_list("title", flat=True))


def _say(
    event: MigrationEvent,
    side: str,
    word: str,
    by: User,
    at: datetime,
    reason: str = "",
    missing: Sequence[str] = (),
) -> GoDecision:
    return GoDecision.objects.create(
        event=event,
        side=side,
        word=word,
        reason=reason,
        missing=list(missing),
        by=by,
        name=by.name or by.email,
        role=role_of(by, event.engagement),
        at=at,
    )
