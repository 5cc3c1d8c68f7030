"""What went wrong in an event, in whose lane it is (D-F9, D-F10/D-C9, D-C11), and whose turn it is."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.operations import courts, standing
from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.refusals import Conflict, Invalid
from migrations_svc import windows
from migrations_svc.models import Issue, IssueOption, MigrationEvent, MigrationRecord
from migrations_svc.models.record import SOURCE
from migrations_svc.operations.base import hold, tell
from migrations_svc.permissions import CUSTOMER, FASTTRACK, side_of

Lane = Issue.Lane
_TAKES_ISSUES = ("scheduled", "locked", "go", "running", "completed", "completed_with_issues", "failed")
MOST_OPTIONS = 10
MOST_RECORDS = 200
_FRESH = ["status", "lane", "came_from", "option_count", "version", "holder", "held_since"]


def takes_issues(event: MigrationEvent) -> bool:
    """Once it is scheduled, and for good (D-C11)."""
    return event.status in _TAKES_ISSUES


@transaction.atomic
def report_issue(
    event: MigrationEvent,
    *,
    key: uuid.UUID,
    title: str,
    details: str,
    by: User,
    at: datetime,
    lane: str = "",
    addresses: Sequence[str] = (),
) -> Issue:
    """An issue of the event; one that comes after the window is accepted as the customer's own (D-C11).

    The lane is FastTrack's to choose: what the customer reports begins in FastTrack's lane. `addresses` are those of
    the records it is about. `key` is the form's (C2).
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
        about = _records_at(event, addresses)
        issue = Issue.objects.create(
            public_id=key, event=event, title=title, details=details, lane=chosen, is_late=late, reported_by=by
        )
        issue.records.set(about)
        _hand_over(issue, _court_of(chosen, issue.option_count), at)
        facts = {"issue": title, "lane": chosen.value, "is_late": late, "records": len(about)}
        tell("issue_reported", event, by, **facts, side=side)
        return issue

    issue, _is_new = records.create_once(Issue, key, make)
    if issue.event_id != event.pk or issue.reported_by_id != by.pk:
        raise Invalid(_("This form was sent before. Please open a new one."))
    return issue


@transaction.atomic
def set_lane(issue: Issue, *, lane: str, version: int, by: User | None, at: datetime) -> None:
    """FastTrack says who takes the issue on; the lane of options stays FastTrack's until it offers one.

    Raises StaleVersion.
    """
    require(by, "migrations.set_lane", issue)
    hold(issue.event)
    is_open, court = issue.status == Issue.Status.OPEN, _court_of(lane, issue.option_count)
    # The database lets no customer be waited for without an option: the issue comes back before its lane changes.
    if is_open and court != CUSTOMER:
        _hand_over(issue, court, at)
    came_from = issue.came_from if lane == issue.lane else issue.lane
    records.save_changes(issue, version=version, lane=lane, came_from=came_from, handed_back="")
    if is_open:
        _hand_over(issue, court, at)
    tell("lane_set", issue.event, by, issue=issue.title, lane=str(issue.get_lane_display()))


@transaction.atomic
def offer_options(issue: Issue, *, texts: Sequence[str], version: int, by: User | None, at: datetime) -> None:
    """FastTrack offers ways out, and with them it is the customer’s turn (D-F10, D-C9).

    Raises StaleVersion, Invalid.
    """
    require(by, "migrations.offer_options", issue)
    hold(issue.event)
    _require_open(issue, at_lane=True)
    wanted = [text.strip() for text in texts if text.strip()]
    if not wanted:
        raise Invalid(_("Write at least one option."), field="texts")
    if issue.option_count + len(wanted) > MOST_OPTIONS:
        raise Invalid(_("At most %(count)s options fit an issue.") % {"count": MOST_OPTIONS}, field="texts")
    records.save_changes(issue, version=version, option_count=issue.option_count + len(wanted), handed_back="")
    for text in wanted:
        IssueOption.objects.create(issue=issue, text=text)
    _hand_over(issue, _court_of(issue.lane, issue.option_count), at)
    tell("options_offered", issue.event, by, issue=issue.title, count=len(wanted))


@transaction.atomic
def choose_option(option: IssueOption, *, by: User, at: datetime) -> None:
    """The customer says which way it goes; until the issue is resolved it can think again. A second click is none."""
    issue = option.issue
    require(by, "migrations.choose_option", issue)
    hold(issue.event)
    _require_open(issue, at_lane=True)
    option.refresh_from_db(fields=["chosen_at", "version"])
    if option.chosen_at is not None:
        return
    issue.options.filter(chosen_at__isnull=False).update(chosen_at=None, chosen_by=None)
    records.save_changes(option, chosen_at=at, chosen_by=by)
    tell("option_chosen", issue.event, by, issue=issue.title, option=option.text, side=CUSTOMER)


