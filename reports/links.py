"""Where the numbers of a report are traced: the lists of the portal, as they are now."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.urls import reverse

from reports.models import Report
from reports.pages.words import Stat


def of(report: Report) -> dict[str, str]:
    """By name, the address of the list behind a number of the report's page. Who reads the report may open them all:
    they belong to the engagement that it is about, or to the portfolio of its reader."""
    if report.event is not None:
        event = {"public_id": report.event.public_id}
        return {
            "records": reverse("migrations_svc:records", kwargs=event),
            "issues": report.event.get_absolute_url(),
            "elsewhere": reverse("reports:reckoning", kwargs=event),
        }
    if report.minutes is not None:
        return {"minutes": report.minutes.get_absolute_url()}
    if report.engagement is not None:
        here = {"public_id": report.engagement.public_id}
        names = ("matrix", "milestones", "remediation", "success", "meetings")
        return {
            "engagement": report.engagement.get_absolute_url(),
            **{name: reverse(f"engagements:{name}", kwargs=here) for name in names},
        }
    return _of_portfolio(report)


def _of_portfolio(report: Report) -> dict[str, str]:
    """The list or the board that it was asked for with, narrowed in the same way."""
    asked = {name: value for name, value in report.filters.items() if name != "of" and value}
    if report.centre is not None:
        asked["centre"] = report.centre.code
    of = "board" if report.filters.get("of") == "board" else "list"
    found = {
        "events": reverse("migrations_svc:list"),
        "engagements": f"{reverse(f'engagements:{of}')}?{urlencode(asked)}",
    }
    # The board knows no status, and one reason at a time: a portfolio that was narrowed to one has its own list alone.
    if not {"status", "signal"} & set(asked):
        for signal in ("late", "stuck"):
            found[signal] = f"{reverse('engagements:board')}?{urlencode({**asked, 'signal': signal})}"
    return found


def traced(stats: Iterable[Stat], links: Mapping[str, str], *, base: str = "") -> list[Stat]:
    """The numbers of a summary, each with the address of what it counts, where there is one."""
    found = []
    for stat in stats:
        name, _mark, query = stat.trace.partition("?")
        address = links.get(name, "")
        found.append(stat._replace(href=f"{base}{address}{'?' if query else ''}{query}" if address else ""))
    return found
