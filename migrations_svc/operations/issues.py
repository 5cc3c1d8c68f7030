"""What went wrong in an event, and in whose lane it is (D-F9, D-F10/D-C9, D-C11)."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict, Invalid
from migrations_svc import windows
from migrations_svc.models import Issue, MigrationEvent
from migrations_svc.operations.base import hold, tell
from migrations_svc.permissions import FASTTRACK, side_of

Lane = Issue.Lane
_TAKES_ISSUES = ("scheduled", "locked", "go", "running", "completed", "completed_with_issues", "failed")


def takes_issues(event: MigrationEvent) -> bool:
    """Once it is scheduled, and for good (D-C11)."""
    return event.status in _TAKES_ISSUES


@transaction.atomic
def report_issue(
    event: MigrationEvent, *, key: uuid.UUID, title: str, details: str, by: User, at: datetime, lane: str = ""
) -> Issue:
    """An issue of the event; one that comes after the window is accepted as the customer's own (D-C11).

    The lane is FastTrack's to choose: what the customer reports begins in FastTrack's lane. `key` is the form's (C2).
    """
    require(by, "migrations.report_issue", event)
    if not takes_issues(event):
        raise Conflict(
            _("This event is “%(now)s”. Issues are reported once it is scheduled.")
            % {"now": event.get_status_display()},
            subject=event,
        )
    late = _is_late(event, at)
    side = side_of(by, event.engagement)
    chosen = Lane.CUSTOMER if late else Lane(lane) if side == FASTTRACK and lane else Lane.FASTTRACK

    def make() -> Issue:
        issue = Issue.objects.create(
            public_id=key, event=event, title=title, details=details, lane=chosen, is_late=late, reported_by=by
        )
        tell(
            "issue_reported",
            event,
            by,
            issue=title,
            lane=chosen.value,
            is_late=late,
            side=side_of(by, event.engagement),
        )
        return issue

    issue, _is_new = records.create_once(Issue, key, make)
    if issue.event_id != event.pk or issue.reported_by_id != by.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    return issue


@transaction.atomic
def set_lane(issue: Issue, *, lane: str, version: int, by: User | None) -> None:
    """FastTrack says who takes the issue on. Raises StaleVersion."""
    require(by, "migrations.set_lane", issue)
    records.save_changes(issue, version=version, lane=lane)
    tell("lane_set", issue.event, by, issue=issue.title, lane=str(issue.get_lane_display()))


@transaction.atomic
def resolve_issue(issue: Issue, *, resolution: str, by: User | None) -> None:
    """Done with, and how. Raises Invalid without a resolution."""
    require(by, "migrations.resolve_issue", issue)
    if not resolution.strip():
        raise Invalid(_("Please say how it was resolved."), field="resolution")
    workflow.apply(issue, "resolve", resolution=resolution.strip())
    tell("issue_resolved", issue.event, by, issue=issue.title)


@transaction.atomic
def reopen_issue(issue: Issue, *, by: User | None, at: datetime) -> None:
    """It is not done with after all; after the window it comes back as the customer's own (D-C11)."""
    require(by, "migrations.reopen_issue", issue)
    hold(issue.event)
    changes = {"lane": Lane.CUSTOMER, "is_late": True} if _is_late(issue.event, at) else {}
    workflow.apply(issue, "reopen", **changes)
    tell("issue_reopened", issue.event, by, issue=issue.title)


def _is_late(event: MigrationEvent, at: datetime) -> bool:
    """The clock decides, not the job that closes the window: a late worker gives nobody a longer window (F9)."""
    return event.window_closes_at is not None and not windows.is_open(at, event.window_closes_at)
