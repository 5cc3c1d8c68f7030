"""What follows when something happens to a meeting, or to the engagement it belongs to: planning, and mail."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import translation

from engagements.agenda import calendar_files_of, file_name, invited, invited_to
from engagements.invitations import Method
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations.replanning import ask_for, follow_zone, of_person
from engagements.operations.slots import specialists_of
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import at_once, on
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.notices.mail import Attachment, attaches
from fasttrack_portal.notices.operations import notify, notify_many


# --- Planning --------------------------------------------------------------------------------------------------------
@on("meetings.series_set")
def plan_the_series(event: Event) -> None:
    enqueue(
        "meetings.plan", key=f"{event.subject_id}:set-{event.data['version']}", payload={"series": event.subject_id}
    )


@on(
    "engagements.started",
    "engagements.held",
    "engagements.resumed",
    "engagements.rested",
    "engagements.completed",
    "engagements.cancelled",
    "engagements.transferred",
)
def plan_with_the_engagement(event: Event) -> None:
    """An engagement that rests has no meetings; one that is resumed has them again; another specialist has other
    hours."""
    _plan_all(event, MeetingSeries.objects.filter(engagement=event.subject_id))


def _plan_all(event: Event, series: QuerySet[MeetingSeries]) -> None:
    for pk in series.filter(status="active").values_list("pk", flat=True):
        enqueue("meetings.plan", key=f"{pk}:{event.public_id}", payload={"series": pk})


@on("engagements.held", "engagements.rested", "engagements.completed", "engagements.cancelled")
def clear_single_meetings(event: Event) -> None:
    """Talks and workshops rest with the engagement, too."""
    if Meeting.objects.filter(engagement=event.subject_id, series=None).coming(at=event.at).exists():
        enqueue("meetings.clear", key=str(event.public_id), payload={"engagement": event.subject_id})


@on("engagements.resumed")
def restore_single_meetings(event: Event) -> None:
    """They come back where their time is still free."""
    called_off = Meeting.objects.filter(engagement=event.subject_id, wanted_again=Meeting.Again.RESUME)
    coming = Meeting.objects.filter(engagement=event.subject_id, series=None).coming(at=event.at)
    # One that is about to be called off by a job of its own is put back after it.
    if called_off.exists() or coming.exists():
        enqueue("meetings.restore", key=str(event.public_id), payload={"engagement": event.subject_id})


@on("directory.customer_edited")
def replan_with_the_customer(event: Event) -> None:
    """Another country has other holidays, and a series on the customer's clock goes with it to another zone."""
    after = event.data.get("after", {})
    if not {"country", "zone"} & set(after):
        return
    if "zone" in after:
        follow_zone(event.data["before"]["zone"], after["zone"], customer=event.subject_id)
    ask_for(Engagement.objects.filter(customer=event.subject_id), why="customer", cause=event)


@on("directory.centre_edited", "directory.closure_added")
def replan_with_the_centre(event: Event) -> None:
    """Other hours, another zone, or closed on more days: what no longer fits moves."""
    after = event.data.get("after", {})
    if "zone" in after:
        follow_zone(event.data["before"]["zone"], after["zone"], centre=event.subject_id)
    why = "closure" if event.kind == "directory.closure_added" else "centre"
    ask_for(Engagement.objects.filter(centre=event.subject_id), why=why, cause=event)


@on("meetings.absence_added", "meetings.absence_withdrawn")
def replan_with_the_specialist(event: Event) -> None:
    why = "away" if event.kind == "meetings.absence_added" else "back"
    ask_for(of_person(event.data["person"]), why=why, cause=event)
    notify(User.objects.filter(pk=event.data["person"]), event, mail=False)


# --- Telling ---------------------------------------------------------------------------------------------------------
@on(
    "meetings.planned",
    "meetings.series_ended",
    "meetings.cancelled",
    "meetings.booked",
    "meetings.rescheduled",
    "meetings.cleared",
    "meetings.series_cut",
    "meetings.replanned",
    "meetings.restored",
)
def tell_the_invited(event: Event) -> None:
    engagement = _engagement_of(event)
    # An end that cancelled nothing changes nobody's calendar.
    changes_calendars = bool(event.data.get("meetings") or event.data.get("cancelled"))
    people = invited(engagement)
    if event.kind in ("meetings.replanned", "meetings.restored") and not changes_calendars:
        people = specialists_of(engagement)  # what could not be moved waits for them
    notify(people, event, mail=changes_calendars)
    for person in people:
        # Nobody is told of their own act, but the calendar of whoever cancelled has to lose the meeting too.
        if person.pk == event.actor_id and changes_calendars and "meetings" not in person.muted_topics:
            enqueue(
                "notices.mail",
                key=f"{event.public_id}:{person.public_id}",
                payload={"event": event.pk, "user": person.pk},
            )


@at_once(tell_the_invited)
def tell_all_the_invited(events: Sequence[Event]) -> None:
    """Of many plannings at once, which are the portal's own acts."""
    related = Engagement.objects.select_related("customer", "centre", "specialist")
    engagements = {each.public_id: each for each in related.filter(public_id__in=[event.thread for event in events])}
    people = invited_to(engagements.values())
    notify_many(
        (event, people[engagements[event.thread].pk], bool(event.data["meetings"] or event.data["cancelled"]))
        for event in events
    )


@on("meetings.slot_asked", "meetings.slot_declined", "meetings.slot_withdrawn")
def tell_who_can_come(event: Event) -> None:
    """Every specialist of the engagement: whoever is free first answers."""
    people = specialists_of(_engagement_of(event))
    notify(people, event, mail=event.kind != "meetings.slot_withdrawn")


@on("meetings.slot_proposed")
def tell_who_asked(event: Event) -> None:
    """Whoever of the customer would be invited: each of them can answer."""
    engagement = _engagement_of(event)
    notify([person for person in invited(engagement) if person.pk != engagement.specialist_id], event)


@attaches("engagements.transferred")
@attaches("meetings.planned")
@attaches("meetings.booked")
@attaches("meetings.rescheduled")
@attaches("meetings.cleared")
@attaches("meetings.series_cut")
@attaches("meetings.replanned")
@attaches("meetings.restored")
@attaches("meetings.cancelled")
@attaches("meetings.series_ended")
def calendar_files(event: Event, person: User) -> list[Attachment]:
    """One file a meeting, as it stands now."""
    engagement = _engagement_of(event)
    with translation.override(person.language):
        return [
            *_files("REQUEST", "invitation", event, engagement, event.data.get("meetings", [])),
            *_files("CANCEL", "cancellation", event, engagement, event.data.get("cancelled", [])),
        ]


def _files(
    method: Method, name: str, event: Event, engagement: Engagement, facts: list[dict[str, str]]
) -> list[Attachment]:
    if not facts:
        return []
    found = engagement.meetings.filter(public_id__in=[fact["id"] for fact in facts]).select_related("series")
    # Cancelled since: its own mail says so, and an invitation sent after that one would bring it back.
    meetings = sorted(
        (each for each in found if (each.status == Meeting.Status.CANCELLED) == (method == "CANCEL")),
        key=lambda meeting: meeting.start,
    )
    files = calendar_files_of(method, meetings, engagement, stamp=event.at)
    return [
        (file_name(meeting, engagement, name), file, f"text/calendar; method={method}")
        for meeting, file in zip(meetings, files, strict=True)
    ]


def _engagement_of(event: Event) -> Engagement:
    related = Engagement.objects.select_related("customer", "centre", "specialist")
    return related.get(public_id=event.thread)
