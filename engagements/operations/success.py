"""Every write to the success plan, and what moves with it: the responsibilities that its tracks carry out."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements import success
from engagements.models import UNMET, Engagement, Responsibility, SuccessItem
from engagements.operations import courts, responsibilities
from engagements.operations.moving import happened, moving, moving_engagement
from engagements.operations.plans import STEP_EVENTS, add_line, edit_line, take_step
from engagements.operations.responsibilities import move_responsibility
from engagements.permissions.engagement import ITEM_RULES, WORK
from engagements.permissions.plans import WORK_ON_PLAN
from fasttrack_portal.access import decide, require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict

_MET = ("done", "verified")
# The steps of a line that say something about the responsibilities of its track.
_CARRYING = ("begin", "finish", "reopen", "exclude")


def begin_plan(engagement: Engagement, *, at: datetime) -> list[SuccessItem]:
    """The first lines, from the request's four recommended facts; part of opening an engagement, which tells of it."""
    facts = {track: getattr(engagement.ask, track) for track in success.TRACKS}
    lines = [
        SuccessItem(engagement=engagement, track=track, title=title, criterion=criterion)
        for track, title, criterion in success.first_lines(facts)
    ]
    courts.begin(engagement, lines, at=at)
    return SuccessItem.objects.bulk_create(lines)


@transaction.atomic
def fill_plan(engagement: Engagement, *, by: User, at: datetime) -> list[SuccessItem]:
    """The same for an engagement that was opened before there were success plans. Raises Conflict where there are
    lines already, or the request says nothing of them."""
    require(by, "engagements.write_plan", engagement)
    held = moving_engagement(engagement)
    if SuccessItem.objects.filter(engagement=held).exists():
        raise Conflict(_("The success plan has begun already."))
    made = begin_plan(held, at=at)
    if not made:
        raise Conflict(_("The request says nothing about stakeholders, scenarios, awareness or training."))
    happened("engagements.success_filled", held, held, by, count=len(made))
    return made


@transaction.atomic
def add_success(
    engagement: Engagement, *, key: uuid.UUID, by: User, at: datetime, on: date, **fields: Any
) -> SuccessItem:
    """A line of a track: track, title, criterion, measure, result, party, assignee, due_on. One a form (C2)."""
    require(by, "engagements.write_plan", engagement)
    held = moving_engagement(engagement)
    assignee, due_on = fields.pop("assignee", None), fields.pop("due_on", None)
    line = SuccessItem(public_id=key, engagement=held, **fields)
    return add_line(
        line,
        held,
        assignee=assignee,
        due_on=due_on,
        by=by,
        at=at,
        on=on,
        event="engagements.success_added",
        track=line.track,
    )


@transaction.atomic
def edit_success(item: SuccessItem, *, version: int, by: User, at: datetime, on: date, **fields: Any) -> None:
    """Track, title, criterion, measure, result, party, assignee, due_on. Raises StaleVersion, or Invalid."""
    edit_line(item, version=version, by=by, at=at, on=on, event="engagements.success_edited", **fields)


@transaction.atomic
def move_success(
    item: SuccessItem,
    step: str,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    waits_for: str = "",
    version: int | None = None,
) -> None:
    """One step of a line; the responsibilities that its track carries out begin, are done and go on again with it,
    each by its own operation and with its own event, as far as the person may move them."""
    engagement = moving(item)
    kind = f"engagements.success_{STEP_EVENTS[step]}"
    take_step(item, step, engagement, by=by, at=at, reason=reason, waits_for=waits_for, version=version)
    happened(kind, item, engagement, by, title=item.title, reason=reason, track=item.track)
    if step in _CARRYING:
        _carry_along(engagement, item.track, step, by, at)


def _carry_along(engagement: Engagement, track: str, taken: str, by: User | None, at: datetime) -> None:
    """Brings the responsibilities tied to a track to where its lines are now."""
    codes = [code for code, tracks in success.TIES.items() if track in tracks]
    tied = Responsibility.objects.filter(engagement=engagement, code__in=codes).order_by("-code")
    states = _states(engagement)
    running = set(engagement.phases.filter(status__in=["in_progress", "ready"]).values_list("code", flat=True))
    for item in tied:
        tracks = [states.get(each, []) for each in success.TIES[item.code]]
        step = _step_for(item, tracks, taken, is_running=item.phase in running)
        item.engagement = engagement
        if step and (by is None or decide(by, ITEM_RULES.get(step, WORK), item).allowed):
            move_responsibility(item, step, by=by, at=at)


def _states(engagement: Engagement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines = SuccessItem.objects.filter(engagement=engagement).exclude(status="not_applicable")
    for track, status in lines.values_list("track", "status"):
        found.setdefault(track, []).append(status)
    return found


def _step_for(item: Responsibility, tracks: list[list[str]], taken: str, *, is_running: bool) -> str:
    """What the lines say of a responsibility: done with the last of them, begun with the first, open again with one
    that is taken up again. One that was verified stays: a specialist looked at it."""
    states = [state for track in tracks for state in track]
    is_done = all(tracks) and all(state in _MET for state in states)
    if item.status in UNMET and is_done:
        return "finish"
    if item.status == "open" and is_running and any(state not in ("open", "waiting", "blocked") for state in states):
        return "begin"
    if item.status == "done" and item.code in success.CARRIED_OUT and taken in ("begin", "reopen"):
        return "reopen"
    return ""


def follow_responsibility(item: Responsibility, step: str, *, by: User | None, at: datetime) -> None:
    """The other way round: a plan that was carried out has no open lines, so they are done with it; one that begins
    begins nothing, because nobody knows with which line. No loop: only what is unmet moves."""
    if step != "finish" or item.code not in success.CARRIED_OUT:
        return
    lines = SuccessItem.objects.filter(engagement=item.engagement_id, track__in=success.TIES[item.code])
    for line in lines.filter(status__in=UNMET).select_related("engagement"):
        if by is None or decide(by, WORK_ON_PLAN, line).allowed:
            move_success(line, "finish", by=by, at=at)


responsibilities.FOLLOWERS.append(follow_responsibility)
