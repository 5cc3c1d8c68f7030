"""How long items have lain in which court: read for a page, for an engagement and for many engagements at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from engagements.courts import Spell, days_by_court
from engagements.models import (
    Action,
    Court,
    CourtSpell,
    Engagement,
    Milestone,
    RemediationItem,
    Responsibility,
    SuccessItem,
)
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.calendars import FIRST_YEAR, LAST_YEAR, WorkingCalendar

HELD_MODELS: tuple[Any, ...] = (Responsibility, RemediationItem, SuccessItem, Milestone, Action)
# What lies in courts in an app above, and the way to its engagement.
MORE_HELD: dict[Any, str] = {}
Calendars = Mapping[str, WorkingCalendar]


@dataclass(frozen=True, slots=True)
class Load:
    """What lies in one court now: how many items, the working days of the oldest one, and those of all together."""

    items: int = 0
    longest: int = 0
    item_days: int = 0


@dataclass(frozen=True, slots=True)
class Stay:
    """Where one item is: `days` in the court it lies in now, `in_all` by court since it first had a holder."""

    holder: str
    days: int
    in_all: dict[str, int] = field(default_factory=dict)


class Counter:
    """Working days of the two calendars of one engagement; the same two days are counted once."""

    def __init__(self, calendars: Calendars, at: datetime) -> None:
        self._calendars, self._at = calendars, at
        self._known: dict[tuple[str, date, date], int] = {}

    def days(self, holder: str, since: datetime, until: datetime | None = None) -> int:
        side = "fasttrack" if holder == "fasttrack" else "customer"
        place, end = ZoneInfo(self._calendars[side].zone), max(until or self._at, since)
        key = (side, since.astimezone(place).date(), end.astimezone(place).date())
        if key not in self._known:
            self._known[key] = days_by_court([Spell(holder, since, end)], self._calendars)[holder]
        return self._known[key]


def counter_of(engagement: Engagement, *, at: datetime, first: datetime | None = None) -> Counter:
    """For the items of one engagement that have had a holder since `first`: two queries for the centre's hours."""
    return counters_of([engagement], at, first)[engagement.pk]


def courts_of(engagements: Iterable[Engagement], at: datetime) -> dict[Engagement, dict[str, Load]]:
    """What lies in which court of each engagement: {engagement: {"customer": Load(items, longest, item_days)}}.

    Five queries at most, however many engagements; a court without an item is left out. Days are working days of
    the side that holds the item, in the spell that runs now; `history_of` has those before."""
    asked = list(engagements)
    keys = [engagement.pk for engagement in asked]
    held = [
        model._base_manager.filter(**{f"{way}__in": keys}, held_since__isnull=False)
        .exclude(holder="")
        .order_by()
        .values_list(way, "holder", "held_since")
        .annotate(items=Count("pk"))
        for model, way in (dict.fromkeys(HELD_MODELS, "engagement") | MORE_HELD).items()
    ]
    rows: list[tuple[int, str, datetime, int]] = list(held[0].union(*held[1:], all=True)) if keys else []
    counters = counters_of(asked, at, min((row[2] for row in rows), default=None))
    found: dict[int, dict[str, Load]] = defaultdict(dict)
    for engagement, holder, since, count in rows:
        days = counters[engagement].days(holder, since)
        load = found[engagement].get(holder, Load())
        found[engagement][holder] = Load(load.items + count, max(load.longest, days), load.item_days + count * days)
    return {engagement: found[engagement.pk] for engagement in asked}


def history_of(engagement: Engagement, at: datetime) -> dict[str, int]:
    """Working days that items have lain in each court since the engagement began, counted item by item."""
    spells = list(
        CourtSpell.objects.filter(engagement=engagement)
        .order_by()
        .values_list("holder", "since", "until")
        .annotate(Count("pk"))
    )
    now = courts_of([engagement], at)[engagement]
    days: dict[str, int] = {holder: load.item_days for holder, load in now.items()}
    counter = counter_of(engagement, at=at, first=min((row[1] for row in spells), default=None))
    for holder, since, until, count in spells:
        days[holder] = days.get(holder, 0) + count * counter.days(holder, since, until)
    return days


def stays_of(engagement: Engagement, items: Sequence[Any], at: datetime) -> dict[Any, Stay]:
    """The courts of some items of one engagement by public id, the time before included: one query of spells."""
    spells = list(CourtSpell.objects.filter(item__in=[item.public_id for item in items]))
    moments = [item.held_since for item in items if item.held_since] + [spell.since for spell in spells]
    counter = counter_of(engagement, at=at, first=min(moments, default=None))
    in_all: dict[Any, dict[str, int]] = {item.public_id: {} for item in items}
    for spell in spells:
        days = in_all[spell.item]
        days[spell.holder] = days.get(spell.holder, 0) + counter.days(spell.holder, spell.since, spell.until)
    found = {}
    for item in items:
        days, running = in_all[item.public_id], 0
        if item.holder and item.held_since:
            running = counter.days(item.holder, item.held_since)
            days[item.holder] = days.get(item.holder, 0) + running
        found[item.public_id] = Stay(item.holder, running, days)
    return found


