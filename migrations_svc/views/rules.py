"""The numbers that events are planned by: those of the portal, and the capacity of one centre."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements.views.finding import posted
from fasttrack_portal.access import require
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.http import Request
from migrations_svc import capacity, operations
from migrations_svc.event_forms import CapacityForm, RulesForm
from migrations_svc.models import PlanningRules
from migrations_svc.views.forms import asked


@require_http_methods(["GET", "POST"])
def rules(request: Request) -> HttpResponse:
    """Deadlines in working days, and events on one day."""
    require(request.user, "migrations.change_rules")
    row = PlanningRules.current()
    first = {name: getattr(row, name) for name in (*PlanningRules.FIELDS, "version")}
    return asked(
        request,
        RulesForm(posted(request), initial=first),
        lambda data: operations.change_rules(by=request.user, **data),
        to=reverse("migrations_svc:rules"),
        done=_("Saved. Events that have a day keep the deadlines they have."),
        words={
            "title": _("Planning of migration events"),
            "lede": _("Working days are those of each FastTrack Center. These numbers are portal defaults."),
            "submit": _("Save"),
        },
        is_staff_page=True,
    )


@require_http_methods(["GET", "POST"])
def set_capacity(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """How many events one centre conducts on one day."""
    centre = get_object_or_404(FastTrackCenter.objects.visible_to(request.user), public_id=public_id)
    require(request.user, "migrations.set_capacity", centre)
    row = capacity.own(centre)
    first = {"events_per_day": capacity.of_centre(centre), "version": row.version if row else 1}
    return asked(
        request,
        CapacityForm(posted(request), initial=first),
        lambda data: operations.set_capacity(centre, by=request.user, **data),
        to=centre,
        done=_("Saved. What is scheduled already stays."),
        words={
            "title": _("Migration events of %(centre)s") % {"centre": centre.name},
            "lede": _("Customers cannot schedule more events on one day than this."),
            "submit": _("Save"),
        },
        is_staff_page=True,
    )
