"""Numbers, days and states in words; the pictures' way into a template."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fasttrack_portal import design


class State(NamedTuple):
    """A state as the badge shows it."""

    code: str
    label: str

    @property
    def tone(self) -> str:
        return design.tone_of(self.code)


class Stat(NamedTuple):
    """One number of a summary; `trace` is the name of the list that it counts, with what narrows the list to it."""

    value: str
    label: str
    hint: str = ""
    tone: str = ""
    trace: str = ""
    href: str = ""


def state(choices: Any, code: str) -> State:
    """The state with the word of its model."""
    labels: Mapping[str, Any] = dict(choices.choices if hasattr(choices, "choices") else choices)
    return State(code, str(labels.get(code, code.replace("_", " "))))


def count(value: int) -> str:
    """1,240"""
    return number_format(value, force_grouping=True)


def share(part: int, whole: int) -> str:
    """67%; a little is never nothing, and nearly all is never all."""
    if whole == 0:
        return "–"
    percent = (200 * part + whole) // (2 * whole)
    if part > 0 and 100 * part < whole:
        return "<1%"
    if part < whole and 100 * part > 99 * whole:
        return ">99%"
    return f"{percent}%"


def size(bytes_: int) -> str:
    """1.2 GB"""
    return str(filesizeformat(bytes_)) if bytes_ else "–"


def day(value: date | None) -> str:
    """17 April 2026"""
    return date_format(value, pgettext("full date", "j F Y")) if value else "–"


def short_day(value: date | None) -> str:
    """17 Apr 2026, for tables."""
    return date_format(value, pgettext("short date", "j M Y")) if value else "–"


def days(first: date, last: date) -> str:
    """17 April 2026, or 17 April 2026 – 19 April 2026."""
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def moment(value: datetime | None, zone: Any) -> str:
    """17 April 2026, 18:30 CEST, on the wall of that zone."""
    if value is None:
        return "–"
    local = value.astimezone(zone)
    name = local.tzname() or ""
    name = f"UTC{name}" if name[:1] in "+-" else name
    return f"{day(local.date())}, {date_format(local, 'H:i')} {name}"


def short_moment(value: datetime | None, zone: Any) -> str:
    """17 Apr 2026, 18:30, for tables whose zone is known."""
    if value is None:
        return "–"
    local = value.astimezone(zone)
    return f"{short_day(local.date())}, {date_format(local, 'H:i')}"


def listed(parts: list[str]) -> str:
    """a, b and c"""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}
