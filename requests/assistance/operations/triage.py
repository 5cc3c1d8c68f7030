"""What FastTrack writes when it reads requests: taking, sharing out, moving, asking back, accepting and declining."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assistance import queue
from assistance.models import AssistanceRequest, Capacity, TriageSettings
from assistance.operations.base import note, words_of
from assistance.words import DECLINE_REASONS
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.refusals import Invalid, Reason, Refused, TransitionRefused


# --- Who reads it ----------------------------------------------------------------------------------------------------
@transaction.atomic
def review(ask: AssistanceRequest, *, by: User) -> None:
    """A specialist takes it; from now on questions and answers are theirs."""
    require(by, "assistance.review", ask)
    workflow.apply(ask, "review", reviewer=by)
    note("reviewed", ask, by)


@transaction.atomic
def assign(ask: AssistanceRequest, *, to: User, by: User) -> None:
    """A new request goes to a specialist of its centre, who reviews it from now on."""
    require(by, "assistance.review" if to.pk == by.pk else "assistance.assign", ask)
    _of_the_centre(to, ask.centre)
    workflow.apply(ask, "assign", reviewer=to)
    note("assigned", ask, by, reviewer=to.name)


@transaction.atomic
def hand_over(ask: AssistanceRequest, *, to: User, by: User, version: int | None = None) -> None:
    """A request in review goes on with somebody else. Raises StaleVersion when it has changed since it was seen."""
    require(by, "assistance.hand_over", ask)
    _of_the_centre(to, ask.centre)
    if ask.status == "submitted" or queue.court_of(ask.status) == "nobody":
        raise TransitionRefused(
            _("This is now “%(now)s”, so it cannot be handed over.") % {"now": ask.get_status_display()}, subject=ask
        )
    if ask.reviewer_id == to.pk:
        raise Invalid(_("%(name)s reviews it already.") % {"name": to}, field="specialist")
    before = ask.reviewer.name if ask.reviewer else ""
    records.save_changes(ask, version=version, reviewer=to)
    note("handed_over", ask, by, reviewer=to.name, before=before)


@transaction.atomic
def share_out(ask: AssistanceRequest, *, to: User, by: User, version: int | None = None) -> None:
    """Assigns what is new and hands over what is in review."""
    if ask.status == AssistanceRequest.Status.SUBMITTED:
        assign(ask, to=to, by=by)
    else:
        hand_over(ask, to=to, by=by, version=version)


@transaction.atomic
def move(ask: AssistanceRequest, *, centre: FastTrackCenter, reason: str, by: User) -> None:
    """Another centre looks at it from the beginning, its offers with it; the people of this one see them no longer."""
    require(by, "assistance.move", ask)
    words, before = words_of(reason, "reason"), ask.centre
    if centre.pk == ask.centre_id:
        raise Invalid(_("It is at this centre already."), field="centre")
    workflow.apply(ask, "move", centre=centre, reviewer=None)
    for offer in ask.offers.select_for_update(of=("self",)).order_by("pk"):
        records.save_changes(offer, centre=centre)
    note("moved", ask, by, reason=words, before=before.name, centre=centre.name)


def _of_the_centre(user: User, centre: FastTrackCenter) -> None:
    if not user.is_active or not user.has_role(*Membership.CENTRE_ROLES, centre_id=centre.pk):
        raise Invalid(_("Choose a specialist of %(centre)s.") % {"centre": centre}, field="specialist")


# --- The conversation ------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_for_information(ask: AssistanceRequest, *, question: str, by: User) -> None:
    require(by, "assistance.ask_for_information", ask)
    workflow.apply(ask, "ask_for_information", question=words_of(question, "text"), turned_at=timezone.now())
    note("asked_for_information", ask, by, question=ask.question)


@transaction.atomic
def remind(asked: Event, *, turn: int) -> bool:
    """Tells the asking side once more of a question; only while it waits for an answer, and once a turn."""
    ask = AssistanceRequest._base_manager.select_for_update().get(pk=asked.subject_id)
    story = Event.objects.filter(thread=ask.public_id)
    newest = story.filter(kind="assistance.asked_for_information").order_by("-at", "-pk").first()
    if ask.status != AssistanceRequest.Status.NEEDS_INFORMATION or newest != asked:
        return False
    if story.filter(kind="assistance.reminded", data__asked=asked.pk, data__turn=turn).exists():
        return False
    note("reminded", ask, None, words=ask.question, asked=asked.pk, turn=turn)
    return True


# --- The decision ----------------------------------------------------------------------------------------------------
@transaction.atomic
def accept(ask: AssistanceRequest, *, by: User) -> None:
    """Moves the request only; the engagement that follows from it is made by who calls this, in one transaction."""
    require(by, "assistance.accept", ask)
    workflow.apply(ask, "accept", reviewer=ask.reviewer or by)
    note("accepted", ask, by)


@transaction.atomic
def decline(ask: AssistanceRequest, *, reason: str, by: User, code: str = "other") -> None:
    """`code` is one of DECLINE_REASONS; the words are what the customer reads."""
    require(by, "assistance.decline", ask)
    if code not in DECLINE_REASONS:
        raise Invalid(_("Choose one of the reasons."), field="code")
    workflow.apply(ask, "decline", decision_reason=words_of(reason, "text"), decision_code=code)
    note("declined", ask, by, reason=ask.decision_reason, code=code)


# --- Many at once ----------------------------------------------------------------------------------------------------
class Result(NamedTuple):
    """What became of one request; without a refusal it is done."""

    ask: AssistanceRequest
    refusal: Reason = ""


def in_bulk(asks: Sequence[AssistanceRequest], do: Callable[..., None], *, by: User, **words: Any) -> list[Result]:
    """The same step for each, every one in its own transaction with its own Event: one refusal stops no other."""
    return [_one_of_many(ask, do, by, words) for ask in asks]


def _one_of_many(ask: AssistanceRequest, do: Callable[..., None], by: User, words: dict[str, Any]) -> Result:
    try:
        do(ask, by=by, **words)
    except Refused as fault:
        return Result(ask, fault.reason)
    return Result(ask)


# --- Numbers ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_capacity(person: User, *, engagements: int, languages: Iterable[str], version: int, by: User) -> Capacity:
    """How much the person can carry and which languages they speak. Raises StaleVersion."""
    require(by, "assistance.set_capacity", person)
    capacity, _is_new = Capacity._base_manager.get_or_create(user=person, defaults={"engagements": engagements})
    records.save_changes(capacity, version=version, engagements=engagements, languages=sorted(languages))
    record(
        "assistance.capacity_set",
        subject=capacity,
        by=by,
        internal=True,
        data={"name": person.name, "engagements": engagements, "languages": capacity.languages},
    )
    return capacity


@transaction.atomic
def change_settings(*, version: int, by: User, **numbers: int) -> TriageSettings:
    """What has been timed already keeps its time; everything new follows the new numbers. Raises StaleVersion."""
    require(by, "assistance.change_settings")
    row, _is_new = TriageSettings._base_manager.get_or_create(pk=1)
    before = {name: getattr(row, name) for name in numbers}
    records.save_changes(row, version=version, **numbers)
    record(
        "assistance.settings_changed",
        subject=row,
        by=by,
        internal=True,
        data={"changed": {name: [before[name], numbers[name]] for name in numbers if before[name] != numbers[name]}},
    )
    return row
