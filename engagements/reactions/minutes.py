"""Who is told when minutes wait for a name, when they were corrected, and when somebody is given an action."""

from engagements.models import Action, Engagement, Meeting, Minutes
from engagements.permissions.gates import SPEAKERS
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.notices.operations import notify


@on("meetings.held")
def ask_for_the_names(event: Event) -> None:
    """Who speaks for the customer is asked to confirm; whoever took something on reads it there too."""
    meeting = Meeting.objects.select_related("engagement__customer", "engagement__specialist").get(pk=event.subject_id)
    owners = User.objects.filter(pk__in=Action.objects.filter(meeting=meeting).values("assignee"))
    engagement = meeting.engagement
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist, *owners], event)


@on("meetings.minutes_corrected")
def ask_anew(event: Event) -> None:
    engagement = _engagement(event)
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist], event)


@on("meetings.minutes_confirmed", "meetings.minutes_agreed")
def tell_of_a_name(event: Event) -> None:
    engagement = _engagement(event)
    notify([*engagement.customer.people(*SPEAKERS), engagement.specialist], event, mail=False)


@on("engagements.action_added", "engagements.action_edited")
def tell_the_owner(event: Event) -> None:
    """In the portal only: at the end of the meeting one mail names them all."""
    if event.data.get("assigned"):
        notify(User.objects.filter(public_id=event.data.get("assigned")), event, mail=False)


def _engagement(event: Event) -> Engagement:
    found = Minutes.objects.select_related("engagement__customer", "engagement__specialist")
    return found.get(pk=event.subject_id).engagement
