"""Reading what a portfolio report says, with the rights of who asked for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from engagements import board
from engagements.filters import BoardFilter, EngagementFilter
from engagements.milestones import PHASE_TITLES
from engagements.models import Engagement, Milestone
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.output import csv_bytes
from migrations_svc import totals
from migrations_svc.models import Issue, MigrationEvent
from reports import snapshots
from reports.gather.common import edition_of
from reports.gather.readers import language_of
from reports.models import Report
from reports.snapshots import (
    Filter,
    ListFile,
    Number,
    PortfolioEvent,
    PortfolioLine,
    PortfolioReport,
    ReachedLine,
)

MOST_ENGAGEMENTS = 200
MOST_ATTENTION = 25
MOST_REACHED = 60
MOST_EVENTS = 60
_CHUNK = 500


def narrowed(user: User, centre: Any, filters: dict[str, str], moment: board.Moment) -> Any:
    """The filter of the list or of the board over what the person may see, within the centre of the portfolio."""
    seen = Engagement.objects.visible_to(user)
    seen = seen.filter(centre=centre) if centre else seen
    asked: Any = SimpleNamespace(user=user)
    if filters.get("of") == "board":
        shown = seen.filter(status__in=board.SHOWN)
        return BoardFilter(filters, queryset=shown, request=asked, user=user, moment=moment)
    return EngagementFilter(filters, queryset=seen, request=asked, user=user)


def portfolio_report(report: Report, at: datetime) -> tuple[PortfolioReport, bytes]:
    """The report, and the file with a line for each engagement."""
    user = report.requested_by
    assert user is not None
    assert report.first_day is not None
    assert report.last_day is not None
    zone = user.zone()
    moment = board.Moment(at, at.astimezone(zone).date())
    filters = narrowed(user, report.centre, report.filters, moment)
    found: QuerySet[Engagement] = filters.qs
    inside = found.order_by().values("pk")
    ranked = list(board.ranked(found, moment))
    span = _span(report.first_day, report.last_day, zone)
    rows = _file(found)
    head = _head(report, user, at)
    urgent = [key for key in ranked if key[1]][:MOST_ATTENTION]
    reached = _reached(inside, report.first_day, report.last_day)
    events = _events(inside, span)
    issues = Issue.objects.visible_to(user).filter(event__project__engagement__in=inside)
    said = PortfolioReport(
        head=head,
        filters=tuple(_words(filters)),
        total=len(ranked),
        late=found.filter(next_on__lt=moment.today, status__in=board.RUNNING).count(),
        stuck=found.filter(stuck__gt=0, status__in=board.RUNNING).count(),
        statuses=tuple(_numbers(found, "status", Engagement.Status.values)),
        phases=tuple(_numbers(found.filter(status__in=board.SHOWN), "phase_code", list(PHASE_TITLES))),
        opened=moved_in(found, "opened", user, span).count(),
        completed=moved_in(found, "completed", user, span).count(),
        engagements=tuple(_lines(ranked[:MOST_ENGAGEMENTS], user, moment)),
        attention=tuple(_lines(urgent, user, moment)),
        reached=tuple(
            ReachedLine(each.completed_on, each.title, each.engagement.customer.name, each.engagement.number)
            for each in reached[:MOST_REACHED]
            if each.completed_on
        ),
        reached_total=reached.count(),
        events=tuple(_event(each) for each in events[:MOST_EVENTS]),
        events_total=events.count(),
        issues_reported=issues.filter(created_at__range=span).count(),
        issues_resolved=issues.filter(resolved_at__range=span).count(),
        file=ListFile(f"portfolio-{report.number}.csv", len(ranked), snapshots.hash_of(rows)),
    )
    return said, rows


@dataclass(frozen=True)
class Now:
    """What a portfolio counts, as it is now: by its filters, for its days and with the rights of its reader."""

    user: User
    moment: board.Moment
    span: tuple[datetime, datetime]
    engagements: QuerySet[Engagement]
    reached: QuerySet[Milestone]
    issues: QuerySet[Issue]

    def moved(self, step: str) -> QuerySet[Engagement]:
        return moved_in(self.engagements, step, self.user, self.span)


def now_in(report: Report, reader: User, *, at: datetime) -> Now:
    """The reader is who asked for it, or an admin."""
    user = report.requested_by
    assert user is not None
    assert report.first_day is not None
    assert report.last_day is not None
    moment = board.Moment(at, at.astimezone(user.zone()).date())
    asked = narrowed(user, report.centre, report.filters, moment).qs
    found = asked.filter(pk__in=Engagement.objects.visible_to(reader).values("pk"))
    inside = found.order_by().values("pk")
    return Now(
        user=user,
        moment=moment,
        span=_span(report.first_day, report.last_day, user.zone()),
        engagements=found,
        reached=_reached(inside, report.first_day, report.last_day),
        issues=Issue.objects.visible_to(reader).filter(event__project__engagement__in=inside),
    )


def moved_in(
    engagements: QuerySet[Engagement], step: str, user: User, span: tuple[datetime, datetime]
) -> QuerySet[Engagement]:
    """Those that were opened, or completed, in that time: each once, however often it was resumed."""
    told = Event.objects.visible_to(user).filter(kind=f"engagements.{step}", at__range=span)
    return engagements.filter(public_id__in=told.values("thread"))


def _head(report: Report, user: User, at: datetime) -> snapshots.Head:
    assert report.first_day is not None
    assert report.last_day is not None
    scope = report.centre.name if report.centre else _("All FastTrack Centers")
    return snapshots.Head(
        form=snapshots.FORM, kind=report.kind, number=report.number, as_of=at, zone=user.time_zone,
        language=language_of(report), first_day=report.first_day, last_day=report.last_day, customer=scope,
        engagement="", title="", services=(), status="", specialist="", centre=scope, partner="",
        **edition_of(report),
    )  # fmt: skip


def _span(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first midnight to the last moment of the last day, on the wall of who asks."""
    begins = datetime.combine(first, time(0), zone)
    return begins, datetime.combine(last + timedelta(days=1), time(0), zone) - timedelta(microseconds=1)


