"""Who plans a migration event, who conducts it, and who may say what went wrong."""

from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from engagements.permissions.engagement import WORKERS, is_centre_staff, is_linked_partner
from engagements.permissions.gates import signing_side
from engagements.tabs import TABS, Tab
from fasttrack_portal.access import ALLOWED, Decision, refused, rule
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.sentences import tell
from fasttrack_portal.directory.models import FastTrackCenter
from migrations_svc import statements
from migrations_svc.models import (
    AccessItem,
    Acknowledgement,
    ChangeRequest,
    CopyDeletion,
    Finding,
    Issue,
    MigrationEvent,
    MigrationProject,
    Scenario,
)

CUSTOMER, FASTTRACK = "customer", "fasttrack"

_THE_CUSTOMERS = refused(
    _("The customer plans its migration events: its leads, or the partner that works on its behalf.")
)
_FASTTRACKS = refused(_("The FastTrack specialist of this engagement does this."))
_ONLY_LOOKS = refused(_("Your role lets you look at this event, not change it."))
_FROZEN = refused(_("The list is frozen, so only your FastTrack specialist can cancel this event now."))
_THEIR_LANE = refused(_("FastTrack fixes this issue, so FastTrack says when it is resolved."))
_NOT_ACKNOWLEDGED = refused(
    _("Before the first event is scheduled, your tenant lead or project manager acknowledges by name how data moves.")
)
_SPEAKERS_DECIDE = refused(
    _("Each side decides by name: the customer’s tenant lead or project manager, and the specialist of FastTrack.")
)
_SPEAKERS_ACKNOWLEDGE = refused(_("The customer’s tenant lead or project manager acknowledges this by name."))
_ADMINS = refused(_("Only an administrator changes these numbers."))
_NOT_ELIGIBLE = _("FastTrack does not move mail and files in this engagement.")


def side_of(user: User, engagement: Engagement) -> str:
    """On whose side of the table the person acts in this engagement; "" for who only looks."""
    if is_centre_staff(user, engagement):
        return FASTTRACK
    if user.has_role(*WORKERS, customer_id=engagement.customer_id) or is_linked_partner(user, engagement):
        return CUSTOMER
    return ""


def planning(engagement: Engagement) -> Decision:
    """Whether events may be planned at all: FastTrack moves data (F9) and the engagement is under way."""
    if not engagement.is_migration_eligible:
        return refused(engagement.eligibility_sentence or _NOT_ELIGIBLE)
    if engagement.status not in (Engagement.Status.PLANNED, Engagement.Status.ACTIVE):
        return refused(_("This engagement is not active, so nothing new can be planned in it."))
    return ALLOWED


@rule("migrations.create")
def can_create(user: User, engagement: Engagement) -> Decision:
    """D-C8: the customer's, or its partner's on its behalf."""
    return planning(engagement) if side_of(user, engagement) == CUSTOMER else _THE_CUSTOMERS


@rule("migrations.start_project")
def can_start_project(user: User, engagement: Engagement) -> Decision:
    return planning(engagement) if side_of(user, engagement) else _ONLY_LOOKS


@rule("migrations.schedule")
def can_schedule(user: User, event: MigrationEvent) -> Decision:
    may = can_create(user, event.engagement)
    return may if not may.allowed or is_acknowledged(event.project) else _NOT_ACKNOWLEDGED


@rule("migrations.reschedule")
def can_reschedule(user: User, event: MigrationEvent) -> Decision:
    return can_create(user, event.engagement)


def is_acknowledged(project: MigrationProject) -> bool:
    """Whether the customer's name stands under the statements as they are now."""
    return Acknowledgement._base_manager.filter(project=project.pk, edition=statements.EDITION).exists()


@rule("migrations.edit")
@rule("migrations.load_list")
@rule("migrations.validate")
@rule("migrations.amend")
@rule("migrations.ask_change")
@rule("migrations.add_scenario")
def can_plan(user: User, event: MigrationEvent) -> Decision:
    return ALLOWED if side_of(user, event.engagement) == CUSTOMER else _THE_CUSTOMERS


@rule("migrations.lock")
@rule("migrations.start")
@rule("migrations.complete")
@rule("migrations.complete_with_issues")
@rule("migrations.fail")
@rule("migrations.load_states")
def can_conduct(user: User, event: MigrationEvent) -> Decision:
    """D-F7: FastTrack conducts what the customer scheduled."""
    return ALLOWED if side_of(user, event.engagement) == FASTTRACK else _FASTTRACKS


@rule("migrations.approve")
@rule("migrations.decline")
def can_decide(user: User, event: MigrationEvent) -> Decision:
    """Go or no-go is a name from each side; a partner never signs for the customer."""
    return ALLOWED if signing_side(user, event.engagement) else _SPEAKERS_DECIDE


@rule("migrations.answer_change")
def can_answer_change(user: User, change: ChangeRequest) -> Decision:
    return can_conduct(user, change.event)