@transaction.atomic
def hand_back(issue: Issue, *, reason: str, by: User, at: datetime) -> None:
    """No way out fits the customer, or it is not its own after all: back to FastTrack and to the lane before, with the
    reason (D-F10, D-C9). Raises Invalid without one, Conflict where the customer does not have it."""
    require(by, "migrations.hand_back", issue)
    if not reason.strip():
        raise Invalid(_("Please say why it goes back."), field="reason")
    hold(issue.event)
    issue.refresh_from_db(fields=_FRESH)
    if issue.status != Issue.Status.OPEN or issue.holder != CUSTOMER:
        raise Conflict(_("This issue is not with you, so it cannot go back."), subject=issue)
    lane = issue.lane if issue.lane == Lane.OPTIONS else issue.came_from or Lane.FASTTRACK
    issue.options.filter(chosen_at__isnull=False).update(chosen_at=None, chosen_by=None)
    _hand_over(issue, FASTTRACK, at)
    records.save_changes(issue, lane=lane, came_from="", handed_back=reason.strip())
    tell("issue_handed_back", issue.event, by, issue=issue.title, reason=reason.strip())


@transaction.atomic
def link_records(issue: Issue, *, addresses: Sequence[str], by: User) -> None:
    """The issue is about these records, too. Raises Invalid that names the first that is not on the list."""
    require(by, "migrations.link_records", issue)
    hold(issue.event)
    _require_open(issue)
    linked = set(issue.records.values_list("pk", flat=True))
    found = [record for record in _records_at(issue.event, addresses) if record.pk not in linked]
    if not found:
        raise Invalid(_("Name at least one record that is not linked yet."), field="addresses")
    if len(linked) + len(found) > MOST_RECORDS:
        raise Invalid(_("At most %(count)s records fit an issue.") % {"count": MOST_RECORDS}, field="addresses")
    issue.records.add(*found)
    tell("records_linked", issue.event, by, issue=issue.title, count=len(found))


@transaction.atomic
def unlink_record(issue: Issue, record: MigrationRecord, *, by: User) -> None:
    """The issue is not about this record after all. A second click is none."""
    require(by, "migrations.link_records", issue)
    hold(issue.event)
    _require_open(issue)
    if issue.records.filter(pk=record.pk).exists():
        issue.records.remove(record)
        tell("record_unlinked", issue.event, by, issue=issue.title)


@transaction.atomic
def resolve_issue(issue: Issue, *, resolution: str, by: User | None, at: datetime) -> None:
    """Done with, and how. Raises Invalid without a resolution."""
    require(by, "migrations.resolve_issue", issue)
    if not resolution.strip():
        raise Invalid(_("Please say how it was resolved."), field="resolution")
    hold(issue.event)
    workflow.apply(issue, "resolve", resolution=resolution.strip(), resolved_at=at)
    _hand_over(issue, "", at)
    tell("issue_resolved", issue.event, by, issue=issue.title)


@transaction.atomic
def reopen_issue(issue: Issue, *, by: User | None, at: datetime) -> None:
    """It is not done with after all; after the window it comes back as the customer's own (D-C11)."""
    require(by, "migrations.reopen_issue", issue)
    hold(issue.event)
    changes = {"lane": Lane.CUSTOMER, "is_late": True} if _is_late(issue.event, at) else {}
    workflow.apply(issue, "reopen", resolved_at=None, **changes)
    _hand_over(issue, _court_of(issue.lane, issue.option_count), at)
    tell("issue_reopened", issue.event, by, issue=issue.title)


def _court_of(lane: str, option_count: int) -> str:
    """Whose turn an open issue is."""
    if lane == Lane.CUSTOMER:
        return CUSTOMER
    return CUSTOMER if lane == Lane.OPTIONS and option_count else FASTTRACK


def _hand_over(issue: Any, to: str, at: datetime) -> None:
    """Into that court, where lists and boards count it."""
    if issue.holder != to:
        courts.hand_over(issue, to, at=at)
        standing.recount(issue.engagement_id)


def _require_open(issue: Issue, *, at_lane: bool = False) -> None:
    issue.refresh_from_db(fields=_FRESH)
    if issue.status != Issue.Status.OPEN:
        raise Conflict(_("This issue is resolved. Reopen it first."), subject=issue)
    if at_lane and issue.lane != Lane.OPTIONS:
        raise Conflict(
            _("Options belong to an open issue in the lane “%(lane)s”.") % {"lane": Lane.OPTIONS.label}, subject=issue
        )


def _records_at(event: MigrationEvent, addresses: Sequence[str]) -> list[MigrationRecord]:
    """The records of the event at these addresses. Raises Invalid that names the first that is not on the list."""
    wanted = {address.lower(): address for address in addresses}
    if not wanted:
        return []
    rows = event.records.alias(lowered=SOURCE).filter(lowered__in=list(wanted))
    found: list[MigrationRecord] = list(rows)
    known = {row.source_address.lower() for row in found}
    missing = [address for lowered, address in wanted.items() if lowered not in known]
    if missing:
        raise Invalid(_("“%(address)s” is not on the list of this event.") % {"address": missing[0]}, field="addresses")
    return found


def _is_late(event: MigrationEvent, at: datetime) -> bool:
    """The clock decides, not the job that closes the window: a late worker gives nobody a longer window (F9)."""
    return event.window_closes_at is not None and not windows.is_open(at, event.window_closes_at)
