"""Reading what the minutes of a meeting say, off their frozen record."""

from datetime import date, datetime
from typing import Any

from engagements.models import Meeting, Minutes, Signature
from reports.snapshots import (
    ActionLine,
    DecisionLine,
    Head,
    MeetingLine,
    MinutesReport,
    NameLine,
    PersonLine,
    PointLine,
    PointPart,
)


def minutes_report(minutes: Minutes, head: Head) -> MinutesReport:
    """The record word by word, and both sides with the name or the want of it."""
    record = minutes.snapshot
    start, end = datetime.fromisoformat(record["start"]), datetime.fromisoformat(record["end"])
    return MinutesReport(
        head=head,
        meeting=MeetingLine(record["kind"], Meeting.Status.HELD.value, start, end),
        edition=minutes.edition,
        correction=minutes.correction,
        present=tuple(PersonLine(each["name"], each["side"]) for each in record["present"]),
        absent=tuple(PersonLine(each["name"], each["side"]) for each in record["absent"]),
        guests=record["guests"],
        points=tuple(_point(point) for point in record["points"]),
        notes=record["notes"],
        decisions=tuple(
            DecisionLine(each["text"], each["by"], date.fromisoformat(each["on"])) for each in record["decisions"]
        ),
        actions=tuple(
            ActionLine(each["text"], each["owner"], each["side"], _day(each["due_on"])) for each in record["actions"]
        ),
        next_at=datetime.fromisoformat(record["next"]) if record["next"] else None,
        names=tuple(_names(minutes)),
    )


def _point(point: dict[str, Any]) -> PointLine:
    parts = []
    for group in point["groups"]:
        for line in group["lines"]:
            parts.append(PointPart(group["label"], line["text"], line["who"], line["matter"], _day(line["on"])))
        if group["more"]:
            parts.append(PointPart(group["label"], "", "", "", None, group["more"]))
    return PointLine(point["title"], point["notes"], tuple(parts))


def _names(minutes: Minutes) -> list[NameLine]:
    signed = {each.side: each for each in minutes.agreement.signatures.all()}
    lines = []
    for side in Signature.Side.values:
        name = signed.get(side)
        if name is None:
            lines.append(NameLine(side, "", "", "", None))
        else:
            lines.append(NameLine(side, name.name, name.role, name.comment, name.at))
    return lines


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
