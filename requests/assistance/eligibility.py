"""What FastTrack may do for a customer of a given size, decided by the rows of a versioned rule table (F9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Level = Literal["not_yet", "guidance", "migration"]
Code = Literal["not_yet", "guidance", "migration", "unknown"]

# In rising order of help. The sentences below are the only place where a level is put into words.
LEVELS: tuple[Level, ...] = ("not_yet", "guidance", "migration")

_GIVES: dict[str, str] = {
    "not_yet": "FastTrack help is not available yet",
    "guidance": "FastTrack guides you and your own team moves the data",
    "migration": "FastTrack can guide you and move your mail and files",
}
_NEXT: dict[str, str] = {
    "not_yet": "this stays so",
    "guidance": "guidance starts",
    "migration": "FastTrack moves mail and files",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: seats from `minimum_seats` to `maximum_seats`, both included; None means no upper end."""

    minimum_seats: int
    maximum_seats: int | None
    verdict: Level
    version: int
    source: str

    def covers(self, seats: int) -> bool:
        return self.minimum_seats <= seats and (self.maximum_seats is None or seats <= self.maximum_seats)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say: `seats_short` is how many seats are missing to the next level, 0 where there is none."""

    code: Code
    rule: Rule | None
    seats_short: int
    sentence: str

    @property
    def allows_migration(self) -> bool:
        return self.code == "migration"


# Version 1 of the rule table; an admin adds later versions as rows, the logic below holds no threshold.
DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(0, 149, "not_yet", 1, "Programme documentation: guidance starts at 150 seats"),
    Rule(150, 499, "guidance", 1, "Programme documentation: 150 to 499 seats, guidance only"),
    Rule(500, None, "migration", 1, "Process and expectations: mail and file migration from 500 seats"),
)


def current(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rows of the newest version, by seats."""
    rows = tuple(rules)
    newest = max((row.version for row in rows), default=0)
    return tuple(sorted((row for row in rows if row.version == newest), key=lambda row: row.minimum_seats))


def problems(rules: Iterable[Rule]) -> list[str]:
    """What is wrong with the newest version of a rule table, as sentences; an empty list means it may be saved."""
    rows = current(rules)
    if not rows:
        return ["The table has no rows."]
    found: list[str] = []
    for row in rows:
        if row.verdict not in LEVELS:
            found.append(f"“{row.verdict}” is not a level; use one of {', '.join(LEVELS)}.")
        if row.minimum_seats < 0:
            found.append(f"The row from {row.minimum_seats:,} seats starts below zero.")
        if row.maximum_seats is not None and row.maximum_seats < row.minimum_seats:
            found.append(f"The row from {row.minimum_seats:,} seats ends before it starts, at {row.maximum_seats:,}.")
    if rows[0].minimum_seats > 0:
        found.append(f"Nothing is said below {rows[0].minimum_seats:,} seats.")
    for before, after in pairwise(rows):
        if before.maximum_seats is None or before.maximum_seats >= after.minimum_seats:
            found.append(
                f"The rows from {before.minimum_seats:,} and from {after.minimum_seats:,} seats cover the same seats."
            )
        elif before.maximum_seats + 1 < after.minimum_seats:
            found.append(f"Nothing is said from {before.maximum_seats + 1:,} to {after.minimum_seats - 1:,} seats.")
    if rows[-1].maximum_seats is not None:
        found.append(f"Nothing is said above {rows[-1].maximum_seats:,} seats.")
    return found


def assess(seats: int | None, rules: Sequence[Rule] = DEFAULT_RULES) -> Verdict:
    """What a customer with that many seats may expect (F9). Never raises: what cannot be said is `unknown`."""
    if seats is None:
        return Verdict("unknown", None, 0, "We do not know the number of seats yet, so this is still open.")
    if seats < 0:
        return Verdict("unknown", None, 0, "A number of seats cannot be below zero, so this is still open.")
    rows = current(rules)
    # Of overlapping rows the one that starts higher is the more particular one.
    rule = max((row for row in rows if row.covers(seats)), key=lambda row: row.minimum_seats, default=None)
    if rule is None:
        return Verdict("unknown", None, 0, f"The rules say nothing about {_seats(seats)}, so this is still open.")
    higher = [
        row for row in rows if row.minimum_seats > seats and LEVELS.index(row.verdict) > LEVELS.index(rule.verdict)
    ]
    sentence = f"With {_seats(seats)}, {_GIVES[rule.verdict]}."
    if not higher:
        return Verdict(rule.verdict, rule, 0, sentence)
    following = min(higher, key=lambda row: row.minimum_seats)
    short = following.minimum_seats - seats
    tail = f" From {_seats(following.minimum_seats)} on {_NEXT[following.verdict]}: {short:,} more."
    return Verdict(rule.verdict, rule, short, sentence + tail)


def _seats(count: int) -> str:
    return f"{count:,} seat" if count == 1 else f"{count:,} seats"
