"""What every report shows of itself."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from engagements.models import Engagement, Meeting
from reports.models import Audience, Report
from reports.pages.words import days, moment, state
from reports.snapshots import Head, MeetingLine


def head_of(head: Head) -> dict[str, Any]:
    """Title, period and the facts of the cover."""
    zone = ZoneInfo(head.zone)
    facts = [
        (_("Report"), head.number),
        (_("Engagement"), f"{head.engagement} · {head.title}" if head.engagement else ""),
        (_("FastTrack specialist"), head.specialist),
        (_("FastTrack Center"), head.centre),
        (_("Partner"), head.partner),
        (_("As of"), moment(head.as_of, zone)),
        (_("Edition for"), "" if head.audience in ("customer", "all") else str(Audience(head.audience).label)),
        (_("Edition"), _edition(head)),
    ]
    return {
        "head": head,
        "kind": str(dict(Report.Kind.choices)[head.kind]),
        "period": days(head.first_day, head.last_day),
        "cover_facts": [fact for fact in facts if fact[1]],
        "as_of": moment(head.as_of, zone),
        "engagement_status": state(Engagement.Status, head.status),
    }


def _edition(head: Head) -> str:
    """Which edition it is, what it replaces and why; nothing for a first one."""
    if head.edition == 1:
        return ""
    words = {"edition": head.edition, "replaces": head.replaces, "reason": head.reason}
    return _("%(edition)d, replaces %(replaces)s: %(reason)s") % words


def meeting_row(line: MeetingLine, zone: ZoneInfo) -> dict[str, Any]:
    minutes = int((line.ends_at - line.starts_at).total_seconds()) // 60
    return {
        "kind": state(Meeting.Kind, line.kind).label,
        "state": state(Meeting.Status, line.status),
        "at": moment(line.starts_at, zone),
        "length": _("%(minutes)d minutes") % {"minutes": minutes},
    }
