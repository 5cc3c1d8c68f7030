"""Talks and workshops take a free time of one of the specialists; one meeting can be moved, and all rest with the
engagement."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from engagements.in_need import in_need
from engagements.models import CoSpecialist, Engagement, Meeting, SlotRequest
from engagements.operations import engagement as engagements
from engagements.operations import slot_requests, slots
from engagements.operations.absences import add_absence
from engagements.operations.team import transfer
from fasttrack_portal.access import AccessRefused
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.operations import edit_customer
from fasttrack_portal.refusals import Conflict, Invalid, Refused, StaleVersion, TransitionRefused
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, calendars, changed, engagement_of, local, mondays, planned, work

SignIn = Callable[[User], Client]
TUESDAY = datetime(2026, 3, 10, 9, tzinfo=UTC)  # ten in Berlin


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    return engagement_of(cast.contoso, cast.specialist, cast.lead)


def book(engagement: Engagement, by: User, **changes: Any) -> Meeting:
    values: dict[str, Any] = {"kind": "workshop", "start": TUESDAY, "at": NOW, "key": uuid.uuid4()}
    return slots.book(engagement, by=by, **(values | changes))


def move(meeting: Meeting, by: User, start: datetime, **changes: Any) -> None:
    meeting.refresh_from_db()
    values: dict[str, Any] = {"reason": "The lead is ill", "version": meeting.version, "at": NOW}
    slots.reschedule(meeting, by=by, start=start, **(values | changes))


def test_a_workshop_lasts_an_hour_and_everybody_is_invited(cast: Cast, contoso: Engagement) -> None:
    meeting = book(contoso, cast.specialist)

    assert (meeting.end - meeting.start, meeting.specialist) == (timedelta(hours=1), cast.specialist)
    event = Event.objects.get(kind="meetings.booked")
    assert event.sentence == "Workshop was booked for 10 Mar 2026"
    work()
    sent = next(message for message in mail.outbox if message.to == [cast.lead.email])
    assert sent.subject == "Workshop on 10 March: Contoso"
    (invitation,) = calendars(sent)["REQUEST"].walk("VEVENT")
    assert str(invitation["UID"]) == str(meeting.ics_uid)


def test_the_same_form_twice_books_once(cast: Cast, contoso: Engagement) -> None:
    key = uuid.uuid4()
    assert book(contoso, cast.specialist, key=key) == book(contoso, cast.specialist, key=key)
    assert Event.objects.filter(kind="meetings.booked").count() == 1
    fabrikam = engagement_of(cast.fabrikam, cast.apac_specialist, cast.fabrikam_lead)
    with pytest.raises(Conflict, match="used before"):
        book(fabrikam, cast.apac_specialist, key=key)


def test_who_is_late_is_offered_the_next_free_times(cast: Cast, contoso: Engagement) -> None:
    book(contoso, cast.specialist)
    with pytest.raises(slots.Taken) as late:
        book(contoso, cast.specialist)
    assert [each.start for each in late.value.details["next"]] == [
        TUESDAY + timedelta(minutes=minutes) for minutes in (60, 90, 120)
    ]
    assert Meeting.objects.count() == 1


def test_another_specialist_of_the_engagement_comes_where_the_first_cannot(cast: Cast, contoso: Engagement) -> None:
    CoSpecialist.objects.create(engagement=contoso, user=cast.manager)
    assert book(contoso, cast.specialist).specialist == cast.specialist
    assert book(contoso, cast.specialist).specialist == cast.manager
    with pytest.raises(slots.Taken):
        book(contoso, cast.specialist)


@pytest.mark.parametrize(
    "start",
    [
        NOW + timedelta(hours=3),  # too soon
        datetime(2026, 3, 8, 9, tzinfo=UTC),  # Sunday
        datetime(2026, 3, 10, 16, tzinfo=UTC),  # half an hour past closing
        datetime(2026, 4, 6, 9, tzinfo=UTC),  # Easter Monday
        NOW + timedelta(days=400),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ],
)
def test_what_is_no_free_time_is_refused(start: datetime, cast: Cast, contoso: Engagement) -> None:
    with pytest.raises(slots.Taken):
        book(contoso, cast.specialist, start=start)
    assert not Meeting.objects.exists()


def test_who_may_not_and_what_may_not(cast: Cast, contoso: Engagement) -> None:
    for stranger in (cast.lead, cast.apac_specialist):
        with pytest.raises(AccessRefused):
            book(contoso, stranger)
    with pytest.raises(Invalid):
        book(contoso, cast.specialist, kind="checkpoint")
    engagements.move(contoso, "hold", by=cast.specialist, reason="Budget", at=NOW)
    with pytest.raises(Refused, match="Resume"):
        book(contoso, cast.specialist)


def test_one_meeting_moves_and_keeps_its_place_in_the_calendar(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    meeting = contoso.meetings.get(nominal_on=date(2026, 3, 9))
    others = [each for each in planned(contoso) if each != meeting]
    uid = meeting.ics_uid
    mail.outbox.clear()

    move(meeting, cast.specialist, TUESDAY)
    meeting.refresh_from_db()
    assert (local(meeting), meeting.ics_uid, meeting.ics_sequence) == ("2026-03-10 10:00", uid, 1)
    assert [each for each in planned(contoso) if each != meeting] == others
    assert Event.objects.get(kind="meetings.rescheduled").sentence == (
        "A meeting was moved to 10 Mar 2026: The lead is ill"
    )
    work()
    (moved,) = calendars(next(each for each in mail.outbox if each.to == [cast.lead.email]))["REQUEST"].walk("VEVENT")
    assert (str(moved["UID"]), moved["SEQUENCE"]) == (str(uid), 1)

    # The planner comes by every week and leaves it there, also three times at once.
    for _again in range(3):
        work(NOW + timedelta(days=5))
    meeting.refresh_from_db()
    assert local(meeting) == "2026-03-10 10:00"
    changed(series, cast.specialist, weekday=2)  # who changes the series moves all of it
    work(NOW + timedelta(days=5))
    meeting.refresh_from_db()
    assert local(meeting) == "2026-03-11 10:00"


def test_moving_is_checked_as_booking_is(cast: Cast, contoso: Engagement) -> None:
    meeting = book(contoso, cast.specialist)
    other = book(contoso, cast.specialist, start=TUESDAY + timedelta(hours=2))
    with pytest.raises(slots.Taken):
        move(meeting, cast.specialist, other.start)
    with pytest.raises(StaleVersion):
        move(meeting, cast.specialist, TUESDAY + timedelta(hours=4), version=meeting.version + 1)
    move(meeting, cast.specialist, TUESDAY + timedelta(minutes=30))  # over its own time
    move(meeting, cast.specialist, TUESDAY + timedelta(minutes=30), version=1)  # the same form twice
    assert Event.objects.filter(kind="meetings.rescheduled").count() == 1
    with pytest.raises(TransitionRefused):
        move(meeting, cast.specialist, TUESDAY + timedelta(days=1), at=TUESDAY + timedelta(hours=1))


def test_talks_rest_with_the_engagement(cast: Cast, contoso: Engagement) -> None:
    meeting = book(contoso, cast.specialist)
    work()
    mail.outbox.clear()
    engagements.move(contoso, "hold", by=cast.specialist, reason="Budget", at=NOW)
    work()
    work()

    meeting.refresh_from_db()
    assert (meeting.status, meeting.reason) == ("cancelled", "The engagement is now: On hold.")
    assert Event.objects.get(kind="meetings.cleared").data["count"] == 1
    sent = [message for message in mail.outbox if message.to == [cast.lead.email]]
    assert [list(calendars(message)) for message in sent] == [["CANCEL"]]


def test_resumed_before_the_worker_came_nothing_is_cancelled(cast: Cast, contoso: Engagement) -> None:
    meeting = book(contoso, cast.specialist)
    engagements.move(contoso, "hold", by=cast.specialist, reason="Budget", at=NOW)
    contoso.refresh_from_db()
    engagements.move(contoso, "resume", by=cast.specialist, at=NOW)
    work()
    meeting.refresh_from_db()
    assert meeting.status == "planned"


def test_a_resumed_engagement_gets_its_talks_back_where_their_time_is_free(cast: Cast, contoso: Engagement) -> None:
    talk, workshop = book(contoso, cast.specialist), book(contoso, cast.specialist, start=TUESDAY + timedelta(hours=2))
    other = engagement_of(cast.contoso, cast.specialist, cast.lead)
    work()
    engagements.move(contoso, "hold", by=cast.specialist, reason="Budget", at=NOW)
    work()
    book(other, cast.specialist)
    work()
    mail.outbox.clear()
    contoso.refresh_from_db()
    engagements.move(contoso, "resume", by=cast.specialist, at=NOW)
    work()
    work()

    talk.refresh_from_db()
    workshop.refresh_from_db()
    assert (workshop.status, workshop.ics_sequence, workshop.wanted_again) == ("planned", 2, "")
    assert (talk.status, talk.wanted_again) == ("cancelled", "rebook")
    event = Event.objects.get(kind="meetings.restored")
    assert event.sentence == "The engagement goes on: 1 meetings that were called off take place again"
    (letter,) = [message for message in mail.outbox if message.to == [cast.lead.email]]
    (back,) = calendars(letter)["REQUEST"].walk("VEVENT")
    assert (str(back["UID"]), back["SEQUENCE"]) == (str(workshop.ics_uid), 2)


def test_what_did_not_come_back_is_booked_again_or_forgotten(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    for hours in (0, 2):
        meeting = book(contoso, cast.specialist, start=TUESDAY + timedelta(hours=hours))
        Meeting.objects.filter(pk=meeting.pk).update(status="cancelled", wanted_again="rebook")
    client = sign_in(cast.specialist)
    page = reverse("engagements:meetings", args=[contoso.public_id])
    assert client.get(page).content.decode().count("Book a new time") == 2
    assert "Book a new time" not in sign_in(cast.lead).get(page).content.decode()
    again = Meeting.objects.order_by("pk")[0]
    address = reverse("engagements:book_meeting", args=[contoso.public_id]) + f"?again={again.public_id}"
    data = {"kind": "workshop", "start": (TUESDAY + timedelta(hours=5)).isoformat(), "key": uuid.uuid4()}
    assert client.post(address, data).status_code == 303
    forget = reverse("engagements:move_meeting", args=[Meeting.objects.order_by("pk")[1].public_id, "forget"])
    assert client.post(forget).status_code == 303
    assert client.post(forget).status_code == 409
    assert "Book a new time" not in client.get(page).content.decode()


def test_a_talk_that_stays_with_the_last_specialist_moves_to_the_new_one(cast: Cast, contoso: Engagement) -> None:
    """The new specialist is away at its time: it is listed, and moving it takes one of theirs."""
    talk = book(contoso, cast.specialist)
    later = book(contoso, cast.specialist, start=TUESDAY + timedelta(days=2))
    add_absence(cast.manager, first_on=TUESDAY.date(), last_on=TUESDAY.date(), at=NOW, by=cast.manager)
    to = Membership.objects.get(user=cast.manager)
    contoso.refresh_from_db()
    transfer(contoso, to=to, reason="Leave", version=contoso.version, by=cast.admin, at=NOW)
    talk.refresh_from_db()
    later.refresh_from_db()
    assert (talk.specialist, later.specialist) == (cast.specialist, cast.manager)
    contoso = Engagement.objects.get(pk=contoso.pk)
    (waiting,) = in_need(cast.manager, contoso, at=NOW)
    assert (waiting.meeting, waiting.why) == (talk, f"{cast.specialist.name} no longer works on this engagement.")
    talk.engagement = contoso
    move(talk, cast.manager, TUESDAY + timedelta(days=1))
    talk.refresh_from_db()
    assert talk.specialist == cast.manager
    assert not in_need(cast.manager, contoso, at=NOW)


def test_looking_at_other_weeks_loses_nothing(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    client, key = sign_in(cast.lead), str(uuid.uuid4())
    ask = reverse("engagements:ask_slot", args=[contoso.public_id])
    data = {"kind": "workshop", "wish": "Teams rooms", "first": TUESDAY.isoformat(), "key": key, "from": "2026-03-30"}
    answer = client.post(ask, data)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Teams rooms</textarea>" in shown
    assert f'<option value="{TUESDAY.isoformat()}" selected>' in shown
    assert '<option value="workshop" selected>' in shown
    assert key in shown
    assert "30 March" in shown
    assert "error-summary" not in shown
    assert not SlotRequest.objects.exists()
    assert client.post(ask, {**data, "from": "nonsense"}).status_code == 200


def test_the_next_date_is_set_on_the_page_of_a_meeting(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    first = book(contoso, cast.specialist)
    client, address = sign_in(cast.specialist), reverse("engagements:set_next", args=[first.public_id])
    assert "Set the next date" in client.get(first.get_absolute_url()).content.decode()
    data = {"kind": "workshop", "day": "2026-03-17", "wall": "13:00", "key": uuid.uuid4()}
    assert client.post(address, {**data, "day": "0001-01-01"}).status_code == 409
    assert client.post(address, {**data, "wall": "never"}).status_code == 422
    assert client.post(address, data).status_code == 303
    following = contoso.meetings.exclude(pk=first.pk).get()
    zone = cast.specialist.time_zone
    assert local(following, zone) == "2026-03-17 13:00"
    # Now it is the one that follows: it moves.
    refused = client.post(address, {"day": "2026-03-21", "wall": "13:00", "version": following.version})
    assert refused.status_code == 409
    assert "The next free ones" in refused.content.decode()
    assert client.post(address, {"day": "2026-03-18", "wall": "13:00", "version": following.version}).status_code == 303
    following.refresh_from_db()
    assert (local(following, zone), following.ics_sequence) == ("2026-03-18 13:00", 1)
    assert sign_in(cast.lead).post(address, data).status_code == 403


def test_a_specialist_proposes_other_times_and_the_customer_takes_one(
    cast: Cast, contoso: Engagement, sign_in: SignIn
) -> None:
    asked = slot_requests.ask(
        contoso, kind="talk", wish="Teams rooms", preferred=[TUESDAY], key=uuid.uuid4(), by=cast.lead
    )
    client = sign_in(cast.specialist)
    times = [(TUESDAY + timedelta(days=days)).isoformat() for days in (1, 2)]
    propose = reverse("engagements:propose_slot", args=[asked.public_id])
    assert client.post(propose, {"first": times[0], "note": ""}).status_code == 303
    assert client.post(propose, {"first": times[0], "second": times[1], "note": "A fair"}).status_code == 303
    work()
    letters = [message for message in mail.outbox if message.to == [cast.lead.email]]
    assert letters[-1].subject == "Other times proposed: Contoso"
    assert not Meeting.objects.exists()
    with pytest.raises(Conflict):
        slot_requests.ask(contoso, kind="talk", wish="Once more", preferred=[], key=uuid.uuid4(), by=cast.lead)

    lead = sign_in(cast.lead)
    shown = lead.get(asked.get_absolute_url()).content.decode()
    assert "A fair" in shown
    assert shown.count('type="radio"') == 2
    accept = reverse("engagements:accept_slot", args=[asked.public_id])
    assert lead.post(accept, {"start": TUESDAY.isoformat()}).status_code == 422
    book(contoso, cast.specialist, start=TUESDAY + timedelta(days=1))
    gone = lead.post(accept, {"start": times[0]})
    assert gone.status_code == 409
    assert "This time is not free" in gone.content.decode()
    assert lead.post(accept, {"start": times[1]}).status_code == 303
    assert lead.post(accept, {"start": times[1]}).status_code == 409
    asked.refresh_from_db()
    assert (asked.status, asked.meeting.start.isoformat() if asked.meeting else "") == ("confirmed", times[1])


def test_none_of_the_proposed_times_suits(cast: Cast, contoso: Engagement) -> None:
    asked = slot_requests.ask(contoso, kind="talk", wish="Teams", preferred=[], key=uuid.uuid4(), by=cast.lead)
    with pytest.raises(Invalid):
        slot_requests.propose(asked, times=[datetime(2026, 3, 8, 9, tzinfo=UTC)], note="", at=NOW, by=cast.specialist)
    with pytest.raises(AccessRefused):
        slot_requests.propose(asked, times=[TUESDAY], note="", at=NOW, by=cast.lead)
    slot_requests.propose(asked, times=[TUESDAY], note="", at=NOW, by=cast.specialist)
    for nobody in (cast.specialist, cast.fabrikam_lead):
        with pytest.raises(AccessRefused):
            slot_requests.accept(asked, start=TUESDAY, at=NOW, by=nobody)
    slot_requests.decline(asked, wish="In the morning", preferred=[TUESDAY - timedelta(hours=1)], by=cast.pm)
    with pytest.raises(TransitionRefused):
        slot_requests.accept(asked, start=TUESDAY, at=NOW, by=cast.lead)
    asked.refresh_from_db()
    assert (asked.status, asked.wish, asked.proposed) == ("open", "In the morning", [])
    work()
    assert any(message.subject == "Other times asked for: Contoso" for message in mail.outbox)
    slot_requests.confirm(asked, start=TUESDAY - timedelta(hours=1), at=NOW, by=cast.specialist)


def test_a_customer_that_moves_to_another_country_has_its_holidays(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist, weekday=1)
    work()
    assert contoso.meetings.get(nominal_on=date(2026, 3, 17)).is_moved is False
    cast.contoso.refresh_from_db()
    edit_customer(cast.contoso, version=cast.contoso.version, by=cast.admin, country="IE")
    work()
    moved = contoso.meetings.get(nominal_on=date(2026, 3, 17))
    assert moved.reason == "Moved from Tue 17 Mar: Saint Patrick's Day in Ireland"


def page_of(engagement: Engagement) -> str:
    return f"/engagements/{engagement.public_id}/meetings/book/"


def test_the_page_shows_free_times_and_books_one(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    client = sign_in(cast.specialist)
    page = client.get(page_of(contoso)).content.decode()
    assert "Tuesday 10 March" in page
    assert f'value="{TUESDAY.isoformat()}"' in page
    data = {"kind": "talk", "start": TUESDAY.isoformat(), "key": str(uuid.uuid4())}
    answer = client.post(page_of(contoso), data)
    assert answer.headers["Location"] == Meeting.objects.get().get_absolute_url()

    late = client.post(page_of(contoso), {**data, "key": str(uuid.uuid4())})
    assert late.status_code == 409
    assert "The next free ones: Tue 10 Mar, 11:00 CET" in late.content.decode()
    assert f'value="{TUESDAY.isoformat()}"' not in late.content.decode()


@pytest.mark.parametrize(
    "asked", ["2026-03-23", "2026-02-31", "1-1-1", "9999-12-31", "0001-01-01", "x\x00", "2020-01-01"]
)
def test_any_week_can_be_asked_for(asked: str, cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    assert sign_in(cast.specialist).get(page_of(contoso), {"from": asked}).status_code == 200


@pytest.mark.parametrize("start", ["", "tomorrow", "2026-03-10T09:00:00", "0001-01-01T00:00:00+14:00", "9" * 30])
def test_bad_times_are_told(start: str, cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    data = {"kind": "talk", "start": start, "key": str(uuid.uuid4())}
    assert sign_in(cast.specialist).post(page_of(contoso), data).status_code in (409, 422)


def test_the_page_moves_a_meeting(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    meeting = book(contoso, cast.specialist)
    client = sign_in(cast.specialist)
    url = f"/meetings/{meeting.public_id}/move/"
    assert url in client.get(meeting.get_absolute_url()).content.decode()
    assert "people are told by mail" in client.get(url).content.decode()
    data = {"start": (TUESDAY + timedelta(hours=1)).isoformat(), "reason": "", "version": 1}
    assert client.post(url, data).status_code == 422
    assert client.post(url, {**data, "reason": "A clash"}).status_code == 303
    meeting.refresh_from_db()
    assert local(meeting) == "2026-03-10 11:00"


# --- What the customer asks for --------------------------------------------------------------------------------------
def ask(engagement: Engagement, by: User, **changes: Any) -> SlotRequest:
    values: dict[str, Any] = {"kind": "talk", "wish": "Phones", "preferred": [TUESDAY], "key": uuid.uuid4()}
    return slot_requests.ask(engagement, by=by, **(values | changes))


def test_the_customer_asks_and_a_specialist_confirms(cast: Cast, contoso: Engagement) -> None:
    asked = ask(contoso, cast.lead)
    work()
    assert [message.to for message in mail.outbox] == [[cast.specialist.email]]
    assert mail.outbox[0].subject == "Contoso asks for a meeting: Technical talk"

    meeting = slot_requests.confirm(asked, start=TUESDAY, at=NOW, by=cast.specialist)
    asked.refresh_from_db()
    assert (asked.status, asked.meeting, local(meeting)) == ("confirmed", meeting, "2026-03-10 10:00")
    with pytest.raises(TransitionRefused):
        slot_requests.confirm(asked, start=TUESDAY + timedelta(hours=2), at=NOW, by=cast.specialist)
    with pytest.raises(TransitionRefused):
        slot_requests.withdraw(asked, by=cast.lead)
    assert Meeting.objects.count() == 1


def test_a_time_that_is_gone_leaves_the_request_open(cast: Cast, contoso: Engagement) -> None:
    asked = ask(contoso, cast.lead)
    book(contoso, cast.specialist)
    with pytest.raises(slots.Taken) as late:
        slot_requests.confirm(asked, start=TUESDAY, at=NOW, by=cast.specialist)
    asked.refresh_from_db()
    assert asked.status == "open"
    slot_requests.confirm(asked, start=late.value.details["next"][0].start, at=NOW, by=cast.specialist)


def test_each_kind_is_asked_for_once_at_a_time(cast: Cast, contoso: Engagement) -> None:
    key = uuid.uuid4()
    first = ask(contoso, cast.lead, key=key)
    assert ask(contoso, cast.lead, key=key) == first
    with pytest.raises(Conflict, match="already"):
        ask(contoso, cast.lead)
    ask(contoso, cast.lead, kind="workshop")
    slot_requests.withdraw(first, by=cast.lead)
    ask(contoso, cast.lead)
    assert Event.objects.filter(kind="meetings.slot_asked").count() == 3


def test_a_wish_for_a_later_week_is_shown_with_that_week(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    later = TUESDAY + timedelta(days=15)
    asked = ask(contoso, cast.lead, preferred=[later])
    page = sign_in(cast.specialist).get(asked.get_absolute_url()).content.decode()
    assert f'value="{later.isoformat()}" selected' in page
    assert "Wed 25 Mar, 10:00–11:00" in page


def test_who_may_ask_and_who_may_confirm(cast: Cast, contoso: Engagement) -> None:
    for stranger in (cast.specialist, cast.fabrikam_lead, cast.partner):
        with pytest.raises(AccessRefused):
            ask(contoso, stranger)
    with pytest.raises(AccessRefused):
        slot_requests.confirm(ask(contoso, cast.lead), start=TUESDAY, at=NOW, by=cast.lead)


def test_asking_and_confirming_on_pages(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    customer = sign_in(cast.lead)
    url = f"/engagements/{contoso.public_id}/meetings/ask/"
    assert url in customer.get(f"/engagements/{contoso.public_id}/meetings/").content.decode()
    assert "The next free time" in customer.get(url).content.decode()
    data = {"kind": "talk", "wish": "Phones", "second": TUESDAY.isoformat(), "key": str(uuid.uuid4())}
    assert customer.post(url, {**data, "wish": ""}).status_code == 422
    page = customer.post(url, data).headers["Location"]
    assert "Withdraw the request" in customer.get(page).content.decode()

    specialist = sign_in(cast.specialist)
    assert f'value="{TUESDAY.isoformat()}" selected' in specialist.get(page).content.decode()
    book(contoso, cast.specialist)
    late = specialist.post(page, {"start": TUESDAY.isoformat()})
    assert late.status_code == 409
    assert "The next free ones" in late.content.decode()
    later = (TUESDAY + timedelta(hours=1)).isoformat()
    assert specialist.post(page, {"start": later}).status_code == 303
    assert "Confirmed" in customer.get(page).content.decode()
