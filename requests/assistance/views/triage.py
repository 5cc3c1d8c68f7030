"""What FastTrack does with one request, and the numbers behind it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assistance import loads, operations, people
from assistance.models import AssistanceRequest, Capacity, TriageSettings
from assistance.triage_forms import CapacityForm, MoveForm, ShareOutForm, TriageSettingsForm
from assistance.views.common import ask_of, step_with_words
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid, StaleVersion


@require_POST
def review(request: Request, public_id: uuid.UUID) -> HttpResponse:
    ask = ask_of(request, public_id)
    operations.review(ask, by=request.user)
    messages.success(request, _("%(number)s is yours to review.") % {"number": ask.number})
    return see_other(request, ask)


@require_http_methods(["GET", "POST"])
def ask_for_information(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return step_with_words(
        request,
        public_id,
        "ask_for_information",
        lambda ask, text: operations.ask_for_information(ask, question=text, by=request.user),
    )


@require_http_methods(["GET", "POST"])
def decline(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return step_with_words(
        request,
        public_id,
        "decline",
        lambda ask, text, code: operations.decline(ask, reason=text, code=code, by=request.user),
    )


@require_http_methods(["GET", "POST"])
def assign(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Gives it to a specialist: a new one for the first time, one in review from hand to hand."""
    ask = ask_of(request, public_id)
    require(request.user, "assistance.share_out", ask)
    _still_waits(ask)
    language = ask.customer.language
    form = ShareOutForm(
        request.POST if request.method == "POST" else None,
        initial={"version": ask.version},
        candidates=[load for load in loads.candidates(ask.centre, language) if load.person.pk != ask.reviewer_id],
        language=language,
    )
    if form.is_valid():
        try:
            operations.share_out(ask, to=form.person, version=form.cleaned_data["version"], by=request.user)
        except Invalid as fault:
            form.add_error("specialist", str(fault.reason))
        else:
            said = {"number": ask.number, "name": form.person}
            messages.success(request, _("%(number)s is with %(name)s now, who gets a mail.") % said)
            return see_other(request, ask)
    context = {"ask": ask, "form": form, "spoken": loads.language_name(language)}
    return render(request, "assistance/assign.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def move(request: Request, public_id: uuid.UUID) -> HttpResponse:
    ask = ask_of(request, public_id)
    require(request.user, "assistance.move", ask)
    if not ask.WORKFLOW.leads(ask, "move"):
        raise workflow.refusal(ask, ask.WORKFLOW.step("move"))
    centres = FastTrackCenter.objects.visible_to(request.user).exclude(pk=ask.centre_id)
    form = MoveForm(request.POST if request.method == "POST" else None, centres=centres)
    if form.is_valid():
        operations.move(ask, centre=form.chosen, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(
            request, _("%(number)s is with %(centre)s now.") % {"number": ask.number, "centre": ask.centre}
        )
        return see_other(request, "assistance:queue")
    told = {each.name: people.centre_people(each).count() for each in form.centres.values()}
    context = {"ask": ask, "form": form, "told": told}
    return render(request, "assistance/move.html", context, status=422 if form.is_bound else 200)


def _still_waits(ask: AssistanceRequest) -> None:
    if ask.status not in ("submitted", "in_review", "needs_information"):
        raise workflow.refusal(ask, ask.WORKFLOW.step("assign"))


@require_http_methods(["GET", "POST"])
def capacity(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """How much one specialist can carry, and in which languages."""
    person = get_object_or_404(
        User.objects.visible_to(request.user).filter(memberships__centre__isnull=False).distinct(), public_id=public_id
    )
    require(request.user, "assistance.set_capacity", person)
    there: Capacity | None = getattr(person, "capacity", None)
    if request.method == "GET":
        form = CapacityForm(initial=CapacityForm.values_of(there))
    else:
        form = CapacityForm(request.POST)
        if form.is_valid():
            operations.set_capacity(person, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved. The queue counts with it from now on."))
            return see_other(request, "assistance:loads")
    context = {"person": person, "form": form, "is_own": person.pk == request.user.pk}
    return render(request, "assistance/capacity.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def settings(request: Request) -> HttpResponse:
    """The numbers of triage and of the partner leg."""
    require(request.user, "assistance.change_settings")
    if request.method == "GET":
        form = TriageSettingsForm(initial=TriageSettingsForm.values_of(TriageSettings.current()))
        return render(request, "assistance/settings.html", {"form": form, "differences": []})
    form, differences = TriageSettingsForm(request.POST), []
    status = 422
    if form.is_valid():
        try:
            operations.change_settings(version=form.cleaned_data["version"], by=request.user, **form.numbers())
        except StaleVersion as fault:
            labels = form.fields
            differences = [
                {"name": labels[name].label, "theirs": fault.details["theirs"][name], "yours": yours}
                for name, yours in fault.details["yours"].items()
            ]
            again = request.POST.copy()
            again["version"] = str(TriageSettings.current().version)
            form.data = again
            status = 409
        else:
            messages.success(request, _("Saved. What is timed already keeps its time."))
            return see_other(request, "assistance:settings")
    return render(request, "assistance/settings.html", {"form": form, "differences": differences}, status=status)
