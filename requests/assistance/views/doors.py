"""Other ways in and on: the admin centre's link, and what is particular to App Assure."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assistance import doors, operations, verdicts
from assistance.forms import StartForm
from assistance.models import AssistanceRequest
from assistance.services import SERVICES
from assistance.views.common import ask_of
from fasttrack_portal.access import decide
from fasttrack_portal.directory.models import Tenant
from fasttrack_portal.http import Request, see_other


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
        "kind": AssistanceRequest.Kind.MICROSOFT365,
        "drafts": [],
        "verdict": verdicts.assess(tenant.customer.seats),
    }
    return render(request, "assistance/start.html", context, status=422 if form.is_bound else 200)


@require_POST
def accept(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Accepts an App Assure request, which no engagement follows."""
    ask = ask_of(request, public_id)
    operations.accept_app_assure(ask, by=request.user)
    messages.success(request, _("%(number)s is accepted.") % {"number": ask.number})
    return see_other(request, ask)