@rule("migrations.set_result")
def can_set_result(user: User, scenario: Scenario) -> Decision:
    """D-C10: the customer tests, or its partner does on its behalf."""
    return can_plan(user, scenario.event)


@rule("migrations.acknowledge")
def can_acknowledge(user: User, project: MigrationProject) -> Decision:
    return ALLOWED if signing_side(user, project.engagement) == CUSTOMER else _SPEAKERS_ACKNOWLEDGE


@rule("migrations.settle_access")
@rule("migrations.settle_finding")
def can_settle(user: User, item: AccessItem | Finding) -> Decision:
    """The customer gives access and fixes findings; FastTrack notes what it hears in a meeting."""
    return can_prepare(user, item.project)


@rule("migrations.add_finding")
@rule("migrations.ask_deletion")
def can_prepare(user: User, project: MigrationProject) -> Decision:
    return ALLOWED if side_of(user, project.engagement) else _ONLY_LOOKS


@rule("migrations.answer_deletion")
def can_answer_deletion(user: User, deletion: CopyDeletion) -> Decision:
    return ALLOWED if side_of(user, deletion.project.engagement) == FASTTRACK else _FASTTRACKS


@rule("migrations.change_rules")
def can_change_rules(user: User, _nothing: object) -> Decision:
    return ALLOWED if user.is_admin else _ADMINS


@rule("migrations.set_capacity")
def can_set_capacity(user: User, centre: FastTrackCenter) -> Decision:
    if user.is_admin or user.has_role(Membership.Role.MANAGER, centre_id=centre.pk):
        return ALLOWED
    return refused(_("The manager of the FastTrack Center says how many events it conducts."))


@rule("migrations.cancel")
def can_cancel(user: User, event: MigrationEvent) -> Decision:
    side = side_of(user, event.engagement)
    if side == FASTTRACK:
        return ALLOWED
    if side == CUSTOMER:
        return _FROZEN if event.status in (event.Status.LOCKED, event.Status.GO) else ALLOWED
    return _ONLY_LOOKS


@rule("migrations.report_issue")
def can_report_issue(user: User, event: MigrationEvent) -> Decision:
    return ALLOWED if side_of(user, event.engagement) else _ONLY_LOOKS


@rule("migrations.set_lane")
def can_set_lane(user: User, issue: Issue) -> Decision:
    if side_of(user, issue.event.engagement) != FASTTRACK:
        return refused(_("Your FastTrack specialist decides who takes an issue on."))
    if issue.is_late:
        return refused(_("This issue came after the window had closed, so it is the customer’s own."))
    return ALLOWED


@rule("migrations.offer_options")
def can_offer_options(user: User, issue: Issue) -> Decision:
    """D-F10: what is offered is FastTrack's to say."""
    return ALLOWED if side_of(user, issue.event.engagement) == FASTTRACK else _FASTTRACKS


@rule("migrations.choose_option")
def can_choose_option(user: User, issue: Issue) -> Decision:
    """D-C9: the customer chooses and acts."""
    side = side_of(user, issue.event.engagement)
    if side == FASTTRACK:
        return refused(_("The customer chooses which way it goes."))
    return ALLOWED if side else _ONLY_LOOKS


@rule("migrations.hand_back")
def can_hand_back(user: User, issue: Issue) -> Decision:
    side = side_of(user, issue.event.engagement)
    if side == FASTTRACK:
        return refused(_("The customer gives back what is with it; you choose who takes the issue on."))
    if issue.is_late:
        return refused(_("This issue came after the window had closed, so it is the customer’s own."))
    return ALLOWED if side else _ONLY_LOOKS


@rule("migrations.link_records")
def can_link_records(user: User, issue: Issue) -> Decision:
    return can_report_issue(user, issue.event)


@rule("migrations.change_watch_settings")
def can_change_watch_settings(user: User, _nothing: object) -> Decision:
    return ALLOWED if user.is_admin else refused(_("Only an administrator of the portal can do this."))


@rule("migrations.resolve_issue")
def can_resolve_issue(user: User, issue: Issue) -> Decision:
    side = side_of(user, issue.event.engagement)
    if side == CUSTOMER:
        return _THEIR_LANE if issue.lane == Issue.Lane.FASTTRACK else ALLOWED
    return ALLOWED if side else _ONLY_LOOKS


@rule("migrations.reopen_issue")
def can_reopen_issue(user: User, issue: Issue) -> Decision:
    return can_report_issue(user, issue.event)


