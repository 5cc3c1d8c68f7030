"""The success plan's four tracks, their first lines from the request, and the responsibilities they are tied to."""

import re
from collections.abc import Mapping

TRACKS = ("stakeholders", "scenarios", "awareness", "training")

# Each responsibility with the tracks that carry it out (A-C6, R-C2, E-C1.1-3): it begins with the first of their
# lines and is done when each track has lines and all of them are done.
TIES: dict[str, tuple[str, ...]] = {
    "A-C6": TRACKS,
    "A-C6.1": ("stakeholders",),
    "A-C6.2": ("scenarios",),
    "A-C6.3": ("awareness", "training"),
    "R-C2": TRACKS,
    "R-C2.1": ("scenarios",),
    "R-C2.2": ("stakeholders",),
    "R-C2.3": ("awareness",),
    "R-C2.4": ("training",),
    "E-C1.1": ("awareness",),
    "E-C1.2": ("training",),
    "E-C1.3": TRACKS,
}
# Where a plan is put into action, having done it means that its lines are done; the others only write it.
CARRIED_OUT = ("E-C1.1", "E-C1.2")
# What a track is for, and an example of how one tells its success.
PURPOSES: dict[str, tuple[str, str]] = {
    "stakeholders": (
        "Who decides, and who carries it on where people work.",
        "Such as: every department has a champion who has agreed.",
    ),
    "scenarios": (
        "What people do differently, and how you see that it works.",
        "Such as: eight of ten project teams plan in one place by June.",
    ),
    "awareness": (
        "How people hear of it before it arrives.",
        "Such as: nine of ten people know the day and where to ask.",
    ),
    "training": (
        "How people and the helpdesk learn it.",
        "Such as: the helpdesk answers without passing on in four of five calls.",
    ),
}
LONGEST, MOST_LINES = 200, 10
_BETWEEN = re.compile(r"[\r\n;]+")
_BULLET = re.compile(r"^[\s\-*•·–]+|^\d+[.)]\s+")


def first_lines(facts: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(track, title, criterion) of the four recommended facts: one line a sentence or bullet, ten a track at most.
    A long one keeps its whole text as the criterion, so that nothing of the request is lost."""
    found = []
    for track in TRACKS:
        parts = [_BULLET.sub("", part).strip().rstrip(".") for part in _BETWEEN.split(facts.get(track, "") or "")]
        parts = [part for part in parts if part]
        if len(parts) > MOST_LINES:
            parts = [*parts[: MOST_LINES - 1], "; ".join(parts[MOST_LINES - 1 :])]
        for part in parts:
            is_long = len(part) > LONGEST
            title = part[: LONGEST - 1].rsplit(" ", 1)[0][: LONGEST - 1] + "…" if is_long else part
            found.append((track, title[0].upper() + title[1:], part if is_long else ""))
    return found
