"""How fast the records of an event move, and when the last one is through if that goes on."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fasttrack_portal.charts import velocity
from migrations_svc import forecast
from reports.pages.words import day
from reports.snapshots import EventReport


def pace_of(said: EventReport, zone: ZoneInfo) -> dict[str, Any]:
    """The picture of the days with its forecast, and the forecast in words; both "" where there is nothing to go by."""
    days = _every_day(said)
    if len(days) < 2:
        return {"velocity": "", "forecast": ""}
    ahead: list[tuple[date, float]] = []
    words = ""
    found = _expected(said, days)
    if found is not None:
        today = said.head.as_of.astimezone(zone).date()
        likely, slow = found.median_on(today), found.slow_on(today)
        last, rate = days[-1][0], sum(count for _day, count in days) / len(days)
        ahead = [(last + timedelta(days=1), rate), (max(likely, last + timedelta(days=2)), rate)]
        words = _("At this pace the last record is through around %(likely)s, and hardly later than %(slow)s.") % {
            "likely": day(likely),
            "slow": day(slow),
        }
        words += " " + _("This is a forecast, no promise.")
    return {
        "velocity": velocity(
            [(on, float(count)) for on, count in days], ahead, unit=_("a day"), title=_("Records moved each day")
        ),
        "forecast": words,
    }


def _every_day(said: EventReport) -> list[tuple[date, int]]:
    """Days on which nothing arrived count as well."""
    arrived = {entry.on: entry.records for entry in said.days}
    if not arrived:
        return []
    first, last = min(arrived), max(arrived)
    # Records with dates far apart would draw a line of nothing: then the days that have something are enough.
    if (last - first).days > 4 * len(arrived) + 30:
        return sorted(arrived.items())
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [(on, arrived.get(on, 0)) for on in every]


def _expected(said: EventReport, days: list[tuple[date, int]]) -> forecast.Forecast | None:
    if said.event.status != "running" or not said.totals.others:
        return None
    return forecast.by_history(said.totals.others, [float(count) for _day, count in days])
