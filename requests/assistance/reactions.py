"""Who hears of what happened to a request."""

from datetime import timedelta

from assistance import people, queue
from assistance.models import AssistanceRequest, Offer, TriageSettings
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import on
from fasttrack_portal.directory.calendars import WorkingCalendar
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.jobs.operations import enqueue
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


# --- Eligibility -----------------------------------------------------------------------------------------------------
@on("directory.customer_edited")
def look_at_the_verdicts(event: Event) -> None:
    """Seats decide eligibility; where they have changed, a job looks at the requests that are open."""
    changed = event.fact("before") or {}
    if (
        "seats" in changed
        and AssistanceRequest._base_manager.filter(
            customer=event.customer_id, status__in=AssistanceRequest.OPEN
        ).exists()
    ):
        payload = {"customer": event.customer_id, "by": event.actor_id}
        enqueue("assistance.recheck_verdicts", key=str(event.public_id), payload=payload)


@on("assistance.verdict_changed")
def tell_of_the_verdict(event: Event) -> None:
    """Who sent it and who reviews it; not the whole centre."""
    ask = _ask_of(event)
    notify([*people.author_of(ask), *([ask.reviewer] if ask.reviewer else [])], event)


# --- Triage ----------------------------------------------------------------------------------------------------------
@on("assistance.assigned")
def tell_of_assignment(event: Event) -> None:
    """The specialist gets a mail; for the asking side it is good to know, as a review is."""
    ask = _ask_of(event)
    notify([ask.reviewer] if ask.reviewer else [], event)
    notify([person for person in people.sending_side(ask) if person != ask.reviewer], event, mail=False)


@on("assistance.handed_over")
def tell_the_new_reviewer(event: Event) -> None:
    ask = _ask_of(event)
    notify([ask.reviewer] if ask.reviewer else [], event)


@on("assistance.moved")
def tell_the_new_centre(event: Event) -> None:
    ask = _ask_of(event)
    notify(people.centre_people(ask.centre), event)
    notify(people.sending_side(ask), event, mail=False)


@on("assistance.reminded")
def tell_once_more(event: Event) -> None:
    notify(people.sending_side(_ask_of(event)), event)


@on("assistance.asked_for_information")
def time_the_reminders(event: Event) -> None:
    """After so many working days of the centre; the job looks whether the answer is there by then."""
    ask, numbers = _ask_of(event), TriageSettings.current()
    calendar = _calendar(ask.centre, event)
    for turn, days in enumerate((numbers.first_reminder_days, numbers.second_reminder_days), 1):
        enqueue(
            "assistance.remind",
            key=f"{event.public_id}:{turn}",
            payload={"event": event.pk, "turn": turn},
            due_at=queue.working_days_later(calendar, event.at, days),
        )


def _calendar(centre: FastTrackCenter, event: Event) -> WorkingCalendar:
    return centre.calendar(range(event.at.year, event.at.year + 2))


# --- The partner leg -------------------------------------------------------------------------------------------------
def _offer_of(event: Event) -> Offer:
    return Offer.objects.with_people().get(pk=event.subject_id)


@on("assistance.offered")
def time_the_offer(event: Event) -> None:
    """The partner hears of it; its reminder and its end are timed."""
    offer = _offer_of(event)
    notify(people.partner_people(offer.partner), event)
    if event.actor_id is None:
        # It went out by itself: who made it sees that the customer has agreed.
        notify(people.offering_side(offer), event, mail=False)
    days = TriageSettings.current().offer_reminder_days
    remind_at = queue.working_days_later(_calendar(offer.centre, event), offer.offered_at, days)
    key, payload = str(offer.public_id), {"offer": offer.pk}
    if remind_at < offer.expires_at - timedelta(hours=1):
        enqueue("assistance.remind_partner", key=key, payload=payload, due_at=remind_at)
    enqueue("assistance.expire_offer", key=key, payload=payload, due_at=offer.expires_at)


@on("assistance.offer_prepared")
def time_the_consent(event: Event) -> None:
    """The customer is asked by its own event; the offer ends when there is no answer."""
    offer = _offer_of(event)
    key = f"{offer.public_id}:consent"
    enqueue("assistance.expire_offer", key=key, payload={"offer": offer.pk}, due_at=offer.expires_at)


@on("directory.consent_agreed", "directory.partner_linked")
def send_what_waits(event: Event) -> None:
    if Offer.objects.filter(customer=event.customer_id, partner=event.partner_id, status="consent").exists():
        enqueue("assistance.send_offers", key=str(event.public_id), payload={"link": event.subject_id})


@on("directory.consent_refused")
def drop_what_waits(event: Event) -> None:
    if Offer.objects.filter(consent=event.subject_id, status="consent").exists():
        enqueue("assistance.drop_offers", key=str(event.public_id), payload={"consent": event.subject_id})


@on("assistance.offer_dropped")
def tell_who_prepared(event: Event) -> None:
    notify(people.offering_side(_offer_of(event)), event)


@on("assistance.offer_reminded", "assistance.offer_withdrawn")
def tell_the_partner(event: Event) -> None:
    notify(people.partner_people(_offer_of(event).partner), event)


@on("assistance.offer_accepted", "assistance.offer_declined")
def tell_who_offered(event: Event) -> None:
    notify(people.offering_side(_offer_of(event)), event)


@on("assistance.offer_expired")
def tell_both_of_the_end(event: Event) -> None:
    offer = _offer_of(event)
    notify(people.offering_side(offer), event)
    notify(people.partner_people(offer.partner), event, mail=False)


@on("assistance.declined", "assistance.withdrawn")
def close_what_is_offered(event: Event) -> None:
    """Where something is offered, a job takes it back and tells the partners."""
    if Offer.objects.filter(ask=event.subject_id).open().exists():
        enqueue("assistance.close_offers", key=str(event.public_id), payload={"ask": event.subject_id})
