"""A partner asks for consent, always with the same answer; the customer's lead agrees or refuses."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fasttrack_portal.access import require
from fasttrack_portal.directory import operations
from fasttrack_portal.directory.consent import EACH_HOUR
from fasttrack_portal.directory.lookup import typed_exactly
from fasttrack_portal.directory.models import ConsentRequest, Partner
from fasttrack_portal.http import Request, see_other
from fasttrack_portal.limits import count_one


@require_POST
def ask_consent(request: Request) -> HttpResponse:
    """The same bytes and the same work whether such a customer exists, is linked, was asked or has a lead (P2)."""
    require(request.user, "directory.ask_consent")
    query = request.POST.get("q", "").replace("\x00", "").strip()[:200]
    exact = typed_exactly(query)
    if exact is None:
        messages.error(request, _("Type a whole TPID or a whole domain to ask for consent."))
        context = {"query": query, "hits": [], "offers_consent": False}
        return render(request, "directory/find.html", context, status=422)
    own = Partner.objects.visible_to(request.user).filter(pk__in=request.user.audience.partner_ids)
    partner = own.order_by("pk")[0]
    count_one("consent", str(partner.pk), EACH_HOUR, 3600)
    operations.ask_consent(partner, query=exact.value, by=request.user)
    messages.success(request, _("If this customer exists, we have asked it for consent."))
    return see_other(request, "directory:find")


def _asked_or_404(request: Request, public_id: uuid.UUID) -> ConsentRequest:
    rows = ConsentRequest.objects.visible_to(request.user).exclude(customer=None)
    return get_object_or_404(rows.select_related("customer__centre", "partner", "requested_by"), public_id=public_id)


@require_POST
def agree_to_consent(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """From this moment the partner works on the customer's behalf."""
    asked = _asked_or_404(request, public_id)
    link = operations.agree_to_consent(asked, at=timezone.now(), by=request.user)
    told = _("%(partner)s now works on behalf of %(customer)s.")
    messages.success(request, told % {"partner": link.partner.name, "customer": link.customer.name})
    return see_other(request, link.customer)


@require_POST
def refuse_consent(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """Nothing of the customer is shown to the partner, and it is not told."""
    asked = _asked_or_404(request, public_id)
    operations.refuse_consent(asked, at=timezone.now(), by=request.user)
    messages.success(request, _("%(partner)s was not given access.") % {"partner": asked.partner.name})
    return see_other(request, asked.customer)
