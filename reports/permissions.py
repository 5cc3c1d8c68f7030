"""Who may ask for reports and in which edition, who may take them away, and the words for what happens to them."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from engagements.permissions.engagement import is_centre_staff, is_linked_partner
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell
from reports.models import Audience, Bundle, Report, managed_by

Role = Membership.Role
_RUNS = (Role.LEAD, Role.PROJECT_MANAGER)


def audiences_of(user: User, engagement: Engagement) -> list[str]:
    """The editions that somebody may ask for, their own first; none for who only looks on."""
    if is_centre_staff(user, engagement):
        return [Audience.CUSTOMER, Audience.EXECUTIVE, Audience.PARTNER, Audience.STAFF]
    if user.has_role(*_RUNS, customer_id=engagement.customer_id):
        return [Audience.CUSTOMER, Audience.EXECUTIVE]
    return [Audience.PARTNER] if is_linked_partner(user, engagement) else []


@rule("reports.request")
def can_request(user: User, engagement: Engagement) -> Decision:
    """FastTrack's own people of the centre, who runs the engagement for the customer, and the partner its edition."""
    if audiences_of(user, engagement):
        return ALLOWED
    return refused(_("Reports are asked for by the FastTrack specialist, the tenant lead or the project manager."))


@rule("reports.reissue")
def can_reissue(user: User, report: Report) -> Decision:
    """FastTrack issued it, so FastTrack issues it anew; a portfolio is its reader's own."""
    if report.engagement is None or is_centre_staff(user, report.engagement):
        return ALLOWED
    return refused(_("FastTrack issues a report anew. Ask your specialist, and say what is wrong with it."))


@rule("reports.set_rhythm")
def can_set_rhythm(user: User, engagement: Engagement) -> Decision:
    if is_centre_staff(user, engagement) or user.has_role(*_RUNS, customer_id=engagement.customer_id):
        return ALLOWED
    return refused(_("The FastTrack specialist, the tenant lead or the project manager sets when reports come."))


@rule("reports.portfolio")
def can_ask_for_portfolio(user: User, _nothing: object) -> Decision:
    if user.is_admin or managed_by(user):
        return ALLOWED
    return refused(_("A portfolio is for the manager of a FastTrack Center and for administrators."))


@rule("reports.hand_over")
def can_hand_over(user: User, engagement: Engagement) -> Decision:
    """What FastTrack and the customer take away when they part, or when somebody else goes on."""
    if is_centre_staff(user, engagement) or user.has_role(*_RUNS, customer_id=engagement.customer_id):
        return ALLOWED
    return refused(_("The hand-over pack is for the FastTrack specialist, the tenant lead and the project manager."))


@rule("reports.download")
def can_download(user: User, report: Report) -> Decision:
    """Whoever sees a report may take it away, executive viewers too."""
    return ALLOWED


@rule("reports.download_bundle")
def can_download_bundle(user: User, bundle: Bundle) -> Decision:
    """As long as every report in it may still be read by the person."""
    readable = Report.objects.visible_to(user).filter(pk__in=bundle.contents).count()
    if readable == len(bundle.contents):
        return ALLOWED
    return refused(_("You may no longer read some of the reports in this file. Make a new one of those you may."))


tell(
    {
        "reports.requested": _("%(kind)s %(number)s was asked for (%(about)s)"),
        "reports.reissued": _("%(kind)s %(before)s is issued anew as %(number)s (%(about)s): %(reason)s"),
        "reports.issued": _("%(kind)s %(number)s was issued (%(about)s)"),
        "reports.suppressed": _("%(number)s was not made: who asked for it may no longer see %(about)s"),
        "reports.annex_requested": _("All records of %(number)s were asked for in print (%(about)s)"),
        "reports.annex_made": _("All records of %(number)s were printed (%(about)s)"),
        "reports.downloaded": _("%(file)s was downloaded"),
        "reports.rhythm_set": _("When reports on %(number)s come was set: %(what)s"),
        "reports.final_waits": _("The final report of %(number)s waits: %(left)s records are unaccounted for"),
        "reports.bundle_requested": _("%(kind)s %(number)s was asked for (%(about)s)"),
        "reports.bundle_ready": _("%(kind)s %(number)s is ready: %(count)s reports (%(about)s)"),
        "reports.bundle_suppressed": _("%(number)s was not made: who asked for it may no longer see %(about)s"),
        "reports.bundle_downloaded": _("%(file)s was downloaded"),
        "reports.bundle_retired": _("The file of %(number)s was removed after %(days)s days"),
    }
)
