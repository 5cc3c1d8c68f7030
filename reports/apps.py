"""App configuration."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fasttrack_portal import design


def _on_the_rail(request: HttpRequest) -> list[design.NavEntry]:
    return [design.NavEntry(_("Reports"), "reports:list", "document-chart-bar", order=60)]


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from engagements import minutes_page
        from engagements.tabs import TABS, Tab
        from fasttrack_portal.activity.models import hidden_providers
        from fasttrack_portal.documents.owners import owners, shelves
        from fasttrack_portal.lists import LISTS
        from fasttrack_portal.savedviews.lists import TOOLS
        from migrations_svc.sections import add_section
        from reports.sections import editions_of_others, files_of_seal, of_event, page_of_seal, papers, portfolio_of

        design.nav_providers.append(_on_the_rail)
        LISTS["reports:list"] = ""
        LISTS["reports:bundles"] = ""
        owners.append(page_of_seal)
        shelves.append(files_of_seal)
        hidden_providers.append(editions_of_others)
        TOOLS.setdefault("engagements:list", []).append(portfolio_of("list"))
        TOOLS.setdefault("engagements:board", []).append(portfolio_of("board"))
        minutes_page.papers.append(papers)
        TABS.append(Tab(_("Reports"), "reports:of_engagement", 60))
        add_section(
            code="reports", title=_("Reports"), template="reports/_of_event.html", provide=of_event, position=60
        )
