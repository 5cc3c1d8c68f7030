"""Days and moments as people read them: local, with the zone, the rest on hover; `{% load ui %}` has them as tags."""

from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

_UTC = ZoneInfo("UTC")
# What of a moment date_format writes beside its day.
_HOURS = frozenset("aAefgGhHiIOPrsTuUZc")


def _abbreviation(moment: datetime) -> str:
    name = moment.tzname() or ""
    # Zones without letters of their own call themselves "-03".
    return f"UTC{name}" if name[:1] in "+-" else name


class _Patterns(NamedTuple):
    full: str
    moment: str
    time: str
    full_day: str
    day: str


@lru_cache
def _patterns(language: str) -> _Patterns:
    """How the active language writes days and hours."""
    return _Patterns(
        full=pgettext("full date and time", "l j F Y, H:i"),
        moment=pgettext("date and time", "j M Y, H:i"),
        time=pgettext("time", "H:i"),
        full_day=pgettext("full date", "l j F Y"),
        day=pgettext("date", "j M Y"),
    )


@lru_cache(maxsize=4_096)
def _day_in_words(value: date, pattern: str, language: str) -> str:
    return date_format(value, pattern)


_CLOCK = "\x00"  # stands where the hour goes


def _in_words(value: date, pattern: str, language: str) -> str:
    """`date_format`, which is slow: the words of a day are kept, since a list has many moments of few days."""
    if not isinstance(value, datetime):
        return _day_in_words(value, pattern, language)
    around = pattern.replace("H:i", _CLOCK)
    if not _HOURS.isdisjoint(around):
        return date_format(value, pattern)
    words = _day_in_words(value.date(), around, language)
    return words.replace(_CLOCK, f"{value.hour:02}:{value.minute:02}")


def _full(moment: datetime) -> str:
    language = get_language() or ""
    utc = moment.astimezone(_UTC)
    local = _in_words(moment, _patterns(language).full, language)
    return f"{local} {moment.tzinfo} ({utc.hour:02}:{utc.minute:02} UTC)"


def when(moment: datetime | None, style: str = "full") -> SafeString:
    """A moment in the zone of the person who looks. `style`: full, time (no date), short (no zone)."""
    if moment is None:
        return _nothing()
    return _when(moment, timezone.get_current_timezone(), style, get_language() or "")


# The same hours are read again and again: a list is drawn anew for each step through it.
@lru_cache(maxsize=4_096)
def _when(moment: datetime, zone: tzinfo, style: str, language: str) -> SafeString:
    local, patterns = timezone.localtime(moment, zone), _patterns(language)
    text = _in_words(local, patterns.time if style == "time" else patterns.moment, language)
    if style != "short":
        text = f"{text} {_abbreviation(local)}"
    return format_html(
        '<time class="when" datetime="{}" title="{}">{}</time>',
        moment.astimezone(_UTC).isoformat(),
        _full(local),
        text,
    )


def day(value: date | None) -> SafeString:
    """A calendar day, the same for everybody; a moment becomes the day it is where the person is."""
    if value is None:
        return _nothing()
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return _day(value, get_language() or "")


@lru_cache(maxsize=4_096)
def _day(value: date, language: str) -> SafeString:
    patterns = _patterns(language)
    return format_html(
        '<time class="when" datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        date_format(value, patterns.full_day),
        date_format(value, patterns.day),
    )


def both_zones(moment: datetime, here: str | ZoneInfo, there: str | ZoneInfo) -> SafeString:
    """A moment on both sides' clocks; once only where both clocks agree."""
    first, second = (
        moment.astimezone(zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)) for zone in (here, there)
    )
    stamp = moment.astimezone(_UTC).isoformat()
    pattern = pgettext("date and time", "j M Y, H:i")
    text = f"{date_format(first, pattern)} {_abbreviation(first)}"
    if first.utcoffset() == second.utcoffset():
        return format_html(
            '<time class="when" datetime="{}" title="{}">{}</time>',
            stamp,
            _full(first),
            text,
        )
    other_pattern = pgettext("time", "H:i") if first.date() == second.date() else pgettext("day and time", "j M, H:i")
    return format_html(
        '<time class="when both-zones" datetime="{}"><span title="{}">{}</span> '
        '<span class="other-zone" title="{}">{} {}</span></time>',
        stamp,
        _full(first),
        text,
        _full(second),
        date_format(second, other_pattern),
        _abbreviation(second),
    )


def _nothing() -> SafeString:
    return format_html('<span class="muted" aria-label="{}">{}</span>', _("not set"), "–")
