"""Where the numbers of a report are traced: the lists of the portal, as they are now."""

import uuid
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from reports.models import Report
from reports.pages.words import Stat

# Stands in an address for the one thing of a row that it is the list of.
_OF = "{of}"
_ANY = uuid.UUID(int=0)


def of(report: Report, *, base: str = "") -> dict[str, str]:
    """By name, the address of the list behind a number of the report. Who reads the report may open them all: they
    belong to the engagement that it is about, or to the portfolio of its reader. On paper they begin with `base`."""
    return {name: f"{base}{path}" for name, path in _lists_of(report).items()}


def _lists_of(report: Report) -> dict[str, str]:
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
        names = ("matrix", "milestones", "remediation", "success", "meetings", "courts")
        return {
            "engagement": report.engagement.get_absolute_url(),
            **{name: reverse(f"engagements:{name}", kwargs=here) for name in names},
            "records": _of_each("migrations_svc:records"),
            "meeting": _of_each("engagements:meeting"),
        }
    return _of_portfolio(report)


def _of_each(name: str) -> str:
    return reverse(name, kwargs={"public_id": _ANY}).replace(str(_ANY), _OF)


def _of_portfolio(report: Report) -> dict[str, str]:
    """The list or the board that it was asked for with, narrowed in the same way; and lists of its own, of what no
    other can be narrowed to."""
    asked = {name: value for name, value in report.filters.items() if name != "of" and value}
    if report.centre is not None:
        asked["centre"] = report.centre.code
    is_board, here = report.filters.get("of") == "board", {"public_id": report.public_id}
    counted = reverse("reports:counted", kwargs=here)
    found = {
        "events": reverse("migrations_svc:list"),
        "records": _of_each("migrations_svc:records"),
        "reached": reverse("reports:reached", kwargs=here),
        "issues": reverse("reports:issues", kwargs=here),
        "counted": counted,
        "engagements": f"{reverse('engagements:board' if is_board else 'engagements:list')}?{urlencode(asked)}",
    }
    # The board knows no status, one reason at a time, and counts whom a specialist helps.
    fits = not {"status", "signal"} & set(asked) and (is_board or "specialist" not in asked)
    for signal in ("late", "stuck"):
        place = f"{reverse('engagements:board')}?{urlencode(asked)}" if fits else counted
        found[signal] = address({signal: place}, f"{signal}?signal={signal}")
    return found


def traced(stats: Iterable[Stat], links: Mapping[str, str]) -> list[Stat]:
    """The numbers of a summary, each with the address of what it counts, where there is one."""
    return [stat._replace(href=address(links, stat.trace)) for stat in stats]


def address(links: Mapping[str, str], trace: str, of: object = "") -> str:
    """The list of that name, narrowed by what follows the question mark; "" where there is no such list. Where it is
    a list of something that each row has, `of` says of which."""
    name, _mark, query = trace.partition("?")
    path, _mark, kept = links.get(name, "").partition("?")
    if _OF in path:
        path = path.replace(_OF, str(of)) if of else ""
    narrowed = urlencode({**dict(parse_qsl(kept)), **dict(parse_qsl(query))})
    return f"{path}?{narrowed}" if path and narrowed else path
