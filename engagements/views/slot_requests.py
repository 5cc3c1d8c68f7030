"""Pages of a wished-for meeting: asking for it, answering, withdrawing."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements import agenda
from engagements.forms.slots import AcceptForm, AskForm, ConfirmForm, DeclineForm, ProposeForm
from engagements.models import Engagement, SlotRequest
from engagements.operations import slot_requests as operations
from engagements.operations.slots import Taken
from engagements.views.finding import taken
from engagements.views.slots import given, show_times
from fasttrack_portal.access import decide, require
from fasttrack_portal.http import Request, see_other


@require_http_methods(["GET", "POST"])
def ask(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A customer asks for a talk, a workshop or a named meeting: up to three free times, or the next free one."""
    related = Engagement.objects.visible_to(request.user).select_related("customer", "centre", "specialist", "partner")
    engagement = get_object_or_404(related, public_id=public_id)
    require(request.user, "meetings.ask_slot", engagement)
    form = AskForm.of(given(request))
    if form.is_valid():
        asked = operations.ask(engagement, by=request.user, **form.wishes())
        messages.success(request, _("Your specialist is told, and confirms a time."))
        return see_other(request, asked)
    context = show_times(request, engagement, form, AskForm.TIMES)
    return render(request, "engagements/ask_slot.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def slot(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """What is wished for; a specialist confirms one of its times or another that is free."""
    asked = _asked(request, public_id)
    engagement, status = asked.engagement, 200
    may_book = decide(request.user, "meetings.book", engagement).allowed
    form = ConfirmForm.of(asked, given(request))
    if request.method == "POST":
        require(request.user, "meetings.book", engagement)
        status = 422 if form.is_bound else 200
        if form.is_valid():
            try:
                meeting = operations.confirm(asked, at=timezone.now(), by=request.user, **form.cleaned_data)
            except Taken as taken:
                form.add_error("start", str(taken.reason))
                status = taken.status
            else:
                messages.success(request, _("The meeting is booked. Everybody invited gets it for their calendar."))
                return see_other(request, meeting)
    context = {"asked": asked, "engagement": engagement, "may_confirm": False, "zone": request.user.time_zone,
               "zone_across": agenda.zone_across(request.user, engagement)}  # fmt: skip
    if asked.status == SlotRequest.Status.PROPOSED and decide(request.user, "meetings.answer_slot", asked).allowed:
        context["answer"] = _accept_form(request, asked)
    if may_book and asked.status in (SlotRequest.Status.OPEN, SlotRequest.Status.PROPOSED):
        first = asked.preferred[0] if asked.preferred else None
        context |= {"may_confirm": True, **show_times(request, engagement, form, ["start"], first=first)}
    return render(request, "engagements/slot.html", context, status=status)


@require_http_methods(["GET", "POST"])
def propose(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A specialist offers up to three other times; the customer chooses."""
    asked = _asked(request, public_id)
    require(request.user, "meetings.book", asked.engagement)
    form = ProposeForm(given(request))

    def take(form: Form) -> None:
        note, times = form.cleaned_data["note"], form.times()  # type: ignore[attr-defined]
        operations.propose(asked, times=times, note=note, at=timezone.now(), by=request.user)

    if form.is_valid() and taken(form, take):
        messages.success(request, _("The times are proposed. The customer is told, and chooses one."))
        return see_other(request, asked)
    first = asked.preferred[0] if asked.preferred else None
    context = {"asked": asked, **show_times(request, asked.engagement, form, ProposeForm.TIMES, first=first)}
    return render(request, "engagements/propose_slot.html", context, status=422 if form.is_bound else 200)


@require_POST
def accept(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The customer takes one of the proposed times; one that is gone is told with the others."""
    asked = _asked(request, public_id)
    require(request.user, "meetings.answer_slot", asked)
    form = _accept_form(request, asked, request.POST)
    status = 422
    if form.is_valid():
        try:
            meeting = operations.accept(asked, at=timezone.now(), by=request.user, **form.cleaned_data)
        except Taken as taken_by_others:
            form.add_error("start", str(taken_by_others.reason))
            status = taken_by_others.status
        else:
            messages.success(request, _("The meeting is booked. Everybody invited gets it for their calendar."))
            return see_other(request, meeting)
    context = {"asked": asked, "engagement": asked.engagement, "may_confirm": False, "answer": form,
               "zone": request.user.time_zone,
               "zone_across": agenda.zone_across(request.user, asked.engagement)}  # fmt: skip
    return render(request, "engagements/slot.html", context, status=status)


def _accept_form(request: Request, asked: SlotRequest, data: Any = None) -> AcceptForm:
    across = ZoneInfo(agenda.zone_across(request.user, asked.engagement))
    return AcceptForm(data, asked=asked, zone=request.user.zone(), across=across)


@require_http_methods(["GET", "POST"])
def decline(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """None of the proposed times suits: the customer says what would."""
    asked = _asked(request, public_id)
    require(request.user, "meetings.answer_slot", asked)
    form = DeclineForm(given(request), initial={"wish": asked.wish})
    if form.is_valid():
        wish = form.cleaned_data["wish"]
        operations.decline(asked, wish=wish, preferred=form.times(), by=request.user)
        messages.success(request, _("Your specialist is told, and confirms a time."))
        return see_other(request, asked)
    context = {"asked": asked, **show_times(request, asked.engagement, form, DeclineForm.TIMES)}
    return render(request, "engagements/decline_slot.html", context, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The customer no longer wishes for it."""
    asked = _asked(request, public_id)
    operations.withdraw(asked, by=request.user)
    messages.success(request, _("The request for a meeting is withdrawn."))
    return see_other(request, "engagements:meetings", public_id=asked.engagement.public_id)


def _asked(request: Request, public_id: uuid.UUID) -> SlotRequest:
    related = SlotRequest.objects.visible_to(request.user).select_related(
        "asked_by", "meeting", "engagement__customer", "engagement__centre", "engagement__specialist",
        "engagement__partner",
    )  # fmt: skip
    return get_object_or_404(related, public_id=public_id)