def _words(filters: Any) -> Iterator[Filter]:
    """What was chosen, as the form of the list says it."""
    for name, field in filters.form.fields.items():
        value = filters.form.cleaned_data.get(name) if filters.form.is_valid() else None
        if value:
            choices = dict(getattr(field, "choices", [])) if isinstance(value, str) else {}
            yield Filter(str(field.label), str(choices.get(value, value)))


def _numbers(found: QuerySet[Engagement], field: str, order: list[str]) -> Iterator[Number]:
    counted = dict(found.order_by().values_list(field).annotate(how_many=Count("pk")))
    for code in order:
        if counted.get(code):
            yield Number(code, counted[code])


def _lines(keys: list[tuple[int, int]], user: User, moment: board.Moment) -> Iterator[PortfolioLine]:
    """In the order of the board, each with the reasons why it stands there."""
    for row in board.rows_of(keys, user, moment):
        engagement = row.engagement
        yield PortfolioLine(
            number=engagement.number,
            title=engagement.title,
            customer=engagement.customer.name,
            specialist=str(engagement.specialist),
            status=engagement.status,
            phase=engagement.phase_code,
            next_milestone=engagement.next_milestone,
            next_on=engagement.next_on,
            desired_on=engagement.desired_on,
            with_fasttrack=engagement.with_fasttrack,
            with_customer=engagement.with_customer,
            stuck=engagement.stuck,
            reasons=tuple(cause.text for cause in row.causes[:2]),
        )


def _reached(inside: Any, first: date, last: date) -> Any:
    done = Milestone._base_manager.filter(engagement__in=inside, status="completed", completed_on__range=(first, last))
    return done.select_related("engagement__customer").order_by("-completed_on", "pk")


def _events(inside: Any, span: tuple[datetime, datetime]) -> Any:
    """Migration events that begin, run or end within the days."""
    dated = Q(scheduled_for__range=span) | Q(completed_at__range=span) | Q(started_at__range=span)
    events = MigrationEvent._base_manager.filter(dated | Q(status="running"), project__engagement__in=inside)
    shown = events.exclude(status__in=["draft", "validated"]).select_related("project__engagement__customer")
    return shown.order_by("scheduled_for", "pk")


def _event(event: MigrationEvent) -> PortfolioEvent:
    day = event.completed_at or event.started_at or event.scheduled_for
    return PortfolioEvent(
        event.number, event.title, event.customer.name, event.status,
        day.astimezone(ZoneInfo(event.zone)).date() if day else None,
        event.record_count, totals.moved(event.totals), event.totals.get("failed", 0), str(event.public_id),
    )  # fmt: skip


_COLUMNS = {
    "customer": "customer__name",
    "title": "title",
    "centre": "centre__name",
    "specialist": "specialist__name",
    "status": "status",
    "phase": "phase_code",
    "next milestone": "next_milestone",
    "planned for": "next_on",
    "first planned for": "next_baseline_on",
    "desired date": "desired_on",
    "with FastTrack": "with_fasttrack",
    "with the customer": "with_customer",
    "stuck": "stuck",
}


def _file(found: QuerySet[Engagement]) -> bytes:
    rows = found.order_by("pk").values_list("pk", *_COLUMNS.values()).iterator(chunk_size=_CHUNK)
    lines = ([f"ENG-{row[0]:06d}", *row[1:]] for row in rows)
    return csv_bytes(["engagement", *_COLUMNS], lines)