def days_of(engagement: Engagement, item: Any, at: datetime) -> list[tuple[str, int]]:
    """The working days of one item in each court it has been in, by the court's name, the longest first."""
    in_all = stays_of(engagement, [item], at)[item.public_id].in_all
    return [(str(Court(holder).label), days) for holder, days in sorted(in_all.items(), key=lambda each: -each[1])]


def held_in(engagement: Engagement, user: User, holder: str = "") -> list[Any]:
    """Each item that lies in a court now, or in that one, of those that the person sees: the oldest first."""
    found: list[Any] = []
    for model, way in (dict.fromkeys(HELD_MODELS, "engagement") | MORE_HELD).items():
        held = model.objects.visible_to(user).filter(**{way: engagement}, held_since__isnull=False).exclude(holder="")
        found += held.filter(holder=holder) if holder else held
    return sorted(found, key=lambda item: (item.held_since, str(item)))


def mark(engagement: Engagement, items: Iterable[Any], side: str, *, at: datetime) -> None:
    """Writes on each item, as `item.court`, where it lies and for how long, for somebody of that side."""
    held = [item for item in items if item.holder and item.held_since]
    counter = counter_of(engagement, at=at, first=min((item.held_since for item in held), default=None))
    for item in held:
        item.court = in_words(item.holder, side, counter.days(item.holder, item.held_since))


# --- In words ---------------------------------------------------------------------------------------------------------
_JUST = {
    "you": _("just came to you"),
    "fasttrack": _("just went to FastTrack"),
    "customer": _("just went to the customer"),
    "partner": _("just went to the partner"),
    "outside": _("just went to a third party"),
}
_FOR = {
    "you": ngettext_lazy("with you for %(days)s working day", "with you for %(days)s working days", "days"),
    "fasttrack": ngettext_lazy(
        "with FastTrack for %(days)s working day", "with FastTrack for %(days)s working days", "days"
    ),
    "customer": ngettext_lazy(
        "with the customer for %(days)s working day", "with the customer for %(days)s working days", "days"
    ),
    "partner": ngettext_lazy(
        "with the partner for %(days)s working day", "with the partner for %(days)s working days", "days"
    ),
    "outside": ngettext_lazy(
        "with a third party for %(days)s working day", "with a third party for %(days)s working days", "days"
    ),
}


def in_words(holder: str, side: str, days: int) -> str:
    """“with you for 6 working days”, as somebody of `side` reads it; empty where nobody has to move."""
    if not holder:
        return ""
    who = "you" if holder == side else holder
    return str(_FOR[who] % {"days": days} if days else _JUST[who])


@dataclass(frozen=True, slots=True)
class Share:
    """One court of an engagement for components/courts.html."""

    holder: str
    label: str
    load: Load


def shares_of(engagement: Engagement, side: str, at: datetime) -> list[Share]:
    """The courts of an engagement, both sides always, others where something lies there; one's own side first."""
    loads = courts_of([engagement], at)[engagement]
    shown = [court for court in Court if court.value in ("fasttrack", "customer") or court.value in loads]
    shown.sort(key=lambda court: court.value != side)
    return [
        Share(court.value, str(_("You") if court.value == side else court.label), loads.get(court.value, Load()))
        for court in shown
    ]


# --- Calendars --------------------------------------------------------------------------------------------------------
def counters_of(engagements: Sequence[Engagement], at: datetime, first: datetime | None) -> dict[int, Counter]:
    """One counter an engagement; a calendar is made once for all that share it."""
    prefetch_related_objects(engagements, "customer", "centre__hours", "centre__closures")
    since = min(first or at, at).year
    years = range(max(since - 1, FIRST_YEAR), min(at.year + 2, LAST_YEAR + 1))
    made: dict[tuple[str, Any], WorkingCalendar] = {}
    found = {}
    for engagement in engagements:
        customer, centre = engagement.customer, engagement.centre
        theirs = ("customer", (customer.country, customer.zone))
        ours = ("fasttrack", centre.pk)
        if theirs not in made:
            made[theirs] = customer.calendar(years)
        if ours not in made:
            made[ours] = _of_centre(centre, years)
        found[engagement.pk] = Counter({"fasttrack": made[ours], "customer": made[theirs]}, at)
    return found


def _of_centre(centre: Any, years: range) -> WorkingCalendar:
    """A centre whose country has no rules still has its hours and its own closures."""
    try:
        calendar: WorkingCalendar = centre.calendar(years)
    except ValueError:
        hours = {row.weekday: (row.opens, row.closes) for row in centre.hours.all()}
        return WorkingCalendar(centre.zone, hours, frozenset(row.day for row in centre.closures.all()))
    return calendar
