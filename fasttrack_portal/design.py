"""The look of the portal: what every page is given, which word has which colour, and how forms are drawn."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.widgets import DRAWN

Text = str | Promise

STYLESHEETS = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    *(
        f"css/components/{name}.css"
        for name in (
            "button",
            "field",
            "error_summary",
            "badge",
            "table",
            "filters",
            "pager",
            "tabs",
            "stepper",
            "timeline",
            "progress",
            "person",
            "date",
            "empty",
            "dialog",
            "toast",
            "menu",
            "palette",
            "card",
            "task_list",
            "facts",
            "notice",
            "stat",
            "keys",
            "chart",
            "rows",
            "court",
            "plan",
            "board",
            "calendar",
            "meeting",
        )
    ),
)
SCRIPTS = tuple(
    f"js/{name}.js"
    for name in (
        "network",
        "dialog",
        "menu",
        "palette",
        "keys",
        "toast",
        "errors",
        "unsaved",
        "filters",
        "autosave",
    )
)

# --- Status words --------------------------------------------------------------------------------------------------
TONES = ("neutral", "info", "progress", "success", "warning", "danger", "waiting")
TONE_ICONS = {
    "neutral": "minus-circle",
    "info": "information-circle",
    "progress": "play-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "x-circle",
    "waiting": "clock",
}
# A code means the same in every table of the portal, so it looks the same everywhere.
STATUS_TONES = {
    # requests and partner legs
    "draft": "neutral",
    "submitted": "info",
    "in_review": "progress",
    "needs_information": "waiting",
    "accepted": "success",
    "declined": "danger",
    "withdrawn": "neutral",
    "offered": "waiting",
    "consent": "waiting",
    "not_sent": "neutral",
    "expired": "neutral",
    "full": "warning",
    # engagements and phases
    "planned": "neutral",
    "active": "progress",
    "on_hold": "warning",
    "dormant": "neutral",
    "completed": "success",
    "cancelled": "neutral",
    "not_started": "neutral",
    "in_progress": "progress",
    "ready": "info",
    "agreed": "success",
    "overridden": "warning",
    "asked": "waiting",
    "approved": "success",
    "rejected": "danger",
    "passed": "success",
    "skipped": "neutral",
    # responsibilities and plan items
    "open": "info",
    "waiting": "waiting",
    "blocked": "danger",
    "stuck": "danger",
    "done": "success",
    "optional": "neutral",
    "verified": "success",
    "not_applicable": "neutral",
    "overdue": "danger",
    "due_soon": "warning",
    "cannot_start": "neutral",
    "delegated": "info",
    "risk_accepted": "warning",
    "to_address": "warning",
    # meetings
    "proposed": "waiting",
    "scheduled": "info",
    "held": "success",
    "missed": "warning",
    # migration events and records
    "validated": "info",
    "locked": "info",
    "go": "success",
    "no_go": "danger",
    "running": "progress",
    "completed_with_issues": "warning",
    "completed_with_warnings": "warning",
    "failed": "danger",
    "window_open": "waiting",
    "closed": "neutral",
    "queued": "neutral",
    "validating": "progress",
    "syncing": "progress",
    "synced": "info",
    "completing": "progress",
    "stopped": "warning",
    # files that people bring
    "reading": "progress",
    "unreadable": "danger",
    "refused": "danger",
    "importing": "progress",
    "stale": "warning",
    "imported": "success",
    # reports, jobs, mail
    "issued": "success",
    "superseded": "neutral",
    "due": "info",
    "parked": "danger",
    "sent": "success",
    "suppressed": "neutral",
    # accounts
    "invited": "waiting",
    "unverified": "warning",
    "deactivated": "neutral",
    "revoked": "neutral",
}
STATUS_ICONS = {
    "draft": "pencil",
    "submitted": "paper-airplane",
    "on_hold": "pause-circle",
    "dormant": "moon",
    "locked": "lock-closed",
    "scheduled": "calendar",
    "skipped": "forward",
    "blocked": "no-symbol",
    "stuck": "hand-raised",
    "withdrawn": "arrow-uturn-left",
    "syncing": "arrow-path",
    "validating": "arrow-path",
    "completing": "arrow-path",
    "stopped": "stop-circle",
    "closed": "archive-box",
    "needs_information": "chat-bubble-left-ellipsis",
    "overdue": "clock",
}


def tone_of(status: str) -> str:
    """The tone of a status code; a code nobody has listed is neutral."""
    return STATUS_TONES.get(status.lower().replace(" ", "_").replace("-", "_"), "neutral")


def status_icon(status: str, tone: str) -> str:
    """Heroicons name of a badge: the code's own, else its tone's."""
    return STATUS_ICONS.get(status.lower().replace(" ", "_").replace("-", "_"), TONE_ICONS[tone])


# --- What every page is given --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class NavEntry:
    """One thing an app puts on the rail: `name` is a url name, `order` sorts (10 home ... 90 staff)."""

    label: Text
    name: str
    icon: str
    order: int = 50
    group: Text = ""


class NavItem(NamedTuple):
    """One entry of the rail as the template shows it; `group` is a small heading, said once above its first item."""

    label: str
    url: str
    icon: str
    is_current: bool
    group: str = ""


class Me(NamedTuple):
    """How the person menu names the person who looks."""

    name: str
    email: str
    role: Text = ""
    organisation: Text = ""


NavProvider = Callable[[HttpRequest], Iterable[NavEntry]]
nav_providers: list[NavProvider] = []

# Url names the frame links to. An address that does not exist yet is left out of the page.
ADDRESSES = {
    "home": "home",
    "search": "search",
    "palette": "palette",
    "notifications": "notices:list",
    "settings": "settings",
    "login": "account_login",
    "logout": "account_logout",
    "view_as_end": "view_as_end",
}

# The tabs of layouts/settings.html: a person's own page and the pages of allauth.
SETTINGS_PAGES: list[tuple[Text, str]] = [
    (_("Profile"), "settings"),
    (_("Email address"), "account_email"),
    (_("Password"), "account_change_password"),
    (_("Two-step sign-in"), "mfa_index"),
    (_("Sessions"), "usersessions_list"),
    (_("Work account"), "socialaccount_connections"),
]


def _default_me(request: HttpRequest) -> Me:
    user = request.user
    return Me(name=person_name(user), email=str(getattr(user, "email", "")))


def _default_unread(request: HttpRequest) -> int:
    return 0


class Providers:
    """What apps above tell the frame; they replace these in `AppConfig.ready`."""

    me: Callable[[HttpRequest], Me] = staticmethod(_default_me)
    unread: Callable[[HttpRequest], int] = staticmethod(_default_unread)


providers = Providers()


def address(name: str) -> str:
    """The path of a url name, or "" when nothing answers to it."""
    return _address(name, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)


@cache
def _address(name: str, prefix: str, urlconf: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@cache
def _frame(addresses: tuple[tuple[str, str], ...], prefix: str, urlconf: str) -> dict[str, str]:
    return {key: _address(name, prefix, urlconf) for key, name in addresses}


def navigation(request: HttpRequest) -> list[NavItem]:
    """The rail for this person; the entry with the longest matching path is the current one."""
    entries = sorted(
        (entry for provider in nav_providers for entry in provider(request)),
        key=lambda entry: entry.order,
    )
    found = [(entry, url) for entry in entries if (url := address(entry.name))]
    here = max(
        (url for _, url in found if request.path == url or (url != "/" and request.path.startswith(url))),
        default="",
        key=len,
    )
    items: list[NavItem] = []
    group: Text = ""
    for entry, url in found:
        # Put into words here: the rail is drawn once for the same entries, and a lazy text is translated anew whenever
        # it is compared.
        said = str(entry.group) if entry.group != group else ""
        items.append(NavItem(str(entry.label), url, entry.icon, url == here, said))
        group = entry.group
    return items


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the frame's own variables, lazy where they cost a query."""
    user = getattr(request, "user", None)
    is_signed_in = bool(user and user.is_authenticated)
    return {
        "is_signed_in": is_signed_in,
        "theme": getattr(user, "theme", "") or "system",
        "nav": SimpleLazyObject(lambda: navigation(request) if is_signed_in else []),
        "me": SimpleLazyObject(lambda: providers.me(request)) if is_signed_in else None,
        "unread_count": SimpleLazyObject(lambda: providers.unread(request)) if is_signed_in else 0,
        "palette_url": address(ADDRESSES["palette"]),
        "frame": _frame(tuple(ADDRESSES.items()), get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF),
        "viewing_as": getattr(request, "viewing_as", None),
    }


