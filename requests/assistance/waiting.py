"""The queue as it is read: the requests that wait, since when and for whom, and the calendars that count their days."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet

from assistance import queue
from assistance.loads import count_of
from assistance.models import COURT_SINCE, IS_OURS, AssistanceRequest, TriageSettings
from assistance.queue import Round, Said
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory import hours
from fasttrack_portal.directory.calendars import WorkingCalendar
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.statements import once

_SAID = {
    "assistance.asked_for_information": "asked",
    "assistance.answered": "answered",
    "assistance.reminded": "reminded",
}


def queue_of(user: User) -> QuerySet[AssistanceRequest]:
    """Everything that waits at the person's centres: `is_ours` and `court_since` of each; what waits for FastTrack
    longest comes first."""
    asks = AssistanceRequest.objects.visible_to(user).filter(status__in=queue.WAITING)
    return (
        asks.select_related("customer", "partner", "reviewer")
        .annotate(court_since=COURT_SINCE, is_ours=IS_OURS)
        .order_by("-is_ours", "court_since", "pk")
    )


def calendars(centres: list[FastTrackCenter], at: datetime) -> dict[int, WorkingCalendar]:
    """The working days around now of each centre."""
    hours.lay_ready(centres)
    years = range(at.year - 2, at.year + 2)
    return {centre.pk: centre.calendar(years) for centre in centres}


class CentreQueue(NamedTuple):
    """A centre with how many requests FastTrack has to look at there, and the working days until one is overdue."""

    centre: FastTrackCenter
    waiting: int
    review_days: int


def queues_of(user: User) -> list[CentreQueue]:
    """The centres whose queue the person sees: every one, or one's own."""
    rows = _everywhere() if user.audience.is_admin else _at(user.audience.centre_ids)
    return [CentreQueue(FastTrackCenter.from_db(connection.alias, _CENTRE, row[:-2]), *row[-2:]) for row in rows]


_CENTRE = [field.attname for field in FastTrackCenter._meta.concrete_fields]


def _queues() -> QuerySet[Any, Any]:
    waiting = count_of(AssistanceRequest.objects.waiting(), "centre", OuterRef("pk"))
    return FastTrackCenter.objects.values_list(*_CENTRE, waiting, TriageSettings.number("review_days"))


_everywhere = once(_queues)
_at = once(lambda centres: _queues().filter(pk__in=centres))


def overdue(
    asks: QuerySet[AssistanceRequest], calendars: dict[int, WorkingCalendar], at: datetime, days: int
) -> QuerySet[AssistanceRequest]:
    """What has waited for FastTrack for more than so many working days of its centre."""
    late = Q(pk__in=[])
    for centre, calendar in calendars.items():
        late |= Q(centre=centre, court_since__lt=queue.overdue_before(calendar, at, days))
    return asks.filter(late, status__in=queue.OURS)


def conversation(ask: AssistanceRequest) -> list[Round]:
    """Every question that was asked about the request, with its answer and reminders."""
    told = Event.objects.filter(thread=ask.public_id, kind__in=_SAID).select_related("actor").order_by("at", "pk")
    return queue.rounds(
        Said(_SAID[event.kind], event.at, event.actor, str(event.fact("question") or event.fact("answer") or ""))
        for event in told
    )


def decided_at(ask: AssistanceRequest) -> datetime | None:
    """When it was accepted, declined or withdrawn."""
    kinds = [f"assistance.{verb}" for verb in ("accepted", "declined", "withdrawn")]
    return (
        Event.objects.filter(thread=ask.public_id, kind__in=kinds).values_list("at", flat=True).order_by("-at").first()
    )
