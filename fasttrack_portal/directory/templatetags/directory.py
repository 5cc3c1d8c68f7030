"""The customers found, drawn in plain Python since they are drawn at every key: `{% load directory %}`."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fasttrack_portal.access import decide
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.hits import Hit, hit_in, typed_pieces
from fasttrack_portal.templatetags.ui import badge

register = template.Library()

_HEAD = """<section class="card" aria-label="{}"><div class="row row-apart">
<div class="stack-tight"><h3><a href="{}">"""
_ASKING = '<a class="button button-primary" href="{}?customer={}">{}</a>'


class _Markup:
    """Markup with its values apart, so that all are escaped in one go: a call for each scrap is most of the cost."""

    def __init__(self) -> None:
        self._forms: list[str] = []
        self._values: list[Any] = []

    def add(self, form: str, *values: Any) -> None:
        self._forms.append(form)
        self._values += values

    def add_marked(self, text: str, pieces: list[str]) -> None:
        """The text with the typed part in <mark>."""
        if found := hit_in(text, pieces):
            self.add("{}<mark>{}</mark>{}", *found)
        else:
            self.add("{}", text)

    def drawn(self) -> SafeString:
        return format_html("".join(self._forms), *self._values)


@register.simple_tag
def hit_cards(hits: list[Hit], query: str, user: User) -> SafeString:
    """A card for each hit: what was typed is marked in it, and whether the person may ask for the customer is said."""
    markup, pieces = _Markup(), typed_pieces(query)
    # What does not differ between the cards is made once.
    exact, tpid, unknown = badge("exact", _("Exact match"), "success"), _("TPID"), _("number of seats not known")
    asking = (reverse("assistance:new"), _("Request assistance for %(name)s"))
    for hit in hits:
        customer, seats = hit.customer, hit.customer.seats
        markup.add(_HEAD, customer.name, customer.get_absolute_url())
        markup.add_marked(customer.name, pieces)
        markup.add("</a>")
        if hit.is_exact:
            markup.add(" {}", exact)
        markup.add('</h3>\n<p class="muted">')
        if customer.tpid:
            markup.add("{} ", tpid)
            markup.add_marked(customer.tpid, pieces)
            markup.add(" · ")
        known = unknown if seats is None else ngettext("%(seats)s seat", "%(seats)s seats", seats) % {"seats": seats}
        markup.add('{}</p>\n<ul class="small">', known)
        _add_tenants(markup, hit, pieces)
        markup.add("</ul></div>\n")
        _add_asking(markup, hit, user, *asking)
        markup.add("\n</div></section>\n")
    return markup.drawn()


def _add_tenants(markup: _Markup, hit: Hit, pieces: list[str]) -> None:
    for tenant in hit.tenants:
        markup.add("<li>")
        markup.add_marked(tenant.name, pieces)
        for number, domain in enumerate(tenant.domains):
            markup.add(", " if number else ": ")
            markup.add_marked(domain, pieces)
        markup.add("</li>")


def _add_asking(markup: _Markup, hit: Hit, user: User, new_url: str, words: str) -> None:
    may = decide(user, "assistance.create", hit.customer)
    if may.allowed:
        markup.add(_ASKING, new_url, hit.customer.public_id, words % {"name": hit.customer.name})
    elif not user.audience.is_staff:
        markup.add('<span class="small muted">{}</span>', may.reason)
