"""What stands in the minutes of a meeting: the plain record that is frozen, and the changes of a correction."""

from collections.abc import Iterable, Mapping
from typing import Any

FORM = 1

Record = dict[str, Any]


def corrected(record: Record, *, notes: str, points: Mapping[str, str], texts: Mapping[str, str], guests: str,
              present: Iterable[str]) -> Record:  # fmt: skip
    """The record in other words: `points` are notes by the key of their point, `texts` are decisions and actions by
    their id, `present` the names of who was there. What is not named stays."""
    here = set(present)
    people = [*record["present"], *record["absent"]]
    return {
        **record,
        "notes": notes,
        "guests": guests,
        "present": [person for person in people if person["id"] in here],
        "absent": [person for person in people if person["id"] not in here],
        "points": [{**point, "notes": points.get(point["key"], point["notes"])} for point in record["points"]],
        "decisions": [{**each, "text": texts.get(each["id"], each["text"])} for each in record["decisions"]],
        "actions": [{**each, "text": texts.get(each["id"], each["text"])} for each in record["actions"]],
    }


def substance(record: Record) -> Record:
    """What a correction can change; the same substance is no correction."""
    return {
        "notes": record["notes"],
        "guests": record["guests"],
        "present": sorted(person["id"] for person in record["present"]),
        "points": {point["key"]: point["notes"] for point in record["points"]},
        "texts": {each["id"]: each["text"] for each in [*record["decisions"], *record["actions"]]},
    }
