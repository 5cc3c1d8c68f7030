"""Whose turn it is in a migration event, in words, and how far the event has come."""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from migrations_svc.models import MigrationEvent

Status = MigrationEvent.Status


class Turn(NamedTuple):
    """`side` is "customer", "fasttrack" or "" for nobody."""

    side: str
    title: Any
    sentence: Any


_NO_LIST = Turn(
    "customer",
    _("The list comes next"),
    _("Load the list of what is to move. Nothing is scheduled or moved before you say so."),
)
_NO_GO = Turn(
    "customer",
    _("It was a no-go"),
    _("Choose another day, or change the list first. The day below is the one that was given up."),
)
_TURNS = {
    Status.DRAFT: Turn(
        "customer",
        _("The list is there"),
        _("Look through it and validate it. Until then you can replace it as often as you like."),
    ),
    Status.VALIDATED: Turn(
        "customer", _("A day comes next"), _("Choose the day and the hour on which the event starts.")
    ),
    Status.SCHEDULED: Turn(
        "fasttrack",
        _("FastTrack prepares the event"),
        _("The list freezes by itself at its deadline, or when the specialist says so. Until then it can be changed."),
    ),
    Status.LOCKED: Turn(
        "fasttrack",
        _("The list is frozen"),
        _("FastTrack checks the access. Then each side says by name whether it is a go."),
    ),
    Status.GO: Turn("fasttrack", _("It is a go"), _("FastTrack starts the event at the time that was scheduled.")),
    Status.RUNNING: Turn(
        "fasttrack", _("The event is running"), _("FastTrack moves the records and loads their states as they come.")
    ),
    Status.COMPLETED: Turn("", _("The event is complete"), _("Everything on the list has moved or was skipped.")),
    Status.COMPLETED_WITH_ISSUES: Turn(
        "",
        _("The event is complete, with issues"),
        _("Some records moved with warnings or did not move. They are in the list."),
    ),
    Status.FAILED: Turn("", _("The event failed"), _("What did not move stays where it was. Plan a new event for it.")),
    Status.CANCELLED: Turn("", _("The event was cancelled"), _("Nothing moved. You can plan a new event at any time.")),
}
_PATH = (Status.DRAFT, Status.VALIDATED, Status.SCHEDULED, Status.LOCKED, Status.GO, Status.RUNNING, Status.COMPLETED)
_ENDED_BADLY = (Status.FAILED, Status.CANCELLED)


# Frozen, and one side has said go: whose go is missing.
_ONE_GO = {
    "customer": Turn(
        "customer", _("Go or no-go"), _("FastTrack has said go. Your tenant lead or project manager is next.")
    ),
    "fasttrack": Turn("fasttrack", _("Go or no-go"), _("The customer has said go. The FastTrack specialist is next.")),
}


def turn_of(event: MigrationEvent, gone: Collection[str] = ()) -> Turn:
    """`gone` are the sides that have said go."""
    if event.status == Status.LOCKED and len(gone) == 1:
        return _ONE_GO["customer" if "fasttrack" in gone else "fasttrack"]
    if event.status == Status.SCHEDULED and event.deadlines and event.freezes_at is None:
        return _NO_GO
    if event.status == Status.DRAFT and not event.record_count:
        return _NO_LIST
    return _TURNS[Status(event.status)]


def path_of(event: MigrationEvent) -> list[dict[str, Any]]:
    """The steps of the stepper; an event that was broken off shows where it ended."""
    status = Status(event.status)
    shown = Status.COMPLETED if event.is_complete else status
    if status in _ENDED_BADLY:
        return [
            {"label": Status.DRAFT.label, "state": "done", "state_label": _("Done")},
            {"label": status.label, "state": "blocked", "state_label": _("Ended here")},
        ]
    here = _PATH.index(shown)
    found: list[dict[str, Any]] = []
    for place, step in enumerate(_PATH):
        is_done = place < here or event.is_complete
        label = status.label if place == here else step.label
        if is_done:
            found.append({"label": label, "state": "done", "state_label": _("Done")})
        elif place == here:
            found.append({"label": label, "state": "current", "state_label": _("Now")})
        else:
            found.append({"label": label, "state": "upcoming", "state_label": _("To come")})
    return found
