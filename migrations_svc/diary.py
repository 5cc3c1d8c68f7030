"""Migration events in people's calendars, beside the meetings of their engagements."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.agenda import zone_across
from engagements.diary import Entry, Scope
from fasttrack_portal.accounts.models import User
from fasttrack_portal.design import Text
from migrations_svc.models import MigrationEvent

# How long it takes is not known beforehand; a calendar shows when it begins.
_SHOWN = timedelta(hours=1)


def kinds() -> list[tuple[str, Text]]:
    return [("migration", gettext_lazy("Migration event"))]


def entries(scope: Scope) -> list[Entry]:
    """Those that have a time; a cancelled one keeps it."""
    rows = (
        MigrationEvent.objects.visible_to(scope.user)
        .filter(project__engagement__in=scope.engagements, scheduled_for__gte=scope.first, scheduled_for__lt=scope.last)
        .exclude(status__in=["draft", "validated"])
        .with_facts()
        .order_by("scheduled_for", "pk")
    )
    return [_entry(event, scope.user) for event in rows[: scope.most]]


def _entry(event: MigrationEvent, user: User) -> Entry:
    engagement = event.engagement
    assert event.scheduled_for is not None
    return Entry(
        uid=str(event.public_id),
        sequence=event.version,
        kind="migration",
        kind_label=_("Migration event"),
        title=f"{event.title}: {engagement.customer.name}",
        start=event.scheduled_for,
        end=event.scheduled_for + _SHOWN,
        zone=event.zone,
        zone_across=zone_across(user, engagement),
        status=event.status,
        status_label=event.get_status_display(),
        url=event.get_absolute_url(),
        number=event.number,
        has_end=False,
        note=event.reason if event.status == "cancelled" else "",
    )
