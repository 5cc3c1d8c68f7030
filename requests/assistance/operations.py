"""Every write to requests for assistance."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assistance import verdicts
from assistance.models import AssistanceRequest
from assistance.permissions import partner_at_work, sending_partner, works_for
from assistance.services import SERVICES
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.refusals import Invalid

Channel = AssistanceRequest.Channel


@transaction.atomic
def draft(customer: Customer, *, key: uuid.UUID, by: User, **facts: Any) -> AssistanceRequest:
    """Keeps what was typed so far, however little; sending the same form again keeps it in the same row (C2)."""
    require(by, "assistance.create", customer)
    ask, is_new = _make(customer, key, by, facts)
    if is_new:
        _record("drafted", ask, by)
    elif ask.status == AssistanceRequest.Status.DRAFT and _differs(ask, facts):
        save_draft(ask, version=ask.version, by=by, **facts)
    return ask


@transaction.atomic
def save_draft(ask: AssistanceRequest, *, version: int, by: User, **facts: Any) -> None:
    """Raises StaleVersion, and TransitionRefused when it is a draft no longer."""
    require(by, "assistance.edit", ask)
    still_a_draft(ask)
    records.save_changes(ask, version=version, **facts)
    _record("edited", ask, by)


@transaction.atomic
def submit_new(customer: Customer, *, key: uuid.UUID, at: datetime, by: User, **facts: Any) -> AssistanceRequest:
    """Draft and submission in one; a double click makes one request and one event (C2). Raises Invalid."""
    require(by, "assistance.create", customer)
    ask, is_new = _make(customer, key, by, facts)
    if is_new:
        submit(ask, at=at, by=by)
    elif ask.status == AssistanceRequest.Status.DRAFT:
        submit(ask, at=at, by=by, version=ask.version, **facts)
    return ask


@transaction.atomic
def submit(ask: AssistanceRequest, *, at: datetime, by: User, version: int | None = None, **facts: Any) -> None:
    """Hands the request to the customer's centre and freezes the verdict with its rules (F1, F2, F9).

    `version` and `facts` are what the form was made from and holds now. Raises Invalid with the first field that is
    missing, StaleVersion, TransitionRefused.
    """
    require(by, "assistance.submit", ask)
    still_a_draft(ask)
    if facts:
        records.save_changes(ask, version=version, **facts)
    if ask.readiness.missing:
        raise Invalid(_("Something we need to know is still missing."), field=ask.readiness.missing[0])
    verdict = verdicts.assess(ask.seats)
    workflow.apply(
        ask,
        "submit",
        submitted_at=at,
        centre=ask.customer.centre,
        verdict=verdict.code,
        verdict_rule_version=verdict.rule.version if verdict.rule else None,
        verdict_sentence=verdict.sentence,
    )
    _record(
        "submitted",
        ask,
        by,
        partner=ask.partner.name if ask.partner else "",
        centre=ask.centre.name,
        services=[SERVICES[code] for code in ask.services],
        desired_on=ask.desired_on.isoformat() if ask.desired_on else "",
        verdict=verdict.sentence,
    )


@transaction.atomic
def review(ask: AssistanceRequest, *, by: User) -> None:
    """A specialist takes it; from now on questions and answers are theirs."""
    require(by, "assistance.review", ask)
    workflow.apply(ask, "review", reviewer=by)
    _record("reviewed", ask, by)


@transaction.atomic
def ask_for_information(ask: AssistanceRequest, *, question: str, by: User) -> None:
    require(by, "assistance.ask_for_information", ask)
    workflow.apply(ask, "ask_for_information", question=_words(question, "text"))
    _record("asked_for_information", ask, by, question=ask.question)


@transaction.atomic
def answer(ask: AssistanceRequest, *, answer: str, by: User) -> None:
    """The answer stands in the story of the request; the review goes on."""
    require(by, "assistance.answer", ask)
    words = _words(answer, "text")
    workflow.apply(ask, "answer", question="")
    _record("answered", ask, by, answer=words)


@transaction.atomic
def accept(ask: AssistanceRequest, *, by: User) -> None:
    """Moves the request only; the engagement that follows from it is made by who calls this, in one transaction."""
    require(by, "assistance.accept", ask)
    workflow.apply(ask, "accept", reviewer=ask.reviewer or by)
    _record("accepted", ask, by)


@transaction.atomic
def decline(ask: AssistanceRequest, *, reason: str, by: User) -> None:
    require(by, "assistance.decline", ask)
    workflow.apply(ask, "decline", decision_reason=_words(reason, "text"))
    _record("declined", ask, by, reason=ask.decision_reason)


@transaction.atomic
def withdraw(ask: AssistanceRequest, *, by: User) -> None:
    """Of a draft nobody else learns, not even that it was there."""
    require(by, "assistance.withdraw", ask)
    workflow.apply(ask, "withdraw")
    _record("withdrawn", ask, by)


def _make(customer: Customer, key: uuid.UUID, by: User, facts: dict[str, Any]) -> tuple[AssistanceRequest, bool]:
    partner = None if works_for(by, customer) else sending_partner(by, customer)

    def make(public_id: uuid.UUID) -> AssistanceRequest:
        return AssistanceRequest.objects.create(
            public_id=public_id,
            customer=customer,
            partner=partner,
            centre=customer.centre,
            channel=Channel.PARTNER if partner else Channel.SITE,
            created_by=by,
            **facts,
        )

    ask, is_new = records.create_once(AssistanceRequest, key, lambda: make(key))
    if ask.created_by_id != by.pk or ask.customer_id != customer.pk:
        # The key is somebody else's request, or of another form: it says nothing here.
        fresh = uuid.uuid4()
        return records.create_once(AssistanceRequest, fresh, lambda: make(fresh))
    return ask, is_new


def still_a_draft(ask: AssistanceRequest) -> None:
    """Raises TransitionRefused when the request can no longer be edited."""
    if not ask.WORKFLOW.leads(ask, "submit"):
        raise workflow.refusal(ask, ask.WORKFLOW.step("submit"))


def _differs(ask: AssistanceRequest, facts: dict[str, Any]) -> bool:
    return any(getattr(ask, name) != value for name, value in facts.items())


def _words(text: str, field: str) -> str:
    if not text.strip():
        raise Invalid(_("Please say it in a few words."), field=field)
    return text.strip()


def _record(verb: str, ask: AssistanceRequest, by: User, **data: Any) -> Event:
    """What was never submitted belongs to no organisation, so that nobody reads of it; a partner reads while linked."""
    if ask.is_private:
        return record(f"assistance.{verb}", subject=ask, by=by, thread=ask.public_id, data={"number": ask.number})
    return record(
        f"assistance.{verb}",
        subject=ask,
        by=by,
        thread=ask.public_id,
        customer=ask.customer,
        partner=partner_at_work(ask),
        centre=ask.centre,
        data={"number": ask.number, "customer": ask.customer.name, **data},
    )
