"""Go in spite of something, no-go, and what is asked for and answered after the freeze."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements.views.finding import posted
from fasttrack_portal.access import require
from fasttrack_portal.http import Request
from fasttrack_portal.workflow import refusal
from migrations_svc import operations
from migrations_svc.event_forms import AnswerForm, ChangeForm, DeclineForm, GoForm
from migrations_svc.models import ChangeRequest
from migrations_svc.views.common import event_or_404
from migrations_svc.views.forms import asked


@require_http_methods(["GET", "POST"])
def go(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One side says go although access is missing, and why."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.approve", event)
    if not event.WORKFLOW.leads(event, "approve"):
        raise refusal(event, event.WORKFLOW.step("approve"))
    return asked(
        request,
        GoForm(posted(request)),
        lambda data: operations.approve(event, by=request.user, at=timezone.now(), **data),
        to=event,
        done=_("It is a go from your side, and the reason stands beside it."),
        words={
            "title": _("Go for %(number)s") % {"number": event.number},
            "lede": _("The event may start when the other side has said go, too."),
            "submit": _("Say go all the same"),
        },
        event=event,
        missing=operations.missing_access(event),
    )


@require_http_methods(["GET", "POST"])
def decline(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One side says no-go, and why."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.decline", event)
    if not event.WORKFLOW.leads(event, "decline"):
        raise refusal(event, event.WORKFLOW.step("decline"))
    return asked(
        request,
        DeclineForm(posted(request)),
        lambda data: operations.decline(event, by=request.user, at=timezone.now(), **data),
        to=event,
        done=_("No-go. Both sides have been told."),
        words={
            "title": _("No-go for %(number)s") % {"number": event.number},
            "lede": _("The event does not take place on its day. One side is enough for that."),
            "submit": _("Say no-go"),
        },
        event=event,
    )


@require_http_methods(["GET", "POST"])
def ask_change(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What the customer wants to change although the list is frozen."""
    event = event_or_404(request, public_id)
    require(request.user, "migrations.ask_change", event)
    return asked(
        request,
        ChangeForm(posted(request), initial={"key": uuid.uuid4()}),
        lambda data: operations.ask_change(event, by=request.user, at=timezone.now(), **data),
        to=event,
        done=_("FastTrack has been asked, and answers on the page of the event."),
        words={
            "title": _("Ask for a change of %(number)s") % {"number": event.number},
            "lede": _("The list is frozen, so FastTrack has to agree."),
            "submit": _("Ask for it"),
        },
        event=event,
    )


@require_http_methods(["GET", "POST"])
def answer_change(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """FastTrack agrees or refuses."""
    seen = ChangeRequest.objects.visible_to(request.user)
    change = get_object_or_404(seen.select_related("asked_by"), public_id=public_id)
    change.event = event_or_404(request, change.event.public_id)
    require(request.user, "migrations.answer_change", change)
    if not change.WORKFLOW.leads(change, "agree"):
        raise refusal(change, change.WORKFLOW.step("agree"))

    def take(data: dict[str, str]) -> None:
        answer = operations.agree_change if data["verdict"] == "agree" else operations.refuse_change
        answer(change, answer=data["answer"], by=request.user, at=timezone.now())

    return asked(
        request,
        AnswerForm(posted(request)),
        take,
        to=change.event,
        done=_("The customer has been told."),
        words={"title": _("A change of %(number)s") % {"number": change.event.number}, "submit": _("Answer")},
        event=change.event,
        change=change,
    )
