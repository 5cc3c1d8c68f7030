"""One measured figure, and the table or JSON it is printed in."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Measure:
    """`ratio` is value to floor (or naive) as `goal` reads it; `holds` says whether the goal is met."""

    id: str
    what: str
    value: float
    unit: str
    floor: float
    ratio: float
    goal: str
    holds: bool


def say(line: str) -> None:
    """Progress goes to stderr, so that --json stays clean."""
    print(line, file=sys.stderr, flush=True)


def timed(work: Callable[[], object], rounds: int = 5) -> float:
    """The median of `rounds` runs, in seconds."""
    taken = []
    for _round in range(rounds):
        began = perf_counter()
        work()
        taken.append(perf_counter() - began)
    return median(taken)


def show(measures: Sequence[Measure], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(measure) for measure in measures], indent=1))
        return
    print(f"{'id':24} {'what':58} {'value':>12} {'unit':8} {'floor':>12} {'ratio':>8}  goal")
    for each in measures:
        mark = "ok" if each.holds else "NO"
        line = f"{each.id:24} {each.what:58} {each.value:12.3f} {each.unit:8} {each.floor:12.3f} {each.ratio:8.2f}"
        print(f"{line}  {each.goal}: {mark}")
