"""Hours in a calendar: on the clock of the person who looks, and on that of the other side where it differs."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.translation import pgettext

from engagements.diary import Entry

register = template.Library()


class Clock(NamedTuple):
    """`10:00–10:30`, and `04:00 EDT` where the other side's clock says so."""

    here: str
    across: str
    stamp: str


@register.simple_tag
def clock_of(entry: Entry, zone: str) -> Clock:
    assert isinstance(entry.start, datetime)
    assert isinstance(entry.end, datetime)
    here, there = entry.start.astimezone(_zone(zone)), entry.start.astimezone(_zone(entry.zone_across))
    end = entry.end.astimezone(_zone(zone))
    across = ""
    if here.utcoffset() != there.utcoffset():
        pattern = pgettext("time", "H:i") if here.date() == there.date() else pgettext("weekday and time", "D H:i")
        across = f"{date_format(there, pattern)} {_name(there)}"
    until = f"–{end:%H:%M}" if entry.has_end else ""
    return Clock(f"{here:%H:%M}{until}", across, entry.start.astimezone(UTC).isoformat())


def _name(moment: datetime) -> str:
    name = moment.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
