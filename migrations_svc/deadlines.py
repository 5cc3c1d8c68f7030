"""The deadlines before a migration event, counted back in working days of the centre (D-C8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fasttrack_portal.directory.calendars import WorkingCalendar, shifted

DAY = timedelta(days=1)
MOST_DAYS_BEFORE = 250


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One row of the deadline table: due so many working days before the event."""

    code: str
    label: str
    working_days_before: int

    def __post_init__(self) -> None:
        if not 0 <= self.working_days_before <= MOST_DAYS_BEFORE:
            raise ValueError(f"A deadline lies 0 to {MOST_DAYS_BEFORE} working days before its event.")


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due_on` is the last day on which the thing may be done, in the centre's calendar."""

    code: str
    label: str
    working_days_before: int
    due_on: date

    def is_missed(self, on: date) -> bool:
        return on > self.due_on


# Portal defaults; an admin may edit them.
DEFAULT_RULES: tuple[DeadlineRule, ...] = (
    DeadlineRule("list_freeze", "List freeze", 10),
    DeadlineRule("access_check", "Access check", 7),
    DeadlineRule("go_no_go", "Go or no-go", 2),
)


def deadlines(
    event_day: date, calendar: WorkingCalendar, rules: Iterable[DeadlineRule] = DEFAULT_RULES
) -> tuple[Deadline, ...]:
    """The deadlines of an event, the earliest first. The event's own day is never counted; a rule of 0 days is due on
    that day, or on the last working day before it. ValueError where the calendar has no such day."""
    found = [
        Deadline(rule.code, rule.label, rule.working_days_before, _due_on(event_day, calendar, rule)) for rule in rules
    ]
    return tuple(sorted(found, key=lambda deadline: (deadline.due_on, -deadline.working_days_before, deadline.code)))


def _due_on(event_day: date, calendar: WorkingCalendar, rule: DeadlineRule) -> date:
    if rule.working_days_before:
        return calendar.add_working_days(event_day, -rule.working_days_before)
    return event_day if calendar.is_working_day(event_day) else calendar.add_working_days(event_day, -1)


def earliest_day(today: date, calendar: WorkingCalendar, rules: Iterable[DeadlineRule] = DEFAULT_RULES) -> date:
    """The first day, free or not, for which every deadline can still be met, today included. ValueError beyond the
    calendar."""
    longest = max((rule.working_days_before for rule in rules), default=None)
    if longest is None:
        return today
    if longest == 0:
        return calendar.add_working_days(today, 0)
    # That many working days, today counted where it is one, lie before the event: it is the day after the last.
    return calendar.add_working_days(shifted(today, -1), longest) + DAY
