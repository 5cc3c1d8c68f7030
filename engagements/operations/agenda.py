"""Every write to the agenda of a meeting: points that people add, edit, move and strike, and the notes under them."""

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from engagements.agenda_sources import sources
from engagements.models import AgendaPoint, Engagement, Meeting
from engagements.operations.moving import happened, moving_engagement
from engagements.operations.planning import day_of
from engagements.points import points_of, standing
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import create_once, save_changes
from fasttrack_portal.refusals import Conflict
from fasttrack_portal.workflow import refusal

_STEP = 10
# People's own points come after what the portal brings up, until somebody moves them.
_FIRST_OWN = 100


@transaction.atomic
def add_point(meeting: Meeting, *, title: str, key: uuid.UUID, by: User) -> AgendaPoint:
    """A point at the end of the agenda, one a form (C2). Raises Conflict once the meeting is over or cancelled."""
    require(by, "meetings.edit_agenda", meeting)
    engagement = preparing(meeting)
    last = meeting.points.order_by("-position").values_list("position", flat=True).first() or 0
    point, is_new = create_once(
        AgendaPoint,
        key,
        lambda: AgendaPoint.objects.create(
            public_id=key, meeting=meeting, title=title, position=max(last + _STEP, _FIRST_OWN), by=by
        ),
    )
    if point.meeting_id != meeting.pk:
        raise Conflict(_("This form was sent before. Go back and begin again."))
    if is_new:
        _tell("point_added", point, meeting, engagement, by)
    return point


@transaction.atomic
def edit_point(meeting: Meeting, key: str, *, title: str, version: int, by: User) -> None:
    """Puts it in other words. Raises StaleVersion with both."""
    require(by, "meetings.edit_agenda", meeting)
    engagement = preparing(meeting)
    point = held_point(meeting, key)
    save_changes(point, version=version, title=title)
    _tell("point_edited", point, meeting, engagement, by)


@transaction.atomic
def strike_point(meeting: Meeting, key: str, step: str, *, version: int, by: User) -> None:
    """`strike` takes it off, `restore` puts it back. Raises StaleVersion where somebody changed it meanwhile, and
    TransitionRefused where it is struck (or back) already."""
    require(by, "meetings.edit_agenda", meeting)
    engagement = preparing(meeting)
    point = held_point(meeting, key)
    if not AgendaPoint.WORKFLOW.leads(point, step):
        raise refusal(point, AgendaPoint.WORKFLOW.step(step))
    save_changes(point, version=version, status=AgendaPoint.WORKFLOW.step(step).target)
    _tell("point_struck" if step == "strike" else "point_restored", point, meeting, engagement, by)


@transaction.atomic
def move_point(meeting: Meeting, key: str, step: str, *, version: int, at: datetime, by: User) -> None:
    """`up` or `down` by one place among the points on the agenda. Raises StaleVersion, and Conflict at the end."""
    require(by, "meetings.edit_agenda", meeting)
    engagement = preparing(meeting)
    moved = held_point(meeting, key)
    order = [each.point for each in points_of(meeting, at=at)[0]]
    here = next((place for place, point in enumerate(order) if point.pk == moved.pk), -1)
    there = here + (-1 if step == "up" else 1)
    if here < 0 or not 0 <= there < len(order):
        raise Conflict(_("This point cannot be moved further."))
    order.insert(there, order.pop(here))
    for place, point in enumerate(order, 1):
        if point.pk == moved.pk:
            save_changes(moved, version=version, position=place * _STEP)
        else:
            AgendaPoint.objects.filter(pk=point.pk).update(position=place * _STEP)
    _tell("point_moved", moved, meeting, engagement, by)


@transaction.atomic
def note_point(meeting: Meeting, key: str, *, notes: str, version: int, base: str, by: User) -> AgendaPoint:
    """What was said on a point. `version` and `base` are what the field was made from: other words of the title stand
    in nobody's way, other notes do. The same notes again are no change. Raises StaleVersion with both texts."""
    require(by, "meetings.take_down", meeting)
    engagement = preparing(meeting)
    point = held_point(meeting, key)
    if point.notes == notes:
        return point
    if point.version != version and print_of(point.notes) != base:
        save_changes(point, version=0, notes=notes)
    save_changes(point, notes=notes)
    _tell("point_noted", point, meeting, engagement, by, internal=True)
    return point


def print_of(text: str) -> str:
    """A fingerprint of a text, by which a form knows what it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def preparing(meeting: Meeting) -> Engagement:
    """The meeting's engagement, held, so that nothing is written into a meeting that ends at the same moment.

    Raises Conflict where it is over or cancelled, or the engagement rests."""
    engagement = moving_engagement(meeting.engagement)
    meeting.refresh_from_db(fields=["status", "version", "notes"])
    if meeting.status == Meeting.Status.HELD:
        raise Conflict(_("This meeting is over and its minutes are frozen. Correct the minutes instead."))
    if meeting.status == Meeting.Status.CANCELLED:
        raise Conflict(_("This meeting was cancelled, so there is nothing to write down."))
    return engagement


def held_point(meeting: Meeting, key: str) -> AgendaPoint:
    """The point behind a key; those of the portal get their rows now, so that they can be changed like any other.

    The caller holds the engagement. Raises Http404 where there is none."""
    there = set(meeting.points.values_list("origin", flat=True))
    AgendaPoint.objects.bulk_create(
        standing(meeting, source.origin, source.position) for source in sources() if source.origin not in there
    )
    found = meeting.points.select_for_update(of=("self",))
    point = (
        found.filter(origin=key).exclude(origin=AgendaPoint.OWN).first() or found.filter(public_id=_uuid(key)).first()
    )
    if point is None:
        raise Http404
    return point


def _uuid(key: str) -> uuid.UUID:
    try:
        return uuid.UUID(key)
    except ValueError:
        raise Http404 from None


def _tell(
    kind: str,
    point: AgendaPoint,
    meeting: Meeting,
    engagement: Engagement,
    by: User,
    *,
    internal: bool = False,
    **told: Any,
) -> None:
    titles = {source.origin: str(source.title) for source in sources()}
    happened(
        f"meetings.{kind}",
        point,
        engagement,
        by,
        internal=internal,
        url=meeting.get_absolute_url(),
        point=point.title or titles.get(point.origin, point.origin),
        day=day_of(meeting, meeting.series.zone if meeting.series else engagement.centre.zone),
        **told,
    )
