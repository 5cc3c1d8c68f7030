"""The eligibility verdict as a person reads it: live from the newest rules, or frozen with a submitted request (F9)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from assistance import eligibility
from assistance.models import AssistanceRequest, EligibilityRule
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
    seats_short: int = 0
    aim: Reason = ""
    is_frozen: bool = False

    @property
    def label(self) -> Reason:
        return _LABELS.get(self.code, self.code)

    @property
    def tone(self) -> str:
        return _TONES.get(self.code, "neutral")


def assess(seats: int | None) -> eligibility.Verdict:
    """What the newest rules say."""
    return eligibility.assess(seats, EligibilityRule.objects.as_rules())


def of_seats(seats: int | None) -> Told:
    """The verdict a request with so many seats would get now."""
    return _told(seats, EligibilityRule.objects.as_rules())


def of_ask(ask: AssistanceRequest) -> Told:
    """A draft's verdict follows the rules; a submitted request keeps the one it was submitted with."""
    if ask.submitted_at is None:
        return of_seats(ask.seats)
    now = _told(ask.seats, EligibilityRule.objects.as_rules(version=ask.verdict_rule_version))
    return Told(
        code=ask.verdict,
        sentence=ask.verdict_sentence,
        version=ask.verdict_rule_version,
        source=now.source,
        seats_short=now.seats_short,
        aim=now.aim,
        is_frozen=True,
    )


def _told(seats: int | None, rules: tuple[eligibility.Rule, ...]) -> Told:
    verdict = eligibility.assess(seats, rules)
    aim: Reason = ""
    if seats is not None and verdict.seats_short:
        aim = _AIMS.get(eligibility.assess(seats + verdict.seats_short, rules).code, "")
    return Told(
        code=verdict.code,
        sentence=verdict.sentence,
        version=verdict.rule.version if verdict.rule else None,
        source=verdict.rule.source if verdict.rule else "",
        seats_short=verdict.seats_short,
        aim=aim,
    )
