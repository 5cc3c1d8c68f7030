"""What is written into a meeting, its minutes and their names, actions, and the history of a series."""

import uuid
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagements import history as histories
from engagements.forms.minutes import (
    ActionForm,
    AttendanceForm,
    ConfirmForm,
    CorrectionForm,
    DecisionForm,
    NotesForm,
    PointForm,
    VersionForm,
)
from engagements.models import Action, AgendaPoint, Attendance, Decision, Meeting, Minutes
from engagements.operations import agenda, outcomes
from engagements.operations import meetings as meeting_operations
from engagements.operations import minutes as minutes_operations
from engagements.permissions.minutes import ACTION_RULES, WORK_ON_ACTION
from engagements.points import points_of
from engagements.steps import Offer
from engagements.tabs import tabs_of
from engagements.views.finding import engagement_of, part_of, posted, story_of, taken, told
from engagements.views.meeting_page import meeting_page, minutes_facts
from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import StaleVersion

_STRIKES = ("strike", "restore")
_MOVES = ("up", "down")


# --- The agenda -------------------------------------------------------------------------------------------------------
@require_POST
def add_point(request: Request, public_id: uuid.UUID) -> HttpResponse:
    meeting = meeting_of(request, public_id)
    require(request.user, "meetings.edit_agenda", meeting)
    form = PointForm(request.POST, name="point")
    if not form.is_valid():
        return meeting_page(request, meeting, status=422, point=form)
    agenda.add_point(meeting, by=request.user, **form.cleaned_data)
    return see_other(request, f"{meeting.get_absolute_url()}#agenda")


@require_http_methods(["GET", "POST"])
def point(request: Request, public_id: uuid.UUID, point: str) -> HttpResponse:
    """Other words for a point."""
    meeting = meeting_of(request, public_id)
    require(request.user, "meetings.edit_agenda", meeting)
    shown = next((each for each in _all_points(meeting) if each.point.key == point), None)
    if shown is None:
        raise Http404
    form = PointForm(posted(request), point=shown.point, title=shown.title)
    if form.is_valid():
        agenda.edit_point(meeting, point, by=request.user, **form.cleaned_data)
        return see_other(request, f"{meeting.get_absolute_url()}#agenda")
    context = {"form": form, "meeting": meeting, "title": shown.title}
    return render(request, "engagements/point.html", context, status=422 if form.is_bound else 200)


@require_POST
def move_point(request: Request, public_id: uuid.UUID, point: str, step: str) -> HttpResponse:
    """strike, restore, up, down; `note` keeps what was said on it, also while somebody types."""
    meeting = meeting_of(request, public_id)
    if step == "note":
        return _note_point(request, meeting, point)
    if step not in (*_STRIKES, *_MOVES):
        raise Http404
    require(request.user, "meetings.edit_agenda", meeting)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    if step in _STRIKES:
        agenda.strike_point(meeting, point, step, version=version, by=request.user)
    else:
        agenda.move_point(meeting, point, step, version=version, at=timezone.now(), by=request.user)
    return see_other(request, f"{meeting.get_absolute_url()}#agenda")


def _note_point(request: Request, meeting: Meeting, key: str) -> HttpResponse:
    require(request.user, "meetings.take_down", meeting)
    shown = next((each for each in _all_points(meeting) if each.point.key == key), None)
    if shown is None:
        raise Http404

    def save(form: NotesForm) -> AgendaPoint:
        return agenda.note_point(meeting, key, by=request.user, **form.cleaned_data)

    def page(form: NotesForm, **more: Any) -> HttpResponse:
        return meeting_page(request, meeting, point_notes=(key, form), **more)

    return noted(request, meeting, NotesForm(request.POST, of=shown.point, name=key), save, page)


