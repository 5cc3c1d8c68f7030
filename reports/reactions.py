"""What follows the events of a migration, of a meeting and of an engagement, and the issue of a report."""

from engagements.models import Engagement, Meeting, Minutes
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.notices.operations import notify
from migrations_svc.models import MigrationEvent
from reports.models import Annex, Bundle, Report
from reports.operations import (
    begin_engagement_rhythm,
    begin_rhythm,
    report_on_checkpoint,
    request,
    told_of_issue,
)


@on("migrations.scheduled", "migrations.started")
def report_from_now_on(event: Event) -> None:
    """At its pace from the day an event is scheduled, and at another from the moment it starts."""
    begin_rhythm(MigrationEvent.objects.get(pk=event.subject_id), at=event.at)


@on("engagements.opened", "engagements.started", "engagements.resumed")
def report_on_the_engagement(event: Event) -> None:
    """Timers of an engagement that has a weekly report; they had ended while it was at rest."""
    begin_engagement_rhythm(Engagement.objects.select_related("customer").get(pk=event.subject_id), at=event.at)


@on("meetings.held")
def report_with_the_checkpoint(event: Event) -> None:
    """How the engagement stands goes out with each checkpoint, where that is its rhythm."""
    meeting = Meeting.objects.select_related("engagement__customer", "engagement__centre").get(pk=event.subject_id)
    report_on_checkpoint(meeting, at=event.at)


@on("migrations.completed")
def report_at_the_end(event: Event) -> None:
    """A final report for every completed event."""
    moved = MigrationEvent.objects.get(pk=event.subject_id)
    enqueue("reports.final", key=f"{moved.public_id}:0", payload={"event": moved.pk, "attempt": 0})


@on("reports.final_waits")
def tell_both_sides(event: Event) -> None:
    """Somebody has to say what becomes of the records: the specialist, and who runs the engagement."""
    moved = MigrationEvent.objects.with_facts().get(pk=event.subject_id)
    notify([moved.engagement.specialist, *moved.customer.people("lead", "project_manager")], event)


@on("meetings.minutes_agreed")
def print_the_minutes(event: Event) -> None:
    """Both names stand under them: the sealed PDF is made by itself, once an edition."""
    minutes = Minutes.objects.select_related("engagement__customer", "engagement__centre", "meeting__engagement").get(
        pk=event.subject_id
    )
    request(Report.Kind.MINUTES, minutes, by=None, at=event.at, period="agreed")


@on("reports.issued")
def tell_who_waits(event: Event) -> None:
    """A mail with a link for those who asked or whom the edition is for; the specialist sees it in the portal. Never
    the file itself."""
    report = Report.objects.select_related("customer", "requested_by", "engagement__specialist").get(
        pk=event.subject_id
    )
    notify(told_of_issue(report), event)
    if report.engagement is not None:
        notify([report.engagement.specialist], event, mail=False)


@on("reports.bundle_ready")
def tell_who_asked(event: Event) -> None:
    """A mail with a link."""
    notify([Bundle.objects.select_related("requested_by").get(pk=event.subject_id).requested_by], event)


@on("reports.annex_made")
def tell_who_wanted_it(event: Event) -> None:
    """A mail with a link for the person who asked for the printed records."""
    annex = Annex.objects.select_related("requested_by").get(report=event.subject_id)
    notify([annex.requested_by], event)
