"""What should be known before work starts, by kind of request: facts that must be there and facts that help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MICROSOFT365, APP_ASSURE = "microsoft365", "app_assure"

REQUIRED = ("desired_on", "services", "business_reason", "success_owners")
# The four tracks of the success plan: each comes back in Assess, Remediate and Enable (A-C6, R-C2, E-C1.1-3).
RECOMMENDED = ("stakeholders", "scenarios", "awareness", "training")

REQUIRED_OF = {MICROSOFT365: REQUIRED, APP_ASSURE: ("app_name", "app_platform", "app_fails", "app_impact")}
RECOMMENDED_OF = {MICROSOFT365: RECOMMENDED, APP_ASSURE: ("app_vendor", "app_version", "app_users", "app_steps")}


@dataclass(frozen=True, slots=True)
class Readiness:
    """Which of the facts are there, by field name; the score is `helpful` of all that help."""

    missing: tuple[str, ...]
    helpful: tuple[str, ...]
    not_yet: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def score(self) -> int:
        return len(self.helpful)

    @property
    def best(self) -> int:
        return len(self.helpful) + len(self.not_yet)


def is_there(value: Any) -> bool:
    """Blank text counts as not there."""
    return bool(value.strip() if isinstance(value, str) else value)


def readiness(facts: Mapping[str, Any], kind: str = MICROSOFT365) -> Readiness:
    there = {name for name, value in facts.items() if is_there(value)}
    return Readiness(
        missing=tuple(name for name in REQUIRED_OF[kind] if name not in there),
        helpful=tuple(name for name in RECOMMENDED_OF[kind] if name in there),
        not_yet=tuple(name for name in RECOMMENDED_OF[kind] if name not in there),
    )
