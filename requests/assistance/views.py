"""Requests for assistance: the list, the form, one request and its steps."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assistance import operations, people, presenting, verdicts
from assistance.filters import RequestFilter
from assistance.forms import AssistanceForm, DraftForm, NewRequestForm, SeatsForm, WordsForm
from assistance.models import AssistanceRequest
from assistance.tables import RequestTable
from assistance.words import STEP_WORDS
from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.http import Request, is_fragment, see_other
from fasttrack_portal.lists import paged
from fasttrack_portal.refusals import StaleVersion


@require_GET
def requests(request: Request) -> HttpResponse:
    """The requests one may see, newest first; staff begin with the queue, oldest first."""
    asks = AssistanceRequest.objects.visible_to(request.user)
    is_staff = request.user.audience.is_staff
    is_queue = is_staff and request.GET.get("view") != "all" and not request.GET.get("status")
    rows = asks.waiting() if is_queue else asks
    filtered = RequestFilter(request.GET, queryset=rows.select_related("customer", "partner"))
    table = RequestTable(
        filtered.qs,
        empty=presenting.empty_list(request.user, is_queue=is_queue, is_filtered=bool(request.GET.get("status"))),
        order_by="submitted_at" if is_queue else "-submitted_at",
        exclude=() if is_staff or request.user.audience.partner_ids else ("customer",),
    )
    paged(request, table)
    tabs = presenting.list_tabs(asks.waiting().count(), is_queue=is_queue) if is_staff else []
    context = {"table": table, "filter": filtered, "tabs": tabs, "may_ask": presenting.may_ask(request.user)}
    return render(request, "assistance/list.html", context)


@require_GET
def eligibility(request: Request) -> HttpResponse:
    """What FastTrack does for so many seats: beside the field as a fragment, or as a page of its own (F9)."""
    form = SeatsForm(request.GET)
    is_valid = form.is_valid()
    verdict = verdicts.of_seats(form.cleaned_data["seats"] if is_valid else None)
    template = "assistance/_verdict.html" if is_fragment(request) else "assistance/eligibility.html"
    return render(request, template, {"form": form, "verdict": verdict}, status=200 if is_valid else 422)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """The form for one's own customer, or for the one a partner found in the search (F3, F4)."""
    require(request.user, "assistance.create", None)
    customer, own = _customer_asked_for(request)
    if customer is None:
        return render(request, "assistance/choose.html", {"customers": own}) if own else redirect("directory:find")
    require(request.user, "assistance.create", customer)
    today = timezone.localdate()
    if request.method == "GET":
        first = NewRequestForm.first_values(customer, request.user)
        return _form_page(request, NewRequestForm(initial=first, customer=customer, today=today), customer)
    is_draft = "draft" in request.POST
    form = NewRequestForm(request.POST, customer=customer, today=today, is_draft=is_draft)
    if not form.is_valid():
        return _form_page(request, form, customer, status=422)
    key = form.cleaned_data["key"]
    if is_draft:
        ask = operations.draft(customer, key=key, by=request.user, **form.facts())
    else:
        ask = operations.submit_new(customer, key=key, at=timezone.now(), by=request.user, **form.facts())
    return _kept(request, ask)


@require_http_methods(["GET", "POST"])
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The same form over a draft: save it again, or submit it."""
    ask = _ask(request, public_id)
    require(request.user, "assistance.edit", ask)
    today, customer = timezone.localdate(), ask.customer
    if request.method == "GET":
        if ask.status != AssistanceRequest.Status.DRAFT:
            return redirect(ask)
        return _form_page(
            request, DraftForm(initial=DraftForm.values_of(ask), customer=customer, today=today), customer, ask
        )
    operations.still_a_draft(ask)
    is_draft = "draft" in request.POST
    form = DraftForm(request.POST, customer=customer, today=today, is_draft=is_draft)
    if not form.is_valid():
        return _form_page(request, form, customer, ask, status=422)
    version = form.cleaned_data["version"]
    try:
        if is_draft:
            operations.save_draft(ask, version=version, by=request.user, **form.facts())
        else:
            operations.submit(ask, version=version, at=timezone.now(), by=request.user, **form.facts())
    except StaleVersion as fault:
        form.over(ask.version)
        differences = presenting.differences(form, fault)
        return _form_page(request, form, customer, ask, status=409, differences=differences)
    return _kept(request, ask)


@require_GET
def detail(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One request: how it stands, what comes next, what was said."""
    ask = _ask(request, public_id)
    story = Event.objects.about(ask.public_id, request.user)[:50]
    context = {
        "ask": ask,
        "steps": {step.name for step in ask.WORKFLOW.open_steps(ask)},
        "verdict": verdicts.of_ask(ask),
        "facts": presenting.facts(ask),
        "plans": presenting.plans(ask),
        "events": presenting.timeline(story),
        "engagement_url": presenting.engagement_url(ask),
        "words": STEP_WORDS,
        "word_forms": {step: _words_form(step) for step in STEP_WORDS},
        "is_staff": request.user.audience.is_staff,
    }
    return render(request, "assistance/detail.html", context)


