"""Who guides an engagement: handing it to another specialist or centre, and others who help."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from engagements.models import (
    UNMET,
    Absence,
    CoSpecialist,
    Engagement,
    Meeting,
    RemediationItem,
    Responsibility,
    SuccessItem,
)
from engagements.operations.duedates import moved_due_dates, refresh_due_dates
from engagements.operations.moving import happened, need_a_reason
from engagements.operations.planning import facts
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict, Invalid


def staff() -> QuerySet[Membership]:
    """Everybody who works at a FastTrack Center, each once for each centre."""
    rows = Membership.objects.filter(user__is_active=True, role__in=Membership.CENTRE_ROLES)
    return rows.select_related("user", "centre").order_by("centre__name", "user__name", "pk")


def single_meetings(engagement: Engagement, *, at: datetime) -> QuerySet[Meeting]:
    """Coming meetings that no series plans again: they are handed over one by one."""
    return Meeting.objects.filter(engagement=engagement).coming(at=at).exclude(series__status="active")


def clashes(specialist: User, meetings: Sequence[Meeting]) -> set[int]:
    """Those of the meetings that stand against another one of that specialist, or while they are away."""
    taken = Q(pk__in=[])
    for meeting in meetings:
        taken |= Q(during__overlap=meeting.during)
    busy = Meeting.objects.filter(taken, specialist=specialist).exclude(status=Meeting.Status.CANCELLED)
    theirs = [(other.start, other.end) for other in busy.exclude(pk__in=[meeting.pk for meeting in meetings])]
    theirs += [(absence.during.lower, absence.during.upper) for absence in Absence.objects.of(specialist).filter(taken)]
    return {
        meeting.pk for meeting in meetings if any(start < meeting.end and meeting.start < end for start, end in theirs)
    }


def due_days_moving(engagement: Engagement, centre: FastTrackCenter) -> int:
    """How many due days another centre's calendar changes. Raises Invalid beyond it."""
    there = copy(engagement)
    there.centre = centre
    return len(moved_due_dates(there, engagement.phases.all()))


@transaction.atomic
def transfer(
    engagement: Engagement,
    *,
    to: Membership,
    reason: str,
    version: int,
    by: User | None,
    at: datetime,
    stays: bool = False,
) -> None:
    """Another specialist guides the engagement from now on, of the same centre or of another one; its centre is theirs.

    What the last specialist had in hand and the coming meetings go along: those of a series are planned anew with the
    new specialist's hours, single ones keep their time unless the new specialist has another one then; these stay,
    and the event names them. Due days are counted anew on another centre's calendar. `stays`: the last specialist goes
    on as a co-specialist. Raises StaleVersion, Invalid."""
    require(by, "engagements.transfer", engagement)
    need_a_reason(reason)
    specialist, centre, giver, given_by = to.user, to.centre, engagement.specialist, engagement.centre
    if centre is None or to.role not in Membership.CENTRE_ROLES or not specialist.is_active:
        raise Invalid(_("Choose somebody who works at a FastTrack Center."), field="to")
    if (specialist, centre) == (giver, given_by):
        raise Invalid(_("%(name)s guides this engagement already.") % {"name": specialist}, field="to")
    save_changes(engagement, version=version, specialist=specialist, centre=centre)
    engagement.co_specialists.filter(user=specialist).delete()
    if stays and giver != specialist:
        CoSpecialist.objects.get_or_create(engagement=engagement, user=giver)
    items = _hand_items(engagement, giver, specialist)
    due_days = refresh_due_dates(engagement) if centre != given_by else 0
    followed, left = _hand_meetings(engagement, specialist, at)
    happened(
        "engagements.transferred",
        engagement,
        engagement,
        by,
        giver=giver.name,
        given_by=str(giver.public_id),
        specialist=specialist.name,
        centre=centre.name,
        from_centre=given_by.name,
        reason=reason,
        items=items,
        due_days=due_days,
        meetings=[facts(meeting) for meeting in followed],
        left=[str(meeting) for meeting in left],
    )


def _hand_items(engagement: Engagement, giver: User, specialist: User) -> int:
    """What was assigned to the last specialist and is not done; how many."""
    count = 0
    models: tuple[Any, ...] = (Responsibility, RemediationItem, SuccessItem)
    for model in models:
        rows = model._base_manager.filter(engagement=engagement, assignee=giver, status__in=UNMET)
        count += rows.update(assignee=specialist, version=F("version") + 1)
    return count


def _hand_meetings(engagement: Engagement, specialist: User, at: datetime) -> tuple[list[Meeting], list[Meeting]]:
    followed, left = [], []
    meetings = list(single_meetings(engagement, at=at).exclude(specialist=specialist).select_for_update(of=("self",)))
    clashing = clashes(specialist, meetings)
    for meeting in meetings:
        if meeting.pk in clashing:
            left.append(meeting)
            continue
        rows = Meeting._base_manager.filter(pk=meeting.pk)
        try:
            # The constraint has the last word (C3): somebody may book the new specialist at this very moment.
            with transaction.atomic():
                rows.update(specialist=specialist, version=F("version") + 1, ics_sequence=F("ics_sequence") + 1)
        except IntegrityError:
            left.append(meeting)
        else:
            followed.append(meeting)
    return followed, left


@transaction.atomic
def add_co_specialist(engagement: Engagement, *, user: User, by: User | None) -> None:
    """Somebody else of FastTrack works on the engagement as its specialist does, from whichever centre."""
    require(by, "engagements.change_specialists", engagement)
    if not (user.is_active and user.has_role(*Membership.CENTRE_ROLES)):
        raise Invalid(_("Choose somebody who works at a FastTrack Center."), field="to")
    if user == engagement.specialist:
        raise Invalid(_("%(name)s guides this engagement already.") % {"name": user}, field="to")
    _row, is_new = CoSpecialist.objects.get_or_create(engagement=engagement, user=user)
    if not is_new:
        raise Conflict(_("%(name)s helps already.") % {"name": user})
    _tell("engagements.specialist_added", engagement, user, by)


@transaction.atomic
def remove_co_specialist(engagement: Engagement, *, user: User, by: User | None) -> None:
    """From the next page on somebody from another centre no longer sees the engagement."""
    require(by, "engagements.change_specialists", engagement)
    if not engagement.co_specialists.filter(user=user).delete()[0]:
        raise Conflict(_("%(name)s does not help any more.") % {"name": user})
    _tell("engagements.specialist_removed", engagement, user, by)


def _tell(kind: str, engagement: Engagement, user: User, by: User | None) -> None:
    happened(kind, engagement, engagement, by, specialist=user.name, person=str(user.public_id))
