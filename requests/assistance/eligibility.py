"""What FastTrack may do for a customer of a given size, decided by the rows of a versioned rule table (F9).

Codes and numbers only: the sentences stand in words.py, where they can be translated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Level = Literal["not_yet", "guidance", "migration"]
Code = Literal["not_yet", "guidance", "migration", "unknown"]
Unknown = Literal["", "no_number", "below_zero", "no_rule"]
SeatClass = Literal["standard", "faculty", "student"]

# In rising order of help.
LEVELS: tuple[Level, ...] = ("not_yet", "guidance", "migration")
# Schools have two kinds of seats, everybody else has one.
SEAT_CLASSES: tuple[SeatClass, ...] = ("standard", "faculty", "student")
_WHOLE = 100


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
    """What the rules say: `seats_short` seats are missing to `next_code`, 0 where there is no next level."""

    code: Code
    rule: Rule | None
    seats: int | None = None
    seats_short: int = 0
    next_code: Level | None = None
    unknown: Unknown = ""

    @property
    def allows_migration(self) -> bool:
        return self.code == "migration"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a rule table; `code` has its sentence in words.py, the numbers stand in it."""

    code: str
    first: int = 0
    second: int = 0
    word: str = ""


# Version 1 of the rule table; an admin adds later versions as rows, the logic below holds no threshold.
DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(0, 149, "not_yet", 1, "Programme documentation: guidance starts at 150 seats"),
    Rule(150, 499, "guidance", 1, "Programme documentation: 150 to 499 seats, guidance only"),
    Rule(500, None, "migration", 1, "Process and expectations: mail and file migration from 500 seats"),
)
# (default) Which seats count, in per cent: a school's students do not.
DEFAULT_WEIGHTS: dict[str, int] = {"standard": 100, "faculty": 100, "student": 0}


def current(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rows of the newest version, by seats."""
    rows = tuple(rules)
    newest = max((row.version for row in rows), default=0)
    return tuple(sorted((row for row in rows if row.version == newest), key=lambda row: row.minimum_seats))


def counted(seats: Mapping[str, int | None], weights: Mapping[str, int]) -> int | None:
    """How many of the seats count; None where no number is known. A class that the table leaves out counts in full."""
    known = {name: count for name, count in seats.items() if count is not None}
    if not known:
        return None
    return sum(count * weights.get(name, _WHOLE) // _WHOLE for name, count in known.items())


def problems(rules: Iterable[Rule]) -> list[Problem]:
    """What is wrong with the newest version of a rule table; an empty list means it may be saved."""
    rows = current(rules)
    if not rows:
        return [Problem("empty")]
    found: list[Problem] = []
    for row in rows:
        if row.verdict not in LEVELS:
            found.append(Problem("no_level", word=row.verdict))
        if row.minimum_seats < 0:
            found.append(Problem("below_zero", row.minimum_seats))
        if row.maximum_seats is not None and row.maximum_seats < row.minimum_seats:
            found.append(Problem("backwards", row.minimum_seats, row.maximum_seats))
    if rows[0].minimum_seats > 0:
        found.append(Problem("nothing_below", rows[0].minimum_seats))
    for before, after in pairwise(rows):
        if before.maximum_seats is None or before.maximum_seats >= after.minimum_seats:
            found.append(Problem("overlap", before.minimum_seats, after.minimum_seats))
        elif before.maximum_seats + 1 < after.minimum_seats:
            found.append(Problem("gap", before.maximum_seats + 1, after.minimum_seats - 1))
    if rows[-1].maximum_seats is not None:
        found.append(Problem("nothing_above", rows[-1].maximum_seats))
    return found


def assess(seats: int | None, rules: Sequence[Rule] = DEFAULT_RULES) -> Verdict:
    """What a customer with that many seats may expect (F9). Never raises: what cannot be said is `unknown`."""
    if seats is None:
        return Verdict("unknown", None, unknown="no_number")
    if seats < 0:
        return Verdict("unknown", None, seats, unknown="below_zero")
    rows = current(rules)
    # Of overlapping rows the one that starts higher is the more particular one.
    rule = max((row for row in rows if row.covers(seats)), key=lambda row: row.minimum_seats, default=None)
    if rule is None:
        return Verdict("unknown", None, seats, unknown="no_rule")
    higher = [
        row for row in rows if row.minimum_seats > seats and LEVELS.index(row.verdict) > LEVELS.index(rule.verdict)
    ]
    if not higher:
        return Verdict(rule.verdict, rule, seats)
    following = min(higher, key=lambda row: row.minimum_seats)
    return Verdict(rule.verdict, rule, seats, following.minimum_seats - seats, following.verdict)
