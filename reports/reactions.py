"""What follows the events of a migration, and the issue of a report."""

from engagements.models import Minutes
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.notices.operations import notify
from migrations_svc.models import MigrationEvent
from reports import rhythm
from reports.models import Annex, Report
from reports.operations import request, set_timer, told_of_issue


@on("migrations.scheduled", "migrations.started")
def report_from_now_on(event: Event) -> None:
    """Weekly from the day an event is scheduled, daily from the moment it starts."""
    moved = MigrationEvent.objects.get(pk=event.subject_id)
    if pace := rhythm.pace_of(moved.status):
        set_timer(moved, pace=pace, day=rhythm.first_day(pace, event.at, moved.zone))


@on("migrations.completed")
def report_at_the_end(event: Event) -> None:
    """A final report for every completed event."""
    moved = MigrationEvent.objects.get(pk=event.subject_id)
    enqueue("reports.final", key=f"{moved.public_id}:0", payload={"event": moved.pk, "attempt": 0})


@on("meetings.minutes_agreed")
def print_the_minutes(event: Event) -> None:
    """Both names stand under them: the sealed PDF is made by itself, once an edition."""
    minutes = Minutes.objects.select_related("engagement__customer", "engagement__centre", "meeting__engagement").get(
        pk=event.subject_id
    )
    request(Report.Kind.MINUTES, minutes, by=None, at=event.at, period="agreed")


@on("reports.issued")
def tell_who_waits(event: Event) -> None:
    """A mail with a link for those who asked or lead; the specialist sees it in the portal. Never the file itself."""
    report = Report.objects.select_related("customer", "requested_by", "engagement__specialist").get(
        pk=event.subject_id
    )
    notify(told_of_issue(report), event)
    notify([report.engagement.specialist], event, mail=False)


@on("reports.annex_made")
def tell_who_asked(event: Event) -> None:
    """A mail with a link for the person who asked for the printed records."""
    annex = Annex.objects.select_related("requested_by").get(report=event.subject_id)
    notify([annex.requested_by], event)
