"""The responsibility template: 137 items of two parties, and which of them apply to an engagement of a given scope."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

# Named here as well, because whoever reads a scope reads its services.
from assistance.services import SERVICE_FAMILIES as SERVICE_FAMILIES
from assistance.services import SERVICES as SERVICES
from assistance.services import Family as Family

Party = Literal["fasttrack", "customer"]
Mode = Literal["guide", "run", "deliver", "do", "own", "attend", "input"]
Choice = Literal[
    "directory_sync", "password_hash_sync", "pass_through_authentication", "seamless_sso", "more_bandwidth"
]

PARTIES: dict[str, str] = {"fasttrack": "FastTrack", "customer": "Customer"}

MODES: dict[str, str] = {
    "guide": "Guides",
    "run": "Runs",
    "deliver": "Delivers",
    "do": "Does",
    "own": "Owns",
    "attend": "Attends",
    "input": "Contributes",
}

# Each choice an "if required" item waits for, and how its absence is put into words.
CHOICES: dict[str, str] = {
    "directory_sync": "directory synchronisation",
    "password_hash_sync": "password hash synchronisation",
    "pass_through_authentication": "Pass-through Authentication",
    "seamless_sso": "seamless single sign-on",
    "more_bandwidth": "more bandwidth",
}

CONDITIONS: dict[str, str] = {
    "sharepoint_in_scope": "SharePoint is in scope",
    "teams_in_scope": "Teams or Skype for Business is in scope",
    "exchange_in_scope": "Exchange is in scope",
    "migration_by_fasttrack": "FastTrack moves the data",
    "migration_eligible": "The customer wants data migration and is eligible for it",
    "if_required": "Only if required",
    "service_needs_it": "Only if a chosen service needs it",
    "split_domain": "Only with a split domain",
    "within_five_days": "Within five days after an event is completed",
    "after_all_data_moved": "Only after all wanted data is moved",
}

_SERVICE_CONDITIONS: dict[str, frozenset[str]] = {
    "sharepoint_in_scope": frozenset({"sharepoint"}),
    "teams_in_scope": frozenset({"teams", "skype"}),
    "exchange_in_scope": frozenset({"exchange"}),
}
_SERVICE_ABSENCE: dict[str, str] = {
    "sharepoint_in_scope": "SharePoint is not in scope.",
    "teams_in_scope": "Neither Teams nor Skype for Business is in scope.",
    "exchange_in_scope": "Exchange is not in scope.",
}
# These say when an item is due, never whether it exists.
TIMING_CONDITIONS = frozenset({"within_five_days", "after_all_data_moved"})
_MIGRATION_CONDITIONS = frozenset({"migration_by_fasttrack", "migration_eligible"})
_CHOICE_CONDITIONS = frozenset({"if_required", "service_needs_it"})
MIGRATION_PHASE = "data_migration"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the template. `why` answers "why me?"; `twin` is the hands-on counterpart of a guided item."""

    id: str
    phase: str
    party: Party
    parent: str
    mode: Mode
    condition: str
    choice: str
    twin: str
    text: str
    why: str

    @property
    def depth(self) -> int:
        return self.id.count(".")


@dataclass(frozen=True, slots=True)
class Scope:
    """What decides applicability. A choice is None while nobody has said: then its item stays open.

    `migration_reason` is the sentence of the eligibility rule, shown on items that fall away because of it (F9)."""

    services: frozenset[str] = field(default_factory=frozenset)
    migration_eligible: bool = False
    wants_migration: bool = False
    split_domain: bool = False
    directory_sync: bool | None = None
    password_hash_sync: bool | None = None
    pass_through_authentication: bool | None = None
    seamless_sso: bool | None = None
    more_bandwidth: bool | None = None
    migration_reason: str = ""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.services) - set(SERVICES))
        if unknown:
            raise ValueError(f"There is no service “{unknown[0]}”.")

    @property
    def has_migration(self) -> bool:
        return self.wants_migration and self.migration_eligible

    def choice(self, name: str) -> bool | None:
        if name not in CHOICES:
            raise ValueError(f"There is no choice “{name}”.")
        decided: bool | None = getattr(self, name)
        return decided


