"""Changing what an engagement covers: which items begin to apply, which stop, and what was done stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from engagements import matrix, milestones
from engagements.matrix import MIGRATION_PHASE, SERVICES, Scope
from engagements.models import AT_REST, Engagement, Milestone, Phase, Responsibility
from engagements.operations import courts
from engagements.operations.duedates import refresh_due_dates
from engagements.operations.moving import happened, held
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict, Invalid

# Milestones that the scope decides about; the others belong to every engagement.
_BY_SCOPE = [milestone for milestone in milestones.MILESTONES if milestone.family or milestone.phase == MIGRATION_PHASE]


@dataclass(frozen=True)
class Change:
    """One item that begins or stops to apply, and why."""

    item: Responsibility
    reason: str


@dataclass
class Preview:
    """What another scope would do. `stays` are items that would stop but are done: they stay as they are."""

    begins: list[Change] = field(default_factory=list)
    stops: list[Change] = field(default_factory=list)
    stays: list[Change] = field(default_factory=list)
    # Data migration as a phase: "begins", "stops" or nothing, and the sentence of the rule.
    migration: str = ""
    migration_reason: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.begins or self.stops or self.stays or self.migration)


def scope_of(engagement: Engagement) -> Scope:
    """The scope as it stands on the engagement."""
    return _scope(engagement, engagement.services, engagement.wants_migration, engagement.choices)


def _scope(engagement: Engagement, services: list[str], wants_migration: bool, choices: Mapping[str, bool]) -> Scope:
    return Scope(
        services=frozenset(services) & frozenset(SERVICES),
        migration_eligible=engagement.is_migration_eligible,
        wants_migration=wants_migration,
        split_domain=bool(choices.get("split_domain")),
        migration_reason=engagement.eligibility_sentence,
        **{name: choices.get(name) for name in matrix.CHOICES},
    )


def preview(engagement: Engagement, *, services: list[str], wants_migration: bool, choices: dict[str, bool]) -> Preview:
    """What the change would do, without doing it. An item that a person left out or took in by hand stays so, as long
    as the rule for it does not turn."""
    before, after = scope_of(engagement), _scope(engagement, services, wants_migration, choices)
    found = Preview()
    for item in Responsibility.objects.filter(engagement=engagement).order_by("position"):
        applied, _old = matrix.applicability(item, before)
        applies, reason = matrix.applicability(item, after)
        if applied == applies:
            continue
        if applies and item.status == "not_applicable":
            found.begins.append(Change(item, reason))
        elif not applies and item.is_unmet:
            found.stops.append(Change(item, reason))
        elif not applies and item.status != "not_applicable":
            found.stays.append(Change(item, reason))
    if before.has_migration != after.has_migration:
        found.migration = "begins" if after.has_migration else "stops"
        found.migration_reason = matrix.migration_absence(after)
    return found


@transaction.atomic
def change_scope(
    engagement: Engagement,
    *,
    version: int,
    services: list[str],
    wants_migration: bool,
    choices: dict[str, bool],
    by: User | None,
    at: datetime,
) -> Preview:
    """Sets services, migration and decisions, and lets items, the migration phase and its milestone follow.

    Returns what it did. Raises StaleVersion, Conflict at rest, and Invalid while data is being moved that nobody would
    want any more."""
    require(by, "engagements.change_scope", engagement)
    current = held(engagement.pk)
    if current.status in AT_REST:
        raise Conflict(_("The engagement is not running. Resume it first, then its scope can change."))
    unknown = set(services) - set(SERVICES)
    if unknown or not services:
        raise Invalid(_("Choose at least one service."), field="services")
    done = preview(current, services=services, wants_migration=wants_migration, choices=choices)
    save_changes(engagement, version=version, services=services, wants_migration=wants_migration, choices=dict(choices))
    _let_items_follow(done, at)
    if done.migration:
        _let_migration_follow(current, done.migration_reason)
    _let_milestones_follow(current, scope_of(engagement))
    refresh_due_dates(current)
    courts.refresh(current, at=at)
    happened(
        "engagements.scope_changed",
        engagement,
        current,
        by,
        begun=len(done.begins),
        stopped=len(done.stops),
        stayed=len(done.stays),
        codes_begun=[change.item.code for change in done.begins],
        codes_stopped=[change.item.code for change in done.stops],
        services=services,
        wants_migration=wants_migration,
        choices=choices,
    )
    return done


def _let_items_follow(done: Preview, at: datetime) -> None:
    for changes, status in ((done.begins, "open"), (done.stops, "not_applicable")):
        for change in changes:
            change.item.status, change.item.waits_for, change.item.changed_at = status, "", at
            change.item.reason = change.reason if status == "not_applicable" else ""
            change.item.version += 1
    Responsibility.objects.bulk_update(
        [change.item for change in (*done.begins, *done.stops)],
        ["status", "reason", "waits_for", "changed_at", "version"],
    )


def _let_migration_follow(engagement: Engagement, absence: str) -> None:
    """The phase is left out while there is nothing to move, and waits for its start once there is."""
    phase = Phase.objects.get(engagement=engagement, code=MIGRATION_PHASE)
    if absence:
        if phase.status in ("in_progress", "ready"):
            raise Invalid(
                _("Data migration has started. Finish or skip its phase first, then it can leave the scope."),
                field="wants_migration",
            )
        if phase.status == "not_started":
            save_changes(phase, status="skipped", reason=absence, planned_start_on=None, planned_end_on=None)
    elif phase.status == "skipped":
        first, last = _plan(engagement)[0]
        save_changes(phase, status="not_started", reason="", planned_start_on=first, planned_end_on=last)


def _let_milestones_follow(engagement: Engagement, scope: Scope) -> None:
    absence = matrix.migration_absence(scope)
    rows = {row.code: row for row in Milestone.objects.filter(engagement=engagement, status__in=["planned", "skipped"])}
    for known in _BY_SCOPE:
        row = rows.get(known.code)
        if row is None:
            continue
        reason = absence if known.phase == MIGRATION_PHASE else ""
        if not known.applies_to(scope.services):
            reason = _("None of its services is in scope.")
        if reason and row.status == "planned":
            save_changes(row, status="skipped", reason=reason, planned_on=None)
        elif not reason and row.status == "skipped" and row.baseline_on is None:
            day = _plan(engagement)[1][known.code]
            save_changes(row, status="planned", reason="", planned_on=day, baseline_on=day)


def _plan(engagement: Engagement) -> tuple[tuple[date, date], dict[str, date]]:
    """The first plan counted from the kickoff as it stands: the migration phase, and the milestones by their code."""
    row = Milestone.objects.get(engagement=engagement, code="kickoff")
    kickoff = row.completed_on or row.planned_on or engagement.starts_on
    calendar = engagement.centre.calendar(range(kickoff.year, kickoff.year + 3))
    try:
        phases = milestones.planned_phases(kickoff, calendar)
        return phases[MIGRATION_PHASE], milestones.planned_dates(kickoff, calendar)
    except ValueError as fault:
        raise Invalid(
            _("Data migration cannot be planned with the calendar of %(centre)s: %(fault)s")
            % {"centre": engagement.centre, "fault": fault}
        ) from None
