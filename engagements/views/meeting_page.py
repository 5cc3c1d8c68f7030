"""The page from which a meeting is prepared and run: agenda, notes, decisions, actions, who is there, what is next."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements import agenda, minutes_page
from engagements.forms.minutes import ActionForm, AttendanceForm, ConfirmForm, DecisionForm, NotesForm, PointForm
from engagements.forms.slots import NextForm
from engagements.models import Action, Attendance, Meeting
from engagements.operations.minutes import newest_of
from engagements.operations.outcomes import people_of_both_sides
from engagements.permissions.minutes import WORK_ON_ACTION
from engagements.points import Shown, points_of
from fasttrack_portal.access import decide
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request


def meeting_page(
    request: Request,
    meeting: Meeting,
    *,
    status: int = 200,
    point_notes: tuple[str, NotesForm] | None = None,
    differences: list[dict[str, Any]] | None = None,
    **bound: Any,
) -> HttpResponse:
    """`bound` are the forms that came back with something to mend, by their name; `point_notes` the one of a point."""
    engagement, now, user = meeting.engagement, timezone.now(), request.user
    is_planned = meeting.status == Meeting.Status.PLANNED and not engagement.is_at_rest
    may_edit = is_planned and decide(user, "meetings.edit_agenda", meeting).allowed
    may_write = is_planned and decide(user, "meetings.take_down", meeting).allowed
    points, struck = points_of(meeting, at=now) if meeting.status == Meeting.Status.PLANNED else ([], [])
    today = timezone.localdate()
    forms: dict[str, Any] = {}
    following = following_of(meeting, now)
    if decide(user, "meetings.book", engagement).allowed:
        forms["next"] = NextForm(following=following, zone=user.time_zone, name="next")
    if may_write:
        sheet: Any = Attendance.objects.visible_to(user).filter(meeting=meeting).prefetch_related("present").first()
        forms |= {
            "notes": NotesForm(of=meeting, name="notes", label=_("Notes on the meeting")),
            "decision": DecisionForm(engagement=engagement, today=today, name="decision"),
            "action": ActionForm(engagement=engagement, today=today, name="action"),
            "attendance": AttendanceForm(
                engagement=engagement, sheet=sheet, people=people_of_both_sides(engagement), name="attendance"
            ),
        }
    if may_edit:
        forms["point"] = PointForm(name="point")
    context = {
        "meeting": meeting,
        "engagement": engagement,
        "clocks": clocks(user, meeting),
        "invited": agenda.invited(engagement),
        "is_planned": meeting.status == Meeting.Status.PLANNED,
        "has_begun": meeting.start <= now,
        "may_edit": may_edit,
        "may_write": may_write,
        "points": [_point(shown, may_write, point_notes) for shown in points],
        "struck": struck,
        "decisions": list(meeting.decisions.select_related("decided_by")),
        "actions": actions_of(meeting, user, today),
        "following": following,
        "forms": {**forms, **bound},
        "bound": next(iter(bound.values()), point_notes[1] if point_notes else None),
        "differences": differences or [],
        **_minutes(meeting, user),
    }  # fmt: skip
    return render(request, "engagements/meeting.html", context, status=status)


def following_of(meeting: Meeting, at: datetime) -> Meeting | None:
    """The next one of the engagement that is still to come."""
    coming = meeting.engagement.meetings.coming(at=at).exclude(pk=meeting.pk)
    return coming.filter(during__startswith__gt=max(meeting.start, at)).first()


def _point(shown: Shown, may_write: bool, bound: tuple[str, NotesForm] | None) -> dict[str, Any]:
    form = None
    if may_write:
        is_bound = bound is not None and bound[0] == shown.point.key
        form = bound[1] if bound and is_bound else NotesForm(of=shown.point, name=shown.point.key)
    return {"shown": shown, "form": form}


def _minutes(meeting: Meeting, user: User) -> dict[str, Any]:
    """The edition that counts, once the meeting was held."""
    minutes = newest_of(meeting) if meeting.status == Meeting.Status.HELD else None
    if minutes is None:
        return {"minutes": None}
    minutes.meeting, minutes.engagement = meeting, meeting.engagement
    minutes.agreement.engagement = meeting.engagement
    return minutes_facts(minutes, user)


def minutes_facts(minutes: Any, user: User) -> dict[str, Any]:
    """The minutes for engagements/_minutes.html and their names, with what the person can do about them."""
    side = minutes_page.missing_side(minutes, user)
    return {
        "minutes": minutes,
        "record": minutes_page.page_of(minutes.snapshot),
        "sides": minutes_page.names_of(minutes),
        "confirm": ConfirmForm(initial={"edition": minutes.edition}, name="confirm") if side else None,
        "may_confirm": decide(user, "meetings.confirm_minutes", minutes),
        "papers": [paper for find in minutes_page.papers for paper in find(minutes, user)],
    }


def actions_of(meeting: Meeting, user: User, today: date) -> list[dict[str, Any]]:
    """What was taken on in this meeting, as it is now."""
    found = []
    for action in Action.objects.visible_to(user).filter(meeting=meeting).select_related("assignee"):
        action.engagement = meeting.engagement
        may = decide(user, WORK_ON_ACTION, action).allowed and not meeting.engagement.is_at_rest
        found.append({"action": action, "is_late": action.is_overdue(today), "may": may})
    return found


def clocks(user: User, meeting: Meeting) -> list[dict[str, str]]:
    """The meeting on each clock that matters, the person's own first; each zone once, with all who live by it."""
    engagement = meeting.engagement
    whose: dict[str, list[str]] = {user.time_zone: [_("You")]}
    whose.setdefault(engagement.customer.zone, []).append(engagement.customer.name)
    whose.setdefault(engagement.centre.zone, []).append(engagement.centre.name)
    return [_clock(meeting, zone, ", ".join(names)) for zone, names in whose.items()]


def _clock(meeting: Meeting, zone: str, whose: str) -> dict[str, str]:
    start, end = (moment.astimezone(ZoneInfo(zone)) for moment in (meeting.start, meeting.end))
    return {
        "whose": whose,
        "day": date_format(start, pgettext("weekday and date", "l j F Y")),
        "from_to": f"{date_format(start, 'H:i')}–{date_format(end, 'H:i')} {date_format(start, 'T')}",
        "zone": zone.replace("_", " "),
    }
