"""Every kind of job survives the death of its worker, before, during and after its effect, and a second run (F1)."""

import copy
import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from assistance import operations as assistance
from engagements.models import Delegation, Meeting
from engagements.operations import slots
from engagements.operations.absences import add_absence
from engagements.operations.delegations import delegate
from engagements.operations.engagement import accept, move
from engagements.operations.phases import move_phase
from engagements.operations.reminders import set_timers
from engagements.operations.responsibilities import move_responsibility
from engagements.operations.series import set_series
from fasttrack_portal import pdf, workflow
from fasttrack_portal.accounts.operations import invite
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import ConsentRequest, Customer, PartnerLink
from fasttrack_portal.directory.operations import (
    agree_to_consent,
    ask_consent,
    edit_customer,
    end_link,
    refuse_consent,
)
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.documents.models import Seal, StoredFile
from fasttrack_portal.imports import operations as imports
from fasttrack_portal.imports.models import ImportPlan
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.jobs.registry import KINDS
from fasttrack_portal.notices.models import Notification
from fasttrack_portal.notices.operations import post
from migrations_svc import operations as migrations
from migrations_svc.models import MigrationEvent, Watch
from migrations_svc.operations.watching import begin_watch
from reports import operations as reports
from reports.models import Bundle, Report
from tests.conftest import Cast
from tests.reports.scene import COMPLETED, engagement_of, event_of, fill
from tests.world import ask_of

pytestmark = pytest.mark.django_db
# Before everything else that is due, so that a tick takes this job alone.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LEASE_OVER = timedelta(seconds=31)


class PowerCut(BaseException):
    """Nothing of ours catches it: the process is gone, and with it the transaction it was in."""


@dataclass
class Scene:
    """A job that waits, and what its one effect looks like from outside."""

    job: Job
    traces: Callable[[], Any]


@dataclass
class Rehearsed(Scene):
    """A scene after an undisturbed run that was taken back: the traces before and after it, and its statements."""

    nothing: Any
    wanted: Any
    statements: int


# --- One scene for each kind ------------------------------------------------------------------------------------------
def events_of(*kinds: str) -> Callable[[], Any]:
    return lambda: {kind: Event.objects.filter(kind=kind).count() for kind in kinds}


def directory_deliver_consent(cast: Cast) -> Scene:
    """Whom a TPID names is found out here, and not in the partner's request."""
    ask_consent(cast.litware, query=cast.contoso.tpid, by=cast.litware_partner)

    def traces() -> Any:
        return (
            list(ConsentRequest.objects.values_list("status", "customer")),
            events_of("directory.consent_asked")(),
            Notification.objects.filter(event__kind="directory.consent_asked").count(),
            Job.objects.filter(kind="notices.mail").count(),
        )

    return Scene(Job.objects.get(kind="directory.deliver_consent"), traces)


def meetings_plan(cast: Cast) -> Scene:
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    series = set_series(
        engagement, every_weeks=1, weekday=0, wall_time=time(10), zone="Europe/Berlin",
        starts_on=timezone.localdate(), by=cast.specialist,
    )  # fmt: skip

    def traces() -> Any:
        return (
            sorted(
                Meeting.objects.filter(series=series).values_list("nominal_on", "status", "version", "ics_sequence")
            ),
            Job.objects.filter(kind="meetings.plan").count(),
            events_of("meetings.planned")(),
            Notification.objects.filter(event__kind="meetings.planned").count(),
        )

    return Scene(Job.objects.get(kind="meetings.plan"), traces)


