"""The steps of an event: which ones a person is offered, and taking them."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

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
from migrations_svc import operations, planning, totals
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
    "lock": (FASTTRACK,),
    "approve": (FASTTRACK,),
    "start": (FASTTRACK,),
    "complete": (FASTTRACK,),
    "fail": (FASTTRACK,),
    "cancel": (CUSTOMER, FASTTRACK),
}
_WITH_A_FORM = {"schedule", "cancel", "fail"}
_VARIANTS = {"amend": "secondary", "fail": "danger", "cancel": "danger"}
_CONFIRMS = {
    "lock": gettext_lazy("Freeze the list? The customer cannot change or cancel the event after that."),
    "start": gettext_lazy("Start the event now?"),
}
_DONE = {
    "validate": gettext_lazy("The list is validated. Choose a day next."),
    "amend": gettext_lazy("The event is a draft again. You can replace its list now."),
    "lock": gettext_lazy("The list is frozen."),
    "approve": gettext_lazy("It is a go."),
    "start": gettext_lazy("The event is running."),
}


def offered(event: MigrationEvent, user: User, *, at: datetime) -> list[Offer]:
    """What this person's side can do next; a step of the other side is not shown, a refused one says why."""
    side = side_of(user, event.engagement)
    found: list[Offer] = []
    for step in event.WORKFLOW.open_steps(event):
        if side not in _SIDES.get(step.name, ()):
            continue
        is_link = step.name in _WITH_A_FORM
        keys: dict[str, Any] = {"public_id": event.public_id} | ({} if is_link else {"step": step.name})
        found.append(
            Offer(
                step.name,
                step.label,
                reverse(f"migrations_svc:{step.name if is_link else 'move'}", kwargs=keys),
                is_link,
                _VARIANTS.get(step.name) or ("primary" if not found else "secondary"),
                _confirm(event, step.name),
                _obstacle(event, step.name) or decide(user, f"migrations.{step.name}", event).reason,
            )
        )
    return found


def _obstacle(event: MigrationEvent, step: str) -> Any:
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
    take(event, by=request.user, at=timezone.now())
    messages.success(request, _DONE.get(step) or event.get_status_display())
    return see_other(request, event)


@require_http_methods(["GET", "POST"])
def schedule(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Day and hour of the event, with the deadlines that lie before it."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.schedule", event)
    _require_open(event, "schedule")
    now = timezone.now()
    centre = event.engagement.centre
    earliest = planning.earliest_day(centre, at=now)
    form = ScheduleForm(
        request.POST if request.method == "POST" else None,
        first=earliest,
        last=planning.last_day(now),
        zone=event.zone,
        initial={"day": earliest, "wall": "18:00"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.schedule(event, at=now, by=request.user, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The event is scheduled. Your specialist has been told."))
            return see_other(request, event)
    context = {
        "event": event,
        "form": form,
        "earliest": earliest,
        "due_days": planning.due_days(earliest, centre, at=now),
    }
    return render(request, "migrations_svc/schedule.html", context, status=422 if form.is_bound else 200)


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
