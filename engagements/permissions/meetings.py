"""Who may set, hold, cancel and write down meetings: the staff of the engagement's centre. Customers read."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Meeting, SlotRequest
from engagements.permissions.engagement import WORKERS, is_centre_staff
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.sentences import tell

_OF_THE_CENTRE_ONLY = refused(_("Meetings are set and recorded by the FastTrack team of this engagement."))
_CUSTOMER_ASKS = refused(
    _("The customer’s lead, project manager or technical lead asks for meetings; FastTrack books them.")
)
_NOT_OPEN = refused(_("This engagement is not active. Resume it before you plan meetings."))
_CANCELLED = refused(_("This meeting was cancelled, so there are no minutes to write."))


@rule("meetings.set_series")
def can_set_series(user: User, engagement: Engagement) -> Decision:
    if not is_centre_staff(user, engagement):
        return _OF_THE_CENTRE_ONLY
    return ALLOWED if engagement.status in ("planned", "active") else _NOT_OPEN


@rule("meetings.end_series")
def can_end_series(user: User, engagement: Engagement) -> Decision:
    """Also while an engagement rests: that is when its meetings have to go."""
    return ALLOWED if is_centre_staff(user, engagement) else _OF_THE_CENTRE_ONLY


@rule("meetings.book")
def can_book(user: User, engagement: Engagement) -> Decision:
    return can_set_series(user, engagement)


@rule("meetings.reschedule")
def can_reschedule(user: User, meeting: Meeting) -> Decision:
    return can_set_series(user, meeting.engagement)


@rule("meetings.ask_slot")
def can_ask_slot(user: User, engagement: Engagement) -> Decision:
    """Those who do the customer's work; FastTrack's own book at once."""
    if not user.has_role(*WORKERS, customer_id=engagement.customer_id):
        return _CUSTOMER_ASKS
    return ALLOWED if engagement.status in ("planned", "active") else _NOT_OPEN


@rule("meetings.withdraw_slot")
def can_withdraw_slot(user: User, asked: SlotRequest) -> Decision:
    """Also while the engagement rests."""
    is_theirs = user.has_role(*WORKERS, customer_id=asked.engagement.customer_id)
    return ALLOWED if is_theirs else _CUSTOMER_ASKS


@rule("meetings.answer_slot")
def can_answer_slot(user: User, asked: SlotRequest) -> Decision:
    """Taking a time that was proposed, or asking for others: whoever may ask."""
    return can_ask_slot(user, asked.engagement)


@rule("meetings.hold")
def can_hold(user: User, meeting: Meeting) -> Decision:
    return ALLOWED if is_centre_staff(user, meeting.engagement) else _OF_THE_CENTRE_ONLY


@rule("meetings.cancel")
def can_cancel(user: User, meeting: Meeting) -> Decision:
    return ALLOWED if is_centre_staff(user, meeting.engagement) else _OF_THE_CENTRE_ONLY


@rule("meetings.forget")
def can_forget(user: User, meeting: Meeting) -> Decision:
    return can_book(user, meeting.engagement)


@rule("meetings.write_notes")
def can_write_notes(user: User, meeting: Meeting) -> Decision:
    if not is_centre_staff(user, meeting.engagement):
        return _OF_THE_CENTRE_ONLY
    return _CANCELLED if meeting.status == Meeting.Status.CANCELLED else ALLOWED


tell(
    {
        "meetings.series_set": _("Checkpoints were set: %(rhythm)s"),
        "meetings.series_ended": _("The checkpoints were ended; %(count)s coming meetings were cancelled"),
        "meetings.planned": _(
            "Checkpoints were planned: %(made)s new, %(moved)s moved, %(withdrawn)s cancelled; the next on %(next)s"
        ),
        "meetings.held": _("The meeting of %(day)s was held; its minutes wait for both sides"),
        "meetings.cancelled": _("The meeting of %(day)s was cancelled: %(reason)s"),
        "meetings.booked": _("%(what)s was booked for %(day)s"),
        "meetings.slot_asked": _("A meeting was asked for: %(what)s"),
        "meetings.slot_proposed": _("Other times were proposed for a meeting: %(what)s"),
        "meetings.slot_declined": _("None of the proposed times suits, others were asked for: %(what)s"),
        "meetings.slot_withdrawn": _("The request for a meeting was withdrawn: %(what)s"),
        "meetings.series_cut": _(
            "The checkpoints end before %(day)s; %(count)s coming meetings were cancelled: %(reason)s"
        ),
        "meetings.replanned": _("Meetings were planned anew: %(moved)s moved, %(withdrawn)s cancelled, %(made)s new"),
        "meetings.restored": _("The engagement goes on: %(count)s meetings that were called off take place again"),
        "meetings.forgotten": _("%(what)s of %(day)s is not to be booked again"),
        "meetings.rescheduled": _("A meeting was moved to %(day)s: %(reason)s"),
        "meetings.cleared": _("%(count)s coming meetings were cancelled, because the engagement rests"),
        "meetings.notes_written": _("Notes on the meeting of %(day)s were written"),
    }
)
