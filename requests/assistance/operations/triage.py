"""What FastTrack writes when it reads a request: taking it, asking back, accepting and declining."""

from django.db import transaction

from assistance.models import AssistanceRequest
from assistance.operations.base import note, words_of
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User


@transaction.atomic
def review(ask: AssistanceRequest, *, by: User) -> None:
    """A specialist takes it; from now on questions and answers are theirs."""
    require(by, "assistance.review", ask)
    workflow.apply(ask, "review", reviewer=by)
    note("reviewed", ask, by)


@transaction.atomic
def ask_for_information(ask: AssistanceRequest, *, question: str, by: User) -> None:
    require(by, "assistance.ask_for_information", ask)
    workflow.apply(ask, "ask_for_information", question=words_of(question, "text"))
    note("asked_for_information", ask, by, question=ask.question)


@transaction.atomic
def accept(ask: AssistanceRequest, *, by: User) -> None:
    """Moves the request only; the engagement that follows from it is made by who calls this, in one transaction."""
    require(by, "assistance.accept", ask)
    workflow.apply(ask, "accept", reviewer=ask.reviewer or by)
    note("accepted", ask, by)


@transaction.atomic
def decline(ask: AssistanceRequest, *, reason: str, by: User) -> None:
    require(by, "assistance.decline", ask)
    workflow.apply(ask, "decline", decision_reason=words_of(reason, "text"))
    note("declined", ask, by, reason=ask.decision_reason)
