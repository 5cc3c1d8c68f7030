"""The list of requests and one request."""

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from assistance import people, presenting, verdicts
from assistance.filters import RequestFilter
from assistance.models import AssistanceRequest
from assistance.tables import SHOWN, RequestTable
from assistance.triage_page import triage_of, triage_tabs
from assistance.views.common import ask_of, words_form
from assistance.words import STEP_WORDS
from fasttrack_portal.http import Request
from fasttrack_portal.lists import list_page


@require_GET
def requests(request: Request) -> HttpResponseBase:
    """The requests one may see, newest first; what waits for FastTrack has its own page, the queue."""
    asks = AssistanceRequest.objects.visible_to(request.user)
    is_staff = request.user.audience.is_staff
    filtered = RequestFilter(request.GET, queryset=asks.select_related("customer", "partner").only(*SHOWN))
    table = RequestTable(
        filtered.qs,
        empty=presenting.empty_list(request.user, is_filtered=bool(request.GET.get("status"))),
        order_by="-submitted_at",
        exclude=() if is_staff or request.user.audience.partner_ids else ("customer",),
    )
    tabs = triage_tabs(request.user, "assistance:list") if is_staff else []
    context = {"filter": filtered, "tabs": tabs, "may_ask": presenting.may_ask(request.user)}
    return list_page(request, table, "assistance/list.html", context)


@require_GET
def detail(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One request: how it stands, what comes next, what was said."""
    ask = ask_of(request, public_id)
    if ask.status == AssistanceRequest.Status.DRAFT:
        return redirect("assistance:edit", public_id=ask.public_id)
    story = presenting.story_of(ask, request.user)[:50]
    context = {
        "ask": ask,
        "steps": {step.name for step in ask.WORKFLOW.open_steps(ask)},
        "verdict": verdicts.of_ask(ask),
        "today": verdicts.today(ask),
        "joined": people.joined(ask),
        "facts": presenting.facts(ask),
        "plans": presenting.plans(ask),
        "events": presenting.timeline(story),
        "engagement_url": presenting.engagement_url(ask),
        "words": STEP_WORDS,
        "word_forms": {step: words_form(step) for step in STEP_WORDS},
        "is_staff": request.user.audience.is_staff,
        **triage_of(ask, request.user, at=timezone.now()),
    }
    return render(request, "assistance/detail.html", context)
