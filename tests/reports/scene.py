"""The scene of the reports' stories: an engagement under way, its migration event and the records that move."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from assistance.models import AssistanceRequest
from engagements.models import Engagement, Meeting
from engagements.operations import engagement as engagements
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer
from migrations_svc.models import Issue, MigrationEvent, MigrationProject, MigrationRecord
from migrations_svc.windows import window_closes_at

# Friday evening in Berlin: the example of the five-day window.
COMPLETED = datetime(2026, 4, 17, 16, 30, tzinfo=UTC)
FINISHED = {"completed": 5, "completed_with_warnings": 2, "failed": 1, "skipped": 2}


def engagement_of(customer: Customer, specialist: User, lead: User, **fields: Any) -> Engagement:
    """An engagement as it opens: six phases, eight milestones, the whole matrix."""
    ask = AssistanceRequest.objects.create(
        status="in_review",
        customer=customer,
        centre=customer.centre,
        created_by=lead,
        submitted_at=COMPLETED - timedelta(days=60),
        desired_on=date(2026, 6, 1),
        business_reason="One platform for everybody",
        success_owners="Lena Lead",
        services=["exchange", "teams", "onedrive"],
        wants_migration=True,
        verdict="migration",
        verdict_rule_version=1,
        verdict_sentence="620 seats: guidance and migration.",
        **fields,
    )
    engagement = engagements.accept(ask, by=specialist, on=date(2026, 3, 2))
    start = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    for number, status in enumerate(["held", "planned"]):
        begins = start + timedelta(days=7 * (number * 2 - 1))
        Meeting.objects.create(
            engagement=engagement,
            specialist=specialist,
            status=status,
            during=(begins, begins + timedelta(minutes=30)),
        )
    return engagement


def event_of(engagement: Engagement, lead: User, status: str = "running", **fields: Any) -> MigrationEvent:
    """A migration event in the state asked for, with the times that go with it."""
    project, _new = MigrationProject.objects.get_or_create(engagement=engagement, source="exchange")
    starts = datetime(2026, 4, 14, 16, 0, tzinfo=UTC)
    values: dict[str, Any] = {"title": "Head office, wave 1", "zone": engagement.customer.zone, "scheduled_for": starts}
    if status in ("running", *MigrationEvent.COMPLETE):
        values["started_at"] = starts
    if status in MigrationEvent.COMPLETE:
        closes = window_closes_at(COMPLETED, engagement.customer.zone)
        values |= {"completed_at": COMPLETED, "window": "open", "window_closes_at": closes}
    return MigrationEvent.objects.create(project=project, status=status, created_by=lead, **{**values, **fields})


def fill(event: MigrationEvent, counts: dict[str, int], *, mark: str = "contoso") -> None:
    """So many records in each state, spread over the days of the event."""
    rows, at = [], event.scheduled_for or COMPLETED
    for status, number in counts.items():
        for place in range(number):
            name = f"{status.replace('_', '-')}.{place:04d}"
            trouble = status in ("failed", "stopped", "completed_with_warnings", "skipped")
            rows.append(
                MigrationRecord(
                    event=event,
                    source_address=f"{name}@{mark}.example",
                    target_address=f"{name}@{mark}.example",
                    display_name=f"{status.replace('_', ' ').title()} {place}",
                    size_bytes=(place % 40 + 1) * 700_000_000,
                    status=status,
                    items_moved=place * 13 if "completed" in status else None,
                    message=f"{mark}: 3 items larger than 150 MB were left out" if trouble else "",
                    status_at=at + timedelta(hours=(place * 17) % 70),
                )
            )
    MigrationRecord.objects.bulk_create(rows, batch_size=2_000)


def trouble(event: MigrationEvent, by: User) -> Issue:
    """One issue that the customer has to act on."""
    return Issue.objects.create(
        event=event, title="Shared calendar is empty", lane="options", status="open", reported_by=by
    )


def key() -> uuid.UUID:
    return uuid.uuid4()
