"""Who prepares a meeting, writes in it, works on what came of it and confirms its minutes, and the words for it."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Action, Meeting, Minutes
from engagements.permissions.engagement import LOOKS_ON, NOT_YOURS, WORKERS, is_centre_staff, is_linked_partner
from engagements.permissions.gates import can_sign
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.sentences import tell

_PARTNER_LOOKS_ON = refused(_("The customer and FastTrack set the agenda together. You can read it here."))
_SPECIALIST_WRITES = refused(_("The FastTrack team of this engagement writes down what is said in the meeting."))
_SPECIALIST_DROPS = refused(_("The specialist takes an action off the list. Bring it up in the next meeting."))
_SOMEBODY_ELSES = refused(_("This action is on the other side. You will see here when it is done."))


@rule("meetings.edit_agenda")
def can_edit_agenda(user: User, meeting: Meeting) -> Decision:
    """Both sides say what the meeting is about."""
    engagement = meeting.engagement
    if is_centre_staff(user, engagement) or user.has_role(*WORKERS, customer_id=engagement.customer_id):
        return ALLOWED
    if engagement.customer_id in user.audience.customer_ids:
        return LOOKS_ON
    return _PARTNER_LOOKS_ON if is_linked_partner(user, engagement) else NOT_YOURS


@rule("meetings.take_down")
def can_take_down(user: User, meeting: Meeting) -> Decision:
    """Notes, decisions, actions and attendance are the specialist's to write: both sides confirm them afterwards."""
    return ALLOWED if is_centre_staff(user, meeting.engagement) else _SPECIALIST_WRITES


@rule("meetings.confirm_minutes")
def can_confirm(user: User, minutes: Minutes) -> Decision:
    """Who signs at a gate: a partner never confirms for the customer."""
    return can_sign(user, minutes.agreement)


@rule("meetings.correct_minutes")
def can_correct(user: User, minutes: Minutes) -> Decision:
    return can_sign(user, minutes.agreement)


@rule("engagements.work_on_action")
def can_work_on_action(user: User, action: Action) -> Decision:
    """Its owner and the people of the same side; the centre may set any."""
    engagement = action.engagement
    if is_centre_staff(user, engagement):
        return ALLOWED
    if user.has_role(*WORKERS, customer_id=engagement.customer_id):
        return ALLOWED if action.party == "customer" else _SOMEBODY_ELSES
    if engagement.customer_id in user.audience.customer_ids:
        return LOOKS_ON
    return _SOMEBODY_ELSES


@rule("engagements.drop_action")
def can_drop_action(user: User, action: Action) -> Decision:
    return ALLOWED if is_centre_staff(user, action.engagement) else _SPECIALIST_DROPS


ACTION_RULES = {"drop": "engagements.drop_action"}
WORK_ON_ACTION = "engagements.work_on_action"

tell(
    {
        "meetings.point_added": _("“%(point)s” was put on the agenda of %(day)s"),
        "meetings.point_edited": _("“%(point)s” on the agenda of %(day)s was put in other words"),
        "meetings.point_moved": _("“%(point)s” was moved on the agenda of %(day)s"),
        "meetings.point_struck": _("“%(point)s” was struck from the agenda of %(day)s"),
        "meetings.point_restored": _("“%(point)s” was put back on the agenda of %(day)s"),
        "meetings.point_noted": _("Notes on “%(point)s” were written for %(day)s"),
        "meetings.decided": _("It was decided: %(text)s"),
        "meetings.decision_edited": _("A decision of %(day)s was put in other words: %(text)s"),
        "meetings.decision_removed": _("A decision of %(day)s was taken back: %(text)s"),
        "meetings.attendance_marked": _("The attendance of %(day)s was marked: %(count)s people"),
        "meetings.minutes_confirmed": _("%(name)s confirmed the minutes of %(day)s for %(side_name)s"),
        "meetings.minutes_agreed": _(
            "%(name)s confirmed the minutes of %(day)s for %(side_name)s: both sides agree on them"
        ),
        "meetings.minutes_corrected": _("The minutes of %(day)s were corrected; both sides confirm them anew"),
        "meetings.reminded": _("A reminder of the meeting of %(day)s went out: %(count)s people"),
        "meetings.digest": _("The meetings of %(day)s were named to %(person)s: %(count)s"),
        "engagements.action_added": _("%(owner)s took on: %(text)s (due %(due_on)s)"),
        "engagements.action_edited": _("The action “%(text)s” was planned anew: %(owner)s, due %(due_on)s"),
        "engagements.action_finished": _("The action “%(text)s” is done"),
        "engagements.action_dropped": _("The action “%(text)s” is no longer needed"),
        "engagements.action_reopened": _("The action “%(text)s” is open again"),
    }
)
