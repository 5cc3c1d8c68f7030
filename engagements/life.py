"""What follows when an engagement is put to rest or taken up again: told before somebody does it."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement, Meeting
from fasttrack_portal.accounts.models import User

RESTING = ("hold", "rest", "complete", "cancel")


def follows(engagement: Engagement, step: str, *, at: datetime) -> list[str]:
    """The consequences in sentences: meetings, clocks and status reports rest with the engagement, and come back."""
    if step == "resume":
        return [
            _("Checkpoints are planned again, where a series was set."),
            *_coming_back(engagement),
            _("The clocks of open items run again from now on; the time of the pause counts for nobody."),
            _("Status reports of migration events go out again."),
        ]
    if step not in RESTING:
        return []
    meetings = engagement.meetings.coming(at=at).filter(Q(series__status="active") | Q(series=None)).count()
    items = engagement.with_fasttrack + engagement.with_customer
    told = []
    if meetings:
        told.append(
            ngettext(
                "%(count)s coming meeting is cancelled, in people’s calendars too.",
                "%(count)s coming meetings are cancelled, in people’s calendars too.",
                meetings,
            )
            % {"count": meetings}
        )
    if items:
        told.append(
            ngettext("The clock of %(count)s item stands still.", "The clocks of %(count)s items stand still.", items)
            % {"count": items}
        )
    told.append(_("No status report of a migration event goes out, and nobody is reminded."))
    told.append(_("Everybody who can read it now can read it as before."))
    return told


def _coming_back(engagement: Engagement) -> list[str]:
    waiting = engagement.meetings.filter(wanted_again=Meeting.Again.RESUME).count()
    if not waiting:
        return []
    told = ngettext(
        "%(count)s meeting that was called off takes place again if its time is free; else it waits for a new one.",
        "%(count)s meetings that were called off take place again where their time is free; others wait for a new one.",
        waiting,
    )
    return [told % {"count": waiting}]


def told_of(engagement: Engagement) -> list[User]:
    """Who gets a notice of it."""
    people = engagement.customer.people("lead", "project_manager").order_by("name").distinct()
    return list(dict.fromkeys([*people, engagement.specialist]))
