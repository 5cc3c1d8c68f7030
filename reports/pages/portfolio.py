"""What a portfolio report shows."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.milestones import PHASE_TITLES
from engagements.models import Engagement
from fasttrack_portal.charts import progress_by_state
from migrations_svc.models import MigrationEvent
from reports.pages.head import head_of
from reports.pages.words import Stat, count, share, short_day, state
from reports.snapshots import PortfolioLine, PortfolioReport


def portfolio_page(said: PortfolioReport) -> dict[str, Any]:
    """Everything story/portfolio.html names."""
    today = said.head.as_of.astimezone(ZoneInfo(said.head.zone)).date()
    at_work = sum(each.number for each in said.phases)
    return {
        **head_of(said.head),
        "said": said,
        "sentence": _sentence(said),
        "stats": _stats(said),
        "filters": said.filters,
        "statuses": [
            {
                "state": state(Engagement.Status, each.code),
                "number": each.number,
                "share": share(each.number, said.total),
                "trace": f"counted?status={each.code}",
            }
            for each in said.statuses
        ],
        "phases": [
            {
                "label": _phase(each.code),
                "number": each.number,
                "share": share(each.number, at_work),
                "trace": f"counted?phase={each.code}&status=at_work",
            }
            for each in said.phases
        ],
        "at_work": at_work,
        "picture": _picture(said),
        "attention": [_line(line, today) for line in said.attention],
        "engagements": [_line(line, today) for line in said.engagements],
        "engagements_left": said.total - len(said.engagements),
        "reached": [{"line": line, "on": short_day(line.on)} for line in said.reached],
        "reached_left": said.reached_total - len(said.reached),
        "events": [
            {
                "line": line,
                "state": state(MigrationEvent.Status, line.status),
                "on": short_day(line.on),
                "share": share(line.moved, line.records),
            }
            for line in said.events
        ],
        "events_left": said.events_total - len(said.events),
        "in_these_days": [
            (_("Engagements opened"), said.opened, "counted?days=opened"),
            (_("Engagements completed"), said.completed, "counted?days=completed"),
            (_("Milestones reached"), said.reached_total, "reached"),
            (_("Issues reported"), said.issues_reported, "issues?days=reported"),
            (_("Issues resolved"), said.issues_resolved, "issues?days=resolved"),
        ],
    }


def _phase(code: str) -> str:
    return str(PHASE_TITLES.get(code, code))


def _picture(said: PortfolioReport) -> str:
    """The engagements that are not at rest, by phase."""
    if not said.phases:
        return ""
    return progress_by_state({_phase(each.code): each.number for each in said.phases}, title=_("Engagements by phase"))


def _line(line: PortfolioLine, today: date) -> dict[str, Any]:
    return {
        "line": line,
        "state": state(Engagement.Status, line.status),
        "phase": _phase(line.phase) if line.phase else "–",
        "next_on": short_day(line.next_on),
        "is_late": line.next_on is not None and line.next_on < today and line.status in ("planned", "active"),
    }


def _sentence(said: PortfolioReport) -> str:
    """The whole portfolio in two sentences."""
    if not said.total:
        return _("No engagement fits these filters.")
    first = ngettext("%(n)s engagement", "%(n)s engagements", said.total) % {"n": count(said.total)}
    reached = ngettext("%(n)s milestone was reached", "%(n)s milestones were reached", said.reached_total)
    facts = {"engagements": first, "reached": reached % {"n": count(said.reached_total)}}
    opening = _("%(engagements)s; %(reached)s in these days.") % facts
    if not said.late and not said.stuck:
        return f"{opening} " + _("No milestone is late and nothing is stuck.")
    late = ngettext("%(n)s is past its next milestone", "%(n)s are past their next milestone", said.late)
    stuck = ngettext("%(n)s has something stuck", "%(n)s have something stuck", said.stuck)
    return f"{opening} {late % {'n': count(said.late)}}, {stuck % {'n': count(said.stuck)}}."


def _stats(said: PortfolioReport) -> list[Stat]:
    active = sum(each.number for each in said.statuses if each.code == "active")
    return [
        Stat(count(said.total), _("engagements"), _("%(n)s active") % {"n": count(active)}, trace="engagements"),
        Stat(count(said.reached_total), _("milestones reached"), _("in these days"), "success", "reached"),
        Stat(count(said.late), _("past the next milestone"), "", "danger" if said.late else "", "late"),
        Stat(count(said.stuck), _("with something stuck"), "", "danger" if said.stuck else "", "stuck"),
    ]
