"""Changes after the freeze: the customer asks, FastTrack agrees or refuses, and what was agreed is done."""

import uuid
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.calendars import local_to_utc
from fasttrack_portal.refusals import Conflict, Invalid, TransitionRefused
from migrations_svc import planning
from migrations_svc.models import ChangeRequest, MigrationEvent
from migrations_svc.operations.base import hold, tell
from migrations_svc.operations.days import NO_DAY, set_day
from migrations_svc.operations.decisions import forget_decisions

Kind = ChangeRequest.Kind
FROZEN = (MigrationEvent.Status.LOCKED, MigrationEvent.Status.GO)


@transaction.atomic
def ask_change(
    event: MigrationEvent,
    *,
    key: uuid.UUID,
    kind: str,
    what: str,
    why: str,
    by: User,
    at: datetime,
    day: date | None = None,
    wall: time | None = None,
) -> ChangeRequest:
    """One at a time. `key` is the form's: sent twice, one request (C2). Raises Conflict, Invalid, TransitionRefused."""
    require(by, "migrations.ask_change", event)
    hold(event)

    def make() -> ChangeRequest:
        _require_frozen(event)
        if event.change_requests.filter(status="open").exists():
            raise Conflict(_("A change is asked for already. FastTrack answers that one first."))
        wanted = _wanted(event, kind, day, wall, at)
        made = ChangeRequest.objects.create(
            public_id=key, event=event, kind=kind, what=what, why=why, wanted_for=wanted, asked_by=by
        )
        tell("change_asked", event, by, what=what, why=why)
        return made

    change, _is_new = records.create_once(ChangeRequest, key, make)
    if change.event_id != event.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    return change


@transaction.atomic
def agree_change(change: ChangeRequest, *, answer: str, by: User, at: datetime) -> None:
    """FastTrack agrees, and the event follows at once: a draft again, or frozen for another day. Raises Invalid where
    the centre has no room on that day."""
    event = change.event
    require(by, "migrations.answer_change", change)
    hold(event)
    workflow.apply(change, "agree", answer=answer.strip(), answered_by=by, answered_at=at)
    if change.kind == Kind.LIST:
        workflow.apply(event, "thaw", **NO_DAY)
    else:
        assert change.wanted_for is not None
        wanted = change.wanted_for.astimezone(ZoneInfo(event.zone))
        set_day(event, "postpone", wanted.date(), wanted.time(), at=at, is_agreed=True)
    forget_decisions(event)
    tell("change_agreed", event, by, what=change.what, answer=change.answer, status=event.status)


@transaction.atomic
def refuse_change(change: ChangeRequest, *, answer: str, by: User, at: datetime) -> None:
    """The event stays as it is; the reason is for the customer to read. Raises Invalid without one."""
    require(by, "migrations.answer_change", change)
    if not answer.strip():
        raise Invalid(_("Please say why: the customer reads it."), field="answer")
    workflow.apply(change, "refuse", answer=answer.strip(), answered_by=by, answered_at=at)
    tell("change_refused", change.event, by, what=change.what, answer=change.answer)


def _wanted(event: MigrationEvent, kind: str, day: date | None, wall: time | None, at: datetime) -> datetime | None:
    if kind != Kind.DAY:
        return None
    if day is None or wall is None:
        raise Invalid(_("Which day, and at what time?"), field="day" if day is None else "wall")
    if not planning.today_at(event.engagement.centre, at) < day <= planning.last_day(at):
        raise Invalid(_("Choose a day that is still to come."), field="day")
    return local_to_utc(datetime.combine(day, wall), event.zone)


def _require_frozen(event: MigrationEvent) -> None:
    if event.status not in FROZEN:
        raise TransitionRefused(
            _("This event is “%(now)s”. A change is asked for while its list is frozen and it has not started.")
            % {"now": event.get_status_display()},
            subject=event,
        )
