"""The specialist's board: engagements ranked by what needs a person now, each with its reasons in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from engagements import holding
from engagements.milestones import PHASE_TITLES
from engagements.models import RUNNING, CoSpecialist, Court, Engagement
from fasttrack_portal.access import Reason as Words
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory import hours

# What a board shows: whatever is not at rest. Nothing is expected of anybody while it is on hold.
SHOWN = (*RUNNING, "on_hold")
PER_PAGE = 50
REMEDIATION_PLAN = "remediation_plan"


@dataclass(frozen=True)
class Moment:
    """Now, and the day it is for the person who looks."""

    at: datetime
    today: date


@dataclass(frozen=True)
class Signal:
    """Something that needs a person: how much it weighs, for which rows it is so (the database decides), and the one
    action that follows when it comes first."""

    code: str
    label: Words
    weight: int
    tone: str
    when: Callable[[Moment], Q]
    says: Callable[["Line"], str]
    does: Callable[[Engagement], tuple[str, str]]


@dataclass
class Line:
    """What the words of one row are made of."""

    row: Engagement
    moment: Moment
    counter: holding.Counter
    is_own: bool

    def days(self, side: str, since: datetime | None) -> int:
        return self.counter.days(side, since) if since else 0

    def days_late(self, day: date | None) -> int:
        """Working days of the centre since a day that is over; a day itself is not late yet."""
        if day is None or day >= self.moment.today:
            return 0
        noon = datetime.combine(day, time(12), ZoneInfo(self.row.centre.zone))
        return self.counter.days("fasttrack", noon)


# --- In words --------------------------------------------------------------------------------------------------------
def _phase(code: str) -> str:
    return PHASE_TITLES.get(code, "")


def _says_cold(line: Line) -> str:
    days = line.days("customer", line.row.silent_since)
    said = ngettext(
        "%(customer)s has been silent for %(days)s working day",
        "%(customer)s has been silent for %(days)s working days",
        days,
    ) % {"customer": line.row.customer.name, "days": days}
    if line.row.nudged_at is None or not is_nudged(line.row):
        return said
    return _("%(said)s, reminded on %(day)s") % {"said": said, "day": date_format(line.row.nudged_at, "j M")}


def is_nudged(row: Engagement) -> bool:
    return bool(row.nudged_at and (row.silent_since is None or row.nudged_at > row.silent_since))


def _says_stuck(line: Line) -> str:
    return ngettext("%(count)s item is stuck", "%(count)s items are stuck", line.row.stuck) % {"count": line.row.stuck}


def _signed(row: Engagement) -> str:
    if row.signing == REMEDIATION_PLAN:
        return _("The remediation plan")
    return _("The gate of %(phase)s") % {"phase": _phase(row.signing)}


def _says_sign(line: Line) -> str:
    return _("%(thing)s waits for FastTrack’s signature") % {"thing": _signed(line.row)}


def _says_unmet(line: Line) -> str:
    count = line.row.signing_unmet
    return ngettext(
        "%(thing)s was offered, but %(count)s item is not done",
        "%(thing)s was offered, but %(count)s items are not done",
        count,
    ) % {"thing": _signed(line.row), "count": count}


def _says_waits(line: Line) -> str:
    days, phase = line.days("fasttrack", line.row.fasttrack_since), _phase(line.row.phase_code)
    facts = {"days": days, "phase": phase}
    if not phase:
        return (
            ngettext(
                "FastTrack’s move has waited %(days)s working day",
                "FastTrack’s move has waited %(days)s working days",
                days,
            )
            % facts
        )
    if line.is_own:
        return (
            ngettext(
                "Your part of %(phase)s has waited %(days)s working day",
                "Your part of %(phase)s has waited %(days)s working days",
                days,
            )
            % facts
        )
    return (
        ngettext(
            "FastTrack’s part of %(phase)s has waited %(days)s working day",
            "FastTrack’s part of %(phase)s has waited %(days)s working days",
            days,
        )
        % facts
    )


def _late(what: str, days: int) -> str:
    return ngettext("%(what)s: %(days)s working day late", "%(what)s: %(days)s working days late", days) % {
        "what": what,
        "days": days,
    }


def _says_late(line: Line) -> str:
    return _late(line.row.next_milestone, line.days_late(line.row.next_on))


def _says_phase_late(line: Line) -> str:
    what = _("The end of %(phase)s") % {"phase": _phase(line.row.phase_code)}
    return _late(what, line.days_late(line.row.phase_ends_on))


def _says_put_off(line: Line) -> str:
    row = line.row
    return _("%(milestone)s was put off from %(first)s to %(now)s") % {
        "milestone": row.next_milestone,
        "first": date_format(row.next_baseline_on, "j M") if row.next_baseline_on else "",
        "now": date_format(row.next_on, "j M") if row.next_on else "",
    }


def _says_customer_signs(line: Line) -> str:
    return _("%(thing)s waits for the customer’s signature") % {"thing": _signed(line.row)}


# --- The one action ---------------------------------------------------------------------------------------------------
def _to(name: str, label: Words, part: str = "") -> Callable[[Engagement], tuple[str, str]]:
    return lambda row: (str(label), reverse(name, kwargs={"public_id": row.public_id}) + part)


_OPEN = _to("engagements:detail", gettext_lazy("Open"))
_REMIND = _to("engagements:nudge", gettext_lazy("Ask for news"))
_MILESTONES = _to("engagements:milestones", gettext_lazy("See the plan"))

SIGNALS: tuple[Signal, ...] = (
    Signal("cold", gettext_lazy("Going cold"), 128, "warning", lambda now: Q(cold_at__lte=now.at), _says_cold, _REMIND),
    Signal("stuck", gettext_lazy("Stuck"), 48, "danger", lambda now: Q(stuck__gt=0), _says_stuck,
           _to("engagements:detail", gettext_lazy("See what is stuck"), "#stuck")),
    Signal("sign", gettext_lazy("Waits for FastTrack’s signature"), 44, "warning",
           lambda now: Q(signing_unmet=0, signing_waits_for__in=("fasttrack", "both")), _says_sign,
           _to("engagements:detail", gettext_lazy("Sign"), "#gate")),
    Signal("late", gettext_lazy("Milestone late"), 32, "danger", lambda now: Q(next_on__lt=now.today), _says_late,
           _MILESTONES),
    Signal("waits", gettext_lazy("With FastTrack"), 24, "warning",
           lambda now: Q(fasttrack_since__lt=datetime.combine(now.today, time(0), now.at.tzinfo)), _says_waits,
           _to("engagements:detail", gettext_lazy("Open FastTrack’s part"), "#mine")),
    Signal("phase_late", gettext_lazy("Phase late"), 20, "warning", lambda now: Q(phase_ends_on__lt=now.today),
           _says_phase_late, _to("engagements:detail", gettext_lazy("Open"), "")),
    Signal("unmet", gettext_lazy("Gate with gaps"), 16, "warning", lambda now: Q(signing_unmet__gt=0), _says_unmet,
           _to("engagements:detail", gettext_lazy("See what is missing"), "#gate")),
    Signal("customer_signs", gettext_lazy("Waits for the customer’s signature"), 8, "waiting",
           lambda now: Q(signing_unmet=0, signing_waits_for="customer"), _says_customer_signs, _REMIND),
    Signal("put_off", gettext_lazy("Milestone put off"), 4, "waiting",
           lambda now: Q(next_on__gt=F("next_baseline_on")), _says_put_off, _MILESTONES),
)  # fmt: skip
BY_CODE = {signal.code: signal for signal in SIGNALS}


# --- Which ones, in which order ---------------------------------------------------------------------------------------
def of(user: User) -> QuerySet[Engagement]:
    """Everything that a person's board can show: what they see and is not at rest."""
    return Engagement.objects.visible_to(user).filter(status__in=SHOWN)


