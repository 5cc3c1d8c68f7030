"""Partners: the list, and the page of one with its people."""

import uuid

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from fasttrack_portal.accounts.invitations import people_of
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import Partner, PartnerLink
from fasttrack_portal.directory.tables import PartnerTable
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.lists import list_page


@require_GET
def partners(request: Request) -> HttpResponseBase:
    """The partners one may see; whose company is the only one lands on its page."""
    rows = Partner.objects.visible_to(request.user)
    own = request.user.audience.partner_ids
    if len(own) == 1 and not request.user.audience.is_staff and not request.user.audience.customer_ids:
        return see_other(request, get_object_or_404(rows, pk=own[0]))
    return list_page(request, PartnerTable(rows), "directory/partners.html")


@require_GET
def partner(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One partner: its people, and for a customer what it has agreed with it."""
    found = get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)
    events = Event.objects.visible_to(request.user).filter(partner=found).select_related("actor").order_by("-at", "-pk")
    links = PartnerLink.objects.visible_to(request.user).filter(
        partner=found, customer__in=request.user.audience.customer_ids
    )
    context = {
        "partner": found,
        "people": people_of(found, request.user, at=timezone.now()),
        "links": links.select_related("customer").order_by("status", "-pk")[:20],
        "events": list(events[:20]),
    }
    return render(request, "directory/partner.html", context)
