"""Every write to the minutes of a meeting: frozen when it ends, confirmed by each side by name, corrected by either."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from engagements import minutes as record_of
from engagements.agenda import invited
from engagements.models import Agreement, Attendance, Engagement, Meeting, Minutes
from engagements.operations import agreements
from engagements.operations.moving import happened, need_a_reason
from engagements.operations.planning import day_of
from engagements.permissions.gates import signing_side
from engagements.points import points_of
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.refusals import Conflict, StaleVersion


def freeze(meeting: Meeting, *, by: User | None, at: datetime) -> Minutes:
    """The first edition, as everything stands when the meeting ends; part of holding it, which tells the story. The
    caller holds the engagement."""
    with translation.override(meeting.engagement.customer.language):
        record = _record(meeting, at)
    return _edition(meeting, record, by=by, at=at)


@transaction.atomic
def confirm_minutes(minutes: Minutes, *, comment: str = "", by: User, at: datetime) -> Minutes:
    """One side's name under it; with the second both agree. Raises Conflict where this edition was corrected since,
    or the side has confirmed."""
    require(by, "meetings.confirm_minutes", minutes)
    engagement = _held(minutes)
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=minutes.agreement_id)
    agreement.engagement = minutes.engagement = engagement
    if agreement.status == Agreement.Status.WITHDRAWN:
        raise Conflict(_("These minutes were corrected in the meantime. Read the new edition and confirm that."))
    mine = agreements.sign(agreement, signing_side(by, engagement), by=by, at=at, comment=comment)
    is_agreed = agreements.is_signed_by_both(agreement)
    if is_agreed:
        frozen = minutes.snapshot | {"signatures": agreements.names_under(agreement)}
        agreements.settle(agreement, "agree", snapshot=frozen, by=by, at=at)
    minutes.agreement = agreement
    _tell(
        "minutes_agreed" if is_agreed else "minutes_confirmed",
        minutes,
        by,
        name=mine.name,
        side=mine.side,
        side_name=str(mine.get_side_display()),
        note=comment,
    )
    return minutes


@transaction.atomic
def correct_minutes(minutes: Minutes, *, edition: int, reason: str, by: User, at: datetime, **changes: Any) -> Minutes:
    """Another edition, which both sides confirm anew; `changes` are those of `minutes.corrected`, `edition` is the one
    the form was made from. Raises StaleVersion where there is a newer one, Conflict where nothing differs."""
    require(by, "meetings.correct_minutes", minutes)
    need_a_reason(reason)
    _held(minutes)
    newest = newest_of(minutes.meeting)
    assert newest is not None
    newest.meeting = minutes.meeting
    record = record_of.corrected(newest.snapshot, **changes)
    mine, theirs = record_of.substance(record), record_of.substance(newest.snapshot)
    if newest.edition != edition:
        differing = [name for name in mine if mine[name] != theirs[name]]
        raise StaleVersion(
            _("The minutes were corrected while you wrote. Nothing of yours is lost: compare and send it again."),
            subject=newest,
            yours={name: _in_words(mine[name], theirs[name]) for name in differing},
            theirs={name: _in_words(theirs[name], mine[name]) for name in differing},
        )
    if mine == theirs:
        raise Conflict(_("Nothing was changed, so the minutes stay as they are."))
    if newest.agreement.status == Agreement.Status.OPEN:
        agreements.withdraw_agreement(newest.agreement, by=by, at=at, reason=reason)
    made = _edition(minutes.meeting, record, by=by, at=at, edition=newest.edition + 1, correction=reason)
    _tell("minutes_corrected", made, by, reason=reason, edition=made.edition)
    return made


def newest_of(meeting: Meeting) -> Minutes | None:
    """The edition that counts."""
    found = meeting.minutes.select_related("agreement", "by").prefetch_related("agreement__signatures__by")
    newest: Minutes | None = found.order_by("-edition").first()
    return newest


def _held(minutes: Minutes) -> Engagement:
    """Also while the engagement rests its minutes can be confirmed and corrected: nothing moves by it."""
    return Engagement.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "customer", "centre", "partner", "specialist"
    ).get(pk=minutes.engagement_id)  # fmt: skip


def _edition(meeting: Meeting, record: record_of.Record, *, by: User | None, at: datetime, edition: int = 1,
             correction: str = "") -> Minutes:  # fmt: skip
    agreement = agreements.open_agreement(meeting.engagement, Agreement.Kind.MINUTES, by=by)
    return Minutes.objects.create(
        engagement=meeting.engagement,
        meeting=meeting,
        edition=edition,
        snapshot=record | {"edition": edition, "correction": correction},
        correction=correction,
        by=by,
        at=at,
        agreement=agreement,
    )


def _record(meeting: Meeting, at: datetime) -> record_of.Record:
    """Names, words and days as they are now; nothing in it is looked up again."""
    engagement = meeting.engagement
    theirs = set(Membership.objects.filter(customer=engagement.customer_id).values_list("user", flat=True))
    sheet = Attendance.objects.filter(meeting=meeting).prefetch_related("present").first()
    here = sorted(sheet.present.all(), key=str) if sheet else []
    expected = [person for person in invited(engagement) if person not in here]

    def named(person: User) -> dict[str, str]:
        side = "customer" if person.pk in theirs else "fasttrack"
        return {"id": str(person.public_id), "name": str(person), "side": side}

    coming = engagement.meetings.coming(at=at).exclude(pk=meeting.pk).filter(during__startswith__gt=meeting.start)
    following = coming.first()
    return {
        "form": record_of.FORM,
        "at": at.isoformat(),
        "kind": meeting.kind,
        "customer": engagement.customer.name,
        "number": engagement.number,
        "title": engagement.title,
        "start": meeting.start.isoformat(),
        "end": meeting.end.isoformat(),
        "present": [named(person) for person in here],
        "absent": [named(person) for person in expected],
        "guests": sheet.guests if sheet else "",
        "points": [_point(shown) for shown in points_of(meeting, at=at)[0]],
        "notes": meeting.notes,
        "decisions": [
            {
                "id": str(each.public_id),
                "text": each.text,
                "by": str(each.decided_by),
                "on": each.decided_on.isoformat(),
            }
            for each in meeting.decisions.select_related("decided_by")
        ],
        "actions": [
            {
                "id": str(each.public_id),
                "text": each.title,
                "owner": str(each.assignee),
                "side": each.party,
                "due_on": each.due_on.isoformat() if each.due_on else "",
            }
            for each in meeting.actions.select_related("assignee").exclude(status="dropped")
        ],
        "next": following.start.isoformat() if following else "",
    }


def _point(shown: Any) -> dict[str, Any]:
    return {
        "key": shown.point.key,
        "title": shown.title,
        "notes": shown.point.notes,
        "groups": [
            {
                "label": group.label,
                "more": group.more,
                "lines": [
                    {
                        "text": line.text,
                        "who": line.who,
                        "matter": line.matter,
                        "on": line.on.isoformat() if line.on else "",
                    }
                    for line in group.lines
                ],
            }
            for group in shown.groups
        ],
    }


def _in_words(value: Any, other: Any) -> str:
    """For the page that shows both values: of many texts only those that differ."""
    if isinstance(value, dict):
        return "\n".join(text for name, text in value.items() if text != other.get(name))
    return ", ".join(value) if isinstance(value, list) else str(value)


def _tell(kind: str, minutes: Minutes, by: User, **told: Any) -> None:
    meeting = minutes.meeting
    zone = meeting.series.zone if meeting.series else minutes.engagement.centre.zone
    happened(
        f"meetings.{kind}",
        minutes,
        minutes.engagement,
        by,
        meeting=str(meeting.public_id),
        day=day_of(meeting, zone),
        **told,
    )
