"""On which day an item is due: so many working days of its side from an end of its phase."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from fasttrack_portal.directory.calendars import WorkingCalendar


class Timed(Protocol):
    """What a due day is counted from; an item of an engagement and a line of a template both have it."""

    @property
    def phase(self) -> str: ...
    @property
    def party(self) -> str: ...
    @property
    def due_from(self) -> str: ...
    @property
    def due_offset(self) -> int: ...


@dataclass
class DueDays:
    """`plan` has the first and last planned day of each phase by its code, `calendars` one for each party.

    137 items share a handful of rules: each distinct one is counted once."""

    plan: Mapping[str, tuple[date | None, date | None]]
    calendars: Mapping[str, WorkingCalendar]
    _known: dict[tuple[date, int, str], date] = field(default_factory=dict)

    def of(self, item: Timed) -> date | None:
        """None where the item or its phase has no day. ValueError beyond the calendar."""
        first, last = self.plan.get(item.phase, (None, None))
        base = {"start": first, "end": last}.get(item.due_from)
        if base is None:
            return None
        rule = (base, item.due_offset, item.party)
        if rule not in self._known:
            self._known[rule] = self.calendars[item.party].add_working_days(base, item.due_offset)
        return self._known[rule]