# --- People --------------------------------------------------------------------------------------------------------
def person_name(user: Any) -> str:
    """The name people know somebody by; the address where no name was given."""
    for attribute in ("display_name", "name"):
        if value := getattr(user, attribute, ""):
            return str(value)
    full = user.get_full_name() if hasattr(user, "get_full_name") else ""
    return str(full or getattr(user, "email", "") or user)


def initials(name: str) -> str:
    """Two letters for a chip."""
    words = [word for word in re.split(r"[\s._\-@]+", name) if word]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


# --- Forms ---------------------------------------------------------------------------------------------------------
class FormRenderer(TemplatesSetting):
    """Forms drawn by our own templates: `{{ form }}` and `{{ form.name.as_field_group }}`."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"
    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        drawn = DRAWN.get(template_name)
        return drawn(context["widget"]) if drawn else super().render(template_name, context, request)


class FormError(NamedTuple):
    """One line of the error summary; `anchor` is the id of the control, "" where no single control is meant."""

    anchor: str
    label: Text
    message: Text


def form_errors(*forms: Any) -> list[FormError]:
    """Every error of bound forms and formsets, in the order of the fields."""
    found: list[FormError] = []
    for form in forms:
        if form is None or not form.is_bound:
            continue
        if hasattr(form, "management_form"):
            found += [FormError("", "", message) for message in form.non_form_errors()]
            found += form_errors(*form.forms)
            continue
        found += [FormError("", "", message) for message in form.non_field_errors()]
        for field in form:
            anchor = field.id_for_label or field.auto_id or ""
            found += [FormError(anchor, field.label, message) for message in field.errors]
    return found


# --- Print ---------------------------------------------------------------------------------------------------------
@cache
def _chart_print_rules() -> str:
    path = finders.find("css/chart-print.css")
    if not isinstance(path, str):
        return ""
    with open(path, encoding="utf-8") as rules:
        return rules.read()


# On paper an icon cannot ask its surroundings for their colour.
_PRINT_INK = {
    "neutral": "#4d5560",
    "info": "#164f91",
    "progress": "#164f91",
    "success": "#1d5c2c",
    "warning": "#6b4700",
    "danger": "#8f1d1d",
    "waiting": "#59318c",
}
_CHART = re.compile(r'(<svg\b[^>]*\bclass="chart[^>]*>)')
_BADGE = re.compile(r'<span class="badge badge-(\w+)"><svg.*?</svg>', re.DOTALL)


def with_print_styles(html: str) -> str:
    """The same page for WeasyPrint, whose svg does not see the page's stylesheets: rules and ink go into the svg."""
    style = f"<style>{_chart_print_rules()}</style>"
    html = _CHART.sub(lambda found: found[1] + style, html)
    return _BADGE.sub(lambda found: found[0].replace("currentColor", _PRINT_INK.get(found[1], "#1d2126")), html)
