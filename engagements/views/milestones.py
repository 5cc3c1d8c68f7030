"""One milestone: its outcome, its days, and the customer's word on it."""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements import holding
from engagements.attached import attached_to
from engagements.forms.gates import ApproveForm, MilestoneDayForm, RejectForm
from engagements.models import Milestone
from engagements.operations import milestones
from engagements.permissions.engagement import side_of
from engagements.steps import offers_of
from engagements.timeline import calendar_of, milestone_row
from engagements.views.finding import part_of, posted, story_of, taken, told
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.workflow import refusal


@require_http_methods(["GET", "POST"])
def milestone(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One milestone; a POST plans another day, and `preview` shows what moves along and saves nothing."""
    found = part_of(request, Milestone, public_id, "approved_by")
    today = timezone.localdate()
    form = MilestoneDayForm(posted(request), milestone=found, today=today)
    moved: list[milestones.Moved] | None = None

    def take(form: Form) -> None:
        milestones.plan_milestone(found, on=today, by=request.user, **form.cleaned_data)

    def look(form: Form) -> None:
        nonlocal moved
        moved = milestones.shift_after(found, form.cleaned_data["planned_on"])
        moved = moved if form.cleaned_data["shifts_rest"] else []

    status = 200
    if request.method == "POST":
        require(request.user, "engagements.move_milestone", found)
        status = 422
        if "preview" in request.POST:
            status = 200 if form.is_valid() and taken(form, look) else 422
        elif form.is_valid() and taken(form, take):
            messages.success(request, _("The planned day was changed."))
            return see_other(request, found)
    return render(request, "engagements/milestone.html", _page(request, found, form, moved), status=status)


def _page(request: Request, found: Milestone, form: Form, moved: Any) -> dict[str, Any]:
    today = timezone.localdate()
    related = Milestone.objects.visible_to(request.user).filter(engagement=found.engagement)
    others = list(related.order_by("position"))
    holding.mark(found.engagement, [found], side_of(request.user, found.engagement), at=timezone.now())
    return {
        "attached": attached_to(found, "milestone", request.user),
        "milestone": found,
        "engagement": found.engagement,
        "form": form,
        "moved": moved,
        "row": milestone_row(found, calendar_of(found.engagement, [found], today), today),
        "before": [each for each in others if each.code in found.after],
        "behind": [each for each in others if found.code in each.after],
        "offers": offers_of(found, request.user),
        "events": told(story_of(request, found), request),
    }


@require_http_methods(["GET", "POST"])
def move_approval(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    """The specialist asks; the customer approves, or says what is missing."""
    found: Milestone = part_of(request, Milestone, public_id)
    if step not in Milestone.APPROVALS.steps:
        raise Http404
    require(request.user, "engagements.move_milestone" if step == "ask" else "engagements.answer_approval", found)
    if not Milestone.APPROVALS.leads(found, step):
        raise refusal(found, Milestone.APPROVALS.step(step), Milestone.APPROVALS)
    form = {"approve": ApproveForm, "reject": RejectForm}.get(step, Form)(posted(request))

    def take(form: Form) -> None:
        now = timezone.now()
        if step == "ask":
            milestones.ask_approval(found, by=request.user, at=now)
        elif step == "approve":
            milestones.approve(found, by=request.user, at=now, **form.cleaned_data)
        else:
            milestones.reject(found, by=request.user, at=now, **form.cleaned_data)

    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            messages.success(
                request, _("%(thing)s: %(state)s") % {"thing": found, "state": found.get_approval_display()}
            )
            return see_other(request, found)
        status = 422
    context = {"form": form, "milestone": found, "engagement": found.engagement,
               "step": Milestone.APPROVALS.step(step)}  # fmt: skip
    return render(request, "engagements/approval.html", context, status=status)
