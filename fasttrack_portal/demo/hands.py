"""What the demo's customer and its partner share: items handed over, one proposed, names, days and decisions."""

from datetime import datetime, timedelta

from engagements.models import Engagement, Responsibility
from engagements.operations.delegations import delegate
from engagements.operations.responsibilities import edit_responsibility, move_responsibility
from engagements.operations.scope import change_scope
from fasttrack_portal.demo.clock import as_if
from fasttrack_portal.demo.organisations import Cast


def share(engagement: Engagement, cast: Cast, now: datetime) -> None:
    """In the phase that runs: one item in the partner's hands, one proposed, one waiting, some with names."""
    with as_if(now - timedelta(days=1)):
        at = now - timedelta(days=1)
        _decide(engagement, cast, at)
        items = list(_theirs(engagement))
        handed, proposed, waiting, named = items[0], items[1], items[2], items[3:6]
        today = engagement.day_at(at)
        delegate(
            handed,
            partner=cast.northwind,
            starts_on=today,
            ends_on=today + timedelta(days=45),
            reason="Northwind runs our network.",
            by=cast.lead,
            at=at,
        )
        edit_responsibility(handed, version=handed.version, assignee=cast.partner, by=cast.lead)
        delegate(
            proposed,
            partner=cast.northwind,
            starts_on=today,
            reason="We did the same for two of their branches.",
            by=cast.partner,
            at=at,
        )
        move_responsibility(
            waiting, "wait", by=cast.lead, at=at, reason="The provider moves the records.", waits_for="outside"
        )
        for item, person in zip(named, (cast.lead, cast.pm, cast.lead), strict=False):
            edit_responsibility(item, version=item.version, assignee=person, by=cast.lead)
        line = engagement.remediation_items.filter(party="customer").unmet().last()
        if line is not None:
            line.engagement = engagement
            delegate(line, partner=cast.northwind, starts_on=today, by=cast.lead, at=at)


def _decide(engagement: Engagement, cast: Cast, at: datetime) -> None:
    engagement.refresh_from_db()
    change_scope(
        engagement,
        version=engagement.version,
        services=engagement.services,
        wants_migration=engagement.wants_migration,
        choices={"directory_sync": True, "password_hash_sync": True, "pass_through_authentication": False},
        by=cast.specialist,
        at=at,
    )


def _theirs(engagement: Engagement) -> list[Responsibility]:
    phase = engagement.phases.filter(status__in=["in_progress", "ready"]).exclude(code="general").first()
    found = Responsibility.objects.filter(engagement=engagement, party="customer", status="open")
    return list(found.filter(phase=phase.code if phase else "enable").select_related("engagement__customer")[:6])
