"""What the page of an event's progress says: how fast it moves, whether it stands still, when it may be through."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fasttrack_portal.charts import velocity
from migrations_svc import forecast, planning, sizes, totals
from migrations_svc.forecast import Forecast
from migrations_svc.models import MigrationEvent, Snapshot, Watch

# What is read of the past: more makes the forecast no better.
_SNAPSHOTS = 500


@dataclass(frozen=True, slots=True)
class Pace:
    """`days` are what came through by local day; `fits` is "" where nobody asked for a day."""

    days: list[tuple[date, int]]
    picture: str
    left: int
    forecast: Forecast | None
    start: date
    median_on: date | None
    slow_on: date | None
    fits: str
    past_largest: int
    without_size: int
    largest_gb: int
    stalled_since: datetime | None
    per_day: int


def of(event: MigrationEvent, *, at: datetime, until: date | None = None) -> Pace:
    """Five queries, however many records there are."""
    zone = ZoneInfo(event.zone)
    snapshots = Snapshot.objects.filter(event=event).order_by("-at").values_list("at", "done")[:_SNAPSHOTS]
    days = forecast.daily([(moment.astimezone(zone).date(), done) for moment, done in reversed(snapshots)])
    bands = sizes.bands()
    counts, past, unknown = sizes.remaining(event, bands)
    left = event.record_count - totals.through(event.totals)
    found = _expected(event, days, left, counts)
    start, today = _start(event, at, found), at.astimezone(zone).date()
    watch = Watch.objects.filter(event=event).first()
    is_stalled = watch is not None and watch.stalled_at is not None and event.status == event.Status.RUNNING
    return Pace(
        days=days,
        picture=_picture(days, found, start),
        left=left,
        forecast=found,
        start=start,
        # A day that has passed is no forecast any more.
        median_on=max(found.median_on(start), today) if found else None,
        slow_on=max(found.slow_on(start), today) if found else None,
        fits=forecast.fits(found, start, until) if found and until else "",
        past_largest=past,
        without_size=unknown,
        largest_gb=bands[-1].up_to_gb,
        stalled_since=watch.changed_at if watch and is_stalled else None,
        per_day=round(sum(count for _day, count in days[-7:]) / len(days[-7:])) if days else 0,
    )


def _expected(event: MigrationEvent, days: list[tuple[date, int]], left: int, counts: Any) -> Forecast | None:
    """From its own history as soon as there is one; from the sizes before that; none where nothing is left."""
    is_over = event.is_complete or event.status in (event.Status.FAILED, event.Status.CANCELLED)
    if left <= 0 or is_over:
        return None
    if event.status == event.Status.RUNNING:
        known = forecast.by_history(left, [float(count) for _day, count in days])
        if known:
            return known
    return forecast.by_sizes(counts)


def _start(event: MigrationEvent, at: datetime, found: Forecast | None) -> date:
    """The day the forecast counts from: today for a history, else the day the event starts."""
    today = at.astimezone(ZoneInfo(event.zone)).date()
    if found and found.basis == "history":
        return today
    if event.started_at:
        return event.started_at.astimezone(ZoneInfo(event.zone)).date()
    return planning.day_of(event) or today


def _picture(days: list[tuple[date, int]], found: Forecast | None, start: date) -> str:
    ahead: list[tuple[date, float]] = []
    if found and found.basis == "history" and days:
        last = days[-1][0]
        rate = sum(count for _day, count in days) / len(days)
        ahead = [(last + timedelta(days=1), rate), (max(found.median_on(start), last + timedelta(days=2)), rate)]
    return velocity(
        [(day, float(count)) for day, count in days],
        ahead,
        unit=_("records a day"),
        title=_("Records through by day"),
        ident="velocity",
    )
