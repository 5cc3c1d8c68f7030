"""What the asking side writes: drafts, the submission, joining another's request, answers, and taking one back."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assistance import verdicts
from assistance.models import AskService, AssistanceRequest, Joining
from assistance.operations.base import note, words_of
from assistance.operations.triage import accept
from assistance.permissions import sending_partner, works_for
from assistance.sections import Section, digest
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.refusals import Conflict, Invalid

Channel = AssistanceRequest.Channel


class AlreadyAsked(Conflict):
    """An open request holds one of the services already; the page offers to join it."""


@transaction.atomic
def draft(
    customer: Customer, *, key: uuid.UUID, by: User, channel: str = "", kind: str = "", **facts: Any
) -> AssistanceRequest:
    """Keeps what was typed so far, however little; sending the same form again keeps it in the same row (C2)."""
    require(by, "assistance.create", customer)
    ask, is_new = _make(customer, key, by, facts, channel, kind)
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
def save_section(
    ask: AssistanceRequest, section: Section, *, version: int, base: str, by: User, is_done: bool = True, **facts: Any
) -> None:
    """One page of the form. `version` and `base` are what the page was made from.

    What was saved meanwhile in another section stands in nobody's way, and the same page sent twice is saved once.
    Raises StaleVersion where this section was changed meanwhile, TransitionRefused when it is a draft no longer.
    """
    require(by, "assistance.edit", ask)
    now = AssistanceRequest.objects.select_for_update(of=("self",)).get(pk=ask.pk)
    still_a_draft(now)
    stored = {name: getattr(now, name) for name in section.names}
    is_untouched = now.version == version or digest(section, stored) == base
    changes = {name: value for name, value in facts.items() if getattr(now, name) != value}
    if is_done and section.code not in now.saved_sections:
        changes["saved_sections"] = [*now.saved_sections, section.code]
    if changes:
        if not is_untouched and changes.keys() & stored.keys():
            # Under the lock and with an old version: this says what differs.
            records.save_changes(now, version=0, **{name: changes[name] for name in changes if name in stored})
        records.save_changes(now, **changes)
        note("edited", now, by)
    ask.refresh_from_db()


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
    missing, AlreadyAsked with the request that holds a service, StaleVersion, TransitionRefused.
    """
    require(by, "assistance.submit", ask)
    still_a_draft(ask)
    if facts:
        records.save_changes(ask, version=version, **facts)
    elif version is not None and version != ask.version:
        records.save_changes(ask, version=version)
    if ask.readiness.missing:
        raise Invalid(_("Something we need to know is still missing."), field=ask.readiness.missing[0])
    verdict = verdicts.of_ask(ask)
    workflow.apply(
        ask,
        "submit",
        submitted_at=at,
        centre=ask.customer.centre,
        verdict=verdict.code,
        verdict_rule_version=verdict.version,
        verdict_sentence=verdict.sentence,
        customer_seats=ask.customer.seats,
    )
    _hold_services(ask)
    note(
        "submitted",
        ask,
        by,
        partner=ask.partner.name if ask.partner else "",
        centre=ask.centre.name,
        services=ask.service_labels,
        desired_on=ask.desired_on.isoformat() if ask.desired_on else "",
        verdict="" if ask.is_app_assure else verdict.sentence,
    )


def holders_of(ask: AssistanceRequest) -> list[AssistanceRequest]:
    """The open requests that hold a service this one asks for: of the same tenant, or for the whole customer.

    One that names no tenant is for all of them, so that every open one of the customer stands in its way.
    """
    if not ask.services:
        return []
    held = AskService.objects.filter(service__in=ask.services, customer=ask.customer_id)
    if ask.tenant_id is not None:
        held = held.filter(Q(tenant=ask.tenant_id) | Q(tenant__isnull=True))
    holders = AssistanceRequest.objects.filter(pk__in=held.exclude(ask=ask).values("ask"))
    return list(holders.with_people().order_by("pk"))


def _one_after_the_other(customer_id: int) -> None:
    """What holds the whole customer and what holds a tenant of it share no unique key, so they share a lock."""
    Customer._base_manager.select_for_update(no_key=True).get(pk=customer_id)


