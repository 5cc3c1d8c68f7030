"""Asking for a report: by hand, by the portal's own rhythm, anew, or of a whole portfolio."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from engagements.models import Engagement, Minutes
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import AccessRefused, Conflict, Invalid
from migrations_svc.models import MigrationEvent
from reports import reckoning, snapshots
from reports.models import Audience, Report, managed_by
from reports.operations.telling import tell
from reports.permissions import audiences_of

Subject = Engagement | MigrationEvent | Minutes
Kind = Report.Kind
LONGEST_RANGE = 731  # days of a portfolio


@transaction.atomic
def request(
    kind: str,
    subject: Subject,
    *,
    by: User | None,
    at: datetime,
    key: uuid.UUID | None = None,
    period: str = "",
    audience: str = "",
    first_day: date | None = None,
    last_day: date | None = None,
) -> Report:
    """Puts a report in the queue and answers with it; the same `period` of the same subject, or the same `key` of a
    form, is the same report however often it is asked for (C2). `by` None is the portal's own rhythm.

    Raises Invalid for a kind that does not fit the subject, Conflict for a final report of what is not final yet.
    """
    engagement = engagement_of(subject)
    require(by, "reports.request", engagement)
    audience = _audience(kind, audience, engagement, by)
    key = key or uuid.uuid4()
    name = f"{kind}:{subject.public_id}:{audience}:{period or key}"
    there = Report.objects.filter(Q(period=name) | Q(public_id=key)).first()
    if there is not None:
        return there
    refuse_unfit(kind, subject, at=at)
    about = {
        "event": subject if isinstance(subject, MigrationEvent) else None,
        "minutes": subject if isinstance(subject, Minutes) else None,
        "engagement": engagement,
        "customer": engagement.customer,
        "centre": engagement.centre,
    }
    days = {"first_day": first_day, "last_day": last_day}
    return _queue(key, name, by, kind=kind, audience=audience, **about, **days)


@transaction.atomic
def reissue(report: Report, *, reason: str, by: User, at: datetime, key: uuid.UUID) -> Report:
    """The next edition of a report, with what is true now and for the days it was about; it supersedes the one it
    replaces. Raises Conflict where a newer one stands already, Invalid without a reason."""
    require(by, "reports.reissue", report)
    there = Report.objects.filter(public_id=key).first()
    if there is not None:
        return there
    held = Report.objects.select_for_update(of=("self",)).select_related("seal").get(pk=report.pk)
    if held.status != Report.Status.ISSUED or held.snapshot is None or held.seal is None:
        raise Conflict(_("This report has not been issued, so there is nothing to replace yet."))
    if held.seal.superseded_by_id or held.replaced_by.exclude(status=Report.Status.FAILED).exists():
        raise Conflict(_("There is a newer one already. Issue the newest anew."))
    if not reason.strip():
        raise Invalid(_("Say why, in a sentence."), field="reason")
    if report.subject is not None:
        refuse_unfit(report.kind, report.subject, at=at)
    head = snapshots.from_plain(held.snapshot).head
    same = ("kind", "audience", "engagement", "event", "minutes", "customer", "centre", "filters")
    name = f"{report.kind}:{report.public_id}:{report.audience}:{key}"
    return _queue(
        key, name, by, edition=held.edition + 1, replaces=held, reason=reason.strip(), first_day=head.first_day,
        last_day=head.last_day, **{field: getattr(report, field) for field in same},
    )  # fmt: skip


@transaction.atomic
def request_portfolio(
    *, filters: dict[str, str], first_day: date, last_day: date, by: User, at: datetime, key: uuid.UUID
) -> Report:
    """A report of all engagements that fit the filters of the list or the board, over a range of days; a manager's is
    of the centre that they run. Raises Invalid for days in the wrong order or too far apart."""
    require(by, "reports.portfolio")
    if last_day < first_day or (last_day - first_day).days > LONGEST_RANGE:
        raise Invalid(_("The days are in the wrong order, or more than two years apart."), field="last_day")
    return _queue(
        key, f"portfolio:{key}", by, kind=Kind.PORTFOLIO, audience=Audience.STAFF, first_day=first_day,
        last_day=last_day, centre=scope_of(by, filters), filters=filters,
    )  # fmt: skip


def scope_of(user: User, filters: dict[str, str]) -> FastTrackCenter | None:
    """The centre that a portfolio is about; None for an admin's, which is about all of them."""
    if user.is_admin:
        return None
    managed = FastTrackCenter.objects.filter(pk__in=managed_by(user)).order_by("name")
    found = managed.filter(code=filters.get("centre", "")[:20].replace("\x00", "")).first() or managed.first()
    if found is None:
        raise AccessRefused(_("A portfolio is for the manager of a FastTrack Center and for administrators."))
    return found


def refuse_unfit(kind: str, subject: Subject, *, at: datetime) -> None:
    """Raises Invalid or Conflict where there can be no such report."""
    fits = {Engagement: (Kind.ENGAGEMENT,), Minutes: (Kind.MINUTES,), MigrationEvent: (Kind.STATUS, Kind.FINAL)}
    if kind not in fits[type(subject)]:
        raise Invalid(_("There is no such report about this."), field="kind")
    if not isinstance(subject, MigrationEvent):
        return
    if subject.status in ("draft", "validated", "cancelled"):
        raise Conflict(_("There is nothing to report yet: this migration event is not scheduled."))
    if kind == Kind.FINAL and (reason := why_not_final(subject)):
        raise Conflict(reason)


def why_not_final(event: MigrationEvent) -> str:
    """Why an event has no final report yet, in words that name who is missing; "" if it can have one."""
    if event.status not in event.COMPLETE:
        return _("The final report is made when the migration event is completed.")
    return reckoning.why_not(event)


def engagement_of(subject: Subject) -> Engagement:
    if isinstance(subject, MigrationEvent):
        return subject.project.engagement
    return subject.engagement if isinstance(subject, Minutes) else subject


def _audience(kind: str, wanted: str, engagement: Engagement, by: User | None) -> str:
    """The edition that is asked for; minutes have one, which is what both sides confirmed."""
    if kind == Kind.MINUTES:
        return Audience.ALL
    if by is None:
        return wanted or Audience.CUSTOMER
    allowed = audiences_of(by, engagement)
    if wanted and wanted not in allowed:
        raise Invalid(_("This edition is not yours to ask for."), field="audience")
    return wanted or allowed[0]


def _queue(key: uuid.UUID, name: str, by: User | None, **fields: Any) -> Report:
    try:
        with transaction.atomic():
            report = Report.objects.create(public_id=key, period=name, requested_by=by, **fields)
    except IntegrityError:
        # Somebody else was first by a moment: that one is the report.
        first = Report.objects.filter(Q(period=name) | Q(public_id=key)).first()
        if first is None:
            raise Conflict(_("There is a newer one already. Issue the newest anew.")) from None
        return first
    kind = "reports.reissued" if report.replaces else "reports.requested"
    before = {"before": report.replaces.number, "reason": report.reason} if report.replaces else {}
    tell(kind, report, by=by, internal=by is None, **before)
    report.job = enqueue("reports.render", key=str(report.public_id), payload={"report": report.pk}, by=by)
    Report.objects.filter(pk=report.pk).update(job=report.job)
    return report
