"""The due days of an engagement's items, kept with the planned days of its phases.

A day follows from the plan; whoever moves the plan tells the story, so there is no event here."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from django.utils.translation import gettext as _

from engagements.duedates import DueDays
from engagements.models import Engagement, Phase, Responsibility
from fasttrack_portal.refusals import Invalid


def due_days_of(engagement: Engagement, phases: Iterable[Phase]) -> DueDays:
    """How this engagement counts: the customer's items on the customer's calendar, FastTrack's on the centre's."""
    plan = {phase.code: (phase.planned_start_on, phase.planned_end_on) for phase in phases}
    days = [day for ends in plan.values() for day in ends if day] or [engagement.starts_on]
    years = range(min(days).year - 1, max(days).year + 2)
    calendars = {"fasttrack": engagement.centre.calendar(years), "customer": engagement.customer.calendar(years)}
    return DueDays(plan, calendars)


def moved_due_dates(
    engagement: Engagement, phases: Iterable[Phase], items: Iterable[Responsibility] | None = None
) -> list[tuple[Responsibility, date | None]]:
    """Each item that would get another day if the phases were planned so; for a preview as well as for the change.

    A day that a person set stays, and so do the days of what is done. Raises Invalid beyond the calendar."""
    rows = Responsibility.objects.filter(engagement=engagement) if items is None else items
    found = []
    try:
        days = due_days_of(engagement, phases)
        for item in rows:
            if not item.is_due_own and item.due_from and item.is_unmet and (day := days.of(item)) != item.due_on:
                found.append((item, day))
    except ValueError as fault:
        raise Invalid(_("The days cannot be counted with these calendars: %(fault)s") % {"fault": fault}) from None
    return found


def planned_day_of(item: Responsibility) -> date | None:
    """The day that the plan gives the item, whatever stands there now; none where it cannot be counted."""
    with suppress(ValueError):
        return due_days_of(item.engagement, item.engagement.phases.filter(code=item.phase)).of(item)
    return None


def refresh_due_dates(engagement: Engagement) -> int:
    """Moves the due days after the planned days of the phases, and says how many moved. The caller holds the
    engagement. Called wherever phase dates, the template or the scope change. Raises Invalid beyond the calendar."""
    by_day: dict[date | None, list[int]] = {}
    for item, day in moved_due_dates(engagement, engagement.phases.all()):
        by_day.setdefault(day, []).append(item.pk)
    for day, keys in by_day.items():
        Responsibility.objects.filter(pk__in=keys).update(due_on=day)
    return sum(len(keys) for keys in by_day.values())
