"""What an engagement report shows."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.matrix import PARTIES
from engagements.milestones import PHASE_TITLES
from engagements.models import RUNNING, Court, Milestone, Phase, Responsibility
from fasttrack_portal.charts import Load, Point, Span, court_days, phase_timeline, progress_by_group
from migrations_svc.models import MigrationEvent
from reports.pages.head import head_of, meeting_row
from reports.pages.plans import is_late, plans_page
from reports.pages.since import after_summary, internal_rows, since_page
from reports.pages.words import Stat, count, day, listed, share, short_day, short_moment, state
from reports.snapshots import EngagementReport, HolderLine, MatrixCell
from reports.snapshots.engagement import UNNAMED

_DONE = ("completed",)


def engagement_page(said: EngagementReport) -> dict[str, Any]:
    """Everything story/engagement.html names."""
    zone = ZoneInfo(said.head.zone)
    today = said.head.as_of.astimezone(zone).date()
    groups = _groups(said.matrix)
    return {
        **head_of(said.head),
        "said": said,
        "sentence": _sentence(said),
        **plans_page(said, today),
        "changes": since_page(said.since, zone),
        "internal": internal_rows(said.internal),
        "after_summary": after_summary(said.since),
        "stats": _stats(said, today),
        "timeline": _timeline(said, today, zone),
        "phases": [
            {
                "title": PHASE_TITLES.get(line.code, line.code),
                "state": state(Phase.Status, line.status),
                "started": short_day(line.started_at.astimezone(zone).date() if line.started_at else None),
                "passed": short_day(line.passed_at.astimezone(zone).date() if line.passed_at else None),
                "reason": line.reason,
            }
            for line in said.phases
        ],
        "milestones": [
            {
                "line": line,
                "state": state(Milestone.Status, line.status),
                "planned": short_day(line.planned_on),
                "completed": short_day(line.completed_on),
                "is_late": line.status in ("planned", "in_progress")
                and not line.goes_on
                and is_late(line.planned_on, said, today),
            }
            for line in said.milestones
        ],
        "matrix": groups,
        "matrix_picture": progress_by_group(
            {f"{row['phase']}, {row['party']}": row["parts"] for row in groups if row["cell"].total},
            title=_("Responsibilities by phase and party"),
            tones=_tones(),
        )
        if any(row["cell"].total for row in groups)
        else "",
        "courts_picture": court_days(
            [Load(str(Court(line.holder).label), line.days, line.items, line.longest) for line in said.courts],
            title=_("Working days in each court"),
        )
        if said.courts
        else "",
        "courts": [
            {
                "name": str(Court(line.holder).label),
                "items": line.items,
                "trace": f"courts?court={line.holder}",
                "longest": count(line.longest),
                "days": count(line.days),
            }
            for line in said.courts
        ],
        "holders": [
            {
                "line": line,
                "name": line.name or (_("Not named here") if line.who == UNNAMED else _("Nobody yet")),
                "party": PARTIES.get(line.party, line.party),
                "counts": _held(line),
                "next_due": short_day(line.next_due_on),
            }
            for line in said.holders
        ],
        "items": [
            {
                "line": line,
                "state": state(Responsibility.Status, line.status),
                "holder": line.holder or PARTIES.get(line.party, line.party),
                "due": short_day(line.due_on),
                "is_late": is_late(line.due_on, said, today),
            }
            for line in said.items
        ],
        # An edition for executives names no items; then none are left out either.
        "items_left": said.items_open - len(said.items) if said.items else 0,
        "past_meetings": [meeting_row(line, zone) for line in said.past_meetings],
        "next_meetings": [meeting_row(line, zone) for line in said.next_meetings],
        "events": [
            {
                "line": line,
                "state": state(MigrationEvent.Status, line.event.status),
                "at": short_moment(line.event.scheduled_for, ZoneInfo(line.event.zone)),
                "share": share(line.moved, line.scheduled),
            }
            for line in said.events
        ],
        "facts": [
            (_("Services"), ", ".join(said.head.services) or "–"),
            (_("Started on"), day(said.starts_on)),
            (_("Desired date"), day(said.desired_on)),
        ],
    }


def _tones() -> dict[str, str]:
    """Colours by label, in the language of the moment."""
    return {
        _("Done"): "success",
        _("In progress"): "progress",
        _("Waiting"): "waiting",
        _("Blocked"): "danger",
        _("Open"): "neutral",
    }


def _groups(matrix: Sequence[MatrixCell]) -> list[dict[str, Any]]:
    return [
        {
            "cell": cell,
            "phase": PHASE_TITLES.get(cell.phase, cell.phase),
            "party": PARTIES.get(cell.party, cell.party),
            "share": share(cell.done, cell.total),
            "counts": _counts(cell),
            "parts": {
                _("Done"): cell.done,
                _("In progress"): cell.in_progress,
                _("Waiting"): cell.waiting,
                _("Blocked"): cell.blocked,
                _("Open"): cell.open,
            },
        }
        for cell in matrix
    ]


def _counts(cell: MatrixCell) -> list[tuple[int, str]]:
    """The numbers of a row in the order of its columns, each with what narrows the matrix to them."""
    here = f"matrix?phase={cell.phase}&party={cell.party}"
    return [
        (cell.done, f"{here}&status=met"),
        (cell.in_progress, f"{here}&status=in_progress"),
        (cell.waiting, f"{here}&status=waiting"),
        (cell.blocked, f"{here}&status=blocked"),
        (cell.open, f"{here}&status=open"),
        (cell.overdue, f"{here}&view=overdue"),
        (cell.not_applicable, f"{here}&status=not_applicable"),
    ]


def _held(line: HolderLine) -> list[tuple[int, str]]:
    """The numbers of a holder in the order of the columns; where no list is theirs alone they lead nowhere."""
    here = f"matrix?who={line.who}&party={line.party}" if line.who not in ("", UNNAMED) else ""
    narrowed = [(line.items, "status=unmet"), (line.blocked, "status=blocked"), (line.waiting, "status=waiting"),
                (line.overdue, "view=overdue")]  # fmt: skip
    return [(number, f"{here}&{query}" if here else "") for number, query in narrowed]


def _phases_passed(said: EngagementReport) -> tuple[str, str]:
    """How many of the phases that count are passed, and where the work stands now."""
    counted = [line for line in said.phases if line.code != "general" and line.status != "skipped"]
    passed = sum(line.status == "passed" for line in counted)
    running = [PHASE_TITLES.get(line.code, line.code) for line in counted if line.status in ("in_progress", "ready")]
    now = _("now: %(phases)s") % {"phases": listed(running)} if running else _("none is running")
    return f"{passed} / {len(counted)}", now


def _numbers(said: EngagementReport) -> tuple[int, int, int, int]:
    done = sum(cell.done for cell in said.matrix)
    total = sum(cell.total for cell in said.matrix)
    overdue = sum(cell.overdue for cell in said.matrix)
    blocked = sum(cell.blocked for cell in said.matrix)
    return done, total, overdue, blocked


def _sentence(said: EngagementReport) -> str:
    done, total, overdue, blocked = _numbers(said)
    reached = sum(line.status in _DONE for line in said.milestones)
    counted = sum(line.status != "skipped" for line in said.milestones)
    first = _(
        "%(reached)d of %(counted)d milestones are reached and %(done)s of %(total)s responsibilities are done."
    ) % {
        "reached": reached,
        "counted": counted,
        "done": count(done),
        "total": count(total),
    }
    if not overdue and not blocked:
        return f"{first} " + _("Nothing is overdue or blocked.")
    second = ngettext("%(overdue)s item is overdue", "%(overdue)s items are overdue", overdue) % {
        "overdue": count(overdue)
    }
    third = ngettext("%(blocked)s item is blocked", "%(blocked)s items are blocked", blocked) % {
        "blocked": count(blocked)
    }
    told = _("Nothing is overdue") if not overdue else second
    also = _("nothing is blocked") if not blocked else third
    return f"{first} {told}; {also}."


def _stats(said: EngagementReport, today: date) -> list[Stat]:
    done, total, _overdue, _blocked = _numbers(said)
    troubled = sum(cell.troubled for cell in said.matrix)
    reached = sum(line.status in _DONE for line in said.milestones)
    counted = sum(line.status != "skipped" for line in said.milestones)
    passed, now = _phases_passed(said)
    left = (said.desired_on - today).days
    hint = (
        ngettext("%(n)s day to the desired date", "%(n)s days to the desired date", left)
        if left >= 0
        else ngettext("%(n)s day past the desired date", "%(n)s days past the desired date", -left)
    )
    return [
        Stat(passed, _("phases passed"), now, trace="engagement"),
        Stat(f"{reached} / {counted}", _("milestones reached"), hint % {"n": count(abs(left))}, trace="milestones"),
        Stat(
            share(done, total),
            _("responsibilities done"),
            f"{count(done)} / {count(total)}",
            "success",
            "matrix?status=met",
        ),
        Stat(
            count(troubled),
            _("overdue or blocked"),
            _("%(n)s open in all") % {"n": count(said.items_open)},
            "danger" if troubled else "",
            "matrix?view=troubled",
        ),
    ]


def _timeline(said: EngagementReport, today: date, zone: ZoneInfo) -> str:
    spans = [
        Span(
            PHASE_TITLES.get(line.code, line.code),
            actual_start=line.started_at.astimezone(zone).date() if line.started_at else None,
            actual_end=line.passed_at.astimezone(zone).date() if line.passed_at else None,
        )
        for line in said.phases
        if line.status != "skipped"
    ]
    points = [
        Point(line.title, planned_on=line.planned_on, actual_on=line.completed_on, goes_on=line.goes_on)
        for line in said.milestones
        if line.status != "skipped"
    ]
    is_paused = said.head.status not in RUNNING
    return phase_timeline(spans, points, today, title=_("Phases and milestones"), is_paused=is_paused)
