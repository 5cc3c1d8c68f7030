"""What the asking side writes: drafts, the submission, answers, and taking a request back."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assistance import verdicts
from assistance.models import AssistanceRequest
from assistance.operations.base import note, words_of
from assistance.permissions import sending_partner, works_for
from assistance.services import SERVICES
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.refusals import Invalid

Channel = AssistanceRequest.Channel


@transaction.atomic
def draft(customer: Customer, *, key: uuid.UUID, by: User, **facts: Any) -> AssistanceRequest:
    """Keeps what was typed so far, however little; sending the same form again keeps it in the same row (C2)."""
    require(by, "assistance.create", customer)
    ask, is_new = _make(customer, key, by, facts)
    if is_new:
        note("drafted", ask, by)
    elif ask.status == AssistanceRequest.Status.DRAFT and _differs(ask, facts):
        save_draft(ask, version=ask.version, by=by, **facts)
    return ask


@transaction.atomic
def save_draft(ask: AssistanceRequest, *, version: int, by: User, **facts: Any) -> None:
    """Raises StaleVersion, and TransitionRefused when it is a draft no longer."""
    require(by, "assistance.edit", ask)
    still_a_draft(ask)
    records.save_changes(ask, version=version, **facts)
    note("edited", ask, by)


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
    note(
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
def answer(ask: AssistanceRequest, *, answer: str, by: User) -> None:
    """The answer stands in the story of the request; the review goes on."""
    require(by, "assistance.answer", ask)
    words = words_of(answer, "text")
    workflow.apply(ask, "answer", question="")
    note("answered", ask, by, answer=words)


@transaction.atomic
def withdraw(ask: AssistanceRequest, *, by: User) -> None:
    """Of a draft nobody else learns, not even that it was there."""
    require(by, "assistance.withdraw", ask)
    workflow.apply(ask, "withdraw")
    note("withdrawn", ask, by)


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
