"""Other ways in and on: the admin centre's link and its making, and what is particular to App Assure."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assistance import doors, operations, verdicts
from assistance.door_forms import DoorForm
from assistance.forms import StartForm
from assistance.models import AssistanceRequest
from assistance.services import SERVICES
from assistance.views.common import ask_of
from fasttrack_portal.access import decide, require
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Tenant
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.templatetags.ui import when


@require_http_methods(["GET", "POST"])
def admin_centre(request: Request, token: str) -> HttpResponse:
    """A signed link that opens a prefilled request for whoever may ask for that tenant; others do not find it."""
    door = doors.read(token)
    if door is None:
        raise Http404
    tenants = Tenant.objects.visible_to(request.user).select_related("customer__centre")
    tenant = get_object_or_404(tenants, guid=door.tenant)
    if not decide(request.user, "assistance.create", tenant.customer).allowed:
        raise Http404
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        kind = AssistanceRequest.Kind.MICROSOFT365
        facts = operations.starting_facts(tenant.customer, request.user, kind, services=door.services)
        facts |= {"seats": door.seats} if door.seats else {}
        ask = operations.draft(
            tenant.customer,
            key=form.cleaned_data["key"],
            by=request.user,
            channel=AssistanceRequest.Channel.ADMIN_CENTRE,
            **{**facts, "tenant": tenant},
        )
        return see_other(request, "assistance:edit", public_id=ask.public_id)
    context = {
        "form": form,
        "customer": tenant.customer,
        "tenant": tenant,
        "services": [SERVICES[code] for code in door.services],
        "seats": door.seats,
        "kind": AssistanceRequest.Kind.MICROSOFT365,
        "drafts": [],
        "verdict": verdicts.assess(door.seats or tenant.customer.seats),
    }
    return render(request, "assistance/start.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def door(request: Request) -> HttpResponse:
    """Makes the admin centre's link for a tenant and shows it once (`?tenant=` fills the form in)."""
    require(request.user, "assistance.make_door")
    wanted = request.GET.get("tenant", "").replace("\x00", "")[:300]
    form = DoorForm(request.POST if request.method == "POST" else None, initial={"tenant": wanted})
    context: dict[str, Any] = {"form": form, "link": "", "made": _made_lately(request)}
    if form.is_valid():
        tenant, told = form.cleaned_data["tenant"], form.cleaned_data
        until = doors.closes_at(told["days"], at=timezone.now())
        token = operations.make_door(
            tenant, services=told["services"], seats=told["seats"], until=until, by=request.user
        )
        context |= {
            "tenant": tenant,
            "link": settings.PUBLIC_URL.rstrip("/") + reverse("assistance:admin_centre", kwargs={"token": token}),
            "facts": _opened(tenant, told, until),
            "made": _made_lately(request),
        }
    is_bad = form.is_bound and not context["link"]
    return render(request, "assistance/door.html", context, status=422 if is_bad else 200)


def _opened(tenant: Tenant, told: dict[str, Any], until: datetime) -> list[tuple[Any, ...]]:
    """What the link says, as facts."""
    return [
        (_("Customer"), tenant.customer.name),
        (_("Tenant"), f"{tenant.name} ({tenant.guid})"),
        (_("Services"), ", ".join(SERVICES[code] for code in told["services"]) or _("None chosen")),
        (_("Seats"), f"{told['seats']:,}" if told["seats"] else _("As the portal knows them")),
        (_("Closes"), when(until)),
    ]


def _made_lately(request: Request) -> list[Event]:
    events = Event.objects.visible_to(request.user).filter(kind="assistance.door_made")
    return list(events.select_related("actor").order_by("-at", "-pk")[:10])


@require_POST
def accept(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Accepts an App Assure request, which no engagement follows."""
    ask = ask_of(request, public_id)
    operations.accept_app_assure(ask, by=request.user)
    messages.success(request, _("%(number)s is accepted.") % {"number": ask.number})
    return see_other(request, ask)
