"""Who hears of what happened to a request."""

from assistance import people
from assistance.models import AssistanceRequest
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.notices.operations import notify


def _ask_of(event: Event) -> AssistanceRequest:
    return AssistanceRequest.objects.with_people().get(pk=event.subject_id)


@on("assistance.submitted")
def tell_of_submission(event: Event) -> None:
    """The author gets a receipt too: we have it, and this comes next."""
    ask = _ask_of(event)
    notify(people.told_of_submission(ask.customer, ask.created_by), event, also_actor=True)


@on("assistance.reviewed")
def tell_of_review(event: Event) -> None:
    """Good to know and nothing to do, so no mail."""
    notify(people.sending_side(_ask_of(event)), event, mail=False)


@on("assistance.accepted")
def tell_of_acceptance(event: Event) -> None:
    """The engagement that opens in the same moment has its own mail; only who does not get that one gets this."""
    ask = _ask_of(event)
    author = people.author_of(ask)
    notify([person for person in people.sending_side(ask) if person not in author], event, mail=False)
    notify(author, event, mail=not people.told_of_the_opening(ask))


@on("assistance.asked_for_information", "assistance.declined")
def tell_the_sending_side(event: Event) -> None:
    notify(people.sending_side(_ask_of(event)), event)


@on("assistance.joined", "assistance.join_wished")
def tell_of_joining(event: Event) -> None:
    """FastTrack by mail; who sent the request sees it in the portal, where it was made visible to them."""
    ask = _ask_of(event)
    notify(people.receiving_side(ask), event)
    if not event.internal:
        notify(people.sending_side(ask), event, mail=False)


@on("assistance.answered", "assistance.withdrawn")
def tell_the_receiving_side(event: Event) -> None:
    ask = _ask_of(event)
    if not ask.is_private:
        notify(people.receiving_side(ask), event)
