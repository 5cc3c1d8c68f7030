"""What is gathered for reports of every kind: their head, their days, and the meetings to come."""

from datetime import date, datetime, timedelta
from typing import Any

from engagements.models import Engagement, Meeting
from fasttrack_portal.accounts.models import User
from migrations_svc.models import MigrationEvent
from reports import snapshots
from reports.gather.readers import language_of
from reports.models import Report
from reports.papersizes import paper_of
from reports.snapshots import EventFacts, Head, MeetingLine

MOST_MEETINGS = 10


def head_of(report: Report, at: datetime, first: date, last: date) -> Head:
    """The head of everything that is about an engagement. A re-issue is for the days of what it replaces."""
    engagement, customer = report.engagement, report.customer
    assert engagement is not None
    assert customer is not None
    return Head(
        form=snapshots.FORM,
        kind=report.kind,
        number=report.number,
        as_of=at,
        zone=report.event.zone if report.event else customer.zone,
        language=language_of(report),
        first_day=report.first_day or first,
        last_day=report.last_day or last,
        customer=customer.name,
        engagement=engagement.number,
        title=engagement.title,
        services=tuple(engagement.service_labels),
        status=engagement.status,
        specialist=str(engagement.specialist),
        centre=engagement.centre.name,
        partner=engagement.partner.name if engagement.partner else "",
        paper=paper_of(customer.country),
        **edition_of(report),
    )


def edition_of(report: Report) -> dict[str, Any]:
    """For whom it is, and what it replaces."""
    return {
        "audience": report.audience,
        "edition": report.edition,
        "replaces": report.replaces.number if report.replaces else "",
        "reason": report.reason,
    }


def facts_of(event: MigrationEvent) -> EventFacts:
    return EventFacts(
        number=event.number,
        title=event.title,
        source=event.project.source,
        status=event.status,
        zone=event.zone,
        scheduled_for=event.scheduled_for,
        started_at=event.started_at,
        completed_at=event.completed_at,
        window=event.window,
        window_closes_at=event.window_closes_at,
        key=str(event.public_id),
    )


def coming(engagement_id: int | None, reader: User, at: datetime) -> list[MeetingLine]:
    """The meetings that are planned, the next first."""
    planned = Meeting.objects.visible_to(reader).filter(
        engagement=engagement_id,
        status=Meeting.Status.PLANNED,
        during__startswith__gte=at,
        during__startswith__lt=at + timedelta(days=400),
    )
    return [meeting_line(meeting) for meeting in planned.order_by("during")[:MOST_MEETINGS]]


def meeting_line(meeting: Meeting) -> MeetingLine:
    return MeetingLine(meeting.kind, meeting.status, meeting.during.lower, meeting.during.upper)


def of_engagement(model: Any, reader: User, engagement: Engagement) -> Any:
    """The parts of an engagement that the reader may see."""
    return model.objects.visible_to(reader).filter(engagement=engagement)
