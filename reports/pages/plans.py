"""What an engagement report shows of gates, remediation, success plan and minutes."""

from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.matrix import PARTIES
from engagements.milestones import PHASE_TITLES
from engagements.models import RUNNING, Agreement, Meeting, RemediationItem, SuccessItem
from reports.pages.words import count, day, short_day, state
from reports.snapshots import EngagementReport, GateLine, MinutesLine, RemediationCell


def is_late(day: date | None, said: EngagementReport, today: date) -> bool:
    """What was planned for that day and is not done; while the engagement is paused or at rest no day makes it late."""
    return day is not None and day < today and said.head.status in RUNNING


def plans_page(said: EngagementReport, today: date) -> dict[str, Any]:
    """The part of the context that story/_plans.html names."""
    return {
        "gates": [_gate(line) for line in said.gates],
        "remediation": [
            {"workload": str(RemediationItem.Workload(cell.workload).label), "counts": _counts(cell)}
            for cell in said.remediation
        ],
        "remediation_lines": [
            {
                "line": line,
                "workload": str(RemediationItem.Workload(line.workload).label),
                "severity": str(RemediationItem.Severity(line.severity).label),
                "state": state(RemediationItem.Status, line.status),
                "holder": line.holder or PARTIES.get(line.party, line.party),
                "due": short_day(line.due_on),
                "is_late": is_late(line.due_on, said, today) and line.status != "risk_accepted",
            }
            for line in said.remediation_lines
        ],
        "success": [
            {
                "track": str(SuccessItem.Track(track).label),
                "lines": [{"line": line, "state": state(SuccessItem.Status, line.status)} for line in lines],
            }
            for track, lines in groupby(said.success, key=lambda line: line.track)
        ],
        "minutes": [_minutes(line) for line in said.minutes],
    }


def _counts(cell: RemediationCell) -> list[tuple[int, str]]:
    """The numbers of a workload in the order of the columns, each with what narrows the checklist to them."""
    here = f"remediation?workload={cell.workload}"
    return [
        (cell.open, f"{here}&status=unmet"),
        (cell.severe, f"{here}&status=unmet&severity=severe"),
        (cell.done, f"{here}&status=met"),
        (cell.accepted, f"{here}&status=risk_accepted"),
        (cell.excluded, f"{here}&status=not_applicable"),
    ]


def _gate(line: GateLine) -> dict[str, Any]:
    name = PHASE_TITLES.get(line.phase, line.phase) if line.phase else _("Remediation plan")
    return {
        "line": line,
        "title": name,
        "state": state(Agreement.Status, line.status),
        "fasttrack": line.fasttrack or _("not signed"),
        "customer": line.customer or _("not signed"),
        "settled": short_day(line.settled_on),
    }


def _minutes(line: MinutesLine) -> dict[str, Any]:
    taken = ngettext("%(n)s action", "%(n)s actions", line.actions) % {"n": count(line.actions)}
    still = ngettext("%(n)s open", "%(n)s open", line.actions_open) % {"n": count(line.actions_open)}
    return {
        "meeting": state(Meeting.Kind, line.kind).label,
        "on": day(line.on),
        "confirmed": _("confirmed by both sides") if line.is_confirmed else _("not confirmed by both sides yet"),
        "decisions": line.decisions,
        "actions": f"{taken}, {still}" if line.actions else _("none"),
        "trace": "meeting" if line.actions else "",
        "key": line.key,
    }
