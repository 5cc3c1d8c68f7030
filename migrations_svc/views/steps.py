"""The steps of an event: which ones a person is offered, and taking them."""

import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from fasttrack_portal.access import decide, require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid
from fasttrack_portal.workflow import refusal as wrong_state
from migrations_svc import capacity, operations, planning, totals
from migrations_svc.forms import ReasonForm, ScheduleForm
from migrations_svc.models import MigrationEvent
from migrations_svc.permissions import CUSTOMER, FASTTRACK, side_of
from migrations_svc.views.common import event_or_404


class Offer(NamedTuple):
    """One button: a link where the step asks something, else a small form."""

    name: str
    label: Any
    url: str
    is_link: bool
    variant: str
    confirm: Any
    reason: Any


_SIDES = {
    "validate": (CUSTOMER,),
    "amend": (CUSTOMER,),
    "schedule": (CUSTOMER,),
    "reschedule": (CUSTOMER,),
    "lock": (FASTTRACK,),
    "approve": (CUSTOMER, FASTTRACK),
    "decline": (CUSTOMER, FASTTRACK),
    "start": (FASTTRACK,),
    "complete": (FASTTRACK,),
    "fail": (FASTTRACK,),
    "cancel": (CUSTOMER, FASTTRACK),
}
_WITH_A_FORM = {"schedule", "reschedule", "decline", "cancel", "fail"}
_VARIANTS = {"amend": "secondary", "reschedule": "secondary", "decline": "danger", "fail": "danger", "cancel": "danger"}
_CONFIRMS = {
    "lock": gettext_lazy("Freeze the list? The customer cannot change or cancel the event after that."),
    "approve": gettext_lazy("Say go by name? The event may start when the other side has said so, too."),
    "start": gettext_lazy("Start the event now?"),
}
_DONE = {
    "validate": gettext_lazy("The list is validated. Choose a day next."),
    "amend": gettext_lazy("The event is a draft again. You can replace its list now."),
    "lock": gettext_lazy("The list is frozen."),
    "start": gettext_lazy("The event is running."),
}


def offered(event: MigrationEvent, user: User, *, at: datetime, gone: Collection[str] = ()) -> list[Offer]:
    """What this person's side can do next; a step of the other side is not shown, a refused one says why. `gone` are
    the sides that have said go."""
    side = side_of(user, event.engagement)
    found: list[Offer] = []
    # What goes on stands in front, and what breaks off behind it.
    for step in sorted(event.WORKFLOW.open_steps(event), key=lambda step: _VARIANTS.get(step.name) == "danger"):
        if side not in _SIDES.get(step.name, ()):
            continue
        asks = _page_of(event, step.name)
        keys: dict[str, Any] = {"public_id": event.public_id} | ({} if asks else {"step": step.name})
        found.append(
            Offer(
                step.name,
                step.label,
                reverse(f"migrations_svc:{asks or 'move'}", kwargs=keys),
                bool(asks),
                _VARIANTS.get(step.name) or ("primary" if not found else "secondary"),
                _confirm(event, step.name),
                _obstacle(event, step.name, side in gone) or decide(user, f"migrations.{step.name}", event).reason,
            )
        )
    return found


def _page_of(event: MigrationEvent, step: str) -> str:
    """The page of a step that asks something; a go asks only while access is missing."""
    if step == "approve":
        return "go" if operations.missing_access(event) else ""
    return step if step in _WITH_A_FORM else ""


def _said(event: MigrationEvent) -> str:
    if event.status == event.Status.GO:
        return _("It is a go: both sides have said so.")
    return _("Your side has said go. The other side has been asked.")


def _obstacle(event: MigrationEvent, step: str, has_gone: bool) -> Any:
    if step == "approve" and has_gone:
        return _("Your side has said go already. The event waits for the other side.")
    return _("Load the list first.") if step == "validate" and not event.record_count else ""


