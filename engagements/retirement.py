"""Retiring the source environment (G-C21): what still stands in its way, told by the apps above that know."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Responsibility
from fasttrack_portal.refusals import Conflict

# “Retires the source environment only after all wanted data has moved.”
CODE = "G-C21"
TICKS = ("finish", "verify")
STAYS = _("The source stays until everything has moved.")


class Hindrance(NamedTuple):
    """One thing that is not over: its name, what is the matter with it, and where it stands."""

    name: str
    matter: str
    url: str


Check = Callable[[Engagement], list[Hindrance]]
checks: list[Check] = []


def hindrances(engagement: Engagement) -> list[Hindrance]:
    """All that has to be over before the source goes."""
    return [found for check in checks for found in check(engagement)]


def require_free(item: Responsibility, step: str) -> None:
    """Raises Conflict that names what is in the way of ticking the retirement of the source."""
    if item.code == CODE and step in TICKS and (reason := why_not(item.engagement)):
        raise Conflict(reason)


def why_not(engagement: Engagement) -> str:
    """The sentence of the refusal, which names them all; empty where nothing is in the way."""
    named = "; ".join(f"{found.name}: {found.matter}" for found in hindrances(engagement))
    return f"{STAYS} {named}." if named else ""


def in_the_way(item: Responsibility, step: str) -> list[Hindrance]:
    """What holds up this step of this item, for its button: of any other item and step nothing."""
    return hindrances(item.engagement) if item.code == CODE and step in TICKS else []
