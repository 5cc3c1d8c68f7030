"""Who may ask for reports, who may take them away, and the words for what happens to them."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from engagements.permissions.engagement import is_centre_staff
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell
from reports.models import Report

Role = Membership.Role


@rule("reports.request")
def can_request(user: User, engagement: Engagement) -> Decision:
    """FastTrack's own people of the centre, and who runs the engagement for the customer."""
    if is_centre_staff(user, engagement):
        return ALLOWED
    if user.has_role(Role.LEAD, Role.PROJECT_MANAGER, customer_id=engagement.customer_id):
        return ALLOWED
    return refused(_("Reports are asked for by the FastTrack specialist, the tenant lead or the project manager."))


@rule("reports.download")
def can_download(user: User, report: Report) -> Decision:
    """Whoever sees a report may take it away, executive viewers too."""
    return ALLOWED


tell(
    {
        "reports.requested": _("%(kind)s %(number)s was asked for (%(about)s)"),
        "reports.issued": _("%(kind)s %(number)s was issued (%(about)s)"),
        "reports.suppressed": _("%(number)s was not made: who asked for it may no longer see %(about)s"),
        "reports.annex_requested": _("All records of %(number)s were asked for in print (%(about)s)"),
        "reports.annex_made": _("All records of %(number)s were printed (%(about)s)"),
        "reports.downloaded": _("%(file)s was downloaded"),
    }
)
