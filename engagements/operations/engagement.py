"""Opening an engagement from an accepted request, and the writes to the engagement itself."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from assistance.models import AssistanceRequest
from assistance.offering import accepted_partner
from assistance.operations import accept as accept_ask
from assistance.permissions import partner_at_work
from engagements import matrix, milestones
from engagements.matrix import MIGRATION_PHASE, SERVICE_FAMILIES, Scope
from engagements.models import Engagement, Milestone, Phase, Responsibility, Template
from engagements.operations import courts, standing, success
from engagements.operations.duedates import due_days_of
from engagements.operations.moving import happened, need_a_reason
from engagements.operations.scope import scope_of
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.calendars import WorkingCalendar
from fasttrack_portal.directory.models import FastTrackCenter, Partner
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.workflow import apply

# (default) Both sides need a working week to find a time for the kickoff.
KICKOFF_AFTER = 5  # working days
# What an engagement's item takes over from its template: later versions do not touch it.
COPIED = (
    *("code", "position", "phase", "party", "parent_code", "mode", "condition", "choice", "twin_code"),
    *("text", "why", "due_from", "due_offset"),
)


@transaction.atomic
def accept(
    ask: AssistanceRequest,
    *,
    by: User,
    on: date,
    specialist: User | None = None,
    at: datetime | None = None,
    key: uuid.UUID | None = None,
) -> Engagement:
    """Accepts the request and opens its engagement: six phases, eight milestones, all 137 responsibilities.

    `specialist` is somebody of the request's centre, by default whoever accepts; `on` is the day from which the plan
    counts; `key` is the engagement's `public_id` to be. Raises TransitionRefused, AccessRefused or Invalid.
    """
    if ask.is_app_assure:
        raise Invalid(_("No engagement follows from an App Assure request. Accept it on its own page."))
    accept_ask(ask, by=by)
    specialist = specialist or by
    if not _works_at(specialist, ask.centre_id):
        raise Invalid(_("Choose a specialist of %(centre)s.") % {"centre": ask.centre}, field="specialist")
    opened_at = at or datetime.combine(on, time(9), tzinfo=ZoneInfo(ask.centre.zone))
    engagement = _create(
        public_id=key or uuid.uuid4(),
        title=_title(ask),
        ask=ask,
        customer=ask.customer,
        partner=_partner_of(ask),
        centre=ask.centre,
        specialist=specialist,
        services=ask.services,
        wants_migration=ask.wants_migration,
        is_migration_eligible=ask.verdict == "migration",
        eligibility_sentence=ask.verdict_sentence,
        starts_on=on,
        desired_on=ask.desired_on or on,
        template=current_template(),
        **standing.silence_from(ask.customer, opened_at),
    )
    scope = scope_of(engagement)
    calendar = _calendar(ask.centre, on)
    with _planning(ask.centre):
        kickoff = calendar.add_working_days(on, KICKOFF_AFTER)
        phases = _phases(engagement, scope, opened_at, milestones.planned_phases(kickoff, calendar))
        Milestone.objects.bulk_create(_milestones(engagement, scope, milestones.planned_dates(kickoff, calendar)))
    Phase.objects.bulk_create(phases)
    items = _responsibilities(engagement, scope, phases)
    courts.begin(engagement, items, {phase.code for phase in phases if phase.started_at}, at=opened_at)
    Responsibility.objects.bulk_create(items)
    success.begin_plan(engagement, at=opened_at)
    happened("engagements.opened", engagement, engagement, by, specialist=specialist.name)
    return engagement


def _partner_of(ask: AssistanceRequest) -> Partner | None:
    """Who accepted the work as FastTrack offered it, else who sent the request; each only while the link lives."""
    return accepted_partner(ask) or partner_at_work(ask)


def _create(**fields: Any) -> Engagement:
    try:
        with transaction.atomic():
            return Engagement.objects.create(**fields)
    except IntegrityError:
        # The key of another form: whose it was is nobody's business here.
        raise Conflict(_("This form was sent before. Go back to the request and begin again.")) from None


def _works_at(user: User, centre_id: int) -> bool:
    return user.is_active and user.has_role(*Membership.CENTRE_ROLES, centre_id=centre_id)


def _title(ask: AssistanceRequest) -> str:
    families = [family.label for family in SERVICE_FAMILIES.values() if set(family.services) & set(ask.services)]
    title = f"{ask.customer.name}: {', '.join(families)}" if families else ask.customer.name
    return title[:200]


def current_template() -> Template:
    """The version of the matrix that a new engagement gets."""
    return Template.objects.filter(status=Template.Status.PUBLISHED).order_by("-number")[0]


def _calendar(centre: FastTrackCenter, on: date) -> WorkingCalendar:
    # Asked twice while an engagement opens, for the plan and for the due days.
    prefetch_related_objects([centre], "hours", "closures")
    with _planning(centre):
        return centre.calendar(range(on.year, on.year + 3))


@contextmanager
def _planning(centre: FastTrackCenter) -> Iterator[None]:
    """A calendar that cannot be counted on is told in a sentence."""
    try:
        yield
    except ValueError as fault:
        raise Invalid(
            _("The milestones cannot be planned with the calendar of %(centre)s: %(fault)s")
            % {"centre": centre, "fault": fault}
        ) from None


def _phases(engagement: Engagement, scope: Scope, at: datetime, plan: dict[str, tuple[date, date]]) -> list[Phase]:
    absence = matrix.migration_absence(scope)
    made = []
    for position, phase in enumerate(milestones.PHASES):
        is_open = phase.code in ("general", "initiate")
        is_left_out = phase.code == MIGRATION_PHASE and bool(absence)
        first, last = plan.get(phase.code, (None, None)) if not is_left_out else (None, None)
        made.append(
            Phase(
                engagement=engagement,
                code=phase.code,
                position=position,
                status="in_progress" if is_open else "skipped" if is_left_out else "not_started",
                planned_start_on=first,
                planned_end_on=last,
                started_at=at if is_open else None,
                reason=absence if is_left_out else "",
            )
        )
    return made


def _milestones(engagement: Engagement, scope: Scope, plan: dict[str, date]) -> list[Milestone]:
    absence = matrix.migration_absence(scope)
    made = []
    for position, milestone in enumerate(milestones.MILESTONES):
        reason = absence if milestone.phase == MIGRATION_PHASE else ""
        if not milestone.applies_to(scope.services):
            reason = _("None of its services is in scope.")
        made.append(
            Milestone(
                engagement=engagement,
                code=milestone.code,
                position=position,
                title=milestone.title,
                outcome=milestone.outcome,
                phase=milestone.phase,
                is_optional=milestone.is_optional,
                status="skipped" if reason else "planned",
                reason=reason,
                after=list(milestones.AFTER.get(milestone.code, ())),
                baseline_on=None if reason else plan[milestone.code],
                planned_on=None if reason else plan[milestone.code],
            )
        )
    return made


def _responsibilities(engagement: Engagement, scope: Scope, phases: list[Phase]) -> list[Responsibility]:
    made, days = [], due_days_of(engagement, phases)
    for line in engagement.template.items.all():
        applies, reason = matrix.applicability(line, scope)
        made.append(
            Responsibility(
                engagement=engagement,
                **{name: getattr(line, name) for name in COPIED},
                status="open" if applies else "not_applicable",
                reason="" if applies else reason,
                due_on=days.of(line),
            )
        )
    return made


# --- The engagement -------------------------------------------------------------------------------------------------
NEED_A_REASON = ("hold", "rest", "cancel")
_ENGAGEMENT_EVENTS = {
    "start": "started",
    "hold": "held",
    "resume": "resumed",
    "rest": "rested",
    "complete": "completed",
    "cancel": "cancelled",
}


@transaction.atomic
def move(
    engagement: Engagement,
    step: str,
    *,
    by: User | None,
    reason: str = "",
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """Start, hold, resume, rest, complete or cancel. Holding, resting and cancelling need a reason; none is for good,
    because a specialist stays reachable for as long as the subscription is eligible (F6)."""
    require(by, "engagements.move", engagement)
    if step in NEED_A_REASON:
        need_a_reason(reason)
    moved_at = at or timezone.now()
    apply(engagement, step, None, version)
    courts.refresh(engagement, at=moved_at)
    if step in ("start", "resume"):
        standing.heard(engagement, at=moved_at)
    happened(f"engagements.{_ENGAGEMENT_EVENTS[step]}", engagement, engagement, by, reason=reason)


@transaction.atomic
def bring_in_partner(engagement: Engagement, *, by: User | None = None) -> bool:
    """Whoever has accepted the offer of its request since becomes its partner, where it has none; says whether.

    The offer and its answer have rules of their own; this follows from them, and happens once.
    """
    require(by, "engagements.move", engagement)
    held = (
        Engagement.objects.select_for_update(of=("self",))
        .select_related("ask", "customer", "centre", "specialist")
        .get(pk=engagement.pk)
    )
    partner = accepted_partner(held.ask) if held.partner_id is None else None
    if partner is None:
        return False
    save_changes(held, partner=partner)
    happened("engagements.partner_brought_in", held, held, by, partner=partner.name)
    return True