def meetings_replan(cast: Cast) -> Scene:
    """Somebody is away while a talk and three checkpoints are booked."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    now = timezone.now()
    set_series(
        engagement, every_weeks=1, weekday=0, wall_time=time(10), zone="Europe/Berlin",
        starts_on=timezone.localdate(), by=cast.specialist,
    )  # fmt: skip
    engine.run_due()
    since = now + timedelta(days=7)
    start = next(slots.free_times(engagement, since=since, until=since + timedelta(days=14), minutes=60)).start
    slots.book(engagement, kind="talk", start=start, at=now, by=cast.specialist)
    day = timezone.localdate()
    add_absence(cast.specialist, first_on=day, last_on=day + timedelta(days=20), at=now, by=cast.manager)

    def traces() -> Any:
        return (
            sorted(Meeting.objects.values_list("pk", "status", "during", "version", "ics_sequence")),
            events_of("meetings.replanned")(),
            Notification.objects.filter(event__kind="meetings.replanned").count(),
        )

    return Scene(Job.objects.get(kind="meetings.replan"), traces)


def meetings_clear(cast: Cast) -> Scene:
    """A talk is booked, then the engagement rests."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    now = timezone.now()
    since = now + timedelta(days=7)
    start = next(slots.free_times(engagement, since=since, until=since + timedelta(days=14), minutes=60)).start
    meeting = slots.book(engagement, kind="talk", start=start, at=now, by=cast.specialist)
    move(engagement, "hold", by=cast.specialist, reason="Budget")

    def traces() -> Any:
        return (
            Meeting.objects.filter(pk=meeting.pk).values_list("status", "version", "ics_sequence").get(),
            events_of("meetings.cleared")(),
            Notification.objects.filter(event__kind="meetings.cleared").count(),
        )

    return Scene(Job.objects.get(kind="meetings.clear"), traces)


def meetings_restore(cast: Cast) -> Scene:
    """Two talks rest with their engagement, which is resumed when the time of one is taken."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    now = timezone.now()
    since = now + timedelta(days=7)
    times = slots.free_times(engagement, since=since, until=since + timedelta(days=14), minutes=60)
    first = next(times).start
    for start in (first, first + timedelta(days=7)):
        slots.book(engagement, kind="talk", start=start, at=now, by=cast.specialist)
    move(engagement, "hold", by=cast.specialist, reason="Budget")
    engine.run_due()
    during = DateTimeTZRange(first, first + timedelta(hours=1), "[)")
    Meeting.objects.create(engagement=engagement, kind="workshop", specialist=cast.specialist, during=during)
    engagement.refresh_from_db()
    move(engagement, "resume", by=cast.specialist)

    def traces() -> Any:
        return (
            sorted(Meeting.objects.values_list("pk", "status", "wanted_again", "version", "ics_sequence")),
            events_of("meetings.restored")(),
            Notification.objects.filter(event__kind="meetings.restored").count(),
        )

    return Scene(Job.objects.get(kind="meetings.restore"), traces)


def meetings_remind(cast: Cast) -> Scene:
    """A meeting that begins in an hour, and somebody who wants to know."""
    meeting = _soon(cast, "hour")
    timer = Job.objects.get(kind="meetings.remind", payload__when="hour")

    def traces() -> Any:
        meeting.refresh_from_db()
        return (
            events_of("meetings.reminded")(),
            Notification.objects.filter(event__kind="meetings.reminded").count(),
            Job.objects.filter(kind="notices.mail", payload__user=cast.lead.pk).count(),
        )

    return Scene(timer, traces)


def meetings_digest(cast: Cast) -> Scene:
    """The meetings of the day on which one is planned, for somebody who wants them together."""
    meeting = _soon(cast, "digest")
    job = enqueue(
        "meetings.digest",
        key=f"{cast.lead.public_id}:scene",
        payload={
            "user": cast.lead.pk,
            "day": meeting.start.astimezone(cast.lead.zone()).date().isoformat(),
            "due": timezone.now().isoformat(),
        },
    )

    def traces() -> Any:
        return events_of("meetings.digest")(), Notification.objects.filter(event__kind="meetings.digest").count()

    return Scene(job, traces)


def _soon(cast: Cast, reminder: str) -> Meeting:
    """A meeting that begins a minute more than an hour from now."""
    type(cast.lead).objects.filter(pk=cast.lead.pk).update(reminder=reminder)
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    start = timezone.now() + timedelta(minutes=61)
    during = DateTimeTZRange(start, start + timedelta(minutes=30))
    meeting = Meeting.objects.create(engagement=engagement, specialist=cast.specialist, during=during)
    set_timers([(str(meeting.public_id), meeting.start)], at=timezone.now())
    return meeting


def engagements_turn_delegation(cast: Cast) -> Scene:
    """The agreed time is over: the item lies with the customer again."""
    delegation = _delegated(cast)
    job = Job.objects.get(kind="engagements.turn_delegation")
    Delegation.objects.filter(pk=delegation.pk).update(
        starts_on=delegation.starts_on - timedelta(days=9), ends_on=delegation.starts_on - timedelta(days=2)
    )
    return Scene(job, _traces_of(delegation))


def engagements_end_delegations(cast: Cast) -> Scene:
    """The customer no longer works with the partner."""
    delegation = _delegated(cast)
    end_link(PartnerLink.objects.get(), at=timezone.now(), by=cast.lead)
    return Scene(Job.objects.get(kind="engagements.end_delegations"), _traces_of(delegation))


def _delegated(cast: Cast) -> Delegation:
    engagement, now = engagement_of(cast.contoso, cast.specialist, cast.lead), timezone.now()
    day = engagement.day_at(now)
    item = engagement.responsibilities.get(code="I-C1")
    return delegate(item, partner=cast.northwind, starts_on=day, ends_on=day + timedelta(days=3), by=cast.lead, at=now)


def _traces_of(delegation: Delegation) -> Callable[[], Any]:
    def traces() -> Any:
        delegation.refresh_from_db()
        delegation.responsibility.refresh_from_db()
        told = Notification.objects.filter(event__kind="engagements.delegation_ended").count()
        holder = delegation.responsibility.holder
        return delegation.status, holder, events_of("engagements.delegation_ended")(), told

    return traces


def engagements_gate_waits(cast: Cast) -> Scene:
    """The gate is open, and the last item of its phase is finished."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    phase = engagement.phases.get(code="initiate")
    phase.engagement.responsibilities.filter(phase="initiate").exclude(code="I-C1").update(status="done")
    move_phase(phase, "offer", by=cast.specialist, at=timezone.now())
    last = engagement.responsibilities.get(code="I-C1")
    move_responsibility(last, "finish", by=cast.lead, at=timezone.now())

    def traces() -> Any:
        told = Notification.objects.filter(event__kind="engagements.gate_waits").count()
        return events_of("engagements.gate_waits")(), told

    return Scene(Job.objects.get(kind="engagements.gate_waits"), traces)


