"""What apps above add to the page of a migration event, such as its reports."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fasttrack_portal.access import Reason

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User
    from migrations_svc.models import MigrationEvent

# What the section's template is given as `section.data`; None leaves the section out for this person and event.
Provider = Callable[["User", "MigrationEvent"], dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """One card of the page: `template` is included with `event` and `section`."""

    code: str
    title: Reason
    template: str
    provide: Provider
    position: int = 50


@dataclass(frozen=True)
class ShownSection:
    code: str
    title: Reason
    template: str
    data: dict[str, Any]


_SECTIONS: dict[str, Section] = {}


def add_section(*, code: str, title: Reason, template: str, provide: Provider, position: int = 50) -> None:
    """Called once, from AppConfig.ready or permissions.py of the app above."""
    if code in _SECTIONS:
        raise RuntimeError(f"two sections are named {code}")
    _SECTIONS[code] = Section(code, title, template, provide, position)


def sections_for(user: "User", event: "MigrationEvent") -> list[ShownSection]:
    """The sections this person sees on this event, in order."""
    found = []
    for section in sorted(_SECTIONS.values(), key=lambda section: section.position):
        data = section.provide(user, event)
        if data is not None:
            found.append(ShownSection(section.code, section.title, section.template, data))
    return found
