"""Asking for a meeting, and what becomes of it: a specialist confirms a time, or the customer withdraws."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engagements.models import Meeting, SlotRequest
from engagements.models.engagement import Engagement
from engagements.operations.moving import happened, moving_engagement
from engagements.operations.slots import Taken, are_free, book, take_time
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import create_once
from fasttrack_portal.refusals import Conflict, Invalid


@transaction.atomic
def ask(
    engagement: Engagement, *, kind: str, wish: str, preferred: Sequence[datetime], key: uuid.UUID, by: User
) -> SlotRequest:
    """Asks for a meeting at one of up to three times, or at the next free one. Raises Conflict where one of that kind
    is asked for already."""
    require(by, "meetings.ask_slot", engagement)
    if kind not in Meeting.BOOKED:
        raise Invalid(_("Choose what kind of meeting it is."), field="kind")
    engagement = moving_engagement(engagement)
    times = sorted(set(preferred))[: SlotRequest.MOST_TIMES]
    try:
        with transaction.atomic():
            asked, is_new = create_once(
                SlotRequest,
                key,
                lambda: SlotRequest.objects.create(
                    public_id=key, engagement=engagement, kind=kind, wish=wish, preferred=times, asked_by=by
                ),
            )
    except IntegrityError:
        raise Conflict(_("A meeting of this kind is asked for already. The specialist has not answered yet.")) from None
    if asked.engagement_id != engagement.pk:
        raise Conflict(_("This form was used before. Please open it again."))
    if is_new:
        happened("meetings.slot_asked", asked, engagement, by, what=asked.get_kind_display(), wish=wish)
    return asked


@transaction.atomic
def confirm(asked: SlotRequest, *, start: datetime, at: datetime, by: User | None) -> Meeting:
    """Books the meeting that was asked for, at one of its times or another. Raises Taken with the next free times."""
    engagement = moving_engagement(asked.engagement)
    require(by, "meetings.book", engagement)
    asked = SlotRequest.objects.select_for_update().get(pk=asked.pk)
    if not SlotRequest.WORKFLOW.leads(asked, "confirm"):
        raise workflow.refusal(asked, SlotRequest.WORKFLOW.step("confirm"))
    meeting = book(engagement, kind=asked.kind, start=start, at=at, by=by)
    workflow.apply(asked, "confirm", meeting=meeting)
    return meeting


@transaction.atomic
def propose(asked: SlotRequest, *, times: Sequence[datetime], note: str, at: datetime, by: User | None) -> SlotRequest:
    """Offers up to three other times; the customer takes one of them, or asks for others. Raises Invalid where one is
    not free by now, TransitionRefused where the request is settled."""
    engagement = moving_engagement(asked.engagement)
    require(by, "meetings.book", engagement)
    chosen = sorted(set(times))[: SlotRequest.MOST_TIMES]
    if not chosen:
        raise Invalid(_("Choose one time at least."), field="first")
    if not are_free(engagement, chosen, at=at):
        raise Invalid(_("One of these times is not free."), field="first")
    workflow.apply(asked, "propose", proposed=chosen, note=note)
    _answered("meetings.slot_proposed", asked, engagement, by, note=note, times=[each.isoformat() for each in chosen])
    return asked


@transaction.atomic
def accept(asked: SlotRequest, *, start: datetime, at: datetime, by: User | None) -> Meeting:
    """The customer takes one of the times that were proposed, and the meeting is booked. Raises Taken where it is gone
    by now, TransitionRefused where nothing is proposed any more."""
    engagement = moving_engagement(asked.engagement)
    require(by, "meetings.answer_slot", asked)
    asked = SlotRequest.objects.select_for_update().get(pk=asked.pk)
    asked.engagement = engagement
    if asked.status != SlotRequest.Status.PROPOSED:
        raise workflow.refusal(asked, SlotRequest.WORKFLOW.step("confirm"))
    if start not in asked.proposed:
        raise Taken(_("This time was not proposed. Choose one of those that were."), next=[])
    meeting = take_time(engagement, kind=asked.kind, start=start, at=at, by=by)
    workflow.apply(asked, "confirm", meeting=meeting)
    return meeting


@transaction.atomic
def decline(asked: SlotRequest, *, wish: str, preferred: Sequence[datetime], by: User | None) -> None:
    """None of the proposed times suits: the customer asks for others. Raises TransitionRefused."""
    require(by, "meetings.answer_slot", asked)
    times = sorted(set(preferred))[: SlotRequest.MOST_TIMES]
    workflow.apply(asked, "decline", preferred=times, proposed=[], note="", wish=wish)
    _answered("meetings.slot_declined", asked, asked.engagement, by, wish=wish)


@transaction.atomic
def withdraw(asked: SlotRequest, *, by: User | None) -> None:
    """The customer no longer wishes for it. Raises TransitionRefused where it was confirmed or withdrawn."""
    require(by, "meetings.withdraw_slot", asked)
    workflow.apply(asked, "withdraw")
    happened("meetings.slot_withdrawn", asked, asked.engagement, by, what=asked.get_kind_display())


def _answered(kind: str, asked: SlotRequest, engagement: Engagement, by: User | None, /, **told: Any) -> None:
    happened(kind, asked, engagement, by, what=asked.get_kind_display(), **told)