tell(
    {
        "migrations.created": _("%(number)s “%(title)s” was created"),
        "migrations.edited": _("The plan of %(number)s was changed"),
        "migrations.list_uploaded": _("A list was brought for %(number)s: %(name)s"),
        "migrations.list_checked": _("The list %(name)s for %(number)s was checked again"),
        "migrations.list_begun": _("The import of %(name)s into %(number)s began"),
        "migrations.list_read": _(
            "The list %(name)s for %(number)s is checked: %(valid)s to import, %(refused)s refused"
        ),
        "migrations.list_unreadable": _("The list %(name)s for %(number)s cannot be read: %(reason)s"),
        "migrations.list_overtaken": _("The list %(name)s was not imported into %(number)s: %(reason)s"),
        "migrations.list_loaded": _("The list of %(number)s was loaded: %(records)s records, %(refused)s refused"),
        "migrations.validated": _("%(number)s was validated: %(records)s records"),
        "migrations.amended": _("%(number)s was taken back to change its list"),
        "migrations.scheduled": _("%(number)s was scheduled for %(when)s"),
        "migrations.project_started": _("The move from %(source)s was begun"),
        "migrations.access_settled": _("%(source)s: “%(item)s” is given"),
        "migrations.access_reopened": _("%(source)s: “%(item)s” is missing again"),
        "migrations.finding_added": _("%(source)s: “%(item)s” has to be fixed (%(report)s)"),
        "migrations.finding_settled": _("%(source)s: “%(item)s” is fixed"),
        "migrations.finding_reopened": _("%(source)s: “%(item)s” is not fixed yet"),
        "migrations.acknowledged": _("%(name)s acknowledged how data moves from %(source)s"),
        "migrations.deletion_asked": _("The deletion of copies was asked for: %(number)s"),
        "migrations.deletion_failed": _("%(number)s: the copies could not be deleted"),
        "migrations.deletion_retried": _("%(number)s: the copies are to be deleted after all"),
        "migrations.deletion_completed": _("%(number)s: the copies are deleted"),
        "migrations.rules_changed": _("The numbers that migration events are planned by were changed"),
        "migrations.capacity_set": _("%(centre)s conducts %(events_per_day)s events on one day"),
        "migrations.rescheduled": _("%(number)s was moved to %(when)s"),
        "migrations.go_given": _("%(name)s said go to %(number)s for %(side)s"),
        "migrations.declined": _("%(name)s said no-go to %(number)s; it is %(outcome)s now"),
        "migrations.change_asked": _("A change was asked for after the freeze of %(number)s"),
        "migrations.change_agreed": _("FastTrack agreed to a change of %(number)s"),
        "migrations.change_refused": _("FastTrack refused a change of %(number)s"),
        "migrations.scenario_added": _("A test was added to %(number)s: %(scenario)s"),
        "migrations.result_set": _("Test of %(number)s: “%(scenario)s” %(outcome)s"),
        "migrations.window_reminded": _("The window of %(number)s is open until %(closes)s"),
        "migrations.locked": _("The list of %(number)s was frozen"),
        "migrations.approved": _("%(number)s has a go"),
        "migrations.started": _("%(number)s started"),
        "migrations.completed": _("%(number)s ended: %(outcome)s"),
        "migrations.failed": _("%(number)s failed"),
        "migrations.cancelled": _("%(number)s was cancelled"),
        "migrations.states_brought": _("States were brought for %(number)s: %(name)s"),
        "migrations.states_loaded": _(
            "New states for %(number)s: %(changed)s of %(rows)s records changed, %(backwards)s steps back not taken"
        ),
        "migrations.states_refused": _(
            "%(name)s for %(number)s was not stored, refused lines: %(refused)s. %(reason)s"
        ),
        "migrations.load_failed": _("%(name)s for %(number)s could not be loaded; FastTrack looks into it"),
        "migrations.record_set": _("%(record)s in %(number)s: %(before)s → %(now)s, by hand: %(reason)s"),
        "migrations.doubts_taken": _("%(count)s records of %(number)s went back to an earlier state"),
        "migrations.doubts_dropped": _("%(count)s records of %(number)s keep their state against the file"),
        "migrations.stalled": _("Nothing has changed in %(number)s for %(hours)s hours"),
        "migrations.watch_settings_changed": _("The numbers of watching were changed"),
        "migrations.window_closed": _("The window of %(number)s closed"),
        "migrations.issue_reported": _("An issue was reported in %(number)s: %(issue)s"),
        "migrations.lane_set": _("“%(issue)s” in %(number)s: %(lane)s"),
        "migrations.options_offered": _("FastTrack offered ways out of “%(issue)s” in %(number)s"),
        "migrations.option_chosen": _("A way out of “%(issue)s” in %(number)s was chosen: %(option)s"),
        "migrations.issue_handed_back": _("“%(issue)s” in %(number)s went back to FastTrack: %(reason)s"),
        "migrations.records_linked": _("“%(issue)s” in %(number)s is about %(count)s more of the records"),
        "migrations.record_unlinked": _("“%(issue)s” in %(number)s is about one record less"),
        "migrations.issue_resolved": _("An issue in %(number)s was resolved: %(issue)s"),
        "migrations.issue_reopened": _("An issue in %(number)s was reopened: %(issue)s"),
    }
)

TABS.append(Tab(_("Migration"), "migrations_svc:of_engagement", 50))
