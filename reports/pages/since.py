"""What happened since the report before, as rows under their headings."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.pages.words import day
from reports.snapshots import Since, Told


def since_page(since: Since | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """The headings that have something under them; None where there is no report to look back on."""
    if since is None:
        return None
    headings = [
        (_("Done"), since.done),
        (_("Slipped"), since.slipped),
        (_("New"), since.new),
        (_("Decided"), since.decided),
    ]
    return {
        "number": since.number,
        "on": day(since.as_of.astimezone(zone).date()),
        "headings": [{"title": title, "lines": internal_rows(lines)} for title, lines in headings if lines],
        "more": since.more,
    }


def internal_rows(lines: tuple[Told, ...]) -> list[dict[str, str]]:
    return [{"text": line.text, "on": date_format(line.on, "j M")} for line in lines]


def after_summary(since: Since | None) -> str:
    """Where the parts after the summary begin: on new pages, unless what happened since stands before them, however
    short it is: then they follow each other, and no page is left with a line on it."""
    return "" if since else "new-page"