def migrations_close_window(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    fill(event, {"completed": 2})
    migrations.complete(event, by=cast.specialist, at=COMPLETED)

    def traces() -> Any:
        event.refresh_from_db()
        told = Notification.objects.filter(event__kind="migrations.window_closed").count()
        return event.window, events_of("migrations.window_closed")(), told

    return Scene(Job.objects.get(kind="migrations.close_window"), traces)


def migrations_look_for_stall(cast: Cast) -> Scene:
    """Nothing has changed in a running event since yesterday."""
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    fill(event, {"completed": 1, "queued": 1})
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", completed_at=None)
    Job.objects.filter(kind="migrations.look_for_stall").delete()
    begin_watch(event, at=timezone.now() - timedelta(days=1))

    def traces() -> Any:
        told = Notification.objects.filter(event__kind="migrations.stalled").count()
        return events_of("migrations.stalled")(), told, Watch.objects.filter(stalled_at__isnull=False).count()

    return Scene(Job.objects.get(kind="migrations.look_for_stall"), traces)


def migrations_read_list(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    MigrationEvent.objects.filter(pk=event.pk).update(status="draft")
    content = b"EmailAddress\nada@old.example\nnobody\n"
    plan = migrations.upload_list(
        event, io.BytesIO(content), name="list.csv", key=uuid.uuid4(), lines_at_most=5_000, by=cast.lead
    )

    def traces() -> Any:
        plan.refresh_from_db()
        told = Notification.objects.filter(event__kind="migrations.list_read").count()
        lines = sorted(plan.lines.values_list("line", "outcome"))
        return plan.status, plan.counts, lines, plan.parts.count(), told, events_of("migrations.list_read")()

    return Scene(Job.objects.get(kind="migrations.read_list"), traces)


def migrations_load_states(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    fill(event, {"syncing": 1, "queued": 1})
    MigrationEvent.objects.filter(pk=event.pk).update(status="running", completed_at=None)
    first = event.records.order_by("pk").first().source_address
    file = migrations.bring_states(
        event, io.BytesIO(f"address,state\n{first},completed\n".encode()), name="states.csv", key=uuid.uuid4(),
        lines_at_most=5_000, by=cast.specialist, at=timezone.now(),
    )  # fmt: skip

    def traces() -> Any:
        file.refresh_from_db()
        event.refresh_from_db()
        moved = sorted(event.records.values_list("status", "version"))
        facts = file.status, file.counts, file.parts.count(), event.snapshots.count(), event.totals
        told = Notification.objects.filter(event__kind="migrations.states_loaded").count()
        return facts, moved, told, events_of("migrations.states_loaded", "migrations.states_brought")()

    return Scene(Job.objects.get(kind="migrations.load_states"), traces)


def migrations_import_list(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    MigrationEvent.objects.filter(pk=event.pk).update(status="draft")
    content = io.BytesIO(b"EmailAddress\nada@old.example\nben@old.example\n")
    plan = migrations.upload_list(event, content, name="list.csv", key=uuid.uuid4(), lines_at_most=3, by=cast.lead)
    payload = {"plan": plan.pk, "by": cast.lead.pk, "removes": False}
    job = enqueue("migrations.import_list", key="the plan", payload=payload, by=cast.lead)
    workflow.apply(plan, "begin", job=job)

    def traces() -> Any:
        plan.refresh_from_db()
        moved = sorted(event.records.values_list("source_address", flat=True))
        told = Notification.objects.filter(event__kind="migrations.list_loaded").count()
        return plan.status, moved, plan.lines.count(), told, events_of("migrations.list_loaded")()

    return Scene(job, traces)


def migrations_remind_window(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    fill(event, {"completed": 2})
    migrations.complete(event, by=cast.specialist, at=timezone.now() - timedelta(days=4))

    def traces() -> Any:
        event.refresh_from_db()
        told = Notification.objects.filter(event__kind="migrations.window_reminded").count()
        return event.reminded_day, events_of("migrations.window_reminded")(), told

    # The reminder of the last day and the close of the window are other jobs, whose time is over as well.
    Job.objects.filter(kind="migrations.remind_window", payload__day=5).delete()
    Job.objects.filter(kind="migrations.close_window").delete()
    return Scene(Job.objects.get(kind="migrations.remind_window"), traces)


def migrations_freeze_list(cast: Cast) -> Scene:
    """Its last day for changes is over."""
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead, "scheduled")
    due = timezone.now()
    MigrationEvent.objects.filter(pk=event.pk).update(freezes_at=due)
    job = enqueue("migrations.freeze_list", key="1", payload={"event": event.pk, "due": due.isoformat()}, due_at=due)

    def traces() -> Any:
        event.refresh_from_db()
        told = Notification.objects.filter(event__kind="migrations.locked").count()
        return event.status, events_of("migrations.locked")(), told

    return Scene(job, traces)


def notices_mail(cast: Cast) -> Scene:
    """The one kind whose effect is outside the database: a mail may go twice, and then as the same message (F6)."""
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    fill(event, {"completed": 2})
    migrations.complete(event, by=cast.specialist, at=COMPLETED)

    def traces() -> Any:
        return sorted({(message.to[0], message.extra_headers["Message-ID"]) for message in mail.outbox})

    return Scene(Job.objects.filter(kind="notices.mail").last(), traces)


def notices_letter(cast: Cast) -> Scene:
    """A mail of allauth, such as a code: sent as it was written, and forgotten."""
    post(EmailMultiAlternatives("Your code", "It is 123456.", None, [cast.lead.email]))

    def traces() -> Any:
        payloads = [job.payload for job in Job.objects.filter(kind="notices.letter", status="done")]
        return sorted({(message.to[0], message.extra_headers["Message-ID"]) for message in mail.outbox}), payloads

    return Scene(Job.objects.get(kind="notices.letter"), traces)


def notices_invitation(cast: Cast) -> Scene:
    """To an address that may be nobody's: the secret of its link is in no job and no row."""
    at = timezone.now()
    invite(cast.contoso, email="new@contoso.example", role="viewer", key=uuid.uuid4(), at=at, by=cast.lead)

    def traces() -> Any:
        return sorted({(message.to[0], message.extra_headers["Message-ID"]) for message in mail.outbox})

    return Scene(Job.objects.get(kind="notices.invitation"), traces)


def reports_render(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    fill(event, {"completed": 4, "failed": 1})
    report = reports.request("status", event, by=cast.pm, at=COMPLETED)

    def issues() -> list[int]:
        return list(Event.objects.filter(kind="reports.issued").values_list("pk", flat=True))

    def traces() -> Any:
        report.refresh_from_db()
        return (
            report.status,
            Seal.objects.count(),
            Seal.objects.exclude(pdf_sha256="").count(),
            StoredFile.objects.filter(media_type="application/pdf").count(),
            events_of("reports.issued", "reports.suppressed")(),
            Notification.objects.filter(event__kind="reports.issued").count(),
            Job.objects.filter(kind="notices.mail", payload__event__in=issues()).count(),
        )

    return Scene(report.job, traces)


def reports_annex(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead, "completed")
    fill(event, {"completed": 4, "failed": 1})
    report = reports.freeze(
        reports.for_work(reports.request("final", event, by=cast.pm, at=COMPLETED).pk), at=COMPLETED
    )
    Report.objects.filter(pk=report.pk).update(
        status="issued",
        issued_at=COMPLETED,
        file=documents.store(b"x", name="x", media_type="application/pdf", by=None),
    )
    annex = reports.request_annex(reports.for_work(report.pk), by=cast.pm)
    # The report itself is made already.
    Job.objects.filter(kind="reports.render").delete()

    def traces() -> Any:
        annex.refresh_from_db()
        made = Event.objects.filter(kind="reports.annex_made").values_list("pk", flat=True)
        return (
            annex.made_at is not None,
            list(annex.parts.values_list("number", flat=True)),
            Job.objects.filter(kind="reports.annex").count(),
            events_of("reports.annex_made")(),
            Job.objects.filter(kind="notices.mail", payload__event__in=list(made)).count(),
        )

    return Scene(annex.job, traces)


def reports_schedule(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead)
    reports.set_timer(event, pace="daily", day=date(2026, 4, 15))

    def traces() -> Any:
        return (
            sorted(Report.objects.values_list("kind", "period")),
            sorted(Job.objects.filter(kind="reports.schedule").values_list("key", "due_at"))[1:],
            Job.objects.filter(kind="reports.render").count(),
            events_of("reports.requested")(),
        )

    return Scene(Job.objects.get(kind="reports.schedule"), traces)


def reports_final(cast: Cast) -> Scene:
    event = event_of(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.lead, "completed")
    fill(event, {"completed": 4})
    job = enqueue("reports.final", key=f"{event.public_id}:0", payload={"event": event.pk, "attempt": 0})

    def traces() -> Any:
        return (
            list(Report.objects.values_list("kind", flat=True)),
            Job.objects.filter(kind="reports.render").count(),
            Job.objects.filter(kind="reports.final").count(),
            events_of("reports.requested")(),
        )

    return Scene(job, traces)


def reports_bundle(cast: Cast) -> Scene:
    """The hand-over pack of an engagement that has one report."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    made = reports.request("engagement", engagement, by=cast.pm, at=COMPLETED)
    reports.issue(reports.freeze(reports.for_work(made.pk), at=COMPLETED), b"%PDF-1.7", at=COMPLETED)
    bundle = reports.request_handover(engagement, key=uuid.uuid4(), by=cast.lead)

    def traces() -> Any:
        return (
            list(Bundle.objects.values_list("status", "contents")),
            StoredFile.objects.filter(media_type="application/zip").count(),
            events_of("reports.bundle_ready", "reports.bundle_suppressed")(),
            Notification.objects.filter(event__kind="reports.bundle_ready").count(),
            Job.objects.filter(kind="reports.retire").count(),
        )

    return Scene(bundle.job, traces)


def reports_retire(cast: Cast) -> Scene:
    """The file of a bundle whose days are over."""
    bundle = reports.request_export(filters={}, key=uuid.uuid4(), by=cast.lead)
    with transaction.atomic():
        reports.finish_bundle(bundle, b"PK", name="reports.zip", contents=[], at=COMPLETED)

    def traces() -> Any:
        return (
            list(Bundle.objects.values_list("status", "file")),
            StoredFile.objects.filter(media_type="application/zip").count(),
            events_of("reports.bundle_retired")(),
        )

    return Scene(Job.objects.get(kind="reports.retire"), traces)


def a_plan(cast: Cast, lines: int = 3) -> ImportPlan:
    listed = "".join(f"Customer {n},{800_000 + n},emea\n" for n in range(lines)).encode()
    content = b"name,tpid,centre\n" + listed
    stream = io.BytesIO(content)
    return imports.upload(stream, name="list.csv", key=uuid.uuid4(), lines_at_most=5_000, by=cast.admin)


def imports_read(cast: Cast) -> Scene:
    plan = a_plan(cast)

    def traces() -> Any:
        plan.refresh_from_db()
        return plan.status, plan.counts, plan.digest, sorted(plan.lines.values_list("line", "outcome"))

    return Scene(Job.objects.get(kind="imports.read"), traces)


def imports_apply(cast: Cast) -> Scene:
    plan = a_plan(cast)
    engine.run_due(lanes=("heavy",))
    plan.refresh_from_db()
    job = enqueue("imports.apply", key="the plan", payload={"plan": plan.pk, "by": cast.admin.pk}, by=cast.admin)
    workflow.apply(plan, "begin", job=job)

    def traces() -> Any:
        plan.refresh_from_db()
        made = sorted(Customer.objects.filter(name__startswith="Customer ").values_list("name", "tpid"))
        return plan.status, made, events_of("imports.imported", "directory.customer_created")()

    return Scene(job, traces)


def question_asked(cast: Cast) -> Scene:
    ask = ask_of(cast.contoso, cast.lead, "A", at=timezone.now())
    assistance.review(ask, by=cast.specialist)
    assistance.ask_for_information(ask, question="Who runs your DNS?", by=cast.specialist)

    def traces() -> Any:
        told = Notification.objects.filter(event__kind="assistance.reminded").count()
        return events_of("assistance.reminded")(), told, Job.objects.filter(kind="notices.mail").count()

    return Scene(Job.objects.filter(kind="assistance.remind").earliest("due_at"), traces)


def offer_made(kind: str, verb: str, at: datetime) -> Callable[[Cast], Scene]:
    def scene(cast: Cast) -> Scene:
        ask = ask_of(cast.contoso, cast.lead, "A", at=at)
        offer = assistance.offer(ask, cast.northwind, key=uuid.uuid4(), at=at, by=cast.specialist)

        def traces() -> Any:
            offer.refresh_from_db()
            told = Notification.objects.filter(event__kind=f"assistance.{verb}").count()
            mailed = Job.objects.filter(kind="notices.mail").count()
            return offer.status, offer.version, events_of(f"assistance.{verb}")(), told, mailed

        return Scene(Job.objects.get(kind=kind), traces)

    return scene


def request_withdrawn(cast: Cast) -> Scene:
    """What was offered of it is taken back."""
    ask = ask_of(cast.contoso, cast.lead, "A", at=timezone.now())
    offer = assistance.offer(ask, cast.northwind, key=uuid.uuid4(), at=timezone.now(), by=cast.specialist)
    assistance.withdraw(ask, by=cast.lead)

    def traces() -> Any:
        offer.refresh_from_db()
        told = Notification.objects.filter(event__kind="assistance.offer_withdrawn").count()
        return offer.status, offer.version, events_of("assistance.offer_withdrawn")(), told

    return Scene(Job.objects.get(kind="assistance.close_offers"), traces)


def customer_asked(kind: str, decide: Callable[..., Any]) -> Callable[[Cast], Scene]:
    """An offer waits until the customer has said what it thinks of the partner."""

    def scene(cast: Cast) -> Scene:
        ask = ask_of(cast.contoso, cast.lead, "A", at=timezone.now())
        offer = assistance.offer(ask, cast.litware, key=uuid.uuid4(), at=timezone.now(), by=cast.specialist)
        decide(offer.consent, at=timezone.now(), by=cast.lead)

        def traces() -> Any:
            offer.refresh_from_db()
            told = Notification.objects.filter(event__subject_id=offer.pk).count()
            mailed = Job.objects.filter(kind="notices.mail").count()
            verbs = [f"assistance.{verb}" for verb in ("offered", "offer_dropped")]
            return offer.status, offer.version, events_of(*verbs)(), told, mailed

        return Scene(Job.objects.get(kind=kind), traces)

    return scene


def offer_accepted(cast: Cast) -> Scene:
    """Of a request whose engagement is open: its partner is brought in."""
    ask = ask_of(cast.contoso, cast.lead, "A", at=timezone.now())
    assistance.review(ask, by=cast.specialist)
    engagement = accept(ask, by=cast.specialist, on=timezone.localdate())
    offer = assistance.offer(ask, cast.northwind, key=uuid.uuid4(), at=timezone.now(), by=cast.specialist)
    assistance.accept_offer(offer, at=timezone.now(), by=cast.partner)

    def traces() -> Any:
        engagement.refresh_from_db()
        kind = "engagements.partner_brought_in"
        return (
            engagement.partner_id,
            engagement.version,
            events_of(kind)(),
            Notification.objects.filter(event__kind=kind).count(),
        )

    return Scene(Job.objects.get(kind="engagements.bring_in_partner"), traces)


def seats_changed(cast: Cast) -> Scene:
    ask_of(cast.contoso, cast.lead, "A", at=timezone.now())
    customer = Customer.objects.get(pk=cast.contoso.pk)
    edit_customer(customer, version=customer.version, by=cast.admin, seats=120)

    def traces() -> Any:
        kind = "assistance.verdict_changed"
        return events_of(kind)(), Notification.objects.filter(event__kind=kind).count()

    return Scene(Job.objects.get(kind="assistance.recheck_verdicts"), traces)


SCENES: dict[str, Callable[[Cast], Scene]] = {
    "meetings.remind": meetings_remind,
    "meetings.digest": meetings_digest,
    "assistance.recheck_verdicts": seats_changed,
    "assistance.drop_offers": customer_asked("assistance.drop_offers", refuse_consent),
    "assistance.send_offers": customer_asked("assistance.send_offers", agree_to_consent),
    "engagements.bring_in_partner": offer_accepted,
    "assistance.close_offers": request_withdrawn,
    "assistance.remind": question_asked,
    "assistance.remind_partner": offer_made("assistance.remind_partner", "offer_reminded", timezone.now()),
    "assistance.expire_offer": offer_made(
        "assistance.expire_offer", "offer_expired", timezone.now() - timedelta(days=8)
    ),
    "directory.deliver_consent": directory_deliver_consent,
    "engagements.end_delegations": engagements_end_delegations,
    "engagements.turn_delegation": engagements_turn_delegation,
    "engagements.gate_waits": engagements_gate_waits,
    "imports.apply": imports_apply,
    "imports.read": imports_read,
    "meetings.clear": meetings_clear,
    "meetings.plan": meetings_plan,
    "meetings.replan": meetings_replan,
    "meetings.restore": meetings_restore,
    "migrations.close_window": migrations_close_window,
    "migrations.look_for_stall": migrations_look_for_stall,
    "migrations.import_list": migrations_import_list,
    "migrations.load_states": migrations_load_states,
    "migrations.read_list": migrations_read_list,
    "migrations.remind_window": migrations_remind_window,
    "migrations.freeze_list": migrations_freeze_list,
    "notices.invitation": notices_invitation,
    "notices.letter": notices_letter,
    "notices.mail": notices_mail,
    "reports.render": reports_render,
    "reports.annex": reports_annex,
    "reports.schedule": reports_schedule,
    "reports.final": reports_final,
    "reports.bundle": reports_bundle,
    "reports.retire": reports_retire,
}


def drawn(html: str, **options: Any) -> list[bytes]:
    """Something for each edition."""
    return [b"%PDF-1.7 " + edition.variant.encode() + str(len(html)).encode() for edition in options["editions"]]


# --- The worker -------------------------------------------------------------------------------------------------------
def work(scene: Scene, at: datetime) -> None:
    """One tick that takes this job and nothing else."""
    Job.objects.filter(pk=scene.job.pk, status="waiting").update(due_at=LONG_AGO)
    engine.run_due(at=at, limit=1, lanes=(scene.job.lane,))


class Statements:
    """Counts what is sent to the database, and cuts the power before the statement that it is told."""

    def __init__(self, cut_before: int = 0) -> None:
        self.cut_before, self.count = cut_before, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if self.count == self.cut_before:
            raise PowerCut
        return execute(sql, params, many, context)


def rehearsed(scene: Scene) -> Rehearsed:
    """What an undisturbed run leaves, and how many statements its handler took; nothing of it stays."""
    mail.outbox.clear()
    nothing, statements = scene.traces(), Statements()
    with transaction.atomic():
        with connection.execute_wrapper(statements):
            work(scene, timezone.now())
        scene.job.refresh_from_db()
        assert scene.job.status == "done", scene.job.error
        wanted = scene.traces()
        transaction.set_rollback(True)
    mail.outbox.clear()
    scene.job.refresh_from_db()
    assert wanted != nothing
    return Rehearsed(scene.job, scene.traces, nothing, wanted, statements.count)


@pytest.fixture(autouse=True, scope="module")
def printer() -> Iterator[None]:
    """Drawing takes seconds and has its own stories; here it is the bytes that count."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(pdf, "render", drawn)
        yield


@pytest.fixture(scope="module", params=sorted(SCENES))
def rehearsal(request: pytest.FixtureRequest, stage: Cast, django_db_blocker: Any) -> Iterator[Rehearsed]:
    """Made once for all that happens to a kind, and taken back before the next kind's."""
    with django_db_blocker.unblock(), transaction.atomic():
        Job.objects.all().delete()
        scene = SCENES[request.param](copy.deepcopy(stage))
        assert scene.job.kind == request.param
        yield rehearsed(scene)
        transaction.set_rollback(True)


@pytest.fixture
def scene(rehearsal: Rehearsed, db: None) -> Rehearsed:
    """As it was before the run, whatever happened to it in the story before."""
    rehearsal.job.refresh_from_db()
    assert (rehearsal.job.status, rehearsal.traces()) == ("waiting", rehearsal.nothing)
    return rehearsal


def test_every_kind_of_job_has_its_scene():
    """A new kind without a scene here fails."""
    assert {name for name in KINDS if not name.startswith(("test.", "bench."))} == set(SCENES)


def test_delivered_twice_it_has_one_effect(scene: Rehearsed):
    work(scene, timezone.now())
    assert scene.traces() == scene.wanted
    Job.objects.filter(pk=scene.job.pk).update(status="waiting", finished_at=None)
    work(scene, timezone.now())
    scene.job.refresh_from_db()
    assert (scene.job.status, scene.traces()) == ("done", scene.wanted)


@pytest.mark.parametrize("moment", ["before", 0.25, 0.5, 0.75, "last statement", "after"])
def test_a_worker_that_dies_leaves_nothing_half_and_another_does_it(
    moment: Any, scene: Rehearsed, monkeypatch: pytest.MonkeyPatch
):
    kind = KINDS[scene.job.kind]

    def dies(run: engine.JobRun) -> None:
        if moment == "after":
            kind.handler(run)
        raise PowerCut

    def cut_at_the_end(run: engine.JobRun, result_url: str = "") -> None:
        raise PowerCut

    if moment in ("before", "after"):
        monkeypatch.setitem(KINDS, kind.name, type(kind)(kind.name, dies, kind.is_atomic, kind.lane))
    if moment == "last statement":
        monkeypatch.setattr(engine.JobRun, "_finish", cut_at_the_end)
    cut_before = int(scene.statements * moment) if isinstance(moment, float) else 0
    with pytest.raises(PowerCut), connection.execute_wrapper(Statements(cut_before)):
        work(scene, timezone.now())
    monkeypatch.undo()

    scene.job.refresh_from_db()
    if kind.is_atomic:
        assert scene.traces() == scene.nothing, "half an effect"
    work(scene, timezone.now() + LEASE_OVER)
    work(scene, timezone.now() + 2 * LEASE_OVER)
    scene.job.refresh_from_db()
    assert (scene.job.status, scene.job.owner) == ("done", None)
    assert scene.traces() == scene.wanted


def test_a_worker_that_comes_back_late_changes_nothing(scene: Rehearsed):
    """Its lease is over and another has done the work."""
    Job.objects.filter(pk=scene.job.pk).update(due_at=LONG_AGO)
    slow = engine.claim(scene.job.lane, timezone.now())
    assert slow == scene.job
    work(scene, timezone.now() + LEASE_OVER)
    work(scene, timezone.now() + 2 * LEASE_OVER)
    assert scene.traces() == scene.wanted
    engine.run(slow)
    scene.job.refresh_from_db()
    assert (scene.job.status, scene.traces()) == ("done", scene.wanted)


def test_no_owner_finishes_what_another_holds(stage: Cast):
    """The fence itself: a stranger's run finds nothing that is its own."""
    job = enqueue("reports.final", key=str(uuid.uuid4()), payload={"event": 0, "attempt": 0})
    Job.objects.filter(pk=job.pk).update(due_at=LONG_AGO)
    held = engine.claim("light", timezone.now())
    assert held == job
    held.owner = uuid.uuid4()
    with pytest.raises(engine.LeaseLost), engine.JobRun(held).finishing():
        pass
