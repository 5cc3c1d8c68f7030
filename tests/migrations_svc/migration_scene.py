"""The scene of the migration stories: an engagement in which FastTrack moves data, its event, and its files."""

import io
import uuid
from datetime import UTC, date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assistance.models import AssistanceRequest
from engagements.models import Engagement
from engagements.operations.engagement import current_template
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from migrations_svc import operations, recordfile
from migrations_svc.models import MigrationEvent

# A Thursday, long before the event.
NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
# Friday 2026-04-17 18:30 in Berlin: the example of the five-day window.
COMPLETED = datetime(2026, 4, 17, 16, 30, tzinfo=UTC)
CLOSES = datetime(2026, 4, 22, 21, 59, 59, tzinfo=UTC)
HEADER = "source_address,target_address,size_gb,display_name,kind\n"
LINES = ("ada@old.example,ada@contoso.example,12.5,Ada,mailbox\n", "ben@old.example,ben@contoso.example,,Ben,\n")


def engagement_of(customer: Customer, lead: User, specialist: User, **fields: Any) -> Engagement:
    ask = AssistanceRequest.objects.create(
        status="accepted",
        customer=customer,
        centre=customer.centre,
        created_by=lead,
        submitted_at=NOW,
        desired_on=date(2026, 6, 1),
        business_reason="One platform for everybody",
        success_owners=lead.name,
    )
    values = {
        "title": f"{customer.name}: Microsoft 365",
        "ask": ask,
        "customer": customer,
        "centre": customer.centre,
        "specialist": specialist,
        "template": current_template(),
        "starts_on": date(2026, 3, 2),
        "desired_on": date(2026, 6, 1),
        "wants_migration": True,
        "is_migration_eligible": True,
        "eligibility_sentence": f"With {customer.seats} seats, FastTrack can guide you and move your mail and files.",
    }
    return Engagement.objects.create(**(values | fields))


def csv(*lines: str, header: str = HEADER) -> bytes:
    return (header + "".join(lines)).encode()


def states(*lines: str) -> recordfile.StateFile:
    return recordfile.StateFile(io.BytesIO(csv(*lines, header="address,state,items,errors,message\n")))


def upload(content: bytes, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/csv")


def event_in(engagement: Engagement, by: User, *lines: str, **fields: Any) -> MigrationEvent:
    """A draft with a list of two mailboxes, or of the lines given."""
    values = {"key": uuid.uuid4(), "title": "Sales, first wave", "source": "exchange", "zone": "Europe/Berlin"}
    content = csv(*(lines or LINES))
    event = operations.create(
        engagement,
        by=by,
        content=io.BytesIO(content),
        name="list.csv",
        lines_at_most=len(lines) + 1,
        **(values | fields),
    )
    finish_jobs()
    operations.import_list(event.list_plans.get(), valid_part=False, removes=False, at=NOW, by=by)
    finish_jobs()
    return MigrationEvent.objects.with_facts().get(pk=event.pk)


def finish_jobs() -> None:
    """Long lists are read and imported by workers."""
    run_due(lanes=(Job.Lane.HEAVY,))


def acknowledged(event: MigrationEvent, by: User) -> None:
    """The customer's name stands under the statements of the project, and every access is given."""
    event.project.access_items.update(status="done", done_at=NOW)
    if not event.project.acknowledgements.exists():
        operations.acknowledge(event.project, by=by, at=NOW)


def both_go(event: MigrationEvent, customer: User, specialist: User, at: datetime = NOW) -> None:
    for person in (customer, specialist):
        operations.approve(event, by=person, at=at)


def brought_to(event: MigrationEvent, status: str, *, customer: User, specialist: User, at: datetime = NOW) -> None:
    """Along the way of the workflow, by the people whose steps they are."""
    way = ["validated", "scheduled", "locked", "go", "running"]
    acknowledged(event, customer)
    steps = [
        lambda: operations.validate(event, by=customer),
        lambda: operations.schedule(
            event, day=date(2026, 4, 17), wall=datetime(2026, 1, 1, 8).time(), at=NOW, by=customer
        ),
        lambda: operations.lock(event, by=specialist),
        lambda: both_go(event, customer, specialist, at),
        lambda: operations.start(event, by=specialist, at=at),
    ]
    if status == "draft":
        return
    if status == "cancelled":
        operations.cancel(event, reason="Not this year", by=customer)
        return
    wanted = way.index(status) + 1 if status in way else len(way)
    for step in steps[:wanted]:
        step()
    match status:
        case "completed":
            moved = states("ada@old.example,Completed,10,0,\n", "ben@old.example,Completed,10,0,\n")
            operations.load_states(event, moved, key=uuid.uuid4(), by=specialist, at=at)
            operations.complete(event, by=specialist, at=COMPLETED)
        case "completed_with_issues":
            operations.complete_with_issues(event, by=specialist, at=COMPLETED)
        case "failed":
            operations.fail(event, reason="The source is gone", by=specialist)
