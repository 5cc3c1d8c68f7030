"""What differs between two versions of the matrix, and the rules that each version keeps."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from engagements.matrix import CHOICES, CONDITIONS, MODES

PHASE_LETTERS = {
    "general": "G",
    "initiate": "I",
    "assess": "A",
    "remediate": "R",
    "enable": "E",
    "data_migration": "D",
}
PARTY_LETTERS = {"fasttrack": "F", "customer": "C"}
# Items, their parts, and the parts of those.
DEEPEST = 2
# What a person reads about an item, with its name; what is not here, such as its place, is no change of the item.
SHOWN = {
    "text": "What",
    "why": "Why",
    "mode": "How",
    "condition": "Applies",
    "choice": "If required",
    "twin_code": "Hand in hand with",
    "due_from": "Due from",
    "due_offset": "Working days",
}
_NEEDS_A_CHOICE = frozenset({"if_required", "service_needs_it"})


class Coded(Protocol):
    """An item of a template or of an engagement."""

    @property
    def code(self) -> str: ...


@dataclass(frozen=True)
class Changed:
    """An item that stands in both, with the fields that differ: name -> (old, new)."""

    old: Any
    new: Any
    fields: Mapping[str, tuple[Any, Any]]


@dataclass
class Difference:
    """From one version to another, each in the order of its own."""

    new: list[Any] = field(default_factory=list)
    gone: list[Any] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.gone or self.changed)


def difference(before: Iterable[Coded], after: Iterable[Coded]) -> Difference:
    """Compared by code, which means the same item in every version."""
    old, found = {item.code: item for item in before}, Difference()
    for item in after:
        there = old.pop(item.code, None)
        if there is None:
            found.new.append(item)
            continue
        fields = {name: (was, now) for name in SHOWN if (was := getattr(there, name)) != (now := getattr(item, name))}
        if fields:
            found.changed.append(Changed(there, item, fields))
    found.gone.extend(old.values())
    return found


def next_code(phase: str, party: str, parent: str, used: Collection[str]) -> str:
    """The code of a new item: one more than any that was ever used there, so that no code changes its meaning.

    ValueError where a part would be nested too deeply."""
    if parent.count(".") >= DEEPEST:
        raise ValueError(f"{parent} is a part of a part already: nothing stands below it.")
    base = f"{parent}." if parent else f"{PHASE_LETTERS[phase]}-{PARTY_LETTERS[party]}"
    taken = [int(code[len(base) :]) for code in used if code.startswith(base) and code[len(base) :].isdigit()]
    return f"{base}{max(taken, default=0) + 1}"


def fault_of(condition: str, choice: str) -> str:
    """Why a condition cannot stand with that choice; empty where it can."""
    if condition and condition not in CONDITIONS:
        return f"There is no condition “{condition}”."
    if condition in _NEEDS_A_CHOICE and choice not in CHOICES:
        return "Say what has to be required."
    if choice and condition not in _NEEDS_A_CHOICE:
        return "Only an item that comes if required depends on a decision."
    return ""


@dataclass(frozen=True)
class Words:
    """A difference as a page shows it: items of either side, and what changed in plain words."""

    new: list[Any]
    gone: list[Any]
    changed: list[tuple[Any, list[tuple[str, str, str]]]]
    # Of the changed and the gone, those whose work is done: they stay as they are.
    stays: list[Any]

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.gone or self.changed or self.stays)


_WORDS: dict[str, Mapping[str, str]] = {"mode": MODES, "condition": CONDITIONS, "choice": CHOICES}


def in_words(found: Difference) -> Words:
    """With codes replaced by what they mean; an item that was done (one of an engagement has a state) only stays."""
    stays = [item for item in [*(each.old for each in found.changed), *found.gone] if _is_done(item)]
    return Words(
        new=found.new,
        gone=[item for item in found.gone if not _is_done(item)],
        changed=[
            (each.old, [(SHOWN[name], _say(name, was), _say(name, now)) for name, (was, now) in each.fields.items()])
            for each in found.changed
            if not _is_done(each.old)
        ],
        stays=stays,
    )


def _is_done(item: Any) -> bool:
    return getattr(item, "status", "") in ("done", "verified")


def _say(name: str, value: Any) -> str:
    return str(_WORDS.get(name, {}).get(value, value)) or "–"
