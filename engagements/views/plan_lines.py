"""What the pages of the lines of both plans share: adding one, planning it anew, and what its page shows."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import holding
from engagements.attached import attached_to
from engagements.forms.plans import RemediationForm, SuccessForm
from engagements.handed import handed_of
from engagements.models import Engagement, RemediationItem, SuccessItem
from engagements.models.delegations import field_of
from engagements.permissions.engagement import side_of
from engagements.steps import offers_of
from engagements.views.finding import engagement_of, part_of, posted, story_of, taken, told
from fasttrack_portal.access import Reason, require
from fasttrack_portal.http import Request, see_other

Line = RemediationItem | SuccessItem


@dataclass(frozen=True)
class Plan:
    """What is different between the two: models, forms, writes and words. `tab` is the address of its page."""

    model: type[Line]
    form: type[RemediationForm] | type[SuccessForm]
    tab: str
    label: Reason
    add: Callable[..., Line]
    edit: Callable[..., None]
    asks: Reason
    added: Reason


def new_line(request: Request, public_id: uuid.UUID, plan: Plan, **first: Any) -> HttpResponse:
    """A line by hand; `first` is what the form begins with."""
    engagement, today = engagement_of(request, public_id), timezone.localdate()
    require(request.user, "engagements.write_plan", engagement)
    given: dict[str, Any] = {"engagement": engagement, "user": request.user, "line": None, "today": today}
    form = plan.form(posted(request), initial=first, **given)

    def take(form: Form) -> None:
        plan.add(engagement, by=request.user, at=timezone.now(), on=today, **form.cleaned_data)
        messages.success(request, str(plan.added))

    if request.method == "POST" and form.is_valid() and taken(form, take):
        return see_other(request, plan.tab, public_id=engagement.public_id)
    return form_page(request, engagement, plan, form, plan.asks, _("Add"))


def edit_line(request: Request, public_id: uuid.UUID, plan: Plan) -> HttpResponse:
    found, today = part_of(request, plan.model, public_id, "assignee"), timezone.localdate()
    require(request.user, "engagements.edit_plan_item", found)
    given: dict[str, Any] = {"engagement": found.engagement, "user": request.user, "line": found, "today": today}
    form = plan.form(posted(request), **given)

    def take(form: Form) -> None:
        plan.edit(found, by=request.user, at=timezone.now(), on=today, **form.cleaned_data)
        messages.success(request, _("Saved."))

    if request.method == "POST" and form.is_valid() and taken(form, take):
        return see_other(request, found)
    return form_page(request, found.engagement, plan, form, _("Plan anew"), _("Save"), part=found)


def form_page(
    request: Request,
    engagement: Engagement,
    plan: Plan,
    form: Form,
    title: Reason,
    label: Reason,
    *,
    part: Line | None = None,
) -> HttpResponse:
    home = reverse(plan.tab, kwargs={"public_id": engagement.public_id})
    back = part.get_absolute_url() if part else home
    context = {"form": form, "engagement": engagement, "part": part, "title": title, "label": label,
               "home": home, "home_label": plan.label, "back": back}  # fmt: skip
    return render(request, "engagements/plan_form.html", context, status=422 if form.is_bound else 200)


def line_context(request: Request, line: Line) -> dict[str, Any]:
    """Where a line stands, what shows it, who has it and what can be done with it."""
    engagement = line.engagement
    holding.mark(engagement, [line], side_of(request.user, engagement), at=timezone.now())
    return {
        "item": line,
        "engagement": engagement,
        "attached": attached_to(line, field_of(line), request.user),
        "offers": offers_of(line, request.user),
        "handed": handed_of(line, request.user),
        "events": told(story_of(request, line), request),
    }
