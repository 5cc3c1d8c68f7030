"""The life of a migration event, from its first draft to the close of its window."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import Invalid, TransitionRefused
from migrations_svc import totals, windows
from migrations_svc.models import MigrationEvent
from migrations_svc.operations.acceptance import begin_scenarios
from migrations_svc.operations.base import hold, in_words, tell
from migrations_svc.operations.days import NO_DAY, set_day
from migrations_svc.operations.decisions import approve, forget_decisions, overtake
from migrations_svc.operations.lists import opened, take_in
from migrations_svc.operations.projects import project_of

EDITABLE = (MigrationEvent.Status.DRAFT, MigrationEvent.Status.VALIDATED)


@transaction.atomic
def create(
    engagement: Engagement,
    *,
    key: uuid.UUID,
    title: str,
    source: str,
    zone: str,
    by: User,
    content: BinaryIO | None = None,
    name: str = "",
    lines_at_most: int = 0,
) -> MigrationEvent:
    """A draft with the plan of its list, or without a list that follows later (D-C8); somebody looks at the plan before
    the list is imported. `key` is the form's: sent twice, one event (C2).

    Raises FileRefused, and then there is no event either.
    """
    require(by, "migrations.create", engagement)
    file = opened(content) if content else None

    def make() -> MigrationEvent:
        project, _is_new = project_of(engagement, source)
        event = MigrationEvent.objects.create(public_id=key, project=project, title=title, zone=zone, created_by=by)
        begin_scenarios(event)
        if content and file:
            take_in(event, file, content, name=name, key=key, lines_at_most=lines_at_most, by=by)
        tell("created", event, by, source=project.get_source_display(), list=name)
        return event

    event, _is_new = records.create_once(MigrationEvent, key, make)
    if event.created_by_id != by.pk or event.project.engagement_id != engagement.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    return event


@transaction.atomic
def edit(event: MigrationEvent, *, title: str, zone: str, version: int, by: User | None) -> None:
    """Title and zone of a draft. Raises StaleVersion, TransitionRefused."""
    require(by, "migrations.edit", event)
    hold(event)
    if event.status not in EDITABLE:
        raise TransitionRefused(
            _("This event is “%(now)s”. Its plan can be changed until it is scheduled.")
            % {"now": event.get_status_display()},
            subject=event,
        )
    records.save_changes(event, version=version, title=title, zone=zone)
    tell("edited", event, by)


@transaction.atomic
def validate(event: MigrationEvent, *, by: User | None, at: datetime | None = None) -> None:
    """The customer says that the list is right. Raises Invalid for a draft without a list."""
    require(by, "migrations.validate", event)
    hold(event)
    counted = totals.counted(event)
    if event.status == event.Status.DRAFT and not counted:
        raise Invalid(_("There is no list yet. Load it first."))
    workflow.apply(event, "validate", totals=counted)
    tell("validated", event, by, records=event.record_count)


@transaction.atomic
def amend(event: MigrationEvent, *, by: User | None, at: datetime | None = None) -> None:
    """Back to a draft, to change the list; a date that was set is given up and has to be found anew."""
    require(by, "migrations.amend", event)
    workflow.apply(event, "amend", **NO_DAY)
    tell("amended", event, by)


@transaction.atomic
def schedule(event: MigrationEvent, *, day: date, wall: time, at: datetime, by: User | None) -> None:
    """The event starts on that day at that wall time of its own zone. Raises Invalid before the earliest day, and
    where the centre has no room on it."""
    require(by, "migrations.schedule", event)
    set_day(event, "schedule", day, wall, at=at)
    _tell_day("scheduled", event, by)


@transaction.atomic
def reschedule(event: MigrationEvent, *, day: date, wall: time, at: datetime, by: User | None) -> None:
    """Another day, with deadlines of its own, until the list is frozen. Raises Invalid as `schedule` does."""
    require(by, "migrations.reschedule", event)
    before = event.scheduled_for
    set_day(event, "reschedule", day, wall, at=at)
    forget_decisions(event)
    _tell_day("rescheduled", event, by, before=before.isoformat() if before else "")


@transaction.atomic
def lock(event: MigrationEvent, *, by: User | None, at: datetime | None = None) -> None:
    """The list is frozen: the customer changes and cancels nothing any more."""
    require(by, "migrations.lock", event)
    workflow.apply(event, "lock")
    tell("locked", event, by)


@transaction.atomic
def freeze(event: MigrationEvent, *, due: str) -> bool:
    """The list freezes at its deadline, by itself; a day that was moved meanwhile has a timer of its own (F5)."""
    hold(event)
    if event.status != event.Status.SCHEDULED or event.freezes_at is None or event.freezes_at.isoformat() != due:
        return False
    workflow.apply(event, "lock")
    tell("locked", event, None)
    return True


@transaction.atomic
def start(event: MigrationEvent, *, by: User | None, at: datetime) -> None:
    require(by, "migrations.start", event)
    workflow.apply(event, "start", started_at=at)
    overtake(event)
    tell("started", event, by)


def complete(event: MigrationEvent, *, by: User | None, at: datetime) -> None:
    """The event ends and its window opens; the records say whether it ended with issues (D-F12, D-C10)."""
    _end(event, "complete", by=by, at=at)


def complete_with_issues(event: MigrationEvent, *, by: User | None, at: datetime) -> None:
    """As `complete`, where the specialist knows of issues that the records do not show."""
    _end(event, "complete_with_issues", by=by, at=at)


@transaction.atomic
def _end(event: MigrationEvent, step: str, *, by: User | None, at: datetime) -> None:
    require(by, f"migrations.{step}", event)
    hold(event)
    counted = totals.counted(event)
    if not totals.is_without_issues(counted):
        step = "complete_with_issues"
    closes_at = windows.window_closes_at(at, event.zone)
    workflow.apply(
        event,
        step,
        completed_at=at,
        window=event.Window.OPEN,
        window_closes_at=closes_at,
        totals=counted,
    )
    enqueue("migrations.close_window", key=str(event.public_id), payload={"event": event.pk}, due_at=closes_at)
    for day, due_at in windows.reminders(at, event.zone):
        payload = {"event": event.pk, "day": day}
        enqueue("migrations.remind_window", key=f"{event.public_id}:{day}", payload=payload, due_at=due_at)
    tell(
        "completed",
        event,
        by,
        status=event.status,
        outcome=str(event.get_status_display()).lower(),
        completed_at=at.isoformat(),
        closes_at=closes_at.isoformat(),
        closes=in_words(closes_at, event.zone),
        customer=event.customer.name,
        totals=counted,
        records=event.record_count,
        moved=totals.moved(counted),
    )


@transaction.atomic
def fail(event: MigrationEvent, *, reason: str, by: User | None, at: datetime | None = None) -> None:
    """The event ended without a result; the reason is for the customer to read. Raises Invalid without one."""
    require(by, "migrations.fail", event)
    workflow.apply(event, "fail", reason=_required(reason))
    tell("failed", event, by, reason=event.reason)


@transaction.atomic
def cancel(event: MigrationEvent, *, reason: str, by: User | None, at: datetime | None = None) -> None:
    """The event will not take place; the reason is for both sides to read. Raises Invalid without one."""
    require(by, "migrations.cancel", event)
    before = event.status
    hold(event)
    if event.status != before:
        # What the person may do depends on the state: the list may have been frozen since the page was opened.
        require(by, "migrations.cancel", event)
    workflow.apply(event, "cancel", reason=_required(reason))
    overtake(event)
    tell("cancelled", event, by, reason=event.reason)


@transaction.atomic
def remind_window(event: MigrationEvent, *, day: int, at: datetime) -> bool:
    """Both sides are reminded of the open window, once on each of its days that has a reminder (F5). A worker that
    comes when the window is over reminds nobody, whether or not the window is closed yet."""
    rows = MigrationEvent.objects.filter(
        pk=event.pk, window=event.Window.OPEN, window_closes_at__gt=at, reminded_day__lt=day
    )
    if not rows.update(reminded_day=day):
        return False
    event.refresh_from_db(fields=["reminded_day"])
    assert event.window_closes_at is not None
    left = event.scenarios.filter(result="not_tested").count()
    closes = in_words(event.window_closes_at, event.zone)
    tell("window_reminded", event, None, day=day, closes=closes, left=left, customer=event.customer.name)
    return True


@transaction.atomic
def close_window(event: MigrationEvent, *, by: User | None = None) -> bool:
    """The five days are over. Closing what is closed changes nothing (F5); returns whether it was open."""
    was_open = MigrationEvent.objects.filter(pk=event.pk, window=event.Window.OPEN).update(window=event.Window.CLOSED)
    if was_open:
        event.refresh_from_db(fields=["window"])
        tell("window_closed", event, by)
    return bool(was_open)


def _tell_day(kind: str, event: MigrationEvent, by: User | None, **data: Any) -> None:
    assert event.scheduled_for is not None
    tell(
        kind,
        event,
        by,
        when=in_words(event.scheduled_for, event.zone),
        scheduled_for=event.scheduled_for.isoformat(),
        zone=event.zone,
        records=event.record_count,
        customer=event.customer.name,
        deadlines=event.deadlines,
        **data,
    )


def _required(reason: str) -> str:
    if not reason.strip():
        raise Invalid(_("Please give a reason: the other side reads it."), field="reason")
    return reason.strip()


# The steps that set a day.
STEPS_OF_DAYS: dict[str, Callable[..., Any]] = {"schedule": schedule, "reschedule": reschedule}
# The steps that need nothing but the decision to take them.
STEPS: dict[str, Callable[..., Any]] = {
    "validate": validate,
    "amend": amend,
    "lock": lock,
    "approve": approve,
    "start": start,
    "complete": complete,
    "complete_with_issues": complete_with_issues,
}