def write_notes(request: Request, meeting: Meeting) -> HttpResponse:
    """The notes on the meeting itself; a step of `views.meetings.move`."""
    require(request.user, "meetings.write_notes", meeting)

    def save(form: NotesForm) -> Meeting:
        meeting_operations.write_notes(meeting, by=request.user, **form.cleaned_data)
        return meeting

    def page(form: NotesForm, **more: Any) -> HttpResponse:
        return meeting_page(request, meeting, notes=form, **more)

    form = NotesForm(request.POST, of=meeting, name="notes", label=_("Notes on the meeting"))
    return noted(request, meeting, form, save, page)


def noted(
    request: Request,
    meeting: Meeting,
    form: NotesForm,
    save: Callable[[NotesForm], Any],
    page: Callable[..., HttpResponse],
) -> HttpResponse:
    """Saves notes: for the script that saves while somebody types in a few words, else as a page. What was typed is
    never lost: a 409 has the form with it, and beside it what stands there now."""
    is_script = "autosave" in request.POST
    if not form.is_valid():
        errors = [str(error) for each in form.errors.values() for error in each]
        return JsonResponse({"errors": errors}, status=422) if is_script else page(form, status=422)
    try:
        kept = save(form)
    except StaleVersion as fault:
        if is_script:
            return JsonResponse({"errors": [], "is_stale": True}, status=409)
        there = fault.details["subject"]
        _renew(form, version=there.version, base=agenda.print_of(there.notes))
        both = {
            "name": _("Notes"),
            "theirs": fault.details["theirs"]["notes"],
            "yours": fault.details["yours"]["notes"],
        }
        meeting.refresh_from_db(fields=["notes", "version"])
        return page(form, status=409, differences=[both])
    if is_script:
        text = _("Saved %(time)s") % {"time": date_format(timezone.localtime(), "H:i")}
        return JsonResponse({"version": kept.version, "base": agenda.print_of(kept.notes), "text": text})
    messages.success(request, _("The notes are saved."))
    return see_other(request, f"{meeting.get_absolute_url()}#agenda")


def _renew(form: Form, **made_from: Any) -> None:
    """What was typed stays; sent again, the form counts as made from what stands there now."""
    data: Any = form.data
    form.data = data = data.copy()
    for name, value in made_from.items():
        data[name] = str(value)


def _all_points(meeting: Meeting) -> list[Any]:
    shown, struck = points_of(meeting, at=timezone.now())
    return [*shown, *struck]


# --- Decisions, actions, attendance -----------------------------------------------------------------------------------
@require_POST
def add_decision(request: Request, public_id: uuid.UUID) -> HttpResponse:
    meeting = meeting_of(request, public_id)
    require(request.user, "meetings.take_down", meeting)
    form = DecisionForm(request.POST, engagement=meeting.engagement, today=timezone.localdate(), name="decision")

    def take(form: Any) -> None:
        outcomes.decide(meeting, by=request.user, **form.cleaned_data)

    if form.is_valid() and taken(form, take):
        return see_other(request, f"{meeting.get_absolute_url()}#decisions")
    return meeting_page(request, meeting, status=422, decision=form)


