"""Migration events, their lists and the states of their records, for programs."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Schema

from engagements.api import engagements
from engagements.models import Engagement
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.rest.callers import Call
from fasttrack_portal.rest.endpoints import Area, Limit, Resource
from fasttrack_portal.rest.mistakes import of_form
from fasttrack_portal.rest.schemas import Body, OneOf, Ref, Thing
from fasttrack_portal.tabular import is_read_at_once
from migrations_svc import operations
from migrations_svc.forms import CreateForm, EditForm, ListForm, RecordForm, StatesForm
from migrations_svc.models import ListLine, ListPlan, MigrationEvent, MigrationProject, MigrationRecord
from migrations_svc.operations.lists import AT_ONCE
from migrations_svc.recordfile import FileRefused

Status = Annotated[str, OneOf(MigrationEvent.Status.values)]
RecordStatus = Annotated[str, OneOf(MigrationRecord.Status.values)]
Outcome = Annotated[str, OneOf(ListLine.Outcome.values)]
# As for the page that takes such a file.
_IMPORTS = Limit("imports", 10, 3600)
# A program that watches 100,000 records sends their states in fifty parts.
_STATES = Limit("states", 60, 3600)
_TOO_LONG = _(
    "Up to %(count)s lines are loaded at once, from a workbook of up to 2 MB unpacked. Send this file in parts, for "
    "records that a part does not name keep their state; or bring it on the page of the event."
)


class NewEvent(Body):
    """A draft; its list follows."""

    title: str = Field(max_length=120)
    source: Annotated[str, OneOf(MigrationProject.Source.values)]
    zone: str = Field(max_length=64)


class EventChange(Body):
    """Title and zone, until it is scheduled; what is not named stays."""

    title: str | None = Field(None, max_length=120)
    zone: str | None = Field(None, max_length=64)


class EventOut(Thing):
    """A batch that moves at one time; `totals` counts its records by state."""

    number: str
    title: str
    status: Status
    source: str
    zone: str
    engagement: Ref
    customer: Ref
    scheduled_for: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    window: str
    window_closes_at: datetime | None
    totals: dict[str, int]
    record_count: int
    states_loaded_at: datetime | None

    @staticmethod
    def resolve_source(obj: Any) -> str:
        return str(obj.project.source)


class RecordOut(Thing):
    """A mailbox, drive or site; `doubted_status` is one that a file told and that would be a step back."""

    kind: str
    source_address: str
    target_address: str
    display_name: str
    size_bytes: int | None
    status: RecordStatus
    doubted_status: str
    items_moved: int | None
    items_failed: int | None
    message: str
    status_at: datetime | None


class RecordChange(Body):
    """Another state by hand; the reason stands beside the record."""

    status: RecordStatus
    reason: str = Field(max_length=1000)


class Loaded(Schema):
    """What a file of states did: records it names, those in a new state, and those it would put back."""

    rows: int
    changed: int
    backwards: int


class PlanOut(Thing):
    """What a file would do to the list: lines by outcome, and records that it does not name."""

    name: str
    status: Annotated[str, OneOf(ListPlan.Status.values)]
    event: Ref
    counts: dict[str, int]
    unnamed: int
    problem: str
    ignored_columns: list[str]
    imported_at: datetime | None


class LineOut(Schema):
    """A line of the file and what becomes of it."""

    line: int
    outcome: Outcome
    source_address: str
    target_address: str
    reason: str


class Import(Body):
    """`valid_part` leaves refused lines out; `removes` takes records off the list that the file does not name."""

    valid_part: bool = Field(False, strict=True)
    removes: bool = Field(False, strict=True)


def _events(user: User) -> QuerySet[MigrationEvent]:
    return MigrationEvent.objects.visible_to(user).with_facts()


def _records(user: User) -> QuerySet[MigrationRecord]:
    rows = MigrationRecord.objects.visible_to(user)
    return rows.select_related(*(f"event__project__engagement__{name}" for name in ("customer", "centre")))


def _plans(user: User) -> QuerySet[ListPlan]:
    rows = ListPlan.objects.visible_to(user)
    return rows.select_related(*(f"event__project__engagement__{name}" for name in ("customer", "centre")))


def _lines(user: User) -> QuerySet[ListLine]:
    return ListLine.objects.visible_to(user).select_related("elsewhere").defer("raw")


area = Area("migrations", _("Migration events, lists and records"))
events = Resource(EventOut, _events)
records = Resource(RecordOut, _records)
plans = Resource(PlanOut, _plans)
lines = Resource(LineOut, _lines, is_numbered=True)


@area.many("events", "events", events)
def many(
    call: Call, rows: QuerySet[MigrationEvent], status: Status | None = None, engagement: uuid.UUID | None = None
) -> QuerySet[MigrationEvent]:
    """The migration events one may see, the newest first."""
    rows = rows.filter(status=status) if status else rows
    return rows.filter(project__engagement__public_id=engagement) if engagement else rows


@area.post("engagements/{id}/events", "engagement_events", of=engagements, answer=events)
def create(call: Call, engagement: Engagement, body: NewEvent) -> MigrationEvent:
    """Plans an event in the engagement, as a draft."""
    require(call.user, "migrations.create", engagement)
    form = CreateForm({**body.dict(), "key": call.key})
    if not form.is_valid():
        raise of_form(form)
    facts = {name: form.cleaned_data[name] for name in ("key", "title", "source", "zone")}
    return operations.create(engagement, by=call.user, **facts)


@area.one("events/{id}", "event", of=events)
def one(call: Call, event: MigrationEvent) -> MigrationEvent:
    """One event, with how many records are in each state."""
    return event


@area.patch("events/{id}", "event", of=events)
def change(call: Call, event: MigrationEvent, body: EventChange) -> MigrationEvent:
    """Another title or zone."""
    require(call.user, "migrations.edit", event)
    form = EditForm({"title": event.title, "zone": event.zone, **body.dict(exclude_none=True), "version": call.version})
    if not form.is_valid():
        raise of_form(form)
    operations.edit(event, by=call.user, **form.cleaned_data)
    return event


@area.many("events/{id}/records", "event_records", records, of=events, newest_first=False)
def records_of(
    call: Call, rows: QuerySet[MigrationRecord], event: MigrationEvent, status: RecordStatus | None = None
) -> QuerySet[MigrationRecord]:
    """The records of the event."""
    rows = rows.filter(event=event)
    return rows.filter(status=status) if status else rows


@area.one("records/{id}", "record", of=records)
def record(call: Call, found: MigrationRecord) -> MigrationRecord:
    """One record and its state."""
    return found


@area.patch("records/{id}", "record", of=records)
def change_record(call: Call, found: MigrationRecord, body: RecordChange) -> MigrationRecord:
    """Sets its state by hand."""
    require(call.user, "migrations.load_states", found.event)
    form = RecordForm({**body.dict(), "version": call.version})
    if not form.is_valid():
        raise of_form(form)
    operations.set_record(found, by=call.user, at=call.at, **form.cleaned_data)
    return found


@area.post("events/{id}/states", "event_states", of=events, answer=Loaded, status=200, limit=_STATES, is_upload=True)
def load_states(call: Call, event: MigrationEvent) -> Any:
    """Loads the states of the records from an export of a migration tool: CSV or Excel in the body, up to 2,000 lines.

    A longer one comes in several files, for records that a file does not name keep their state."""
    require(call.user, "migrations.load_states", event)
    form = StatesForm({"key": call.key}, _file(call, "states.csv"))
    if not form.is_valid():
        raise of_form(form)
    file = form.content()
    if not is_read_at_once(file["content"], file["lines_at_most"], AT_ONCE):
        raise Invalid(_TOO_LONG % {"count": f"{AT_ONCE:,}"})
    try:
        return operations.bring_states(event, key=call.key, by=call.user, at=call.at, **file).counts
    except FileRefused as refused:
        raise Invalid(refused.sentence) from None


@area.post("events/{id}/lists", "event_lists", of=events, answer=plans, limit=_IMPORTS, is_upload=True)
def upload_list(
    call: Call, event: MigrationEvent, name: Annotated[str, Query(max_length=200)] = "list.csv"
) -> ListPlan:
    """Brings a list of what moves, CSV or Excel in the body; its plan says what it would do. Nothing is done yet."""
    require(call.user, "migrations.load_list", event)
    form = ListForm({"key": call.key}, _file(call, name))
    if not form.is_valid():
        raise of_form(form)
    try:
        return operations.upload_list(event, key=call.key, by=call.user, **form.content())
    except FileRefused as refused:
        raise Invalid(refused.sentence) from None


@area.one("lists/{id}", "list_plan", of=plans)
def plan(call: Call, found: ListPlan) -> ListPlan:
    """What the file would do, or how its reading stands."""
    return found


@area.many("lists/{id}/lines", "list_lines", lines, of=plans, newest_first=False)
def lines_of(
    call: Call, rows: QuerySet[ListLine], found: ListPlan, outcome: Outcome | None = None
) -> QuerySet[ListLine]:
    """Line by line, with the reason of each that is refused."""
    rows = rows.filter(plan=found)
    return rows.filter(outcome=outcome) if outcome else rows


@area.post("lists/{id}/check", "check_list", of=plans, status=200)
def check(call: Call, found: ListPlan) -> ListPlan:
    """The same file against the lists as they are now."""
    operations.check_list(found, by=call.user)
    return found


@area.post("lists/{id}/import", "import_list", of=plans, status=200)
def carry_out(call: Call, found: ListPlan, body: Import) -> ListPlan:
    """The list of the event becomes what the plan says."""
    operations.import_list(found, at=call.at, by=call.user, **body.dict())
    return found


def _file(call: Call, name: str) -> Any:
    return {"file": ContentFile(call.content, name or "list.csv")}
