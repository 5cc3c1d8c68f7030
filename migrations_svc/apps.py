"""App configuration."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design


def _on_the_rail(request: HttpRequest) -> list[design.NavEntry]:
    return [design.NavEntry(_("Migrations"), "migrations_svc:list", "arrows-right-left", order=50)]


class MigrationsSvcConfig(AppConfig):
    name = "migrations_svc"

    def ready(self) -> None:
        design.nav_providers.append(_on_the_rail)
        # Models are loaded by now; the modules need them.
        from engagements import agenda_sources, holding, retirement
        from engagements import diary as calendars
        from engagements.operations import standing
        from fasttrack_portal.lists import LISTS
        from migrations_svc import diary
        from migrations_svc.agenda import events_ahead
        from migrations_svc.models import Issue
        from migrations_svc.models.issue import HELD_OF_ENGAGEMENT
        from migrations_svc.retirement import hindrances

        retirement.checks.append(hindrances)
        holding.MORE_HELD[Issue] = "event__project__engagement"
        standing.MORE_HELD.append(HELD_OF_ENGAGEMENT)
        agenda_sources.SOURCES.append(
            agenda_sources.Source("events", _("Migration events of the next 14 days"), 50, events_ahead)
        )
        calendars.sources.append(calendars.Source(diary.kinds, diary.entries))
        LISTS["migrations_svc:list"] = ""
