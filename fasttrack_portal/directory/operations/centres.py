"""Every write to the hours, the place and the closures of a FastTrack Center; planning follows from their Events."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.calendars import FIRST_YEAR, WEEKDAYS, public_holidays
from fasttrack_portal.directory.models import CenterClosure, CenterHours, FastTrackCenter
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict, Invalid

Hours = Mapping[int, tuple[time, time]]
# (default) What lasts longer is no closure but other hours.
LONGEST_CLOSURE = timedelta(days=60)


@transaction.atomic
def edit_centre(
    centre: FastTrackCenter,
    *,
    zone: str,
    country: str,
    subdivision: str,
    hours: Hours,
    version: int,
    by: User | None,
) -> None:
    """Where a centre is and when it is open, weekday (0 = Monday) -> from, to in its own wall time (F8). Raises
    StaleVersion, and Invalid for hours or a place that no calendar can be made of."""
    require(by, "directory.edit_centre", centre)
    check_hours(hours)
    check_place(country, subdivision)
    before = _facts(centre, {row.weekday: (row.opens, row.closes) for row in centre.hours.all()})
    save_changes(centre, version=version, zone=zone, country=country, subdivision=subdivision)
    after = _facts(centre, hours)
    changed = [name for name in after if before[name] != after[name]]
    if "hours" in changed:
        centre.hours.all().delete()
        CenterHours.objects.bulk_create(
            CenterHours(centre=centre, weekday=day, opens=opens, closes=closes)
            for day, (opens, closes) in sorted(hours.items())
        )
    told = {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}
    note = "; ".join(f"{before[name]} → {after[name]}" for name in changed)
    record(
        "directory.centre_edited",
        subject=centre,
        by=by,
        centre=centre,
        data={**told, "name": centre.name, "note": note},
    )


@transaction.atomic
def add_closure(centre: FastTrackCenter, *, first_on: date, last_on: date, name: str, by: User | None) -> int:
    """Days on which a centre is closed beside its public holidays; how many are new. Raises Invalid for days in the
    wrong order, Conflict where it is closed on all of them already."""
    require(by, "directory.edit_centre", centre)
    days = closure_days(first_on, last_on)
    there = set(centre.closures.filter(day__in=days).values_list("day", flat=True))
    made = [CenterClosure(centre=centre, day=day, name=name) for day in days if day not in there]
    if not made:
        raise Conflict(_("The centre is closed on these days already."))
    CenterClosure.objects.bulk_create(made, ignore_conflicts=True)
    save_changes(centre)
    record("directory.closure_added", subject=centre, by=by, centre=centre, data=_told(name, first_on, last_on))
    return len(made)


@transaction.atomic
def remove_closure(centre: FastTrackCenter, *, day: date, by: User | None) -> None:
    """The centre is open on this day after all. Raises Conflict where it was not closed."""
    require(by, "directory.edit_centre", centre)
    closure = centre.closures.filter(day=day).first()
    if closure is None:
        raise Conflict(_("The centre is not closed on this day any more."))
    closure.delete()
    save_changes(centre)
    record("directory.closure_removed", subject=centre, by=by, centre=centre, data=_told(closure.name, day, day))


def closure_days(first_on: date, last_on: date) -> list[date]:
    """Each day from the first to the last. Raises Invalid."""
    if last_on < first_on:
        raise Invalid(_("The last day lies before the first."), field="last_on")
    if last_on - first_on >= LONGEST_CLOSURE:
        raise Invalid(_("At most 60 days at a time."), field="last_on")
    return [first_on + timedelta(days=number) for number in range((last_on - first_on).days + 1)]


def check_hours(hours: Hours) -> None:
    """Raises Invalid at the weekday that does not do."""
    if not hours:
        raise Invalid(_("A centre is open on one day of the week at least."))
    for day, (opens, closes) in hours.items():
        if opens >= closes:
            raise Invalid(_("It closes before it opens."), field=f"closes_{day}")


def check_place(country: str, subdivision: str) -> None:
    """Raises Invalid where nobody knows the public holidays."""
    try:
        public_holidays(country, subdivision or None, [FIRST_YEAR])
    except ValueError as fault:
        raise Invalid(str(fault), field="subdivision" if subdivision else "country") from None


def _facts(centre: FastTrackCenter, hours: Hours) -> dict[str, str]:
    return {
        "zone": centre.zone,
        "country": centre.country,
        "subdivision": centre.subdivision or "–",
        "hours": ", ".join(
            f"{WEEKDAYS[day]} {opens:%H:%M}-{closes:%H:%M}" for day, (opens, closes) in sorted(hours.items())
        ),
    }


def _told(name: str, first_on: date, last_on: date) -> dict[str, Any]:
    first, last = date_format(first_on, "j M Y"), date_format(last_on, "j M Y")
    return {"name": name, "days": first if first == last else f"{first} – {last}"}
