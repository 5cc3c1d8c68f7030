"""Who may say when somebody is away: they themselves, the managers of their centre, and admins."""

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell

_AT_A_CENTRE = refused(_("Absences are of the people who work at a FastTrack Center."))
_NOT_YOURS = refused(_("Only the person, or a manager of their FastTrack Center, can say when they are away."))


@rule("meetings.see_absences")
def can_see_absences(user: User, _nothing: None) -> Decision:
    return ALLOWED if user.audience.is_staff else _AT_A_CENTRE


@rule("meetings.add_absence")
def can_add_absence(user: User, person: User) -> Decision:
    """One's own, or as a manager those of one's centre."""
    centres = [row.centre_id for row in person.all_memberships if row.role in Membership.CENTRE_ROLES]
    if not centres:
        return _AT_A_CENTRE
    leads = any(user.has_role(Membership.Role.MANAGER, centre_id=centre) for centre in centres if centre)
    return ALLOWED if user.pk == person.pk or user.is_admin or leads else _NOT_YOURS


tell(
    {
        "meetings.absence_added": _("%(name)s is away from %(first)s to %(last)s"),
        "meetings.absence_withdrawn": _("%(name)s is not away from %(first)s to %(last)s after all"),
    }
)