def of_specialist(engagements: QuerySet[Engagement], specialist: User) -> QuerySet[Engagement]:
    """Those that somebody guides or helps with."""
    helped = CoSpecialist._base_manager.filter(user=specialist.pk).values("engagement")
    return engagements.filter(Q(specialist=specialist.pk) | Q(pk__in=helped))


def is_for_own(user: User) -> bool:
    """Whether the board begins with one's own: managers and admins begin with everybody's."""
    return user.has_role(Membership.Role.SPECIALIST) and not user.has_role(Membership.Role.MANAGER)


def begins_with(user: User) -> QuerySet[Engagement]:
    """What the board shows while nobody has filtered it."""
    return of_specialist(of(user), user) if is_for_own(user) else of(user)


def with_signal(engagements: QuerySet[Engagement], code: str, moment: Moment) -> QuerySet[Engagement]:
    """Those for which one signal is true."""
    return engagements.filter(BY_CODE[code].when(moment), status__in=RUNNING)


def ranked(engagements: QuerySet[Engagement], moment: Moment) -> "QuerySet[Engagement, tuple[int, int]]":
    """What needs a person most comes first: the weights of all that is true, then what has waited longest.

    Keys with their signals, so that thousands are sorted as narrow rows: one number with a bit for each signal, by
    which words and order cannot disagree. `rows_of` reads the rows of a page."""
    bits, weights = [], []
    for position, signal in enumerate(SIGNALS):
        is_so = signal.when(moment) & Q(status__in=RUNNING)
        bits.append(Case(When(is_so, then=Value(1 << position)), default=Value(0), output_field=IntegerField()))
        weights.append(Case(When(is_so, then=Value(signal.weight)), default=Value(0), output_field=IntegerField()))
    rows = engagements.annotate(signals=_sum(bits), weight=_sum(weights))
    waiting = (F("fasttrack_since").asc(nulls_last=True), F("next_on").asc(nulls_last=True), "pk")
    return rows.order_by("-weight", *waiting).values_list("pk", "signals")


