"""The design system's template tags: `{% load ui %}`."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_htmx.jinja import htmx_script
from heroicons.templatetags.heroicons import (
    heroicon_micro,
    heroicon_mini,
    heroicon_outline,
    heroicon_solid,
)

from fasttrack_portal import access, design
from fasttrack_portal.templatetags.times import both_zones, day, when

register = template.Library()

_ICON_STYLES = {
    "mini": heroicon_mini,
    "micro": heroicon_micro,
    "outline": heroicon_outline,
    "solid": heroicon_solid,
}


# --- The frame -----------------------------------------------------------------------------------------------------
@register.simple_tag
def stylesheets() -> SafeString:
    """The links to the portal's mark and all of its stylesheets."""
    return _links(settings.DEBUG)[0]


@register.simple_tag
def scripts() -> SafeString:
    """Htmx and the portal's scripts; they wait for the page."""
    return _links(settings.DEBUG)[1]


def _links(is_fresh: bool) -> tuple[SafeString, SafeString]:
    return _made_links() if is_fresh else _kept_links()


def _made_links() -> tuple[SafeString, SafeString]:
    mark = format_html('<link rel="icon" href="{}" type="image/svg+xml">\n', static("img/favicon.svg"))
    sheets = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(n),) for n in design.STYLESHEETS))
    modules = format_html_join("\n", '<script type="module" src="{}"></script>', ((static(n),) for n in design.SCRIPTS))
    return mark + sheets, format_html("{}\n{}", htmx_script(), modules)


_kept_links = cache(_made_links)


@register.simple_tag
def same(name: str, **values: Any) -> SafeString:
    """`{% same "components/keys.html" %}`: an include that is the same for the same values, so it is drawn once.

    Nothing of the page reaches it but `values`, which have to be few: texts and addresses, no rows.
    """
    make = _drawn if settings.DEBUG else _kept
    return make(name, get_language() or "", tuple(values.items()))


@register.simple_tag(takes_context=True)
def topbar(context: template.Context) -> SafeString:
    """The bar above the page; it is the same on all pages of a person until something new is to be read."""
    addresses = context["frame"]
    me = context["me"]
    return same(
        "components/topbar.html",
        **{name: addresses[name] for name in ("home", "search", "notifications", "settings", "logout")},
        unread=context["unread_count"] + 0,  # lazy: a value of its own is what it is kept under
        me=design.Me(*map(str, me)) if me else None,
    )


@register.simple_tag
def rail(items: Iterable[design.NavItem]) -> SafeString:
    """The rail with these entries."""
    return same("components/rail.html", nav=tuple(items))


def _drawn(name: str, language: str, values: tuple[tuple[str, Any], ...]) -> SafeString:
    return render_to_string(name, dict(values))


_kept = lru_cache(maxsize=512)(_drawn)


# --- Small marks ---------------------------------------------------------------------------------------------------
@lru_cache(maxsize=512)
def _icon(name: str, style: str, size: int) -> str:
    return _ICON_STYLES[style](name, size=size, **{"class": f"icon icon-{size}", "aria-hidden": "true"})


@register.simple_tag
def icon(name: str, style: str = "mini", size: int = 20) -> str:
    """A heroicon inline, silent to screen readers: the word beside it speaks. `micro` with size 16 in small text."""
    return _icon(str(name), style, size)


@register.simple_tag
def badge(status: Any, label: Any = "", tone: str = "auto") -> SafeString:
    """Status as icon, word and colour. `status` is the code, `label` the word people read."""
    code = str(getattr(status, "value", status) or "")
    shown = design.tone_of(code) if tone == "auto" else tone
    word = label or getattr(status, "label", "") or code.replace("_", " ").capitalize()
    # Markup is no plain text: one is escaped and the other is not, so they are told apart.
    return _badge(code, str(word), shown, hasattr(word, "__html__"))


@lru_cache(maxsize=2_048)
def _badge(code: str, word: str, shown: str, is_markup: bool) -> SafeString:
    return format_html(
        '<span class="badge badge-{}">{}<span>{}</span></span>',
        shown,
        _icon(design.status_icon(code, shown), "micro", 16),
        word,
    )


