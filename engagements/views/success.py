"""The success plan: its four tracks, their lines, and where they came from."""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from engagements import holding, success
from engagements.forms.plans import SuccessForm, WaitForm
from engagements.models import UNMET, Responsibility, SuccessItem
from engagements.operations import success as operations
from engagements.permissions.engagement import side_of
from engagements.tabs import tabs_of
from engagements.views.finding import engagement_of, part_of, posted
from engagements.views.plan_lines import Plan, edit_line, line_context, new_line
from engagements.views.steps import step_page
from fasttrack_portal.http import Request, see_other

_TAB = "engagements:success"
PLAN = Plan(
    model=SuccessItem,
    form=SuccessForm,
    tab=_TAB,
    label=gettext_lazy("Success plan"),
    add=operations.add_success,
    edit=operations.edit_success,
    asks=gettext_lazy("Add to the success plan"),
    added=gettext_lazy("It stands in the success plan."),
)


@require_GET
def plan(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Four tracks side by side, and the responsibilities that they carry out."""
    engagement = engagement_of(request, public_id)
    lines = list(
        SuccessItem.objects.visible_to(request.user)
        .filter(engagement=engagement)
        .select_related("assignee")
        .order_by("pk")
    )
    holding.mark(engagement, lines, side_of(request.user, engagement), at=timezone.now())
    tied = Responsibility.objects.visible_to(request.user).filter(engagement=engagement, code__in=success.TIES)
    by_code = {item.code: item for item in tied}
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, _TAB),
        "tracks": [_track(track, lines, by_code) for track in SuccessItem.Track],
        "has_lines": bool(lines),
        "is_in_request": any(getattr(engagement.ask, track) for track in success.TRACKS),
        "today": timezone.localdate(),
    }
    return render(request, "engagements/success.html", context)


def _track(track: Any, lines: list[SuccessItem], tied: dict[str, Responsibility]) -> dict[str, Any]:
    mine = [line for line in lines if line.track == track.value]
    applying = [line for line in mine if line.status != "not_applicable"]
    purpose, example = success.PURPOSES[track.value]
    return {
        "code": track.value,
        "label": track.label,
        "purpose": purpose,
        "example": example,
        "lines": mine,
        "met": len([line for line in applying if line.status not in UNMET]),
        "total": len(applying),
        "tied": [tied[code] for code, tracks in success.TIES.items() if tracks == (track.value,) and code in tied],
    }


@require_POST
def fill(request: Request, public_id: uuid.UUID) -> HttpResponse:
    engagement = engagement_of(request, public_id)
    made = operations.fill_plan(engagement, by=request.user, at=timezone.now())
    messages.success(request, _("%(count)s lines came from the request.") % {"count": len(made)})
    return see_other(request, _TAB, public_id=engagement.public_id)


@require_http_methods(["GET", "POST"])
def new(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """A line of a track; `?track=` chooses it."""
    track = request.GET.get("track", "")
    return new_line(request, public_id, PLAN, **{"track": track} if track in success.TRACKS else {})


@require_GET
def item(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One line: how success is told, where it stands, what moves with it."""
    found = part_of(request, SuccessItem, public_id, "assignee")
    codes = [code for code, tracks in success.TIES.items() if found.track in tracks]
    tied = Responsibility.objects.visible_to(request.user).filter(engagement=found.engagement, code__in=codes)
    context = {**line_context(request, found), "tied": list(tied.order_by("position"))}
    return render(request, "engagements/success_item.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: Request, public_id: uuid.UUID) -> HttpResponse:
    return edit_line(request, public_id, PLAN)


@require_http_methods(["GET", "POST"])
def move(request: Request, public_id: uuid.UUID, step: str) -> HttpResponse:
    found = part_of(request, SuccessItem, public_id)
    form = WaitForm(posted(request), line=found) if step == "wait" else None

    def take(form: Form) -> None:
        operations.move_success(found, step, by=request.user, at=timezone.now(), **form.cleaned_data)

    return step_page(request, found, step, take, back=found, form=form)
