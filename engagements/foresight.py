"""What a change makes of meetings, before it is saved: every date from when to when, why, and who is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet

from engagements import agenda
from engagements.models import Absence, Engagement, Meeting
from engagements.operations import series as operations
from engagements.operations.absences import interval
from engagements.operations.desk import Course, Office, Supposed
from engagements.operations.planning import Line, Outcome, settle_all
from engagements.operations.replanning import affected, of_person, settle_engagements
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer, FastTrackCenter

# What one page can show and one request should work out; the worker replans the rest as well.
_MOST = 300
_SHOWN = 20


@dataclass(frozen=True)
class Group:
    """The dates of one engagement, on the clock where its wall time is kept and on that of the other side."""

    engagement: Engagement
    zone: str
    zone_across: str
    lines: Sequence[Line]


@dataclass
class Preview:
    """For engagements/_replan.html."""

    template: ClassVar = "engagements/_replan.html"

    groups: list[Group]
    # Who gets mail, and how many: one for each engagement whose dates change.
    told: list[tuple[User, int]] = field(default_factory=list)
    # Engagements that are not looked at here, or not shown.
    more: int = 0
    count: dict[str, int] = field(default_factory=dict)

    @property
    def shown(self) -> list[Group]:
        return self.groups[:_SHOWN]

    @property
    def unshown(self) -> int:
        return max(len(self.groups) - _SHOWN, 0) + self.more

    @property
    def mails(self) -> int:
        return sum(number for _person, number in self.told)

    @property
    def has_consequences(self) -> bool:
        """Whether somebody is to see this before it is saved."""
        return bool(self.told or self.count.get("left"))


def if_set(engagement: Engagement, values: dict[str, Any], *, at: datetime) -> Preview:
    """The checkpoints set, or all of them changed: every date of the horizon."""
    return _of_courses(engagement, operations.if_set(engagement, values, at=at), at)


def if_changed_following(meeting: Meeting, values: dict[str, Any], *, at: datetime) -> Preview:
    return _of_courses(meeting.engagement, operations.if_changed_following(meeting, values, at=at), at)


def if_cancelled(meeting: Meeting, scope: str, reason: str, *, at: datetime) -> Preview:
    engagement = meeting.engagement
    lines = [
        Line("cancelled", each.start, None, reason, each.nominal_on, each)
        for each in operations.if_cancelled(meeting, scope, at=at)
    ]
    return _preview([Group(engagement, *_zones(engagement, meeting.series), lines)])


def if_moved(meeting: Meeting, start: datetime, reason: str) -> Preview:
    """This one meeting at another time."""
    line = Line("moved", meeting.start, start, reason, meeting.nominal_on, meeting)
    return _preview([Group(meeting.engagement, *_zones(meeting.engagement, meeting.series), [line])])


def if_away(person: User, first_on: Any, last_on: Any, *, at: datetime) -> Preview:
    away = {person.pk: [interval(first_on, last_on, person.time_zone)]}
    return _supposed(of_person(person.pk), Supposed(away=away), at)


def if_back(absence: Absence, *, at: datetime) -> Preview:
    return _supposed(of_person(absence.person_id), Supposed(without=absence), at)


def if_directory_changed(changed: Customer | FastTrackCenter, *, at: datetime) -> Preview:
    """A centre or customer as somebody is about to save it."""
    if isinstance(changed, Customer):
        return _supposed(Engagement.objects.filter(customer=changed.pk), Supposed(customer=changed), at)
    return _supposed(Engagement.objects.filter(centre=changed.pk), Supposed(centre=changed), at)


def _supposed(engagements: QuerySet[Engagement], supposed: Supposed, at: datetime) -> Preview:
    """Only what changes, of each engagement that it changes something for."""
    keys = affected(engagements, at=at)
    groups = []
    for found in settle_engagements(keys[:_MOST], at=at, supposed=supposed):
        lines = [line for line in found.lines if line.what not in ("stays", "skipped")]
        if lines:
            series = found.outcomes[0].course.series if found.outcomes else None
            groups.append(Group(found.engagement, *_zones(found.engagement, series), lines))
    return _preview(groups, max(len(keys) - _MOST, 0))


def _of_courses(engagement: Engagement, courses: list[Course], at: datetime) -> Preview:
    outcomes: list[Outcome] = settle_all(courses, Office.of([engagement], at=at))
    lines = [line for outcome in outcomes for line in outcome.lines]
    lines.sort(key=lambda line: line.nominal_on or (line.before or at).date())
    return _preview([Group(engagement, *_zones(engagement, courses[0].series), lines)] if lines else [])


def _zones(engagement: Engagement, series: Any) -> tuple[str, str]:
    zone = series.zone if series else engagement.centre.zone
    return zone, engagement.customer.zone if engagement.customer.zone != zone else engagement.centre.zone


def _preview(groups: Iterable[Group], more: int = 0) -> Preview:
    found = list(groups)
    count: dict[str, int] = {}
    for group in found:
        for line in group.lines:
            count[line.what] = count.get(line.what, 0) + 1
    moving = [group.engagement for group in found if any(_is_told(line) for line in group.lines)]
    mails: dict[User, int] = {}
    for people in agenda.invited_to(moving).values():
        for person in people:
            mails[person] = mails.get(person, 0) + 1
    return Preview(found, list(mails.items()), more, count)


def _is_told(line: Line) -> bool:
    return line.what in ("new", "moved", "cancelled")
