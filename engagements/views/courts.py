"""What lies in whose court of an engagement, item by item."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from engagements import holding
from engagements.forms.courts import CourtForm
from engagements.permissions.engagement import side_of
from engagements.tabs import tabs_of
from engagements.views.finding import engagement_of
from fasttrack_portal.http import Request


@require_GET
def courts(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Everything that somebody has to move, of every kind; the oldest first."""
    engagement = engagement_of(request, public_id)
    form = CourtForm(request.GET)
    items = holding.held_in(engagement, request.user, form.wanted())
    holding.mark(engagement, items, side_of(request.user, engagement), at=timezone.now())
    context = {
        "engagement": engagement,
        "tabs": tabs_of(engagement, request.user, "engagements:detail"),
        "form": form,
        "rows": [{"item": item, "kind": capfirst(item._meta.verbose_name)} for item in items],
    }
    return render(request, "engagements/courts.html", context)