@require_http_methods(["GET", "POST"])
def decision(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Other words for a decision while the meeting runs; `remove` takes it back."""
    found = _decision(request, public_id)
    require(request.user, "meetings.take_down", found.meeting)
    if request.method == "POST" and "remove" in request.POST:
        asked = VersionForm(request.POST)
        version = asked.cleaned_data["version"] if asked.is_valid() else 0
        outcomes.remove_decision(found, version=version, by=request.user)
        return see_other(request, f"{found.meeting.get_absolute_url()}#decisions")
    today = timezone.localdate()
    form = DecisionForm(posted(request), engagement=found.meeting.engagement, today=today, decision=found)

    def take(form: Any) -> None:
        outcomes.edit_decision(found, by=request.user, **form.cleaned_data)

    if form.is_valid() and taken(form, take):
        return see_other(request, f"{found.meeting.get_absolute_url()}#decisions")
    context = {"form": form, "decision": found, "meeting": found.meeting}
    return render(request, "engagements/decision.html", context, status=422 if form.is_bound else 200)


@require_POST
def add_action(request: Request, public_id: uuid.UUID) -> HttpResponse:
    meeting = meeting_of(request, public_id)
    require(request.user, "meetings.take_down", meeting)
    form = ActionForm(request.POST, engagement=meeting.engagement, today=timezone.localdate(), name="action")

    def take(form: Any) -> None:
        outcomes.add_action(meeting, by=request.user, at=timezone.now(), **form.cleaned_data)

    if form.is_valid() and taken(form, take):
        return see_other(request, f"{meeting.get_absolute_url()}#actions")
    return meeting_page(request, meeting, status=422, action=form)


@require_http_methods(["GET", "POST"])
def action(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One action: its words, its owner and day, what can be done with it, and its story."""
    found: Action = part_of(request, Action, public_id, "assignee", "meeting__series")
    may_edit = decide(request.user, WORK_ON_ACTION, found)
    if request.method == "POST":
        require(request.user, WORK_ON_ACTION, found)
    form = ActionForm(posted(request), engagement=found.engagement, today=timezone.localdate(), action=found)

    def take(form: Any) -> None:
        outcomes.edit_action(found, by=request.user, at=timezone.now(), **form.cleaned_data)

    if form.is_valid() and taken(form, take):
        messages.success(request, _("The action is saved."))
        return see_other(request, found)
    is_editable = may_edit.allowed and found.status == "open" and not found.engagement.is_at_rest
    context = {
        "action": found,
        "engagement": found.engagement,
        "form": form if is_editable or form.is_bound else None,
        "offers": _offers(found, request),
        "story": told(story_of(request, found), request),
    }
    return render(request, "engagements/action.html", context, status=422 if form.is_bound else 200)


@require_POST
def move_action(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    found: Action = part_of(request, Action, public_id, "assignee", "meeting")
    if step not in Action.WORKFLOW.steps:
        raise Http404
    outcomes.move_action(found, step, by=request.user, at=timezone.now())
    messages.success(request, _("%(thing)s: %(state)s") % {"thing": found, "state": found.get_status_display()})
    return see_other(request, found.meeting if "meeting" in request.POST else found)


def _offers(action: Action, request: Request) -> list[Offer]:
    found = []
    for step in action.WORKFLOW.open_steps(action):
        may = decide(request.user, ACTION_RULES.get(step.name, WORK_ON_ACTION), action)
        if may.allowed and not action.engagement.is_at_rest:
            variant = "primary" if step.name == "finish" else "secondary"
            found.append(Offer(step.name, step.label, "", asks=False, variant=variant, reason=""))
    return found


@require_POST
def attendance(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Who is there, as somebody ticks them off."""
    meeting = meeting_of(request, public_id)
    require(request.user, "meetings.take_down", meeting)
    sheet: Any = Attendance.objects.visible_to(request.user).filter(meeting=meeting).prefetch_related("present").first()
    people = outcomes.people_of_both_sides(meeting.engagement)
    form = AttendanceForm(
        request.POST, engagement=meeting.engagement, sheet=sheet, people=people, name="attendance"
    )  # fmt: skip

    def take(form: Any) -> None:
        outcomes.mark_attendance(meeting, by=request.user, **form.cleaned_data)

    if form.is_valid() and taken(form, take):
        messages.success(request, _("The attendance is saved."))
        return see_other(request, f"{meeting.get_absolute_url()}#attendance")
    return meeting_page(request, meeting, status=422, attendance=form)


# --- Minutes ----------------------------------------------------------------------------------------------------------
@require_GET
def minutes(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The edition that counts, who confirmed it, and what was corrected; `?edition=` shows an older one."""
    meeting = meeting_of(request, public_id)
    editions = list(_editions(request, meeting))
    asked = request.GET.get("edition", "")
    found = next((each for each in editions if str(each.edition) == asked), None) if asked else _first(editions)
    if found is None:
        raise Http404
    found.meeting, found.engagement = meeting, meeting.engagement
    context = {
        "meeting": meeting,
        "engagement": meeting.engagement,
        "editions": editions,
        "is_newest": found is _first(editions),
        **minutes_facts(found, request.user),
    }
    return render(request, "engagements/minutes.html", context)


@require_POST
def confirm_minutes(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One's name under the edition that was read. Another edition meanwhile is a 409."""
    found = _minutes(request, public_id)
    require(request.user, "meetings.confirm_minutes", found)
    form = ConfirmForm(request.POST, name="confirm")
    if not form.is_valid():
        context = {"meeting": found.meeting, "engagement": found.engagement, "is_newest": True}
        context |= {**minutes_facts(found, request.user), "confirm": form, "editions": [found]}
        return render(request, "engagements/minutes.html", context, status=422)
    read = get_object_or_404(_editions(request, found.meeting), edition=form.cleaned_data["edition"])
    read.meeting = found.meeting
    minutes_operations.confirm_minutes(
        read, comment=form.cleaned_data["comment"], by=request.user, at=timezone.now()
    )  # fmt: skip
    messages.success(request, _("You have confirmed the minutes."))
    return see_other(request, found)


@require_http_methods(["GET", "POST"])
def correct_minutes(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The minutes in other words; a new edition that both sides confirm."""
    found = _minutes(request, public_id)
    require(request.user, "meetings.correct_minutes", found)
    form = CorrectionForm(posted(request), minutes=found)
    differences = None
    status = 422 if form.is_bound else 200

    def take(form: Any) -> None:
        data = form.cleaned_data
        minutes_operations.correct_minutes(
            found, edition=data["edition"], reason=data["reason"], by=request.user, at=timezone.now(), **form.changes()
        )

    try:
        if form.is_valid() and taken(form, take):
            messages.success(request, _("The minutes are corrected. Both sides are asked to confirm them anew."))
            return see_other(request, found)
    except StaleVersion as fault:
        status = 409
        differences = [
            {"name": _FIELDS.get(name, name), "theirs": fault.details["theirs"][name], "yours": value}
            for name, value in fault.details["yours"].items()
        ]
        _renew(form, edition=found.edition)
    context = {"form": form, "meeting": found.meeting, "engagement": found.engagement, "differences": differences}
    return render(request, "engagements/correct_minutes.html", context, status=status)


_FIELDS = {"points": "notes on points", "texts": "decisions and actions"}


@require_GET
def history(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Every meeting that was, with who was there, what was decided, and what became of it."""
    engagement = engagement_of(request, public_id)
    page = histories.page_of(engagement, request.user, page=request.GET.get("page"))
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, "engagements:meetings"),
        **page,
    }
    return render(request, "engagements/history.html", context)


# --- Finding ----------------------------------------------------------------------------------------------------------
def meeting_of(request: Request, public_id: uuid.UUID) -> Meeting:
    found: Meeting = part_of(request, Meeting, public_id, "specialist", "series")
    return found


def _decision(request: Request, public_id: uuid.UUID) -> Decision:
    related = ("customer", "centre", "partner", "specialist")
    seen = Decision.objects.visible_to(request.user).select_related(
        "decided_by", "meeting__series", *(f"meeting__engagement__{name}" for name in related)
    )
    found: Any = get_object_or_404(seen, public_id=public_id)
    return cast(Decision, found)


def _editions(request: Request, meeting: Meeting) -> Any:
    seen = (
        Minutes.objects.visible_to(request.user)
        .filter(meeting=meeting)
        .select_related(
            "by",
            "agreement",
            "engagement__customer",
            "engagement__centre",
            "engagement__partner",
            "engagement__specialist",
        )
    )
    return seen.prefetch_related("agreement__signatures__by").order_by("-edition")


def _first(editions: list[Minutes]) -> Minutes | None:
    return editions[0] if editions else None


def _minutes(request: Request, public_id: uuid.UUID) -> Minutes:
    """The newest edition of a meeting that was held."""
    meeting = meeting_of(request, public_id)
    found: Minutes | None = _editions(request, meeting).first()
    if found is None:
        raise Http404
    found.meeting, found.engagement = meeting, meeting.engagement
    found.agreement.engagement = meeting.engagement
    return found
