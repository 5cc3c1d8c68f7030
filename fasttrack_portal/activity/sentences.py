"""The words for each kind of event; an app adds its own when it registers its permissions."""

from collections.abc import Mapping
from typing import Any

from fasttrack_portal.refusals import Reason

_SENTENCES: dict[str, Reason] = {}


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def tell(sentences: Mapping[str, Reason]) -> None:
    """Registers `{"assistance.submitted": _("%(number)s was submitted")}`; facts come from the event's data."""
    _SENTENCES.update(sentences)


def sentence_of(kind: str, data: Mapping[str, Any]) -> str:
    sentence = _SENTENCES.get(kind)
    if sentence is None:
        return kind.replace(".", " ").replace("_", " ")
    return str(sentence) % _Facts(data)


def known_kinds() -> set[str]:
    return set(_SENTENCES)