@require_POST
def review(request: Request, public_id: uuid.UUID) -> HttpResponse:
    ask = _ask(request, public_id)
    operations.review(ask, by=request.user)
    messages.success(request, _("%(number)s is yours to review.") % {"number": ask.number})
    return see_other(request, ask)


@require_POST
def withdraw(request: Request, public_id: uuid.UUID) -> HttpResponse:
    ask = _ask(request, public_id)
    operations.withdraw(ask, by=request.user)
    messages.success(request, _("%(number)s is withdrawn.") % {"number": ask.number})
    return see_other(request, ask)


@require_http_methods(["GET", "POST"])
def ask_for_information(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _step_with_words(
        request,
        public_id,
        "ask_for_information",
        lambda ask, text: operations.ask_for_information(ask, question=text, by=request.user),
    )


@require_http_methods(["GET", "POST"])
def answer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _step_with_words(
        request, public_id, "answer", lambda ask, text: operations.answer(ask, answer=text, by=request.user)
    )


@require_http_methods(["GET", "POST"])
def decline(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return _step_with_words(
        request, public_id, "decline", lambda ask, text: operations.decline(ask, reason=text, by=request.user)
    )


def _ask(request: Request, public_id: uuid.UUID) -> AssistanceRequest:
    return get_object_or_404(AssistanceRequest.objects.visible_to(request.user).with_people(), public_id=public_id)


def _customer_asked_for(request: Request) -> tuple[Customer | None, list[Customer]]:
    """The customer the form is for; else the person's own customers to choose from, none for a partner."""
    visible = Customer.objects.visible_to(request.user).select_related("centre").prefetch_related("tenants")
    if wanted := request.GET.get("customer"):
        try:
            return get_object_or_404(visible, public_id=uuid.UUID(wanted)), []
        except ValueError:
            raise Http404 from None
    own = list(visible.filter(pk__in=request.user.audience.customer_ids).order_by("name")[:50])
    return (own[0], own) if len(own) == 1 else (None, own)


def _form_page(
    request: Request,
    form: AssistanceForm,
    customer: Customer,
    ask: AssistanceRequest | None = None,
    *,
    status: int = 200,
    differences: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "customer": customer,
        "ask": ask,
        "differences": differences or [],
        "verdict": verdicts.of_seats(presenting.seats_in(form)),
        "told": len(people.told_of_submission(customer, request.user)) - 1,
    }
    return render(request, "assistance/form.html", context, status=status)


def _kept(request: Request, ask: AssistanceRequest) -> HttpResponse:
    if ask.is_private:
        messages.success(request, _("%(number)s is saved as a draft. Only you can see it.") % {"number": ask.number})
    else:
        messages.success(request, _("%(number)s is with FastTrack. We have sent you a mail.") % {"number": ask.number})
    return see_other(request, ask)


def _words_form(step: str, data: Any = None) -> WordsForm:
    words = STEP_WORDS[step]
    return WordsForm(data, label=words.label, help_text=words.hint, auto_id=f"id_{step}_%s")


def _step_with_words(
    request: Request, public_id: uuid.UUID, step: str, do: Callable[[AssistanceRequest, str], None]
) -> HttpResponse:
    ask = _ask(request, public_id)
    require(request.user, f"assistance.{step}", ask)
    if not ask.WORKFLOW.leads(ask, step):
        raise workflow.refusal(ask, ask.WORKFLOW.step(step))
    form = _words_form(step, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"ask": ask, "form": form, "words": STEP_WORDS[step]}
        return render(request, "assistance/words.html", context, status=422 if form.is_bound else 200)
    do(ask, form.cleaned_data["text"])
    messages.success(request, str(STEP_WORDS[step].done))
    return see_other(request, ask)
