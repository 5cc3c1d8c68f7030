"""Pages of the asking side: the start, the task list, its sections, the check, joining, the answer, taking back."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assistance import operations, people, presenting, verdicts
from assistance.forms import CheckForm, JoinForm, Mode, SeatsForm, SectionForm, StartForm
from assistance.models import AssistanceRequest
from assistance.section_forms import FORMS
from assistance.sections import Section, after, section_of
from assistance.views.common import ask_of, step_with_words
from fasttrack_portal.access import require
from fasttrack_portal.design import FormError
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.http import Request, is_fragment, see_other
from fasttrack_portal.refusals import StaleVersion

Kind = AssistanceRequest.Kind


@require_GET
def eligibility(request: Request) -> HttpResponse:
    """What FastTrack does for so many seats: beside the field as a fragment, or as a page of its own (F9)."""
    form = SeatsForm(request.GET)
    is_valid = form.is_valid()
    seats = {"standard": None} if not is_valid else verdicts.seats_by_class(**form.cleaned_data)
    template = "assistance/_verdict.html" if is_fragment(request) else "assistance/eligibility.html"
    context = {"form": form, "verdict": verdicts.of_classes(seats)}
    return render(request, template, context, status=200 if is_valid else 422)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Where a request begins, for one's own customer or for the one a partner found in the search (F3, F4, F5).

    Looking writes nothing: the draft is made by the press of the button, and found again by its key.
    """
    require(request.user, "assistance.create", None)
    kind = Kind.APP_ASSURE if request.GET.get("kind") == Kind.APP_ASSURE else Kind.MICROSOFT365
    customer, own = _customer_asked_for(request)
    if customer is None:
        context = {"customers": own, "kind": kind}
        return render(request, "assistance/choose.html", context) if own else redirect("directory:find")
    require(request.user, "assistance.create", customer)
    form = StartForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _start_page(request, form, customer, kind)
    facts = operations.starting_facts(customer, request.user, kind)
    ask = operations.draft(customer, key=form.cleaned_data["key"], by=request.user, kind=kind, **facts)
    if ask.is_app_assure:
        return see_other(request, presenting.section_url(ask, "application"))
    return see_other(request, "assistance:edit", public_id=ask.public_id)


def _start_page(request: Request, form: StartForm, customer: Customer, kind: str) -> HttpResponse:
    drafts = AssistanceRequest.objects.visible_to(request.user).filter(customer=customer, status="draft", kind=kind)
    context = {
        "form": form,
        "customer": customer,
        "kind": kind,
        "seats": None,
        "drafts": drafts.order_by("-created_at")[:5],
        "verdict": verdicts.assess(customer.seats),
    }
    return render(request, "assistance/start.html", context, status=422 if form.is_bound else 200)