@lru_cache(maxsize=1)
def items() -> tuple[Item, ...]:
    """The whole template in its order: phase by phase, FastTrack before customer, parents before children."""
    rows = json.loads(Path(__file__).with_name("matrix.json").read_text(encoding="utf-8"))
    return tuple(Item(**row) for row in rows)


def due_of(item: Item) -> tuple[str, int]:
    """From which end of its phase an item's first due day counts, and how many working days (default): the work of a
    phase is due when the phase ends; General goes on, and what waits for an event has the event's days."""
    if item.phase == "general" or item.condition in TIMING_CONDITIONS:
        return "", 0
    return "end", 0


def row_of(item: Item, position: int) -> dict[str, str | int]:
    """The item as a row of a template's first version."""
    due_from, due_offset = due_of(item)
    return {
        "code": item.id,
        "position": position,
        "phase": item.phase,
        "party": item.party,
        "parent_code": item.parent,
        "mode": item.mode,
        "condition": item.condition,
        "choice": item.choice,
        "twin_code": _twins().get(item.id, ""),
        "text": item.text,
        "why": item.why,
        "due_from": due_from,
        "due_offset": due_offset,
    }


@lru_cache(maxsize=1)
def by_id() -> Mapping[str, Item]:
    return {item.id: item for item in items()}


def children(item: Item) -> tuple[Item, ...]:
    return tuple(other for other in items() if other.parent == item.id)


@lru_cache(maxsize=1)
def _twins() -> Mapping[str, str]:
    pairs = {item.id: item.twin for item in items() if item.twin}
    return pairs | {hands: guide for guide, hands in pairs.items()}


def twin_of(item: Item) -> Item | None:
    """The other half of a guided and hands-on pair, asked from either side."""
    other = _twins().get(item.id)
    return by_id()[other] if other else None


class Conditional(Protocol):
    """What decides whether an item applies; an item of the template file and a row of a template both have it."""

    @property
    def phase(self) -> str: ...
    @property
    def condition(self) -> str: ...
    @property
    def choice(self) -> str: ...


def applicability(item: Conditional, scope: Scope) -> tuple[bool, str]:
    """Does the item apply, and why? The reason is a sentence; it is empty where nothing had to be decided."""
    if item.phase == MIGRATION_PHASE or item.condition in _MIGRATION_CONDITIONS:
        applies, reason = _migration(scope)
        if not applies or item.condition not in TIMING_CONDITIONS:
            return applies, reason
    if item.condition in TIMING_CONDITIONS:
        return True, f"{CONDITIONS[item.condition]}."
    if item.condition in _SERVICE_CONDITIONS:
        if scope.services & _SERVICE_CONDITIONS[item.condition]:
            return True, f"{CONDITIONS[item.condition]}."
        return False, _SERVICE_ABSENCE[item.condition]
    if item.condition == "split_domain":
        return (True, "A split domain is planned.") if scope.split_domain else (False, "No split domain is planned.")
    if item.condition in _CHOICE_CONDITIONS:
        wanted = scope.choice(item.choice)
        name = CHOICES[item.choice]
        if wanted is None:
            return True, f"Open until it is clear whether {name} is required."
        name = name[0].upper() + name[1:]
        return (True, f"{name} is required.") if wanted else (False, f"{name} is not required.")
    if item.condition:
        raise ValueError(f"An item has the condition “{item.condition}”, which nobody defined.")
    return True, ""


def migration_absence(scope: Scope) -> str:
    """Why there is no data migration by FastTrack; empty where there is (F9)."""
    applies, reason = _migration(scope)
    return "" if applies else reason


def condition_in_words(item: Conditional) -> str:
    """The condition under which the item applies; empty where it always does."""
    words = CONDITIONS.get(item.condition, "")
    return f"{words}: {CHOICES[item.choice]}" if words and item.choice in CHOICES else words


def _migration(scope: Scope) -> tuple[bool, str]:
    if not scope.wants_migration:
        return False, "Data migration by FastTrack is not wanted."
    if not scope.migration_eligible:
        return False, scope.migration_reason or "There are too few seats for FastTrack to move the data."
    return True, "FastTrack moves the data."