@register.simple_tag
def person(user: Any, link: str = "") -> SafeString:
    """A person as a chip: initials and name, the address on hover. Nobody (None) is the portal itself."""
    if user is None or not getattr(user, "pk", None):
        return format_html(
            '<span class="person person-portal"><span class="person-mark" aria-hidden="true">{}</span>'
            '<span class="person-name">{}</span></span>',
            _icon("sparkles", "micro", 16),
            _("FastTrack portal"),
        )
    return _chip(design.person_name(user), str(getattr(user, "email", "")), link)


# By type as well: markup is equal to a text that has to be escaped.
@lru_cache(maxsize=2_048, typed=True)
def _chip(name: str, mail: str, link: str) -> SafeString:
    inner = format_html(
        '<span class="person-mark" aria-hidden="true">{}</span><span class="person-name">{}</span>',
        design.initials(name),
        name,
    )
    if link:
        return format_html('<a class="person" href="{}" title="{}">{}</a>', link, mail, inner)
    return format_html('<span class="person" title="{}">{}</span>', mail, inner)


# --- Time ----------------------------------------------------------------------------------------------------------
for _tag in (when, day, both_zones):
    register.simple_tag(_tag)


# --- Access --------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def decide(context: template.Context, rule: str, obj: Any = None) -> access.Decision:
    """`{% decide "assistance.submit" ask as may %}`: may.allowed, may.reason."""
    return access.decide(context["user"], rule, obj)


# --- Progress ------------------------------------------------------------------------------------------------------
@register.simple_tag
def progress(done: float, total: float, label: Any = "", tone: str = "") -> SafeString:
    """A bar with its numbers. `total` 0 is work whose size is not known yet."""
    return render_to_string(
        "components/progress.html",
        {"done": done, "total": total, "label": label, "tone": tone},
    )


# --- Forms ---------------------------------------------------------------------------------------------------------
@register.simple_tag
def field(form: Any, name: str) -> SafeString:
    """One field with label, hint, error and control."""
    return form[name].as_field_group()


@register.simple_tag
def error_summary(*forms: Any) -> SafeString | str:
    """What is wrong in these forms and formsets, with a link to each field; nothing when nothing is wrong."""
    errors = design.form_errors(*forms)
    return render_to_string("components/error_summary.html", {"errors": errors}) if errors else ""


@register.filter
def initials(name: Any) -> str:
    """Two letters for a chip."""
    return design.initials(str(name))


@register.filter
def is_choice_list(bound: BoundField) -> bool:
    """Whether the control is a set of radios or checkboxes."""
    return getattr(bound.field.widget, "input_type", "") in (
        "radio",
        "checkbox",
    ) and hasattr(bound.field.widget, "choices")


@register.filter
def is_checkbox(bound: BoundField) -> bool:
    """Whether the control is a single box with its label beside it."""
    return getattr(bound.field.widget, "input_type", "") == "checkbox" and not hasattr(bound.field.widget, "choices")


@register.filter
def without_placeholders(form: Any) -> Any:
    """The form with placeholders gone that only repeat the label (allauth's forms carry them)."""
    for bound in form.fields.values():
        bound.widget.attrs.pop("placeholder", None)
    return form


# --- Buttons -------------------------------------------------------------------------------------------------------
@register.simple_tag
def button(
    label: Any,
    href: str = "",
    variant: str = "secondary",
    icon: str = "",
    reason: Any = "",
    **extra: Any,
) -> SafeString:
    """A link or submit button; with `reason` it is refused and says why."""
    context = {
        "label": label,
        "href": href,
        "variant": variant,
        "icon": icon,
        "reason": reason,
        "extra": _attributes(extra),
    }
    return render_to_string("components/button.html", context)


@register.simple_tag(takes_context=True)
def action(
    context: template.Context,
    label: Any,
    url: str,
    variant: str = "secondary",
    icon: str = "",
    reason: Any = "",
    confirm: Any = "",
    version: int | None = None,
    name: str = "",
    value: str = "",
) -> SafeString:
    """One write behind one button: a small form with token and version that works without script."""
    return render_to_string(
        "components/action.html",
        {
            "label": label,
            "url": url,
            "variant": variant,
            "icon": icon,
            "reason": reason,
            "confirm": confirm,
            "version": version,
            "name": name,
            "value": value,
            "csrf_token": context.get("csrf_token", ""),
        },
    )


