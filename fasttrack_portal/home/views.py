"""The home page of each role, the search over everything, and the staff's door."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fasttrack_portal import design_samples
from fasttrack_portal.access import decide, require
from fasttrack_portal.home import finder, pages
from fasttrack_portal.http import Request, is_fragment
from fasttrack_portal.limits import limited


@require_GET
def home(request: Request) -> HttpResponse:
    """What is waiting for me, what am I waiting for, what comes next."""
    page = pages.page_for(request.user, at=timezone.now())
    return render(request, page.template, page.context)


@require_GET
@limited("search", per_minute=60)
def search(request: Request) -> HttpResponse:
    """Ctrl-K asks for the list alone; without script it is a page."""
    query = request.GET.get("q", "")
    context = {"query": query, "groups": finder.find(request.user, query)}
    template = "components/palette_results.html" if is_fragment(request) else "home/search.html"
    return render(request, template, context)


class Room(NamedTuple):
    """One door of the staff page."""

    label: str
    text: str
    url: str


@require_GET
def staff(request: Request) -> HttpResponse:
    """The doors this person may open."""
    require(request.user, "staff.pages")
    doors = [
        ("staff.pages", _("People"), _("Who can sign in, and in which role."), "accounts:people"),
        ("staff.pages", _("FastTrack Centers"), _("Zones, hours and closures."), "directory:centres"),
        (
            "staff.pages",
            _("Partners"),
            _("Companies that work for customers."),
            "directory:partners",
        ),
        ("imports.import", _("Import"), _("Customers, tenants and domains from a list."), "imports:imports"),
        (
            "assistance.change_settings",
            _("Triage and offers"),
            _("When requests are overdue, when people are reminded, how long an offer runs."),
            "assistance:settings",
        ),
        (
            "migrations.change_watch_settings",
            _("Watching migrations"),
            _("When an event stands still, and how long a record of which size takes."),
            "migrations_svc:watch_settings",
        ),
        (
            "assistance.make_door",
            _("Link for the admin centre"),
            _("A signed link that opens a prefilled request for a tenant."),
            "assistance:door",
        ),
        (
            "engagements.see_templates",
            _("Responsibility templates"),
            _("Who does what in an engagement, version by version."),
            "engagements:templates",
        ),
        (
            "engagements.change_board_settings",
            _("Board"),
            _("When a customer is going cold, how often it is reminded."),
            "engagements:board_settings",
        ),
        (
            "migrations.change_rules",
            _("Migration events"),
            _("Their deadlines, and how many a centre conducts on one day."),
            "migrations_svc:rules",
        ),
        ("staff.pages", _("Eligibility rules"), _("From how many seats what is done."), "rules:list"),
        ("staff.machine_room", _("Jobs"), _("What the workers do, and what they could not do."), "jobs:jobs"),
        ("staff.machine_room", _("Mail"), _("Mail that the portal kept instead of sending."), "notices:mail"),
        ("staff.machine_room", _("Audit"), _("Everything that was changed, by whom and when."), "activity:audit"),
        ("staff.pages", _("Components"), _("Every piece of the design in every state."), "components"),
    ]
    rooms = [
        Room(label, text, reverse(name)) for rule, label, text, name in doors if decide(request.user, rule).allowed
    ]
    return render(request, "home/staff.html", {"rooms": rooms})


@require_GET
def components(request: Request) -> HttpResponse:
    """Every component in every state, so that one look checks them all."""
    require(request.user, "staff.pages")
    return render(request, "staff/components.html", design_samples.samples(request))
