"""Customers: the search that is a partner's home, the list, and one customer's page."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fasttrack_portal.access import decide, require
from fasttrack_portal.accounts.invitations import people_of
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory import operations
from fasttrack_portal.directory.consent import offers_consent
from fasttrack_portal.directory.models import ConsentRequest, Customer, PartnerLink
from fasttrack_portal.directory.search import find as find_customers
from fasttrack_portal.directory.search import matches, near
from fasttrack_portal.directory.tables import SHOWN, CustomerTable
from fasttrack_portal.http import Request, is_fragment, see_other
from fasttrack_portal.limits import limited
from fasttrack_portal.lists import list_page

LISTED = 500  # customers that a search leaves in the list; whoever wants fewer types more


@require_GET
def customers(request: Request) -> HttpResponseBase:
    """The customers one may see, sortable, a page at a time."""
    rows = Customer.objects.visible_to(request.user).select_related("centre").only(*SHOWN)
    may_search = decide(request.user, "directory.search").allowed
    query = query_of(request) if may_search else ""
    are_more = is_cut = False
    if query:
        ids, are_more, is_cut = matches(request.user, query, LISTED)
        rows = rows.filter(pk__in=ids)
    table = CustomerTable(rows, is_filtered=bool(query), is_staff=request.user.audience.is_staff)
    context = {"may_search": may_search, "query": query}
    context |= {"are_more": are_more, "is_cut": is_cut, "listed": LISTED}
    return list_page(request, table, "directory/customers.html", context)


def query_of(request: Request) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:200]


@require_GET
@limited("search", per_minute=60)
def find(request: Request) -> HttpResponse:
    """Search by name, domain or TPID: a whole page, or the hits alone for the type-ahead (F4)."""
    require(request.user, "directory.search")
    query = query_of(request)
    hits, is_cut = find_customers(request.user, query)
    context = {
        "query": query,
        "hits": hits,
        "is_cut": is_cut,
        "near": near(request.user, query) if query and not hits else [],
        "offers_consent": offers_consent(request.user, query, hits),
    }
    template = "directory/_hits.html" if is_fragment(request) else "directory/find.html"
    return render(request, template, context)


@require_GET
def customer(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """One customer: tenants, domains, people, partners and what happened."""
    found = get_object_or_404(Customer.objects.visible_to(request.user).select_related("centre"), public_id=public_id)
    events = (
        Event.objects.visible_to(request.user).filter(customer=found).select_related("actor").order_by("-at", "-pk")
    )
    context = {
        "may_edit": decide(request.user, "directory.create_customer").allowed,
        "customer": found,
        "tenants": found.tenants.prefetch_related("domains"),
        "people": people_of(found, request.user, at=timezone.now()),
        "links": PartnerLink.objects.visible_to(request.user)
        .filter(customer=found)
        .select_related("partner")
        .order_by("status", "-pk"),
        "consents": ConsentRequest.objects.visible_to(request.user)
        .filter(customer=found)
        .waiting(at=timezone.now())
        .select_related("partner", "requested_by"),
        "history": list(events.filter(kind="directory.customer_edited")[:20]),
        "events": list(events[:20]),
    }
    return render(request, "directory/customer.html", context)


@require_POST
def end_link(request: Request, public_id: uuid.UUID) -> HttpResponse:
    """The customer's lead takes a partner's access away."""
    link = get_object_or_404(
        PartnerLink.objects.visible_to(request.user).select_related("customer__centre", "partner"), public_id=public_id
    )
    operations.end_link(link, at=timezone.now(), by=request.user)
    messages.success(
        request,
        _("%(partner)s no longer works on behalf of %(customer)s.")
        % {"partner": link.partner.name, "customer": link.customer.name},
    )
    return see_other(request, "directory:customer", public_id=link.customer.public_id)
