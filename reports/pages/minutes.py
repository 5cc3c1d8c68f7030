"""What the minutes of a meeting show, on paper and on screen."""

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.pages.head import head_of, meeting_row
from reports.pages.words import Stat, count, day, listed, moment, short_day
from reports.snapshots import MinutesReport, PointLine


def minutes_page(said: MinutesReport) -> dict[str, Any]:
    """Everything _minutes_summary.html and minutes.html name."""
    zone = ZoneInfo(said.head.zone)
    page = head_of(said.head)
    meeting = meeting_row(said.meeting, zone)
    sides = {"fasttrack": "FastTrack", "customer": said.head.customer}
    cover = [(_("Meeting"), f"{meeting['kind']}, {meeting['at']}"), *page["cover_facts"]]
    if said.edition > 1:
        cover.append((_("Edition"), str(said.edition)))
    return {
        **page,
        "cover_facts": cover,
        "said": said,
        "meeting": meeting,
        "sentence": _sentence(said, zone),
        "stats": [
            Stat(count(len(said.decisions)), _("decisions"), trace="minutes"),
            Stat(count(len(said.actions)), _("actions taken on"), trace="minutes"),
            Stat(f"{len(said.names) - _missing(said)} / {len(said.names)}", _("sides have confirmed"), trace="minutes"),
        ],
        "present": [{"name": each.name, "side": sides[each.side]} for each in said.present],
        "absent": [{"name": each.name, "side": sides[each.side]} for each in said.absent],
        "points": [_point(point) for point in said.points],
        "decisions": [{"text": each.text, "by": each.by, "on": short_day(each.on)} for each in said.decisions],
        "actions": [
            {"text": each.text, "owner": each.owner, "side": sides[each.side], "due": short_day(each.due_on)}
            for each in said.actions
        ],
        "next_at": moment(said.next_at, zone) if said.next_at else "",
        "names": [
            {
                "side": sides[each.side],
                "name": each.name,
                "role": each.role,
                "comment": each.comment,
                "at": moment(each.at, zone) if each.at else "",
            }
            for each in said.names
        ],
    }


def _point(point: PointLine) -> dict[str, Any]:
    groups = [
        {"label": label, "lines": [{"part": part, "on": short_day(part.on) if part.on else ""} for part in parts]}
        for label, parts in groupby(point.parts, key=lambda part: part.group)
    ]
    return {"title": point.title, "notes": point.notes, "groups": groups}


def _missing(said: MinutesReport) -> int:
    return len([each for each in said.names if not each.name])


def _sentence(said: MinutesReport, zone: ZoneInfo) -> str:
    """Neutral: what was counted, and whose name stands under it."""
    decided = ngettext("%(n)s decision", "%(n)s decisions", len(said.decisions)) % {"n": count(len(said.decisions))}
    taken = ngettext("%(n)s action", "%(n)s actions", len(said.actions)) % {"n": count(len(said.actions))}
    first = _("Minutes of the meeting of %(day)s: %(decided)s, %(taken)s.") % {
        "day": day(said.meeting.starts_at.astimezone(zone).date()),
        "decided": decided,
        "taken": taken,
    }
    signed = [each.name for each in said.names if each.name]
    if not signed:
        return f"{first} " + _("Neither side has confirmed them yet.")
    if _missing(said):
        return f"{first} " + _("Confirmed by %(name)s; the other side has not confirmed yet.") % {"name": signed[0]}
    return f"{first} " + _("Confirmed by %(names)s.") % {"names": listed(signed)}
