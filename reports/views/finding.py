"""What the screens of reports look up, within what the person may see."""

import uuid
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from engagements.models import Engagement, Minutes
from fasttrack_portal.http import Request
from migrations_svc.models import MigrationEvent
from reports.models import Report
from reports.tables import SHOWN


def listed(request: Request) -> Any:
    """Reports for the lines of a list."""
    found = Report.objects.visible_to(request.user)
    return found.select_related("engagement", "event", "customer", "centre", "job", "minutes__meeting").only(*SHOWN)


def report_of(request: Request, public_id: uuid.UUID) -> Report:
    found = Report.objects.visible_to(request.user).select_related(
        "engagement__customer", "engagement__centre", "event__project__engagement", "customer", "centre",
        "requested_by", "job", "file", "records", "archive", "annex__job", "seal", "replaces", "minutes__engagement",
        "minutes__meeting__engagement__customer",
    )  # fmt: skip
    return get_object_or_404(found, public_id=public_id)


def portfolio_of(request: Request, public_id: uuid.UUID) -> Report:
    found = Report.objects.visible_to(request.user).filter(kind=Report.Kind.PORTFOLIO)
    return get_object_or_404(found.select_related("centre", "requested_by"), public_id=public_id)


def engagement_of(request: Request, public_id: uuid.UUID) -> Engagement:
    found = Engagement.objects.visible_to(request.user).select_related("customer", "centre", "specialist", "partner")
    return get_object_or_404(found, public_id=public_id)


def event_of(request: Request, public_id: uuid.UUID) -> MigrationEvent:
    return get_object_or_404(MigrationEvent.objects.visible_to(request.user).with_facts(), public_id=public_id)


def subject_of(request: Request, named: str) -> Engagement | MigrationEvent | Minutes:
    """What the report is to be about, if the person may see it; else the same 404 as for nothing."""
    try:
        public_id = uuid.UUID(named)
    except ValueError:
        raise Http404 from None
    event = MigrationEvent.objects.visible_to(request.user).filter(public_id=public_id)
    if found := event.select_related("project__engagement__customer", "project__engagement__centre").first():
        return found
    minutes = Minutes.objects.visible_to(request.user).filter(public_id=public_id)
    if written := minutes.select_related(
        "engagement__customer", "engagement__centre", "meeting__engagement__customer"
    ).first():
        return written
    engagement = Engagement.objects.visible_to(request.user).select_related("customer", "centre")
    return get_object_or_404(engagement, public_id=public_id)
