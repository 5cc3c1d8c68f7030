"""Reports, for programs."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.rest.callers import Call
from fasttrack_portal.rest.endpoints import Area, Limit, Resource
from fasttrack_portal.rest.schemas import OneOf, Ref, Thing
from reports import operations
from reports.models import Report

Kind = Annotated[str, OneOf(Report.Kind.values)]


class ReportOut(Thing):
    """A report; `download` is where its PDF is, once it is issued. A portfolio names no engagement and no customer."""

    number: str
    kind: Kind
    status: Annotated[str, OneOf(Report.Status.values)]
    engagement: Ref | None
    event: Ref | None
    customer: Ref | None
    created_at: datetime
    issued_at: datetime | None
    snapshot_sha256: str
    download: str | None

    @staticmethod
    def resolve_download(obj: Any) -> str | None:
        if obj.status != Report.Status.ISSUED:
            return None
        return settings.PUBLIC_URL + reverse("api:report_file", kwargs={"id": obj.public_id})


def _seen(user: User) -> QuerySet[Report]:
    rows = Report.objects.visible_to(user).select_related("engagement", "event", "customer", "file", "records")
    return rows.defer("snapshot")


area = Area("reports", _("Reports"))
reports = Resource(ReportOut, _seen)


@area.many("reports", "reports", reports)
def many(
    call: Call, rows: QuerySet[Report], kind: Kind | None = None, engagement: uuid.UUID | None = None
) -> QuerySet[Report]:
    """The reports one may see, the newest first."""
    rows = rows.filter(kind=kind) if kind else rows
    return rows.filter(engagement__public_id=engagement) if engagement else rows


@area.one("reports/{id}", "report", of=reports)
def one(call: Call, report: Report) -> Report:
    """One report."""
    return report


# As for the page that hands it out.
@area.file("reports/{id}/file", "report_file", "application/pdf", of=reports, limit=Limit("downloads", 60, 3600))
def download(call: Call, report: Report) -> HttpResponseBase:
    """The sealed PDF; who took it is noted."""
    return operations.download(report, by=call.user)
