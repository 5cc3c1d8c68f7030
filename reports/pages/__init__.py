"""A snapshot as its readers see it: sentences, numbers with their words, pictures and rows, for paper and screen."""

from typing import Any

from reports.pages.engagement import engagement_page
from reports.pages.event import event_page
from reports.pages.minutes import minutes_page
from reports.pages.portfolio import portfolio_page
from reports.snapshots import EngagementReport, MinutesReport, PortfolioReport, Snapshot

_STORIES: dict[type, str] = {EngagementReport: "engagement", MinutesReport: "minutes", PortfolioReport: "portfolio"}


def story_of(said: Snapshot) -> str:
    """The template of its parts, which paper and screen show alike."""
    return f"reports/story/{_STORIES.get(type(said), 'event')}.html"


def page_of(said: Snapshot) -> dict[str, Any]:
    """The context that the templates of its kind need."""
    if isinstance(said, MinutesReport):
        return minutes_page(said)
    if isinstance(said, PortfolioReport):
        return portfolio_page(said)
    return engagement_page(said) if isinstance(said, EngagementReport) else event_page(said)