def _confirm(event: MigrationEvent, step: str) -> Any:
    if step == "amend" and event.scheduled_for:
        return _("Change the list? The event loses its day, and a new one has to leave time for every deadline.")
    if step != "complete":
        return _CONFIRMS.get(step, "")
    if totals.is_without_issues(event.totals):
        return _("Complete the event? The window of five days opens now.")
    troubled = event.record_count - sum(event.totals.get(state, 0) for state in totals.FINE)
    return _("Complete the event with issues? %(count)s records did not move without trouble.") % {"count": troubled}


@require_POST
def move(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """A step that asks nothing."""
    event = event_or_404(request, public_id)
    take: Callable[..., Any] | None = operations.STEPS.get(step)
    if take is None:
        raise Http404
    try:
        take(event, by=request.user, at=timezone.now())
    except Invalid as refusal:
        if refusal.details.get("field") != "reason":
            raise
        messages.error(request, str(refusal.reason))
        return see_other(request, "migrations_svc:go", public_id=event.public_id)
    messages.success(request, _said(event) if step == "approve" else _DONE.get(step) or event.get_status_display())
    return see_other(request, event)


@require_http_methods(["GET", "POST"])
def schedule(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Day and hour of the event, with the deadlines that lie before it."""
    return _set_day(request, public_id, "schedule", _("The event is scheduled. Your specialist has been told."))


@require_http_methods(["GET", "POST"])
def reschedule(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Another day; `preview` shows each deadline that moves with it, and saves nothing."""
    return _set_day(request, public_id, "reschedule", _("The event was moved. Your specialist has been told."))


def _set_day(request: Request, public_id: uuid.UUID, step: str, done: str) -> HttpResponse:
    event = event_or_404(request, public_id)
    require(request.user, f"migrations.{step}", event)
    _require_open(event, step)
    now = timezone.now()
    centre = event.engagement.centre
    earliest = planning.earliest_day(centre, at=now)
    free = capacity.day_with_room(centre, earliest, but=event) or earliest
    there = event.scheduled_for.astimezone(ZoneInfo(event.zone)) if event.scheduled_for else None
    form = ScheduleForm(
        request.POST if request.method == "POST" else None,
        first=earliest,
        last=planning.last_day(now),
        zone=event.zone,
        initial={"day": there.date(), "wall": f"{there:%H:%M}"} if there else {"day": free, "wall": "18:00"},
    )
    is_preview, is_valid = "preview" in request.POST, form.is_bound and form.is_valid()
    if is_valid and not is_preview:
        try:
            operations.STEPS_OF_DAYS[step](event, at=now, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, done)
            return see_other(request, event)
    context = {
        "event": event,
        "form": form,
        "step": step,
        "earliest": earliest,
        "free": free,
        "shifts": planning.shifts(event, form.cleaned_data["day"], at=now) if is_preview and is_valid else [],
        "due_days": planning.due_days(free, centre, at=now),
    }
    status = 422 if form.is_bound and not (is_preview and is_valid) else 200
    return render(request, "migrations_svc/schedule.html", context, status=status)


@require_http_methods(["GET", "POST"])
def cancel(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The event will not take place, and why."""
    return _with_reason(request, public_id, "cancel", _("The event is cancelled."))


@require_http_methods(["GET", "POST"])
def fail(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The event came to nothing, and why."""
    return _with_reason(request, public_id, "fail", _("The event is marked as failed."))


def _with_reason(request: Request, public_id: uuid.UUID, step: str, done: str) -> HttpResponse:
    event = event_or_404(request, public_id)
    require(request.user, f"migrations.{step}", event)
    _require_open(event, step)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        take = operations.cancel if step == "cancel" else operations.fail
        take(event, by=request.user, **form.cleaned_data)
        messages.success(request, done)
        return see_other(request, event)
    return render(
        request, f"migrations_svc/{step}.html", {"event": event, "form": form}, status=422 if form.is_bound else 200
    )


def _require_open(event: MigrationEvent, step: str) -> None:
    """A page whose form could only be refused is refused at once."""
    if not event.WORKFLOW.leads(event, step):
        raise wrong_state(event, event.WORKFLOW.step(step))
