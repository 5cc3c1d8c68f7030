"""What a program sent wrongly, as the refusal that says so field by field."""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import HttpError, ValidationError

from fasttrack_portal.refusals import Invalid, Refused

_SENTENCES = {
    "missing": gettext_lazy("This is needed."),
    "extra_forbidden": gettext_lazy("There is no such field."),
    "string_type": gettext_lazy("Give a text."),
    "string_unicode": gettext_lazy("This text has half a character in it."),
    "string_too_short": gettext_lazy("This is needed."),
    "string_too_long": gettext_lazy("This is too long: %(max_length)s characters at most."),
    "int_type": gettext_lazy("Give a whole number."),
    "int_parsing": gettext_lazy("Give a whole number."),
    "int_parsing_size": gettext_lazy("This number is too large."),
    "greater_than_equal": gettext_lazy("Give %(ge)s or more."),
    "less_than_equal": gettext_lazy("Give %(le)s or less."),
    "bool_type": gettext_lazy("Give true or false."),
    "one_of": gettext_lazy("%(sentence)s"),
    "nul": gettext_lazy("%(sentence)s"),
    "list_type": gettext_lazy("Give a list."),
    "too_long": gettext_lazy("Give %(max_length)s at most."),
}


class Unreadable(Refused):
    """What was sent is no JSON, or a header is missing."""

    status = 400


class TooLarge(Refused):
    status = 413


class NotAllowed(Refused):
    status = 405


class NoVersion(Refused):
    """A change without If-Match."""

    status = 428


class OtherVersion(Refused):
    """If-Match names no version that there could be."""

    status = 412


def of_validation(_request: HttpRequest, fault: Any) -> NoReturn:
    """Raised again as ours: the answer to it is made where all refusals are."""
    found: ValidationError = fault
    errors = [{"field": _field(each["loc"]), "detail": _sentence(each)} for each in found.errors]
    raise Invalid(_("Something in the request needs correcting."), errors=errors)


def of_http(_request: HttpRequest, fault: Any) -> NoReturn:
    found: HttpError = fault
    if found.status_code != 400:
        raise found
    raise Unreadable(_("The body is not JSON that can be read."))


def of_size(_request: HttpRequest, _fault: Any) -> NoReturn:
    raise TooLarge(_("That is more than can be sent at once."))


def of_any(_request: HttpRequest, fault: Any) -> NoReturn:
    """Refusals and faults alike go on to where those of the pages are answered."""
    raise fault


def of_form(form: Any) -> Invalid:
    """The faults of a form of ours, with its own sentences."""
    errors = [
        {"field": "" if name == "__all__" else name, "detail": str(each)}
        for name, found in form.errors.items()
        for each in found
    ]
    return Invalid(_("Something in the request needs correcting."), errors=errors)


def _field(loc: Iterable[Any]) -> str:
    """Without where it stood; the name of a body is ours alone."""
    source, *rest = loc
    return ".".join(str(part) for part in (rest[1:] if source == "body" else rest))


def _sentence(error: dict[str, Any]) -> str:
    sentence = _SENTENCES.get(error["type"])
    return str(sentence) % error.get("ctx", {}) if sentence else f"{error['msg']}."
