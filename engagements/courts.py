"""Whose court an open item lies in, and how many working days it has lain there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fasttrack_portal.directory.calendars import WorkingCalendar

_OTHER = {"fasttrack": "customer", "customer": "fasttrack"}
_OPEN = frozenset({"open", "in_progress"})


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in one court; the running one ends at the moment somebody looks."""

    holder: str
    since: datetime
    until: datetime


def holder_of(status: str, party: str, *, is_running: bool, is_delegated: bool = False, waits_for: str = "") -> str:
    """The court of an item: empty when nobody has to move, or while its phase or its engagement does not run.

    What waits lies with whom it waits for, by default the other side; what is stuck lies with the other side, who is
    asked to help; everything else with the side that does it, or with the partner to whom the customer handed it.
    """
    if not is_running:
        return ""
    if status == "waiting":
        return waits_for or _OTHER[party]
    if status == "blocked":
        return _OTHER[party]
    if status in _OPEN:
        return "partner" if is_delegated and party == "customer" else party
    return ""


def days_by_court(spells: Iterable[Spell], calendars: Mapping[str, WorkingCalendar]) -> dict[str, int]:
    """Working days in each court that held the item, each on the calendar of that side; the day it came in does not
    count. `calendars` has "fasttrack" and "customer"; partners and third parties count on the customer's."""
    found: dict[str, int] = {}
    for spell in spells:
        calendar = calendars.get(spell.holder, calendars["customer"])
        place = ZoneInfo(calendar.zone)
        days = calendar.working_days_between(spell.since.astimezone(place).date(), spell.until.astimezone(place).date())
        found[spell.holder] = found.get(spell.holder, 0) + max(days, 0)
    return found
