"""The tabs of an engagement's page; apps above add theirs in `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Meeting
from fasttrack_portal.access import Reason
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import address


def _for_everybody(engagement: Engagement, user: User) -> bool:
    return True


@dataclass(frozen=True)
class Tab:
    """`name` is a url name that takes the engagement's `public_id`; `order` sorts (10 overview ... 90 activity)."""

    label: Reason
    name: str
    order: int
    is_shown: Callable[[Engagement, User], bool] = _for_everybody


TABS: list[Tab] = [
    Tab(_("Overview"), "engagements:detail", 10),
    Tab(_("Responsibilities"), "engagements:matrix", 20),
    Tab(_("Milestones"), "engagements:milestones", 30),
    Tab(_("Remediation"), "engagements:remediation", 32),
    Tab(_("Success plan"), "engagements:success", 34),
    Tab(_("Meetings"), "engagements:meetings", 40),
    Tab(_("Activity"), "engagements:activity", 90),
]


def tabs_of(engagement: Engagement, user: User, current: str) -> list[dict[str, Any]]:
    """The tabs for components/tabs.html; `current` is the url name of the page. Addresses not there are left out."""
    found = []
    for tab in sorted(TABS, key=lambda tab: tab.order):
        if not tab.is_shown(engagement, user):
            continue
        try:
            href = reverse(tab.name, kwargs={"public_id": engagement.public_id})
        except NoReverseMatch:
            continue
        found.append({"label": tab.label, "href": href, "is_current": tab.name == current, "count": None})
    return found


def tabs_of_move(meeting: Meeting, current: str) -> list[dict[str, Any]]:
    """What of a series moves: this meeting, those from it on, or all. A single meeting has no such choice."""
    if not (meeting.series and meeting.series.status == "active" and meeting.nominal_on):
        return []
    found = [
        (_("Only this one"), "engagements:reschedule_meeting", meeting.public_id),
        (_("This one and those that follow"), "engagements:change_following", meeting.public_id),
        (_("All checkpoints"), "engagements:set_series", meeting.engagement.public_id),
    ]
    return [
        {"label": label, "href": address(name, pk), "is_current": name == current, "count": None}
        for label, name, pk in found
    ]
