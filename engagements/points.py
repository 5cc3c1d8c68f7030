"""The agenda of one meeting as people see it: what the portal brings up beside what somebody wrote down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engagements.agenda_sources import Group, sources
from engagements.models import AgendaPoint, Meeting


@dataclass(frozen=True)
class Shown:
    """One point: its row (not saved where nobody touched it yet), its words, and what the portal says of it now."""

    point: AgendaPoint
    title: str
    groups: Sequence[Group]
    is_first: bool = False
    is_last: bool = False

    @property
    def is_struck(self) -> bool:
        return self.point.status == AgendaPoint.Status.STRUCK


def points_of(meeting: Meeting, *, at: datetime) -> tuple[list[Shown], list[Shown]]:
    """The points on the agenda in their order, and those that were struck.

    What the portal could bring up and has nothing to say of is left out, unless somebody wrote under it."""
    rows = {row.origin if row.origin != AgendaPoint.OWN else row.public_id: row for row in meeting.points.all()}
    found: list[Any] = []
    for source in sources():
        row = rows.pop(source.origin, None) or standing(meeting, source.origin, source.position)
        groups = source.find(meeting, at) if row.status == AgendaPoint.Status.OPEN else []
        if groups or row.notes or row.title or row.status == AgendaPoint.Status.STRUCK:
            found.append((row, row.title or str(source.title), groups))
    # A source that is gone keeps what was written under it.
    found += [(row, str(row), []) for row in rows.values()]
    found.sort(key=lambda each: (each[0].position, each[0].pk or 0))
    on = [each for each in found if each[0].status == AgendaPoint.Status.OPEN]
    off = [each for each in found if each[0].status != AgendaPoint.Status.OPEN]
    shown = [
        Shown(row, title, groups, is_first=place == 0, is_last=place == len(on) - 1)
        for place, (row, title, groups) in enumerate(on)
    ]
    return shown, [Shown(row, title, groups) for row, title, groups in off]


def standing(meeting: Meeting, origin: str, position: int) -> AgendaPoint:
    """The point of a source before anybody has touched it."""
    return AgendaPoint(meeting=meeting, origin=origin, position=position)
