"""Engagements with their milestones, responsibilities and meetings, for programs."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Field

from engagements.models import Court, Engagement, Meeting, Milestone, Responsibility
from engagements.operations.milestones import move_milestone
from engagements.operations.responsibilities import move_responsibility
from fasttrack_portal.accounts.models import User
from fasttrack_portal.rest.callers import Call
from fasttrack_portal.rest.endpoints import Area, Resource
from fasttrack_portal.rest.schemas import Body, OneOf, Ref, Thing

Status = Annotated[str, OneOf(Engagement.Status.values)]
MilestoneStatus = Annotated[str, OneOf(Milestone.Status.values)]
ItemStatus = Annotated[str, OneOf(Responsibility.Status.values)]
MeetingStatus = Annotated[str, OneOf(Meeting.Status.values)]


class EngagementOut(Thing):
    """A customer's way through the programme."""

    number: str
    title: str
    status: Status
    customer: Ref
    partner: Ref | None
    centre: Ref
    specialist: Ref
    request: Ref
    services: list[str]
    starts_on: date
    desired_on: date
    is_migration_eligible: bool

    @staticmethod
    def resolve_request(obj: Any) -> Any:
        return obj.ask


class MilestoneOut(Thing):
    """One of the eight milestones."""

    engagement: Ref
    code: str
    title: str
    outcome: str
    phase: str
    status: MilestoneStatus
    is_optional: bool
    baseline_on: date | None
    planned_on: date | None
    completed_on: date | None
    note: str
    reason: str
    approval: str


class MilestoneStep(Body):
    """`complete` takes a note and a day, `skip` a reason."""

    step: Annotated[str, OneOf(Milestone.WORKFLOW.steps)]
    note: str = Field("", max_length=2000)
    reason: str = Field("", max_length=1000)
    completed_on: date | None = None
    asks_approval: bool = Field(False, strict=True)


class ResponsibilityOut(Thing):
    """An item of the matrix: whose it is and how far."""

    engagement: Ref
    code: str
    text: str
    phase: str
    party: str
    status: ItemStatus
    reason: str
    assignee: Ref | None
    due_on: date | None
    evidence: str
    holder: str
    held_since: datetime | None


class ResponsibilityStep(Body):
    """`block` and `exclude` take a reason; `waits_for` is the court that a waiting item lies in."""

    step: Annotated[str, OneOf(Responsibility.WORKFLOW.steps)]
    reason: str = Field("", max_length=1000)
    waits_for: Annotated[str, OneOf(["", *Court.values])] = ""


class MeetingOut(Thing):
    """A meeting of customer and specialist."""

    engagement: Ref
    kind: str
    status: MeetingStatus
    starts_at: datetime
    ends_at: datetime
    specialist: Ref
    reason: str

    @staticmethod
    def resolve_starts_at(obj: Any) -> datetime:
        found: datetime = obj.during.lower
        return found

    @staticmethod
    def resolve_ends_at(obj: Any) -> datetime:
        found: datetime = obj.during.upper
        return found


def _engagements(user: User) -> QuerySet[Engagement]:
    return Engagement.objects.visible_to(user).select_related("customer", "partner", "centre", "specialist", "ask")


def _milestones(user: User) -> QuerySet[Any]:
    return Milestone.objects.visible_to(user).select_related("engagement__customer", "engagement__centre")


def _responsibilities(user: User) -> QuerySet[Responsibility]:
    rows = Responsibility.objects.visible_to(user)
    return rows.select_related("engagement__customer", "engagement__centre", "engagement__partner", "assignee")


def _meetings(user: User) -> QuerySet[Meeting]:
    return Meeting.objects.visible_to(user).select_related("engagement", "specialist")


area = Area("engagements", _("Engagements, milestones, responsibilities and meetings"))
engagements = Resource(EngagementOut, _engagements)
milestones = Resource(MilestoneOut, _milestones)
responsibilities = Resource(ResponsibilityOut, _responsibilities)
meetings = Resource(MeetingOut, _meetings)


@area.many("engagements", "engagements", engagements)
def many(
    call: Call, rows: QuerySet[Engagement], status: Status | None = None, customer: uuid.UUID | None = None
) -> QuerySet[Engagement]:
    """The engagements one may see, the newest first."""
    rows = rows.filter(status=status) if status else rows
    return rows.filter(customer__public_id=customer) if customer else rows


@area.one("engagements/{id}", "engagement", of=engagements)
def one(call: Call, engagement: Engagement) -> Engagement:
    """One engagement."""
    return engagement


@area.many("engagements/{id}/milestones", "milestones", milestones, of=engagements, newest_first=False)
def milestones_of(call: Call, rows: QuerySet[Any], engagement: Engagement) -> QuerySet[Any]:
    """Its milestones, the first one first."""
    return rows.filter(engagement=engagement)


@area.one("milestones/{id}", "milestone", of=milestones)
def milestone(call: Call, found: Milestone) -> Milestone:
    """One milestone."""
    return found


@area.post("milestones/{id}/steps", "milestone_steps", of=milestones, status=200)
def step_milestone(call: Call, found: Milestone, body: MilestoneStep) -> Milestone:
    """Starts, completes, reopens or skips it."""
    told = body.dict()
    step = told.pop("step")
    move_milestone(found, step, by=call.user, on=timezone.localdate(), at=call.at, version=call.version, **told)
    return found


@area.many(
    "engagements/{id}/responsibilities", "responsibilities", responsibilities, of=engagements, newest_first=False
)
def responsibilities_of(
    call: Call, rows: QuerySet[Responsibility], engagement: Engagement, status: ItemStatus | None = None
) -> QuerySet[Responsibility]:
    """The items of its matrix, in their order."""
    rows = rows.filter(engagement=engagement)
    return rows.filter(status=status) if status else rows


@area.one("responsibilities/{id}", "responsibility", of=responsibilities)
def responsibility(call: Call, item: Responsibility) -> Responsibility:
    """One item."""
    return item


@area.post("responsibilities/{id}/steps", "responsibility_steps", of=responsibilities, status=200)
def step_responsibility(call: Call, item: Responsibility, body: ResponsibilityStep) -> Responsibility:
    """Begins, finishes, verifies it, or says what keeps it."""
    move_responsibility(item, by=call.user, at=call.at, version=call.version, **body.dict())
    return item


@area.many("meetings", "meetings", meetings)
def meetings_seen(
    call: Call, rows: QuerySet[Meeting], status: MeetingStatus | None = None, engagement: uuid.UUID | None = None
) -> QuerySet[Meeting]:
    """The meetings one may see, what was planned last first."""
    rows = rows.filter(status=status) if status else rows
    return rows.filter(engagement__public_id=engagement) if engagement else rows


@area.one("meetings/{id}", "meeting", of=meetings)
def meeting(call: Call, found: Meeting) -> Meeting:
    """One meeting."""
    return found
