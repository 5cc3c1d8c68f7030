"""What should be known before an engagement starts: four facts that must be there and four that help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REQUIRED = ("desired_on", "services", "business_reason", "success_owners")
# The four tracks of the success plan: each comes back in Assess, Remediate and Enable (A-C6, R-C2, E-C1.1-3).
RECOMMENDED = ("stakeholders", "scenarios", "awareness", "training")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Which of the facts are there, by field name."""

    missing: tuple[str, ...]
    helpful: tuple[str, ...]
    not_yet: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def readiness(facts: Mapping[str, Any]) -> Readiness:
    """Blank text counts as not there."""
    there = {name for name, value in facts.items() if (value.strip() if isinstance(value, str) else value)}
    return Readiness(
        missing=tuple(name for name in REQUIRED if name not in there),
        helpful=tuple(name for name in RECOMMENDED if name in there),
        not_yet=tuple(name for name in RECOMMENDED if name not in there),
    )
