"""Minutes as their pages show them: days as days, codes as words, each side with its name or the want of it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from engagements.models import Meeting, Minutes
from engagements.permissions.gates import signing_side
from engagements.sides import SideOfGate, sides_of
from fasttrack_portal.access import Reason
from fasttrack_portal.accounts.models import User


class Paper(NamedTuple):
    """A file of the minutes, or the way to have it made, told by the apps above: `key` is a form's one-time key."""

    label: Reason
    url: str
    data: dict[str, Any]
    state: Reason = ""
    reason: Reason = ""


Papers = Callable[[Minutes, User], list[Paper]]
papers: list[Papers] = []


def page_of(record: dict[str, Any]) -> dict[str, Any]:
    """A frozen record for the templates; it asks the database nothing."""
    return {
        **record,
        "kind_label": str(dict(Meeting.Kind.choices).get(record["kind"], record["kind"])),
        "start": datetime.fromisoformat(record["start"]),
        "end": datetime.fromisoformat(record["end"]),
        "next": datetime.fromisoformat(record["next"]) if record["next"] else None,
        "points": [
            {
                **point,
                "groups": [
                    {**group, "lines": [{**line, "on": _day(line["on"])} for line in group["lines"]]}
                    for group in point["groups"]
                ],
            }
            for point in record["points"]
        ],
        "decisions": [{**each, "on": _day(each["on"])} for each in record["decisions"]],
        "actions": [{**each, "due_on": _day(each["due_on"])} for each in record["actions"]],
    }


def names_of(minutes: Minutes, mine: str = "") -> list[SideOfGate]:
    """Each side and who confirmed for it."""
    minutes.agreement.engagement = minutes.engagement
    return sides_of(minutes.agreement, mine)


def missing_side(minutes: Minutes, user: User) -> str:
    """The side for which this person could confirm now; empty where there is none or it is done."""
    side = signing_side(user, minutes.engagement)
    signed = {each.side for each in minutes.agreement.signatures.all()}
    return side if side and side not in signed and minutes.agreement.status == "open" else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
