"""Every write to what comes of a meeting: decisions, actions with an owner and a day, and who was there."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from engagements.models import Action, Attendance, Decision, Engagement, Meeting
from engagements.operations import courts
from engagements.operations.agenda import preparing
from engagements.operations.milestones import EARLIEST, LATEST
from engagements.operations.moving import happened, moving_engagement
from engagements.operations.planning import day_of
from engagements.permissions.minutes import ACTION_RULES, WORK_ON_ACTION
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.calendars import FIRST_YEAR, LAST_YEAR
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import Conflict, Invalid, StaleVersion
from fasttrack_portal.workflow import apply

# (default) How long somebody has for an action, in working days of their side.
DUE_IN = 5
_TOLD = {"finish": "action_finished", "drop": "action_dropped", "reopen": "action_reopened"}


# --- Decisions --------------------------------------------------------------------------------------------------------
@transaction.atomic
def decide(meeting: Meeting, *, text: str, decided_by: User, decided_on: date, key: uuid.UUID, by: User) -> Decision:
    """What was decided, one a form (C2). Raises Invalid for a person of neither side, Conflict once it is over."""
    require(by, "meetings.take_down", meeting)
    engagement = preparing(meeting)
    _one_of_both_sides(decided_by, engagement, "decided_by")
    made, is_new = create_once(
        Decision,
        key,
        lambda: Decision.objects.create(
            public_id=key, meeting=meeting, text=text, decided_by=decided_by, decided_on=decided_on
        ),
    )
    if made.meeting_id != meeting.pk:
        raise Conflict(_("This form was sent before. Go back and begin again."))
    if is_new:
        _tell("meetings.decided", made, meeting, engagement, by, text=text, note=str(decided_by))
    return made


@transaction.atomic
def edit_decision(decision: Decision, *, text: str, decided_by: User, decided_on: date, version: int, by: User) -> None:
    """Raises StaleVersion with both, Conflict once the meeting is over: then the minutes are corrected."""
    meeting = decision.meeting
    require(by, "meetings.take_down", meeting)
    engagement = preparing(meeting)
    _one_of_both_sides(decided_by, engagement, "decided_by")
    save_changes(decision, version=version, text=text, decided_by=decided_by, decided_on=decided_on)
    _tell("meetings.decision_edited", decision, meeting, engagement, by, text=text)


@transaction.atomic
def remove_decision(decision: Decision, *, version: int, by: User) -> None:
    """It was none after all; the story keeps that it stood there. Raises StaleVersion where it was changed since."""
    meeting = decision.meeting
    require(by, "meetings.take_down", meeting)
    engagement = preparing(meeting)
    save_changes(decision, version=version)
    _tell("meetings.decision_removed", decision, meeting, engagement, by, text=decision.text)
    decision.delete()


# --- Actions ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_action(
    meeting: Meeting, *, title: str, assignee: User, due_on: date | None, key: uuid.UUID, by: User, at: datetime
) -> Action:
    """Something that somebody of either side takes on; without a day it is due in `DUE_IN` working days of theirs.

    One a form (C2). Raises Invalid for a person of neither side or a day far away, Conflict once it is over."""
    require(by, "meetings.take_down", meeting)
    engagement = preparing(meeting)
    party = _one_of_both_sides(assignee, engagement, "assignee")
    due_on = due_on or due_day(engagement, party, engagement.day_at(at))
    _near(due_on, engagement.day_at(at))
    made, is_new = create_once(
        Action,
        key,
        lambda: Action.objects.create(
            public_id=key,
            engagement=engagement,
            meeting=meeting,
            title=title,
            assignee=assignee,
            due_on=due_on,
            party=party,
        ),
    )
    if made.meeting_id != meeting.pk:
        raise Conflict(_("This form was sent before. Go back and begin again."))
    if is_new:
        courts.follow_plan(made, engagement=engagement, at=at)
        _tell_action("action_added", made, engagement, by, assigned=str(assignee.public_id))
    return made


@transaction.atomic
def edit_action(
    action: Action, *, title: str, assignee: User, due_on: date, version: int, by: User, at: datetime
) -> None:
    """Other words, another owner or day. Raises StaleVersion, or Invalid for a stranger."""
    require(by, WORK_ON_ACTION, action)
    engagement = moving_engagement(action.engagement)
    before = action.assignee_id
    party = _one_of_both_sides(assignee, engagement, "assignee")
    action.engagement, was, action.party = engagement, action.party, party
    # Nobody hands something to the other side that they could not set there.
    require(by, WORK_ON_ACTION, action)
    action.party = was
    if due_on != action.due_on:
        _near(due_on, engagement.day_at(at))
    save_changes(action, version=version, title=title, assignee=assignee, due_on=due_on, party=party)
    courts.follow_plan(action, engagement=engagement, at=at)
    assigned = str(assignee.public_id) if assignee.pk != before else ""
    _tell_action("action_edited", action, engagement, by, assigned=assigned)


@transaction.atomic
def move_action(action: Action, step: str, *, by: User, at: datetime) -> None:
    """finish, drop or reopen. Raises TransitionRefused."""
    require(by, ACTION_RULES.get(step, WORK_ON_ACTION), action)
    engagement = moving_engagement(action.engagement)
    action.engagement = engagement
    apply(action, step, changed_at=at)
    courts.follow_plan(action, engagement=engagement, at=at)
    _tell_action(_TOLD[step], action, engagement, by)


def due_day(engagement: Engagement, party: str, today: date) -> date:
    """`DUE_IN` working days on the calendar of that side."""
    years = range(max(today.year, FIRST_YEAR), min(today.year + 2, LAST_YEAR + 1))
    place = engagement.centre if party == "fasttrack" else engagement.customer
    try:
        return place.calendar(years).add_working_days(today, DUE_IN)
    except ValueError:
        # A country whose holidays nobody knows still has weekends, which the customer's calendar has as well.
        return engagement.customer.calendar(years).add_working_days(today, DUE_IN)


def people_of_both_sides(engagement: Engagement) -> QuerySet[User]:
    """Who can own an action and be named for a decision: the customer's people and those of the centre who guide it."""
    roles = [role for role in Membership.CUSTOMER_ROLES if role != Membership.Role.VIEWER]
    theirs = Membership.objects.filter(customer=engagement.customer_id, role__in=roles)
    helpers = engagement.co_specialists.values("user")
    ours = Membership.objects.filter(centre=engagement.centre_id)
    either = Q(pk__in=theirs.values("user")) | Q(pk__in=helpers) | Q(pk__in=ours.values("user"))
    return User.objects.filter(either, is_active=True).order_by("name", "pk")


