"""What status and final reports show."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fasttrack_portal.charts import TONES, progress_by_state
from migrations_svc.models import Issue, MigrationEvent, MigrationProject, MigrationRecord
from reports.pages.head import head_of, meeting_row
from reports.pages.pace import pace_of
from reports.pages.since import after_summary, internal_rows, since_page
from reports.pages.words import Stat, count, day, listed, moment, share, short_day, size, state
from reports.snapshots import EventReport, Totals

Record = MigrationRecord.Status
# What has not begun is as pale as the track, so that it is not taken for what was skipped.
_TONES = {"queued": "track", "elsewhere": "neutral"}
# The list that shows what a row counts; what stands in another event is on a page of its own.
_TRACES = {
    Record.SYNCING: "records?status=under_way",
    Record.QUEUED: "records?status=waiting",
    "elsewhere": "elsewhere",
}


def event_page(said: EventReport) -> dict[str, Any]:
    """Everything story/event.html names."""
    totals, event, zone = said.totals, said.event, ZoneInfo(said.head.zone)
    rows = _states(totals)
    return {
        **head_of(said.head),
        "said": said,
        "event_status": state(MigrationEvent.Status, event.status),
        "is_final": said.head.kind == "final",
        "sentence": _sentence(said),
        "since": _since(said),
        "changes": since_page(said.since, zone),
        "internal": internal_rows(said.internal),
        "after_summary": after_summary(said.since),
        "stats": _stats(totals),
        "states": rows,
        "planned": count(totals.scheduled),
        "picture": progress_by_state(
            {row["label"]: row["number"] for row in rows},
            title=_("Records by state"),
            tones={
                row["label"]: _TONES.get(row["state"].code, TONES.get(row["state"].code, "neutral")) for row in rows
            },
        ),
        **pace_of(said, zone),
        "days": [
            {
                "day": short_day(entry.on),
                "trace": f"records?status=moved&on={entry.on.isoformat()}",
                "records": count(entry.records),
                "items": count(entry.items),
                "size": size(entry.size),
            }
            for entry in said.days
        ],
        "facts": _facts(said, zone),
        "reconciliation": _reconciliation(totals),
        "exceptions": [{"line": line, "state": state(MigrationRecord.Status, line.status)} for line in said.exceptions],
        "exceptions_layout": "new-page" if len(said.exceptions) > 12 else "",
        "exceptions_left": totals.exceptions - len(said.exceptions),
        "exceptions_total": totals.exceptions,
        "has_names": said.head.audience != "executive",
        "issues": [
            {
                "line": line,
                "lane": state(Issue.Lane, line.lane).label,
                "state": state(Issue.Status, line.status),
                "on": short_day(line.reported_at.astimezone(zone).date()),
            }
            for line in said.issues
        ],
        "issues_left": said.issues_total - len(said.issues),
        "meetings": [meeting_row(line, zone) for line in said.meetings],
        "next_steps": _next_steps(said, zone),
    }


def _states(totals: Totals) -> list[dict[str, Any]]:
    under_way = (Record.SYNCING, _("Under way"))
    waiting = (Record.QUEUED, _("Waiting to start"))
    parts = (
        (Record.COMPLETED, Record.COMPLETED.label, totals.completed),
        (Record.COMPLETED_WITH_WARNINGS, Record.COMPLETED_WITH_WARNINGS.label, totals.with_warnings),
        (*under_way, totals.under_way),
        (*waiting, totals.waiting),
        (Record.FAILED, Record.FAILED.label, totals.failed),
        (Record.STOPPED, Record.STOPPED.label, totals.stopped),
        (Record.SKIPPED, Record.SKIPPED.label, totals.skipped),
        ("elsewhere", _("Moved to another event"), totals.elsewhere),
    )
    return [
        {
            "state": state([(code, label)], code),
            "label": str(label),
            "number": number,
            "trace": _TRACES.get(code, f"records?status={code}"),
            "count": count(number),
            "share": share(number, totals.scheduled),
        }
        for code, label, number in parts
        if number or code == Record.COMPLETED
    ]


def _sentence(said: EventReport) -> str:
    """The whole report in one or two sentences."""
    totals, status = said.totals, said.event.status
    if not totals.scheduled:
        return _("There are no records in this event yet.")
    facts = {
        "moved": count(totals.moved),
        "all": count(totals.scheduled),
        "share": share(totals.moved, totals.scheduled),
        "left": count(totals.others),
    }
    if not totals.moved and status in ("scheduled", "locked", "go"):
        planned = {**facts, "day": day(_local_day(said))}
        return _("%(all)s records are planned to move on %(day)s. Nothing has moved yet.") % planned
    first = _("%(moved)s of %(all)s records (%(share)s) have moved to Microsoft 365") % facts
    lost = _lost(totals)
    if totals.others:
        second = _("%(left)s are still on their way") % facts
        return f"{first}; {second}." + (f" {_attention(lost)}" if lost else "")
    return f"{first}. " + (_attention(lost) if lost else _("Nothing was left behind."))


def _local_day(said: EventReport) -> Any:
    planned = said.event.scheduled_for
    return planned.astimezone(ZoneInfo(said.event.zone)).date() if planned else None


def _lost(totals: Totals) -> list[str]:
    parts = (
        (totals.failed, ngettext("%(n)s failed", "%(n)s failed", totals.failed)),
        (totals.stopped, ngettext("%(n)s was stopped", "%(n)s were stopped", totals.stopped)),
        (totals.skipped, ngettext("%(n)s was skipped", "%(n)s were skipped", totals.skipped)),
    )
    return [words % {"n": count(number)} for number, words in parts if number]


def _attention(lost: list[str]) -> str:
    return _("Not moved: %(parts)s.") % {"parts": listed(lost)}


def _since(said: EventReport) -> str:
    before = said.before
    if before is None:
        return ""
    facts = {
        "more": count(max(0, said.totals.moved - before.moved)),
        "number": before.number,
        "day": day(before.as_of.astimezone(ZoneInfo(said.head.zone)).date()),
    }
    if said.totals.moved == before.moved:
        return _("Nothing more has moved since report %(number)s of %(day)s.") % facts
    return _("%(more)s more have moved since report %(number)s of %(day)s.") % facts


def _stats(totals: Totals) -> list[Stat]:
    problem = totals.failed + totals.stopped
    return [
        Stat(count(totals.scheduled), _("records in the event"), size(totals.size), trace="records"),
        Stat(
            share(totals.moved, totals.scheduled),
            _("moved"),
            _("%(moved)s of %(all)s") % {"moved": count(totals.moved), "all": count(totals.scheduled)},
            "success",
            "records?status=moved",
        ),
        Stat(count(totals.others), _("still to come"), _("under way or waiting"), trace="records?status=to_come"),
        Stat(
            count(problem),
            _("failed or stopped"),
            _("%(n)s with warnings") % {"n": count(totals.with_warnings)},
            "danger" if problem else "",
            "records?status=lost",
        ),
    ]


def _reconciliation(totals: Totals) -> str:
    """The sum that has to come out: what was planned is what became of it."""
    names = [
        (_("completed"), totals.completed),
        (_("with warnings"), totals.with_warnings),
        (_("failed"), totals.failed),
        (_("skipped"), totals.skipped),
        (_("moved to another event"), totals.elsewhere),
        (_("stopped"), totals.stopped),
        (_("not finished"), totals.others),
    ]
    parts = " + ".join(f"{count(number)} {name}" for name, number in names)
    return _("%(all)s planned = %(parts)s") % {"all": count(totals.scheduled), "parts": parts}


def _facts(said: EventReport, zone: ZoneInfo) -> list[tuple[str, Any]]:
    event = said.event
    rows = [
        (_("Migration event"), f"{event.number} · {event.title}"),
        (_("Source"), str(dict(MigrationProject.Source.choices).get(event.source, event.source))),
        (_("Scheduled for"), moment(event.scheduled_for, zone)),
        (_("Started"), moment(event.started_at, zone)),
        (_("Completed"), moment(event.completed_at, zone)),
        (_("Data moved"), _moved(said.totals)),
    ]
    if event.window_closes_at:
        rows.append((_("Window for issues"), _("open until %(end)s") % {"end": moment(event.window_closes_at, zone)}))
    return [row for row in rows if row[1] != "–"]


def _moved(totals: Totals) -> str:
    return _("%(moved)s of %(all)s, %(items)s items") % {
        "moved": size(totals.size_moved),
        "all": size(totals.size),
        "items": count(totals.items_moved),
    }


def _next_steps(said: EventReport, zone: ZoneInfo) -> list[str]:
    """What the reader can expect, or is asked to do."""
    event, totals = said.event, said.totals
    steps = []
    if event.status in ("scheduled", "locked", "go"):
        steps.append(_("The event starts on %(at)s.") % {"at": moment(event.scheduled_for, zone)})
    if event.status == "running":
        steps.append(_("FastTrack conducts the event and reports on it every day until it is completed."))
    if totals.failed or totals.stopped:
        steps.append(_("“Records that need attention” says of each failed record what happened: repair starts there."))
    if said.issues_open:
        steps.append(
            ngettext(
                "%(n)s issue is open; the list says who acts on it.",
                "%(n)s issues are open; the list says who acts on each.",
                said.issues_open,
            )
            % {"n": count(said.issues_open)}
        )
    if event.window_closes_at and said.head.as_of <= event.window_closes_at:
        steps.append(
            _("Report anything that looks wrong until %(end)s. Later issues are accepted, and are your own to solve.")
            % {"end": moment(event.window_closes_at, zone)}
        )
    return steps
