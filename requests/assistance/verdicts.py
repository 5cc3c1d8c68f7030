"""The eligibility verdict as a person reads it: live from the newest rules, or as a request was submitted with (F9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from assistance import eligibility
from assistance.models import AssistanceRequest, EligibilityRule, SeatWeight
from assistance.words import verdict_sentence
from fasttrack_portal.access import Reason

_TONES = {"not_yet": "warning", "guidance": "info", "migration": "success", "unknown": "neutral"}
_LABELS: dict[str, Reason] = {**dict(EligibilityRule.Verdict.choices), "unknown": _("Still open")}
_AIMS: dict[str, Reason] = {"guidance": _("guidance"), "migration": _("migration")}


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict with the rule it comes from; `seats_short` seats are missing to `aim`, 0 where nothing is."""

    code: str
    sentence: str
    version: int | None
    source: str
    seats: int | None = None
    seats_short: int = 0
    aim: Reason = ""
    is_frozen: bool = False

    @property
    def label(self) -> Reason:
        return _LABELS.get(self.code, self.code)

    @property
    def tone(self) -> str:
        return _TONES.get(self.code, "neutral")


def seats_by_class(seats: int | None, student_seats: int | None, *, is_education: bool) -> dict[str, int | None]:
    """What is known of the seats, by the class that the rules weigh them with."""
    return {"faculty": seats, "student": student_seats} if is_education else {"standard": seats}


def assess(seats: int | None) -> Told:
    """What the newest rules say to so many ordinary seats."""
    return of_classes({"standard": seats})


def of_classes(seats: Mapping[str, int | None], version: int | None = None) -> Told:
    """What one version of the rules says, by default the newest; which of the seats count is in the table too."""
    rules = EligibilityRule.objects.as_rules(version)
    weights = SeatWeight.objects.of(rules[0].version) if rules and set(seats) != {"standard"} else {}
    return _told(eligibility.assess(eligibility.counted(seats, weights), rules))


def of_ask(ask: AssistanceRequest) -> Told:
    """A draft's verdict follows the rules; a submitted request keeps the one it was submitted with."""
    if ask.submitted_at is None:
        return of_classes(_seats_of(ask))
    told = of_classes(_seats_of(ask), version=ask.verdict_rule_version)
    if told.code != ask.verdict:
        # Made when requests said less than they do now: its own words stand.
        return Told(ask.verdict, ask.verdict_sentence, ask.verdict_rule_version, told.source, is_frozen=True)
    return Told(
        code=told.code,
        sentence=told.sentence,
        version=ask.verdict_rule_version,
        source=told.source,
        seats=told.seats,
        seats_short=told.seats_short,
        aim=told.aim,
        is_frozen=True,
    )


def label_of(code: str) -> str:
    return str(_LABELS.get(code, code))


def today(ask: AssistanceRequest) -> Told | None:
    """What an open request would be told now, where that differs: the customer's seats have changed, or the rules."""
    if not ask.is_open or ask.is_app_assure:
        return None
    seats = ask.seats
    if ask.customer.seats is not None and ask.customer.seats != ask.customer_seats:
        seats = ask.customer.seats
    now, then = of_classes(_seats_of(ask, seats)), of_ask(ask)
    return now if (now.code, now.seats, now.version) != (then.code, then.seats, then.version) else None


def _seats_of(ask: AssistanceRequest, seats: int | None = None) -> dict[str, int | None]:
    return seats_by_class(ask.seats if seats is None else seats, ask.student_seats, is_education=ask.is_education)


def _told(verdict: eligibility.Verdict) -> Told:
    return Told(
        code=verdict.code,
        sentence=verdict_sentence(verdict),
        version=verdict.rule.version if verdict.rule else None,
        source=verdict.rule.source if verdict.rule else "",
        seats=verdict.seats,
        seats_short=verdict.seats_short,
        aim=_AIMS.get(verdict.next_code or "", ""),
    )