# --- Attendance -------------------------------------------------------------------------------------------------------
@transaction.atomic
def mark_attendance(meeting: Meeting, *, present: Iterable[User], guests: str, version: int, by: User) -> Attendance:
    """Who is there, as it is marked by hand; `version` 0 is a sheet that nobody has filled in yet. Raises
    StaleVersion where somebody else marked it meanwhile, Conflict once the meeting is over."""
    require(by, "meetings.take_down", meeting)
    engagement = preparing(meeting)
    people = list(present)
    for person in people:
        _one_of_both_sides(person, engagement, "present")
    sheet, is_new = Attendance.objects.get_or_create(meeting=meeting, defaults={"guests": guests})
    if not is_new:
        _same_sheet(sheet, people, guests, version)
        save_changes(sheet, version=version, guests=guests)
    sheet.present.set(people)
    names = ", ".join(sorted(str(person) for person in people))
    _tell("meetings.attendance_marked", sheet, meeting, engagement, by, count=len(people), note=names)
    return sheet


def _same_sheet(sheet: Attendance, people: list[User], guests: str, version: int) -> None:
    if sheet.version != version:
        raise StaleVersion(
            _("Somebody else marked the attendance meanwhile. Look at both and mark it again."),
            subject=sheet,
            yours={"present": _names(people), "guests": guests},
            theirs={"present": _names(sheet.present.all()), "guests": sheet.guests},
        )


def _names(people: Iterable[User]) -> str:
    return ", ".join(sorted(str(person) for person in people))


def _one_of_both_sides(person: User, engagement: Engagement, field: str) -> str:
    """The side of somebody who works on the engagement. Raises Invalid for anybody else."""
    if not people_of_both_sides(engagement).filter(pk=person.pk).exists():
        raise Invalid(_("Choose somebody of the customer or of FastTrack who works on this engagement."), field=field)
    is_theirs = Membership.objects.filter(user=person, customer=engagement.customer_id).exists()
    return "customer" if is_theirs else "fasttrack"


def _near(due_on: date, today: date) -> None:
    if not today - EARLIEST <= due_on <= today + LATEST:
        raise Invalid(_("Choose a day between a year ago and five years from now."), field="due_on")


def _tell(kind: str, subject: Any, meeting: Meeting, engagement: Engagement, by: User, **told: Any) -> None:
    zone = meeting.series.zone if meeting.series else engagement.centre.zone
    happened(kind, subject, engagement, by, url=meeting.get_absolute_url(), day=day_of(meeting, zone), **told)


def _tell_action(kind: str, action: Action, engagement: Engagement, by: User, **told: Any) -> None:
    happened(
        f"engagements.{kind}",
        action,
        engagement,
        by,
        text=action.title,
        owner=str(action.assignee),
        due_on=action.due_on.isoformat() if action.due_on else "",
        **told,
    )