def _attributes(extra: dict[str, Any]) -> list[tuple[str, Any]]:
    """`hx_get="/x"` becomes hx-get="/x"."""
    return [(name.replace("_", "-"), value) for name, value in extra.items() if value not in ("", None, False)]


# --- Boxes: tags with something inside ------------------------------------------------------------------------------
@register.simple_block_tag
def card(
    content: str,
    title: Any = "",
    hint: Any = "",
    href: str = "",
    link_label: Any = "",
    level: int = 2,
    id: str = "",
) -> SafeString:
    """`{% card title=_("Next step") %}...{% endcard %}`; `href` and `link_label` put one link in its head."""
    context = {
        "content": content,
        "title": title,
        "hint": hint,
        "href": href,
        "link_label": link_label,
        "level": level,
        "id": id,
    }
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: Any = "") -> SafeString:
    """`{% notice "warning" %}...{% endnotice %}`: a banner inside the page. Tones: info, success, warning, danger."""
    return render_to_string("components/notice.html", {"content": content, "tone": tone, "title": title})


@register.simple_block_tag
def dialog(content: str, id: str, title: Any) -> SafeString:
    """A native dialog; opened by `<a href="/page/" data-dialog="id">`, which leads to the page without script."""
    return render_to_string("components/dialog.html", {"content": content, "id": id, "title": title})


@register.simple_block_tag
def menu(
    content: str,
    label: Any,
    icon: str = "",
    variant: str = "secondary",
    quiet_label: bool = False,
) -> SafeString:
    """A button that opens a short list of links or actions; `quiet_label` shows the icon alone."""
    context = {
        "content": content,
        "label": label,
        "icon": icon,
        "variant": variant,
        "quiet_label": quiet_label,
    }
    return render_to_string("components/menu.html", context)


@register.simple_block_tag
def capture(content: str) -> str:
    """`{% capture as name %}...{% endcapture %}`: what is inside, kept under a name."""
    return content


# --- Lists ---------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def pager(
    context: template.Context,
    page: Page[Any],
    parameter: str = "page",
    target: str = "",
) -> SafeString | str:
    """Previous, next, the pages around and the count; the rest of the address stays. `target` is an element id."""
    request: HttpRequest = context["request"]
    paginator = page.paginator
    # The paginator of long lists looks one row ahead and never counts.
    is_lazy = getattr(paginator, "is_lazy", False)
    query = request.GET.copy()

    def link(number: int) -> str:
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    numbers: list[dict[str, Any]] = []
    if not is_lazy:
        for number in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
            is_gap = not isinstance(number, int)
            numbers.append(
                {
                    "number": number,
                    "is_gap": is_gap,
                    "url": "" if is_gap else link(int(number)),
                    "is_current": number == page.number,
                }
            )
        if paginator.num_pages <= 1:
            numbers = []
    first = (page.number - 1) * paginator.per_page + 1
    shown = len(page.object_list) if hasattr(page.object_list, "__len__") else paginator.per_page
    return render_to_string(
        "components/pager.html",
        {
            "previous_url": link(page.previous_page_number()) if page.has_previous() else "",
            "next_url": link(page.next_page_number()) if page.has_next() else "",
            "numbers": numbers,
            "first": first if shown else 0,
            "last": first + shown - 1 if shown else 0,
            "total": None if is_lazy else paginator.count,
            "target": target,
        },
    )


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """This page's query string with some values replaced ("" removes one); for filter and sort links."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def groups_of(items: Iterable[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Neighbours with the same attribute, as (value, items)."""
    found: list[tuple[Any, list[Any]]] = []
    for item in items:
        value = item.get(attribute) if isinstance(item, dict) else getattr(item, attribute)
        if not found or found[-1][0] != value:
            found.append((value, []))
        found[-1][1].append(item)
    return found


@register.simple_tag(takes_context=True)
def settings_tabs(context: template.Context) -> list[dict[str, Any]]:
    """The pages of a person's own settings, for layouts/settings.html."""
    path = context["request"].path
    pages = [(label, url) for label, name in design.SETTINGS_PAGES if (url := design.address(name))]
    current = max((url for _label, url in pages if path.startswith(url)), default="", key=len)
    return [{"label": label, "href": url, "is_current": url == current, "count": None} for label, url in pages]
