"""Requests for assistance, for programs: the admin centre's door, and a partner's."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Field, Schema

from assistance import operations, presenting, sent
from assistance.models import AssistanceRequest
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.api import customers
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.rest.callers import Call
from fasttrack_portal.rest.endpoints import Area, Resource
from fasttrack_portal.rest.schemas import Body, OneOf, Ref, Thing

Status = Annotated[str, OneOf(AssistanceRequest.Status.values)]
Kind = Annotated[str, OneOf(AssistanceRequest.Kind.values)]
_LARGEST = 2_000_000_000


class Owner(Body):
    """Who owns the success."""

    name: str = Field("", max_length=120)
    email: str = Field("", max_length=254)
    role: str = Field("", max_length=80)


class Facts(Body):
    """What the form asks for; what is not named stays as it is."""

    services: list[str] | None = Field(None, max_length=50)
    desired_on: date | None = None
    business_reason: str | None = Field(None, max_length=4000)
    owners: list[Owner] | None = Field(None, max_length=50)
    plan_family: str | None = Field(None, max_length=12)
    seats: int | None = Field(None, strict=True, ge=0, le=_LARGEST)
    is_education: bool | None = Field(None, strict=True)
    student_seats: int | None = Field(None, strict=True, ge=0, le=_LARGEST)
    tenant: uuid.UUID | None = None
    country: str | None = Field(None, max_length=2)
    language: str | None = Field(None, max_length=10)
    zone: str | None = Field(None, max_length=64)
    tpid: str | None = Field(None, max_length=12)
    wants_migration: bool | None = Field(None, strict=True)
    migration_sources: list[str] | None = Field(None, max_length=50)
    mailboxes: int | None = Field(None, strict=True, ge=0, le=_LARGEST)
    data_gb: int | None = Field(None, strict=True, ge=0, le=_LARGEST)
    stakeholders: str | None = Field(None, max_length=2000)
    scenarios: str | None = Field(None, max_length=2000)
    awareness: str | None = Field(None, max_length=2000)
    training: str | None = Field(None, max_length=2000)
    contact_name: str | None = Field(None, max_length=120)
    contact_email: str | None = Field(None, max_length=254)
    contact_phone: str | None = Field(None, max_length=40)
    contact_role: str | None = Field(None, max_length=80)
    partner_name: str | None = Field(None, max_length=200)
    partner_consent: bool | None = Field(None, strict=True)
    notes: str | None = Field(None, max_length=4000)
    app_name: str | None = Field(None, max_length=120)
    app_vendor: str | None = Field(None, max_length=120)
    app_version: str | None = Field(None, max_length=60)
    app_platform: str | None = Field(None, max_length=20)
    app_fails: str | None = Field(None, max_length=4000)
    app_users: int | None = Field(None, strict=True, ge=0, le=_LARGEST)
    app_impact: str | None = Field(None, max_length=2000)
    app_steps: str | None = Field(None, max_length=4000)


class NewRequest(Facts):
    """A draft for a customer; what the portal knows is filled in."""

    kind: Kind = "microsoft365"


class Readiness(Schema):
    """Fields that a submission needs, and those that would help."""

    missing: list[str]
    not_yet: list[str]


class RequestOut(Thing):
    """A request. Its verdict is told once it is submitted."""

    number: str
    status: Status
    kind: Kind
    channel: Annotated[str, OneOf(AssistanceRequest.Channel.values)]
    customer: Ref
    tenant: Ref | None
    partner: Ref | None
    centre: Ref
    created_at: datetime
    submitted_at: datetime | None
    services: list[str]
    desired_on: date | None
    business_reason: str
    success_owners: str
    seats: int | None
    wants_migration: bool
    notes: str
    question: str
    decision_reason: str
    verdict: str
    verdict_sentence: str
    readiness: Readiness


def _seen(user: User) -> QuerySet[AssistanceRequest]:
    return AssistanceRequest.objects.visible_to(user).with_people().prefetch_related("customer__tenants")


area = Area("requests", _("Requests for assistance"))
requests = Resource(RequestOut, _seen)


@area.many("requests", "requests", requests)
def many(
    call: Call, rows: QuerySet[AssistanceRequest], status: Status | None = None, customer: uuid.UUID | None = None
) -> QuerySet[AssistanceRequest]:
    """The requests one may see, the newest first."""
    rows = rows.filter(status=status) if status else rows
    return rows.filter(customer__public_id=customer) if customer else rows


@area.one("requests/{id}", "request", of=requests)
def one(call: Call, ask: AssistanceRequest) -> AssistanceRequest:
    """One request."""
    return ask


@area.post("customers/{id}/requests", "customer_requests", of=customers, answer=requests)
def create(call: Call, customer: Any, body: NewRequest) -> AssistanceRequest:
    """Begins a request as a draft that its author alone sees."""
    require(call.user, "assistance.create", customer)
    facts = operations.starting_facts(customer, call.user, body.kind)
    channel = sent.channel_of(call.user, customer)
    empty = AssistanceRequest(customer=customer, kind=body.kind, created_by=call.user, **facts)
    empty.partner = sent.partner_of(call.user, customer)
    given = body.dict(exclude_unset=True, exclude={"kind"})
    facts |= sent.facts_of(empty, given, today=timezone.localdate())
    return operations.draft(customer, key=call.key, by=call.user, channel=channel, kind=body.kind, **facts)


@area.patch("requests/{id}", "request", of=requests)
def change(call: Call, ask: AssistanceRequest, body: Facts) -> AssistanceRequest:
    """Changes what a draft says."""
    require(call.user, "assistance.edit", ask)
    operations.still_a_draft(ask)
    facts = sent.facts_of(ask, body.dict(exclude_unset=True), today=timezone.localdate())
    assert call.version is not None
    operations.save_draft(ask, version=call.version, by=call.user, **facts)
    return ask


@area.post("requests/{id}/submit", "submit_request", of=requests, status=200)
def submit(call: Call, ask: AssistanceRequest) -> AssistanceRequest:
    """Hands the draft to FastTrack; what is missing or wrong is named field by field."""
    require(call.user, "assistance.submit", ask)
    operations.still_a_draft(ask)
    if errors := presenting.wrong_fields(ask, timezone.localdate()):
        told = [{"field": name, "detail": sentence} for name, sentence in errors]
        raise Invalid(_("Something in the request needs correcting."), errors=told)
    operations.submit(ask, version=call.version, at=call.at, by=call.user)
    return ask
