"""What a token can be for: each area of the API has a scope for reading and one for writing."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.refusals import Reason

READ, WRITE = "read", "write"
_VERBS = {READ: _("read"), WRITE: _("change")}
AREAS: "dict[str, Scoped]" = {}


@dataclass
class Scoped:
    """An area by its name, and which of its scopes there is an endpoint for."""

    name: str
    label: Reason
    verbs: set[str] = field(default_factory=set)

    def needs(self, verb: str) -> str:
        """The scope of that verb, which is there from now on."""
        self.verbs.add(verb)
        return f"{self.name}:{verb}"


def declare(name: str, label: Reason) -> Scoped:
    if name in AREAS:
        raise RuntimeError(f"two areas are named {name}")
    AREAS[name] = Scoped(name, label)
    return AREAS[name]


def choices() -> list[tuple[str, str]]:
    """Every scope with what it lets a program do."""
    return [
        (f"{area.name}:{verb}", f"{area.label}: {_VERBS[verb]}")
        for area in AREAS.values()
        for verb in (READ, WRITE)
        if verb in area.verbs
    ]


def is_scope(text: str) -> bool:
    name, _colon, verb = text.partition(":")
    return name in AREAS and verb in AREAS[name].verbs
