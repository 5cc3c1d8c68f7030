"""Asking a customer that has fallen silent for news, and the numbers by which that is judged."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import BoardSettings, Engagement
from engagements.operations import standing
from engagements.operations.moving import happened
from engagements.silence import next_nudge
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.records import save_changes
from fasttrack_portal.refusals import Conflict

LEADING = (Membership.Role.LEAD, Membership.Role.PROJECT_MANAGER)


def reached(customer: Customer) -> list[User]:
    """Whom a reminder reaches: the customer's leads and project managers."""
    return list(customer.people(*LEADING).order_by("name").distinct())


@transaction.atomic
def nudge(engagement: Engagement, *, text: str, by: User, at: datetime) -> None:
    """Asks the customer's lead and project manager for news, in the person's own words, by notice and mail.

    At most once in so many days, whoever sends it; raises Conflict before that, where nobody is there to read it, and
    for an engagement that does not run."""
    require(by, "engagements.nudge", engagement)
    if not reached(engagement.customer):
        raise Conflict(_("%(customer)s has no tenant lead and no project manager here.") % _named(engagement))
    last = next_nudge(at, -BoardSettings.current().nudge_days)
    ready = Engagement._base_manager.filter(
        Q(nudged_at__isnull=True) | Q(nudged_at__lte=last), pk=engagement.pk, status__in=("planned", "active")
    )
    if not ready.update(nudged_at=at):
        raise Conflict(why_not(engagement, at=at) or _("The engagement does not run any more."))
    engagement.nudged_at = at
    people = ", ".join(str(person) for person in reached(engagement.customer))
    happened("engagements.nudged", engagement, engagement, by, note=text, people=people)


def why_not(engagement: Engagement, *, at: datetime) -> str:
    """Why no reminder can be sent now; empty where one can."""
    engagement.refresh_from_db(fields=["nudged_at"])
    again = next_nudge(engagement.nudged_at, BoardSettings.current().nudge_days)
    if engagement.nudged_at is None or again is None or again <= at:
        return ""
    return _("%(customer)s was reminded on %(day)s. The next reminder can go out on %(again)s.") % {
        **_named(engagement),
        "day": date_format(engagement.nudged_at, "j F"),
        "again": date_format(again, "j F"),
    }


def _named(engagement: Engagement) -> dict[str, str]:
    return {"customer": engagement.customer.name}


@transaction.atomic
def change_board_settings(*, version: int, by: User, cold_days: int, nudge_days: int) -> BoardSettings:
    """Silence is judged anew at once, of every engagement. Raises StaleVersion."""
    require(by, "engagements.change_board_settings")
    row, _is_new = BoardSettings._base_manager.get_or_create(pk=1)
    before = {"cold_days": row.cold_days, "nudge_days": row.nudge_days}
    save_changes(row, version=version, cold_days=cold_days, nudge_days=nudge_days)
    if before["cold_days"] != cold_days:
        standing.count_silence(cold_days, Engagement._base_manager.select_related("customer"))
    record(
        "engagements.board_settings_changed",
        subject=row,
        by=by,
        internal=True,
        data={"before": before, "cold_days": cold_days, "nudge_days": nudge_days},
    )
    return row
