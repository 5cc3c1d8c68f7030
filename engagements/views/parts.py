"""One responsibility: its page and its plan."""

import uuid

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from engagements import holding, overview
from engagements.attached import attached_to
from engagements.forms.engagement import ResponsibilityForm
from engagements.handed import handed_of
from engagements.matrix import MODES, condition_in_words
from engagements.models import Responsibility
from engagements.operations import responsibilities
from engagements.permissions.engagement import WORK, side_of
from engagements.steps import offers_of
from engagements.views.finding import part_of, posted, story_of, taken, told
from fasttrack_portal.access import require
from fasttrack_portal.http import Request, see_other


@require_GET
def responsibility(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One item: whose it is and why, its state, its plan and its story."""
    item = part_of(request, Responsibility, public_id, "assignee")
    siblings = Responsibility.objects.visible_to(request.user).filter(engagement=item.engagement)
    related = {
        other.code: other
        for other in siblings.filter(Q(code__in=[item.twin_code, item.parent_code]) | Q(parent_code=item.code))
    }
    side = side_of(request.user, item.engagement)
    holding.mark(item.engagement, [item], side, at=timezone.now())
    context = {
        "attached": attached_to(item, "responsibility", request.user),
        "item": item,
        "engagement": item.engagement,
        "why_label": overview.why_label(item, side),
        "mode": MODES[item.mode],
        "condition": condition_in_words(item),
        "twin": related.get(item.twin_code),
        "parent": related.get(item.parent_code),
        "children": [other for other in related.values() if other.parent_code == item.code],
        "offers": offers_of(item, request.user),
        "handed": handed_of(item, request.user),
        "stay": holding.days_of(item.engagement, item, timezone.now()),
        "events": told(story_of(request, item), request),
    }
    return render(request, "engagements/responsibility.html", context)


@require_http_methods(["GET", "POST"])
def edit_responsibility(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Who does it, by when, and what shows that it is done."""
    item = part_of(request, Responsibility, public_id, "assignee")
    require(request.user, WORK, item)
    form = ResponsibilityForm(posted(request), item=item, today=timezone.localdate())

    def take(form: Form) -> None:
        responsibilities.edit_responsibility(item, by=request.user, **form.cleaned_data)

    status = 200
    if request.method == "POST":
        if form.is_valid() and taken(form, take):
            messages.success(request, _("Saved."))
            return see_other(request, item)
        status = 422
    context = {"form": form, "item": item, "engagement": item.engagement}
    return render(request, "engagements/edit_responsibility.html", context, status=status)