def _sum(cases: Sequence[Any]) -> Any:
    total = cases[0]
    for case in cases[1:]:
        total = total + case
    return total


# --- The rows ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cause:
    """One reason in words."""

    code: str
    text: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One engagement of the board: why it stands where it stands, and what to do about it."""

    engagement: Engagement
    causes: list[Cause]
    action: str
    url: str
    fasttrack_days: int
    customer_days: int
    phase: str


def rows_of(keys: Iterable[tuple[int, int]], user: User, moment: Moment) -> list[Row]:
    """The rows of one page in words; two queries a centre for its hours, unless they were read a moment ago."""
    asked = list(keys)
    known = Engagement.objects.visible_to(user).select_related("customer", "specialist", "centre")
    by_key = known.in_bulk([pk for pk, _signals in asked])
    found = [by_key[pk] for pk, _signals in asked if pk in by_key]
    since = [day for row in found for day in (row.silent_since, row.fasttrack_since, row.customer_since) if day]
    hours.lay_ready(row.centre for row in found)
    counters = holding.counters_of(found, moment.at, min(since, default=None))
    signals = dict(asked)
    return [_row(Line(row, moment, counters[row.pk], row.specialist_id == user.pk), signals[row.pk]) for row in found]


def _row(line: Line, signals: int) -> Row:
    row = line.row
    # They stand in the order of their weight.
    true = [signal for position, signal in enumerate(SIGNALS) if signals >> position & 1]
    action, url = (true[0].does if true else _OPEN)(row)
    return Row(
        engagement=row,
        causes=[Cause(signal.code, signal.says(line), signal.tone) for signal in true],
        action=action,
        url=url,
        fasttrack_days=line.days("fasttrack", row.fasttrack_since),
        customer_days=line.days("customer", row.customer_since),
        phase=_phase(row.phase_code),
    )


def shares_of(engagement: Engagement, side: str, at: datetime) -> list[holding.Share]:
    """The two courts of one engagement as they were counted last, one's own side first: no query of its items."""
    hours.lay_ready([engagement.centre])
    held = {
        "fasttrack": (engagement.with_fasttrack, engagement.fasttrack_since),
        "customer": (engagement.with_customer, engagement.customer_since),
    }
    first = min((since for _count, since in held.values() if since), default=None)
    counter = holding.counters_of([engagement], at, first)[engagement.pk]
    shares = [
        holding.Share(
            court,
            str(_("You") if court == side else Court(court).label),
            holding.Load(count, counter.days(court, since) if since else 0),
        )
        for court, (count, since) in held.items()
    ]
    return sorted(shares, key=lambda share: share.holder != side)


def top(user: User, limit: int, *, at: datetime, today: date) -> list[Row]:
    """The first rows of a person's board, for the home page."""
    moment = Moment(at, today)
    return rows_of(ranked(begins_with(user), moment)[:limit], user, moment)