def _hold_services(ask: AssistanceRequest) -> None:
    _one_after_the_other(ask.customer_id)
    if holders_of(ask):
        raise AlreadyAsked(_("There is an open request for one of these services already."), subject=ask)
    rows = [
        AskService(ask=ask, customer_id=ask.customer_id, tenant_id=ask.tenant_id, service=service)
        for service in sorted(set(ask.services))
    ]
    try:
        with transaction.atomic():
            AskService.objects.bulk_create(rows)
    except IntegrityError:
        raise AlreadyAsked(_("There is an open request for one of these services already."), subject=ask) from None


@transaction.atomic
def join(ask: AssistanceRequest, *, words: str, by: User) -> list[AssistanceRequest]:
    """Joins the open requests that stand in the way of this draft, instead of sending a second one.

    Who may see such a request is told of it from now on, and stands in its story. Of one that is not theirs to see
    they learn nothing; FastTrack alone learns of the wish. Returns those the person may see. Joining twice is joining
    once. Raises TransitionRefused when nothing stands in the way any more.
    """
    require(by, "assistance.edit", ask)
    still_a_draft(ask)
    holders = holders_of(ask)
    if not holders:
        raise Conflict(_("The other request has been decided in the meantime. You can submit yours now."))
    mine = set(AssistanceRequest.objects.visible_to(by).filter(pk__in=[each.pk for each in holders]).values_list("pk"))
    for holder in holders:
        _joining, is_new = Joining.objects.get_or_create(ask=holder, user=by)
        if is_new:
            _note_joining(holder, ask, words.strip(), by, is_visible=(holder.pk,) in mine)
    return [holder for holder in holders if (holder.pk,) in mine]


def _note_joining(holder: AssistanceRequest, ask: AssistanceRequest, words: str, by: User, *, is_visible: bool) -> None:
    shared = sorted(set(holder.services) & set(ask.services))
    labels = [label for code, label in zip(ask.services, ask.service_labels, strict=True) if code in shared]
    facts: dict[str, Any] = {
        "who": str(by),
        "company": ask.partner.name if ask.partner else "",
        "note": words,
        "services": labels,
    }
    if is_visible:
        note("joined", holder, by, **facts)
    else:
        note("join_wished", holder, by, internal=True, **facts)


@transaction.atomic
def accept_app_assure(ask: AssistanceRequest, *, by: User) -> None:
    """Moves the request, and no engagement follows (F5). One for Microsoft 365 is accepted with its engagement."""
    require(by, "assistance.accept", ask)
    if not ask.is_app_assure:
        raise Conflict(_("Accept this request where you open its engagement."))
    accept(ask, by=by)


@transaction.atomic
def answer(ask: AssistanceRequest, *, answer: str, by: User) -> None:
    """The answer stands in the story of the request; the review goes on."""
    require(by, "assistance.answer", ask)
    words = words_of(answer, "text")
    workflow.apply(ask, "answer", question="", turned_at=timezone.now())
    note("answered", ask, by, answer=words)


@transaction.atomic
def withdraw(ask: AssistanceRequest, *, by: User) -> None:
    """Of a draft nobody else learns, not even that it was there."""
    require(by, "assistance.withdraw", ask)
    workflow.apply(ask, "withdraw")
    note("withdrawn", ask, by)


def _make(
    customer: Customer, key: uuid.UUID, by: User, facts: dict[str, Any], channel: str = "", kind: str = ""
) -> tuple[AssistanceRequest, bool]:
    partner = None if works_for(by, customer) else sending_partner(by, customer)

    def make(public_id: uuid.UUID) -> AssistanceRequest:
        return AssistanceRequest.objects.create(
            public_id=public_id,
            customer=customer,
            partner=partner,
            centre=customer.centre,
            channel=channel or (Channel.PARTNER if partner else Channel.SITE),
            kind=kind or AssistanceRequest.Kind.MICROSOFT365,
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


def starting_facts(customer: Customer, by: User, kind: str, *, services: Iterable[str] = ()) -> dict[str, Any]:
    """What is known before anybody types: nobody is asked for it again."""
    tenants = list(customer.tenants.all()[:2])
    role = next((each for each in by.all_memberships if each.customer_id == customer.pk), None)
    facts: dict[str, Any] = {
        "contact_name": by.name,
        "contact_email": by.email,
        "contact_phone": by.phone,
        "contact_role": str(role.get_role_display()) if role else "",
        "tenant": tenants[0] if len(tenants) == 1 else None,
    }
    if kind == AssistanceRequest.Kind.MICROSOFT365:
        facts |= {"seats": customer.seats or None, "services": list(services)}
    return facts
