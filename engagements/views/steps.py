"""Accepting a request, and the steps of an engagement and its parts."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assistance.models import AssistanceRequest
from engagements import life, retirement
from engagements.forms.engagement import AcceptForm, CompleteForm, StepForm, version_field
from engagements.forms.matrix import WaitForm
from engagements.models import Engagement, Milestone, Phase, Responsibility
from engagements.operations import engagement as engagements
from engagements.operations import milestones, phases, responsibilities
from engagements.operations.delegations import partners_of
from engagements.steps import ASKS, Ask, rule_of
from engagements.views.finding import engagement_of, part_of, posted, taken
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.refusals import Invalid, TransitionRefused
from fasttrack_portal.workflow import refusal


@require_http_methods(["GET", "POST"])
def accept(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Accepting a request: who guides the customer, and with that the engagement is open."""
    asks = AssistanceRequest.objects.visible_to(request.user).select_related("customer", "centre", "partner")
    ask = get_object_or_404(asks, public_id=public_id)
    require(request.user, "assistance.accept", ask)
    initial = {"specialist": request.user.public_id, "key": uuid.uuid4()}
    form = AcceptForm(posted(request), ask=ask, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid() and (opened := _opened(request, ask, form)):
            return see_other(request, opened)
        status = 422
    return render(request, "engagements/accept.html", {"form": form, "ask": ask}, status=status)


def _opened(request: Request, ask: AssistanceRequest, form: AcceptForm) -> Engagement | None:
    """The engagement of this very form: a second click finds what the first one opened (C2)."""
    key = form.cleaned_data["key"]
    mine = Engagement.objects.visible_to(request.user).filter(public_id=key, ask=ask)
    if there := mine.first():
        return there
    try:
        opened = engagements.accept(
            ask,
            specialist=form.cleaned_data["specialist"],
            by=request.user,
            on=timezone.localdate(),
            at=timezone.now(),
            key=key,
        )
    except TransitionRefused:
        if there := mine.first():
            return there
        raise
    except Invalid as refused:
        form.add_error(refused.details.get("field"), str(refused))
        return None
    messages.success(request, _("The request was accepted and the engagement is open."))
    return opened


@require_http_methods(["GET", "POST"])
def move(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    engagement = engagement_of(request, public_id)

    def take(form: Form) -> None:
        engagements.move(engagement, step, by=request.user, **form.cleaned_data)

    unfinished = engagement.phases.exclude(code="general").exclude(status__in=["passed", "skipped"])
    facts = {
        "unfinished": unfinished if step == "complete" else [],
        "follows": life.follows(engagement, step, at=timezone.now()),
        "people": life.told_of(engagement),
    }
    return step_page(request, engagement, step, take, facts=facts)


@require_http_methods(["GET", "POST"])
def move_phase(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """Starting, offering, reopening and skipping; a phase passes at its gate (views.gates)."""
    phase = part_of(request, Phase, public_id)
    if step == "pass" and request.method == "GET":
        return redirect(phase)

    def take(form: Form) -> None:
        phases.move_phase(phase, step, by=request.user, at=timezone.now(), **form.cleaned_data)

    return step_page(request, phase, step, take, back=phase)


@require_http_methods(["GET", "POST"])
def move_responsibility(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    item = part_of(request, Responsibility, public_id)

    def take(form: Form) -> None:
        responsibilities.move_responsibility(item, step, by=request.user, at=timezone.now(), **form.cleaned_data)

    form = None
    if step == "wait":
        ask = ASKS[Responsibility, "wait"]
        partner = partners_of(item.engagement).first()
        form = WaitForm(posted(request), item=item, partner=str(partner or ""), is_needed=False, hint=ask.hint)
    return step_page(request, item, step, take, back=item, form=form)


@require_http_methods(["GET", "POST"])
def move_milestone(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    milestone = part_of(request, Milestone, public_id)
    today = timezone.localdate()

    def take(form: Form) -> None:
        milestones.move_milestone(milestone, step, by=request.user, on=today, **form.cleaned_data)

    form = CompleteForm(posted(request), today=today) if step == "complete" else None
    return step_page(request, milestone, step, take, back=milestone, form=form)


def step_page(
    request: Request,
    obj: Any,
    step: str,
    take: Callable[[Form], None],
    *,
    back: Any = None,
    form: Form | None = None,
    facts: dict[str, Any] | None = None,
) -> HttpResponse:
    """One step of whatever has steps: POST takes it, GET shows its page where it has a question. The form carries the
    version that the person saw, for `take` to hand on (C1)."""
    if step not in obj.WORKFLOW.steps:
        raise Http404
    ask = ASKS.get((type(obj), step), Ask(""))
    engagement = obj if isinstance(obj, Engagement) else obj.engagement
    back = back or engagement
    require(request.user, rule_of(obj, step), obj)
    if not obj.WORKFLOW.leads(obj, step):
        raise refusal(obj, obj.WORKFLOW.step(step))
    if isinstance(obj, Responsibility):
        retirement.require_free(obj, step)
    if form is None:
        form = StepForm(posted(request), is_needed=ask.needs_reason, hint=ask.hint)
    form.fields["version"] = version_field(required=False, initial=obj.version)
    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            messages.success(request, _("%(thing)s: %(state)s") % {"thing": obj, "state": obj.get_status_display()})
            return see_other(request, back)
        status = 422
    context = {"form": form, "ask": ask, "subject": obj, "engagement": engagement, "back": back.get_absolute_url(),
               "step": obj.WORKFLOW.step(step), "facts": facts or {}}  # fmt: skip
    return render(request, "engagements/step.html", context, status=status)
