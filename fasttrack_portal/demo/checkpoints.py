"""The demo's checkpoints: confirmed minutes, others that wait with open actions, and an agenda that comes."""

import uuid
from datetime import date, datetime, timedelta

from engagements.models import Engagement, Meeting
from engagements.operations import agenda, outcomes
from engagements.operations.absences import add_absence
from engagements.operations.meetings import hold, write_notes
from engagements.operations.minutes import confirm_minutes
from fasttrack_portal.accounts.models import User
from fasttrack_portal.demo.clock import as_if
from fasttrack_portal.demo.organisations import Cast
from fasttrack_portal.directory.operations.centres import add_closure

_NOTES = "Progress reviewed. Open items agreed with their owners and dates. Next checkpoint as planned."
_GATE = "The network item waits for the firewall team; its window is on Monday."
# What was taken on in each of the last meetings, and whether it is done by now.
_TAKEN_ON = [
    [("Name two champions in each department", "lead", True), ("Send the batch plan of the first wave", "us", True)],
    [("Book the room for the pilot group", "pm", True), ("Check the mail flow of the branch offices", "us", False)],
    [("Send the list of sites that have no network yet", "pm", False)],
]
_DECIDED = [
    "Mail moves before files, department by department.",
    "The pilot group is the head office, forty people.",
    "Passwords are synchronised; the old sign-in page stays until the end of the pilot.",
]


def past(engagement: Engagement, meetings: list[Meeting], cast: Cast) -> None:
    """They were held as they would be: notes, a decision and an action in each of the last three, then the names."""
    first = max(len(meetings) - len(_TAKEN_ON), 0)
    for place, meeting in enumerate(meetings):
        with as_if(meeting.end):
            write_notes(meeting, notes=_NOTES, version=meeting.version, by=cast.specialist)
            if place >= first:
                _written(meeting, place - first, cast)
            hold(meeting, at=meeting.end, by=cast.specialist)
        # The last one still waits for the customer.
        minutes = meeting.minutes.get()
        with as_if(meeting.end + timedelta(hours=2)):
            confirm_minutes(minutes, by=cast.specialist, at=meeting.end + timedelta(hours=2))
            if place < len(meetings) - 1:
                confirm_minutes(minutes, by=cast.lead, at=meeting.end + timedelta(hours=3))


def coming(engagement: Engagement, cast: Cast, now: datetime) -> None:
    """Both sides have put something on the next agenda."""
    following = engagement.meetings.coming(at=now).first()
    if following is None:
        return
    with as_if(now):
        for title, by in (("The pilot group: who begins on Monday", cast.lead), ("Training dates", cast.specialist)):
            agenda.add_point(following, title=title, key=uuid.uuid4(), by=by)


def away(engagement: Engagement, cast: Cast, now: datetime) -> None:
    """The specialist is away when the checkpoint after the next would be, and the centre closes for a day later on."""
    later = list(engagement.meetings.coming(at=now)[1:3])
    with as_if(now):
        for meeting in later[:1]:
            day = meeting.start.date()
            add_absence(cast.specialist, first_on=day, last_on=day + timedelta(days=1), at=now, by=cast.specialist)
        for meeting in later[1:]:
            day = meeting.start.date() + timedelta(days=2)
            add_closure(engagement.centre, first_on=day, last_on=day, name="Team day", by=None)


def _written(meeting: Meeting, place: int, cast: Cast) -> None:
    by, day = cast.specialist, meeting.start.date()
    agenda.add_point(meeting, title="Dates of the next four weeks", key=uuid.uuid4(), by=cast.pm)
    agenda.note_point(meeting, "gate", notes=_GATE, version=1, base="", by=by)
    outcomes.decide(
        meeting, text=_DECIDED[place], decided_by=cast.lead, decided_on=day, key=uuid.uuid4(), by=by
    )  # fmt: skip
    present = [cast.lead, cast.pm, cast.specialist][: 3 - place % 2]
    outcomes.mark_attendance(meeting, present=present, guests="", version=0, by=by)
    for title, who, is_done in _TAKEN_ON[place]:
        _taken_on(meeting, title, {"lead": cast.lead, "pm": cast.pm}.get(who, by), day, cast, is_done=is_done)


def _taken_on(meeting: Meeting, title: str, owner: User, day: date, cast: Cast, *, is_done: bool) -> None:
    action = outcomes.add_action(
        meeting, title=title, assignee=owner, due_on=None, key=uuid.uuid4(), by=cast.specialist, at=meeting.end
    )
    if is_done:
        done = meeting.end + timedelta(days=3)
        with as_if(done):
            outcomes.move_action(action, "finish", by=owner, at=done)