@require_GET
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The task list of a draft."""
    ask = ask_of(request, public_id)
    require(request.user, "assistance.edit", ask)
    if ask.status != AssistanceRequest.Status.DRAFT:
        return redirect(ask)
    context = {
        "ask": ask,
        "tasks": presenting.task_list(ask),
        "verdict": verdicts.of_ask(ask),
        "helping": presenting.readiness_rows(ask),
    }
    return render(request, "assistance/tasks.html", context)


@require_http_methods(["GET", "POST"])
def section(request: Request, public_id: uuid.UUID, section: str) -> HttpResponse:
    """One section: saved by its buttons, or by the page itself while somebody types."""
    ask = ask_of(request, public_id)
    require(request.user, "assistance.edit", ask)
    part = section_of(ask.kind, section)
    if part is None:
        raise Http404
    if request.method == "GET":
        if ask.status != AssistanceRequest.Status.DRAFT:
            return redirect(ask)
        return _section_page(request, _form_of(ask, part), ask, part)
    operations.still_a_draft(ask)
    form = _form_of(ask, part, request.POST, mode="continue" if "continue" in request.POST else "later")
    if not form.is_valid():
        return _section_page(request, form, ask, part, status=422)
    try:
        _save(request, ask, part, form)
    except StaleVersion as fault:
        ask.refresh_from_db()
        form.over(ask)
        return _section_page(request, form, ask, part, status=409, differences=presenting.differences(form, fault))
    return _saved(request, ask, part)


def _form_of(ask: AssistanceRequest, part: Section, data: Any = None, mode: Mode = "continue") -> SectionForm:
    return FORMS[part.code](data, ask=ask, section=part, today=timezone.localdate(), mode=mode)


def _save(request: Request, ask: AssistanceRequest, part: Section, form: SectionForm) -> None:
    operations.save_section(
        ask,
        part,
        version=form.cleaned_data["version"],
        base=form.cleaned_data["base"],
        by=request.user,
        is_done="autosave" not in request.POST,
        **form.facts(),
    )


def _saved(request: Request, ask: AssistanceRequest, part: Section) -> HttpResponse:
    """`?saved=` tells the browser that it need not keep what was typed any longer."""
    if "autosave" in request.POST:
        made_from = _form_of(ask, part).initial
        at = date_format(timezone.localtime(), "H:i")
        text = _("Saved %(time)s") % {"time": at}
        return JsonResponse({"version": ask.version, "base": made_from["base"], "text": text})
    following = after(ask.kind, part)
    if "more" in request.POST:
        address = presenting.section_url(ask, part.code)
    elif "continue" not in request.POST:
        address = reverse("assistance:edit", kwargs={"public_id": ask.public_id})
        messages.success(request, _("%(number)s is saved. Only you can see it.") % {"number": ask.number})
    elif following is not None:
        address = presenting.section_url(ask, following.code)
    else:
        address = reverse("assistance:check", kwargs={"public_id": ask.public_id})
    return see_other(request, f"{address}?saved={part.code}")


def _section_page(
    request: Request,
    form: SectionForm,
    ask: AssistanceRequest,
    part: Section,
    *,
    status: int = 200,
    differences: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    if "autosave" in request.POST:
        # The page keeps what was typed and says so; the words are those of the field.
        told = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"errors": told, "is_stale": status == 409}, status=status)
    context = {"form": form, "ask": ask, "section": part, "differences": differences or []}
    if part.code == "organisation":
        context["verdict"] = verdicts.of_classes(presenting.seats_in(form))
    return render(request, f"assistance/section_{part.code}.html", context, status=status)


@require_http_methods(["GET", "POST"])
def check(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Everything that was said, once more before it goes out; who is told, and what stands in the way."""
    ask = ask_of(request, public_id)
    require(request.user, "assistance.submit", ask)
    if request.method == "GET":
        if ask.status != AssistanceRequest.Status.DRAFT:
            return redirect(ask)
        return _check_page(request, ask)
    operations.still_a_draft(ask)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _check_page(request, ask, status=422)
    if errors := presenting.faults(ask, timezone.localdate()):
        return _check_page(request, ask, status=422, errors=errors)
    try:
        operations.submit(ask, version=form.cleaned_data["version"], at=timezone.now(), by=request.user)
    except StaleVersion:
        ask.refresh_from_db()
        return _check_page(request, ask, status=409, is_stale=True)
    except operations.AlreadyAsked:
        ask.refresh_from_db()
        return _check_page(request, ask, status=409)
    messages.success(request, _("%(number)s is with FastTrack. We have sent you a mail.") % {"number": ask.number})
    return see_other(request, f"{ask.get_absolute_url()}?saved=all")


def _check_page(
    request: Request,
    ask: AssistanceRequest,
    *,
    status: int = 200,
    errors: list[FormError] | None = None,
    is_stale: bool = False,
    join_form: JoinForm | None = None,
) -> HttpResponse:
    holders = operations.holders_of(ask)
    visible = AssistanceRequest.objects.visible_to(request.user)
    context = {
        "ask": ask,
        "form": CheckForm(initial={"version": ask.version}),
        "sections": presenting.checked(ask),
        "errors": errors or [],
        "is_stale": is_stale,
        "is_held": bool(holders),
        "holders": visible.filter(pk__in=[each.pk for each in holders]).select_related("tenant").order_by("pk"),
        "join_form": join_form or JoinForm(),
        "told": len(people.told_of_submission(ask.customer, request.user)) - 1,
        "verdict": verdicts.of_ask(ask),
        "helping": presenting.readiness_rows(ask),
    }
    return render(request, "assistance/check.html", context, status=status)


@require_POST
def join(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Joins the open request for the same services, instead of sending a second one."""
    ask = ask_of(request, public_id)
    require(request.user, "assistance.edit", ask)
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _check_page(request, ask, status=422, join_form=form)
    seen = operations.join(ask, words=form.cleaned_data["note"], by=request.user)
    if not seen:
        messages.success(
            request, _("There is an open request for this service; we have told FastTrack you wish to join.")
        )
        return see_other(request, "assistance:edit", public_id=ask.public_id)
    numbers = ", ".join(each.number for each in seen)
    messages.success(request, _("You have joined %(numbers)s. Your draft is still here.") % {"numbers": numbers})
    return see_other(request, seen[0])


@require_http_methods(["GET", "POST"])
def answer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return step_with_words(
        request, public_id, "answer", lambda ask, text: operations.answer(ask, answer=text, by=request.user)
    )


@require_POST
def withdraw(request: Request, public_id: uuid.UUID) -> HttpResponse:
    ask = ask_of(request, public_id)
    operations.withdraw(ask, by=request.user)
    messages.success(request, _("%(number)s is withdrawn.") % {"number": ask.number})
    return see_other(request, ask)


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
