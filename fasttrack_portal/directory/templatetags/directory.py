"""The customers found, drawn in plain Python since they are drawn at every key: `{% load directory %}`."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fasttrack_portal.access import decide
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory import search
from fasttrack_portal.templatetags.ui import badge

register = template.Library()

_CARD = """<section class="card" aria-label="{name}"><div class="row row-apart">
<div class="stack-tight"><h3><a href="{href}">{shown}</a>{exact}</h3>
<p class="muted">{tpid}{seats}</p>
<ul class="small">{tenants}</ul></div>
{asking}
</div></section>"""


@register.simple_tag
def hit_cards(hits: list[search.Hit], query: str, user: User) -> SafeString:
    """A card for each hit: what was typed is marked in it, and whether the person may ask for the customer is said."""
    # What does not differ between the cards is made once.
    new_url, exact = reverse("assistance:new"), format_html(" {}", badge("exact", _("Exact match"), "success"))
    pieces = search.typed_pieces(query)
    return format_html_join("\n", "{}", ((_card(hit, pieces, user, new_url, exact),) for hit in hits))


def _card(hit: search.Hit, pieces: list[str], user: User, new_url: str, exact: SafeString) -> SafeString:
    customer, seats = hit.customer, hit.customer.seats
    return format_html(
        _CARD,
        name=customer.name,
        href=customer.get_absolute_url(),
        shown=marked(customer.name, pieces),
        exact=exact if hit.is_exact else "",
        tpid=format_html("{} {} · ", _("TPID"), marked(customer.tpid, pieces)) if customer.tpid else "",
        seats=_("number of seats not known")
        if seats is None
        else ngettext("%(seats)s seat", "%(seats)s seats", seats) % {"seats": seats},
        tenants=format_html_join("", "<li>{}{}</li>", (_tenant(tenant, pieces) for tenant in hit.tenants)),
        asking=_asking(customer, user, new_url),
    )


def _tenant(tenant: search.FoundTenant, pieces: list[str]) -> tuple[str, str]:
    domains = format_html_join(", ", "{}", ((marked(domain, pieces),) for domain in tenant.domains))
    return marked(tenant.name, pieces), format_html(": {}", domains) if domains else ""


def _asking(customer: Any, user: User, new_url: str) -> SafeString | str:
    may = decide(user, "assistance.create", customer)
    if may.allowed:
        return format_html(
            '<a class="button button-primary" href="{}?customer={}">{}</a>',
            new_url,
            customer.public_id,
            _("Request assistance for %(name)s") % {"name": customer.name},
        )
    return "" if user.audience.is_staff else format_html('<span class="small muted">{}</span>', may.reason)


def marked(text: str, pieces: list[str]) -> SafeString | str:
    """The text with the typed part in <mark>; both are people's words and stay escaped."""
    found = search.hit_in(text, pieces)
    return format_html("{}<mark>{}</mark>{}", *found) if found else text
