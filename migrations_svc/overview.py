"""What a person's home page says about migration events."""

from fasttrack_portal.accounts.models import User
from migrations_svc.models import MigrationEvent


def active_events(user: User, limit: int = 5) -> list[MigrationEvent]:
    """Events that are scheduled, prepared or running, the next one first."""
    events = MigrationEvent.objects.visible_to(user).active().with_facts()
    return list(events.order_by("scheduled_for", "pk")[:limit])


def windows_open(user: User, limit: int = 20) -> list[MigrationEvent]:
    """Completed events in whose window issues are still FastTrack's, the one that closes first in front."""
    events = MigrationEvent.objects.visible_to(user).filter(window=MigrationEvent.Window.OPEN).with_facts()
    return list(events.order_by("window_closes_at", "pk")[:limit])
