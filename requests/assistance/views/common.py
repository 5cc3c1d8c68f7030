"""What several pages of requests share: the request of an address, and steps that take words."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from assistance import people
from assistance.forms import WordsForm
from assistance.models import AssistanceRequest
from assistance.triage_forms import DeclineForm
from assistance.words import STEP_WORDS
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other


def ask_of(request: Request, public_id: uuid.UUID) -> AssistanceRequest:
    return get_object_or_404(AssistanceRequest.objects.visible_to(request.user).with_people(), public_id=public_id)


def words_form(step: str, data: Any = None) -> WordsForm:
    words = STEP_WORDS[step]
    kind = DeclineForm if step == "decline" else WordsForm
    return kind(data, label=words.label, help_text=words.hint, auto_id=f"id_{step}_%s")


def step_with_words(request: Request, public_id: uuid.UUID, step: str, do: Callable[..., None]) -> HttpResponse:
    ask = ask_of(request, public_id)
    require(request.user, f"assistance.{step}", ask)
    if not ask.WORKFLOW.leads(ask, step):
        raise workflow.refusal(ask, ask.WORKFLOW.step(step))
    form = words_form(step, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        told = 0 if step == "answer" else len(people.sending_side(ask))
        context = {"ask": ask, "form": form, "words": STEP_WORDS[step], "told": told}
        return render(request, "assistance/words.html", context, status=422 if form.is_bound else 200)
    more = {name: value for name, value in form.cleaned_data.items() if name != "text"}
    do(ask, form.cleaned_data["text"], **more)
    messages.success(request, str(STEP_WORDS[step].done))
    return see_other(request, ask)
