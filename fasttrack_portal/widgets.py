"""Inputs and selects drawn in plain Python: the same HTML as Django's templates, which draw a template an option."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_FOLDER = "django/forms/widgets/"
_NONE = format_html("{}", "")  # what most of hundreds of options have


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    """True stands alone, False is left out."""
    if not attrs:
        return _NONE
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in attrs.items()
            if value is not False
        ),
    )


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else format_html(' value="{}"', widget["value"])
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attributes(widget["attrs"])
    )


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = []
    for title, choices, _index in widget["optgroups"]:
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((each["value"], _attributes(each["attrs"]), each["label"]) for each in choices),
        )
        groups.append((format_html('<optgroup label="{}">{}</optgroup>', title, options) if title else options,))
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget["attrs"]),
        format_html_join("", "{}", groups),
    )


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], _attributes(widget["attrs"]), widget["value"] or ""
    )


_INPUTS = ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "checkbox", "input")
DRAWN: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
    **{f"{_FOLDER}{name}.html": _input for name in _INPUTS},
    f"{_FOLDER}select.html": _select,
    f"{_FOLDER}textarea.html": _textarea,
}
