"""Where the numbers of a report are traced: the lists of the portal, as they are now."""

from django.urls import reverse

from reports.models import Report


def of(report: Report) -> dict[str, str]:
    """By name, the address of the list behind a number of the report's page; a portfolio's own filter stands in its."""
    if report.event is not None:
        event = {"public_id": report.event.public_id}
        return {
            "records": reverse("migrations_svc:records", kwargs=event),
            "issues": report.event.get_absolute_url(),
            "elsewhere": reverse("reports:reckoning", kwargs=event),
        }
    if report.engagement is not None and report.minutes is None:
        here = {"public_id": report.engagement.public_id}
        names = ("matrix", "milestones", "remediation", "success", "meetings")
        return {name: reverse(f"engagements:{name}", kwargs=here) for name in names}
    if report.kind == Report.Kind.PORTFOLIO:
        return {"engagements": reverse("engagements:list"), "events": reverse("migrations_svc:list")}
    return {}
