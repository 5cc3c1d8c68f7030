"""Reading the plans of an engagement for its report: milestones, gates, remediation, success plan and minutes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from engagements.models import (
    MET,
    SEVERE,
    UNMET,
    Agreement,
    Engagement,
    Meeting,
    Milestone,
    Minutes,
    RemediationItem,
    SuccessItem,
)
from fasttrack_portal.accounts.models import User
from reports.gather.common import of_engagement
from reports.gather.readers import Reader
from reports.snapshots import GateLine, MinutesLine, RemediationCell, RemediationLine, SuccessLine

MOST_LINES = 40
MOST_MINUTES = 10


def milestones(user: User, engagement: Engagement) -> Any:
    return of_engagement(Milestone, user, engagement).order_by("position")


def gates(engagement: Engagement, reader: Reader) -> Iterator[GateLine]:
    """Of each phase, and of the remediation plan, the last agreement that was not taken back."""
    found = of_engagement(Agreement, reader.user, engagement).exclude(status="withdrawn").exclude(kind="minutes")
    seen = set()
    for agreement in found.select_related("phase").prefetch_related("signatures__by").order_by("-pk"):
        what = agreement.phase.code if agreement.phase else agreement.kind
        if what in seen:
            continue
        seen.add(what)
        signed = {each.side: reader.name(each.by, each.name) or _("signed") for each in agreement.signatures.all()}
        settled = engagement.day_at(agreement.settled_at) if agreement.settled_at else None
        yield GateLine(
            agreement.kind, agreement.phase.code if agreement.phase else "", agreement.status,
            signed.get("fasttrack", ""), signed.get("customer", ""), settled, reader.note(agreement.reason, 300),
        )  # fmt: skip


def remediation(engagement: Engagement, reader: Reader) -> Iterator[RemediationCell]:
    rows = (
        of_engagement(RemediationItem, reader.user, engagement)
        .order_by()
        .values("workload")
        .annotate(
            open=Count("pk", filter=Q(status__in=UNMET)),
            done=Count("pk", filter=Q(status__in=MET)),
            accepted=Count("pk", filter=Q(status="risk_accepted")),
            excluded=Count("pk", filter=Q(status="not_applicable")),
            severe=Count("pk", filter=Q(status__in=UNMET, severity__in=SEVERE)),
        )
    )
    places = RemediationItem.Workload.values
    for row in sorted(rows, key=lambda row: places.index(row["workload"])):
        yield RemediationCell(**row)


def remediation_lines(engagement: Engagement, reader: Reader) -> Iterator[RemediationLine]:
    """What is still open, the most severe first, and the risks that were accepted."""
    if not reader.reads_items:
        return
    shown = of_engagement(RemediationItem, reader.user, engagement).filter(
        Q(status__in=UNMET) | Q(status="risk_accepted")
    )
    for item in shown.select_related("assignee").order_by("-severity", "due_on", "pk")[:MOST_LINES]:
        yield RemediationLine(
            item.title, item.workload, item.severity, item.party, reader.name(item.assignee), item.status,
            item.due_on, reader.note(item.reason, 300),
        )  # fmt: skip


def success(engagement: Engagement, reader: Reader) -> Iterator[SuccessLine]:
    """The four tracks in their order; a line that does not apply is left out."""
    items = of_engagement(SuccessItem, reader.user, engagement).exclude(status="not_applicable")
    tracks = SuccessItem.Track.values
    for item in sorted(items.order_by("pk")[:MOST_LINES], key=lambda item: tracks.index(item.track)):
        yield SuccessLine(item.track, item.title, item.measure, item.result, item.status, item.due_on)


def minutes(engagement: Engagement, reader: Reader) -> Iterator[MinutesLine]:
    """Of the meetings that were held last, the newest edition of their minutes."""
    editions = Minutes.objects.visible_to(reader.user).select_related("agreement").order_by("-edition")
    held = of_engagement(Meeting, reader.user, engagement).filter(status=Meeting.Status.HELD)
    told = held.prefetch_related(Prefetch("minutes", editions), "actions").order_by("-during", "-pk")
    for meeting in told[:MOST_MINUTES]:
        newest = next(iter(meeting.minutes.all()), None)
        if newest is None:
            continue
        actions = [each for each in meeting.actions.all() if each.status != "dropped"]
        yield MinutesLine(
            meeting.kind,
            engagement.day_at(meeting.start),
            newest.is_confirmed,
            tuple(each["text"] for each in newest.snapshot.get("decisions", [])),
            len(actions),
            len([each for each in actions if each.status == "open"]),
            str(meeting.public_id),
        )
