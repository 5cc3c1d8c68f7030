"""What reports add to the pages of engagements and migration events."""

import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.minutes_page import Paper
from engagements.models import Engagement, Minutes
from fasttrack_portal.access import Reason, decide
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.documents.models import Seal
from fasttrack_portal.documents.owners import Further
from fasttrack_portal.http import Request
from fasttrack_portal.savedviews.lists import Tool
from migrations_svc.models import MigrationEvent
from reports import operations
from reports.models import EventRhythm, Report

_SHOWN = 5


class Offer(NamedTuple):
    """A button that asks for a report, or the reason why it cannot."""

    kind: str
    label: Reason
    reason: Reason
    subject: uuid.UUID
    key: uuid.UUID
    is_first: bool = False


def offers(subject: Engagement | MigrationEvent, user: User) -> list[Offer]:
    """The reports that somebody could ask for now; one that has to wait says for what."""
    if isinstance(subject, Engagement):
        refused = "" if (may := decide(user, "reports.request", subject)).allowed else may.reason
        return [_offer(Report.Kind.ENGAGEMENT, subject, refused, is_first=True)]
    if subject.status in ("draft", "validated", "cancelled"):
        return []
    may = decide(user, "reports.request", subject.project.engagement)
    refused = "" if may.allowed else may.reason
    final = refused or operations.why_not_final(subject)
    return [
        _offer(Report.Kind.STATUS, subject, refused, is_first=True),
        _offer(Report.Kind.FINAL, subject, final),
    ]


def _offer(kind: Report.Kind, subject: Any, reason: Reason, *, is_first: bool = False) -> Offer:
    return Offer(kind.value, kind.label, reason, subject.public_id, uuid.uuid4(), is_first)


def of_event(user: User, event: MigrationEvent) -> dict[str, Any]:
    """What _of_event.html shows on a migration event's page."""
    found = Report.objects.visible_to(user).filter(event=event).select_related("job").defer("snapshot")
    rhythm = EventRhythm.of(event)
    return {
        "offers": offers(event, user),
        "reports": found.order_by("-pk")[:_SHOWN],
        "rhythm": rhythm,
        "may_set": decide(user, "reports.set_rhythm", event.engagement).allowed,
        "subject": event.public_id,
        # Whose sum does not come out yet is a page of its own.
        "is_complete": event.is_complete,
    }


def portfolio_of(of: str) -> Callable[[Request, QueryDict], Tool | None]:
    """The way from the list or the board of engagements to a report of what it shows."""

    def tool(request: Request, query: QueryDict) -> Tool | None:
        if not decide(request.user, "reports.portfolio").allowed:
            return None
        asked = query.copy()
        asked["of"] = of
        return Tool(_("Portfolio report"), f"{reverse('reports:portfolio')}?{asked.urlencode()}", "document-chart-bar")

    return tool


def page_of_seal(user: User, seal: Seal) -> str:
    """Where a sealed report stands for somebody who may read it."""
    found = Report.objects.visible_to(user).filter(seal=seal).only("public_id").first()
    return found.get_absolute_url() if found else ""


def files_of_seal(seal: Seal) -> list[Further]:
    """The copy to keep, and every part of the printed records."""
    report = Report.objects.filter(seal=seal).select_related("archive", "annex").defer("snapshot").first()
    if report is None:
        return []
    found = [Further(_("SHA-256 of the copy to keep"), report.archive.sha256)] if report.archive else []
    annex = getattr(report, "annex", None)
    if annex is None or annex.made_at is None:
        return found
    told = _("SHA-256 of the records in print, part %(part)d of %(all)d")
    for part in annex.parts.select_related("file"):
        words = {"part": part.number, "all": annex.parts_in_all}
        found.append(Further(told % words, part.file.sha256))
    return found


def editions_of_others(user: User) -> Q | None:
    """An executive viewer reads the editions for executives, and hears of no other: its page is not there for them."""
    if not any(row.role == Membership.Role.VIEWER for row in user.all_memberships):
        return None
    readable = Report.objects.visible_to(user).values("pk")
    return Q(subject_label=Report._meta.label) & ~Q(subject_id__in=readable)


def papers(minutes: Minutes, user: User) -> list[Paper]:
    """The PDF of an edition of minutes: the last one that was made, and the way to one that says more."""
    last = Report.objects.visible_to(user).filter(minutes=minutes).defer("snapshot").order_by("-pk").first()
    found = []
    if last is not None:
        found.append(Paper(_("PDF"), last.get_absolute_url(), {}, last.get_status_display()))
    is_overtaken = last is None or (last.issued_at is not None and minutes.agreement.signatures.filter(
        at__gt=last.gathered_at).exists())  # fmt: skip
    if is_overtaken and decide(user, "reports.request", minutes.engagement).allowed:
        data = {"kind": Report.Kind.MINUTES.value, "subject": minutes.public_id, "key": uuid.uuid4()}
        found.append(Paper(_("Make the PDF"), reverse("reports:new"), data))
    return found
