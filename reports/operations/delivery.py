"""Handing reports out: who is told, who took one away, and what the file is called."""

from typing import Any

from django.db import transaction
from django.http import FileResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.documents import operations as documents
from fasttrack_portal.refusals import Conflict, Invalid
from reports.models import Audience, Report
from reports.operations.telling import tell

Role = Membership.Role


@transaction.atomic
def download(report: Report, *, by: User, what: str = "file") -> FileResponse:
    """The sealed PDF, its "archive" copy or the file of every record ("records") as an answer, and a note of who took
    it. Raises Conflict before the report is issued, Invalid where there is no such file."""
    require(by, "reports.download", report)
    if report.status != Report.Status.ISSUED:
        raise Conflict(_("This report has not been issued, so there is nothing to download yet."))
    file = {"file": report.file, "archive": report.archive, "records": report.records}[what]
    if file is None:
        raise Invalid(_("This report has no list of records, and no copy for the archive that carries one."))
    tell("reports.downloaded", report, by=by, internal=True, file=file.name)
    return documents.serve(file)


def told_of_issue(report: Report) -> list[User]:
    """Who asked for it, and those whom its edition is for: who runs the engagement for the customer, who looks on, or
    the partner's people."""
    people: list[User] = [report.requested_by] if report.requested_by else []
    if report.customer is None:
        return people
    if report.audience in (Audience.CUSTOMER, Audience.ALL):
        people += report.customer.people(Role.LEAD, Role.PROJECT_MANAGER)
    elif report.audience == Audience.EXECUTIVE:
        people += report.customer.people(Role.VIEWER)
    elif report.audience == Audience.PARTNER:
        people += partners_people(report.customer)
    return people


def partners_people(customer: Any) -> Any:
    """The people of the partners that the customer agrees to."""
    return User.objects.filter(
        is_active=True,
        memberships__partner__links__customer=customer,
        memberships__partner__links__status="active",
    ).distinct()


def file_name(report: Report, what: str, suffix: str) -> str:
    """`contoso-status-RPT-000042.pdf`; who else an edition is for stands in its name."""
    whose = report.customer.name if report.customer else "fasttrack"
    plain = report.audience in (Audience.CUSTOMER, Audience.ALL) or report.customer is None
    parts = [slugify(whose)[:60] or "customer", what, *([] if plain else [report.audience]), report.number]
    return f"{'-'.join(parts)}.{suffix}"
