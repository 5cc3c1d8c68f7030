"""Why a source cannot be retired yet: events that are not over, open windows, issues that nobody has resolved."""

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement
from engagements.retirement import Hindrance
from migrations_svc.models import MigrationEvent


def hindrances(engagement: Engagement) -> list[Hindrance]:
    """The events of the engagement that stand in the way, the oldest first, in one query."""
    events = MigrationEvent._base_manager.filter(project__engagement=engagement).annotate(
        unresolved=Count("issues", filter=Q(issues__status="open"))
    )
    over = (*MigrationEvent.COMPLETE, "failed", "cancelled")
    found = events.filter(~Q(status__in=over) | Q(window="open") | Q(unresolved__gt=0)).order_by("pk")
    return [
        Hindrance(f"{event.number} {event.title}", _matter(event, over), event.get_absolute_url()) for event in found
    ]


def _matter(event: MigrationEvent, over: tuple[str, ...]) -> str:
    unresolved = event.unresolved  # type: ignore[attr-defined]
    matters = []
    if event.status not in over:
        matters.append(str(event.get_status_display()).lower())
    if event.window == MigrationEvent.Window.OPEN:
        matters.append(_("its five-day window is open"))
    if unresolved:
        matters.append(
            ngettext("%(count)s issue is unresolved", "%(count)s issues are unresolved", unresolved)
            % {"count": unresolved}
        )
    return ", ".join(matters)
