"""Invitations: one mail a planning, a calendar file that clients accept, a cancellation that cancels."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from engagements.agenda import invited
from engagements.invitations import Guest, Invitation, calendar_file
from engagements.models import Engagement
from engagements.operations import meetings as operations
from engagements.operations import slots
from engagements.operations.series import end_series
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import add_membership, create_person
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, calendars, changed, engagement_of, mondays, planned, work


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    return engagement_of(cast.contoso, cast.specialist, cast.lead)


def sent_to(person: User) -> list[Any]:
    return [message for message in mail.outbox if message.to == [person.email]]


def test_the_first_planning_is_one_mail_with_all_dates(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()

    assert sorted(message.to[0] for message in mail.outbox) == [
        "lead@contoso.example",
        "pm@contoso.example",
        "specialist@fasttrack.example",
    ]
    (message,) = sent_to(cast.lead)
    assert message.subject == "9 checkpoints from 2 March: Contoso"
    assert "Mon 2 Mar 2026, 10:00 CET" in message.body
    assert "Mon 30 Mar 2026, 10:00 CEST" in message.body
    assert "Tue 7 Apr 2026, 09:00 CEST – Moved from Mon 6 Apr: Easter Monday in Germany" in message.body
    assert "On your clock (Europe/Berlin):" in message.body
    assert f"http://127.0.0.1:8000/engagements/{contoso.public_id}/meetings/" in message.body
    assert "\n\n\n" not in message.body

    files = calendars(message)
    assert set(files) == {"REQUEST"}
    assert len(files["REQUEST"].walk("VEVENT")) == 9


def test_dates_stand_in_each_reader_s_own_zone(cast: Cast, contoso: Engagement) -> None:
    cast.pm.time_zone = "America/New_York"
    cast.pm.save()
    mondays(contoso, cast.specialist)
    work()

    (message,) = sent_to(cast.pm)
    assert "Mon 2 Mar 2026, 04:00 EST" in message.body
    # America's clocks are ahead of Europe's for three weeks.
    assert "Mon 9 Mar 2026, 05:00 EDT" in message.body
    assert "Mon 30 Mar 2026, 04:00 EDT" in message.body


def test_each_meeting_is_an_event_that_a_client_can_place(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()
    calendar = calendars(sent_to(cast.lead)[0])["REQUEST"]

    events = calendar.walk("VEVENT")
    for event, meeting in zip(events, planned(contoso), strict=True):
        assert event["UID"] == str(meeting.ics_uid)
        assert event["SEQUENCE"] == 0
        assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
        assert event["DTSTART"].dt.astimezone(UTC) == meeting.start
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=30)
        assert event["STATUS"] == "CONFIRMED"
        assert event["SUMMARY"] == "Checkpoint: Contoso"
        assert event["LOCATION"] == "Online"
        assert event["URL"] == f"http://127.0.0.1:8000/meetings/{meeting.public_id}/"
        assert event["ORGANIZER"] == "mailto:noreply@fasttrack.example"
        assert [str(attendee) for attendee in event["ATTENDEE"]] == [
            f"mailto:{person.email}" for person in invited(contoso)
        ]
        # A client that asks for an answer would send it to an address that reads none.
        assert {attendee.params["RSVP"] for attendee in event["ATTENDEE"]} == {"FALSE"}
    moved = next(event for event in events if "Easter" in event["DESCRIPTION"])
    assert moved["DTSTART"].dt.replace(tzinfo=None) == datetime(2026, 4, 7, 9)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Berlin"


def test_viewers_and_people_who_left_are_not_invited(cast: Cast, contoso: Engagement) -> None:
    for name, role in (("viewer", Membership.Role.VIEWER), ("techie", Membership.Role.TECHNICAL_LEAD)):
        person = create_person(email=f"{name}@contoso.example", name=name, password="x" * 20, by=None)
        add_membership(person, role=role, customer=cast.contoso, by=None)
    cast.pm.is_active = False
    cast.pm.save()
    mondays(contoso, cast.specialist)
    work()

    told = {message.to[0].split("@")[0] for message in mail.outbox}
    assert told == {"lead", "techie", "specialist"}
    assert {notification.user.email.split("@")[0] for notification in Notification.objects.all()} == told


def test_a_move_reaches_calendars_as_a_later_edition(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    mail.outbox.clear()
    changed(series, cast.specialist, wall_time=time(11))
    work()

    (message,) = sent_to(cast.lead)
    events = calendars(message)["REQUEST"].walk("VEVENT")
    uids = {str(meeting.ics_uid): meeting for meeting in planned(contoso)}
    assert {(event["SEQUENCE"], event["DTSTART"].dt.hour) for event in events} == {(1, 11)}
    assert {event["UID"] for event in events} <= set(uids)
    assert len(events) == 8  # Easter's stays at nine on Tuesday


def test_what_is_no_longer_wanted_is_cancelled_in_the_same_mail(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    mail.outbox.clear()
    changed(series, cast.specialist, every_weeks=2, wall_time=time(12))
    work()

    (message,) = sent_to(cast.lead)
    files = calendars(message)
    assert (len(files["REQUEST"].walk("VEVENT")), len(files["CANCEL"].walk("VEVENT"))) == (5, 4)
    assert {event["STATUS"] for event in files["CANCEL"].walk("VEVENT")} == {"CANCELLED"}
    assert {event["SEQUENCE"] for event in files["CANCEL"].walk("VEVENT")} == {1}
    assert "No longer taking place:" in message.body


def test_cancelling_one_takes_it_out_of_every_calendar(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()
    mail.outbox.clear()
    meeting = contoso.meetings.get(nominal_on=date(2026, 3, 9))
    operations.cancel(meeting, reason="Carnival, nobody is in", by=cast.specialist)
    work()

    (message,) = sent_to(cast.lead)
    assert message.subject == "Meeting cancelled on 9 March: Contoso"
    assert "The reason: Carnival, nobody is in" in message.body
    (event,) = calendars(message)["CANCEL"].walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (str(meeting.ics_uid), 1, "CANCELLED")
    # Whoever cancelled is not told, but their calendar has to lose it too.
    assert calendars(sent_to(cast.specialist)[0])["CANCEL"]
    assert not Notification.objects.filter(user=cast.specialist, event__kind="meetings.cancelled").exists()


def test_an_invitation_that_is_late_does_not_bring_a_cancelled_meeting_back(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    Job.objects.exclude(kind="meetings.plan").delete()
    engine.run(engine.claim("light", NOW))  # the planning alone; its mails wait
    operations.cancel(contoso.meetings.get(nominal_on=date(2026, 3, 9)), reason="Carnival", by=cast.specialist)
    work()

    planned_mail, cancelled_mail = sent_to(cast.lead)
    assert len(calendars(planned_mail)["REQUEST"].walk("VEVENT")) == 8
    assert len(calendars(cancelled_mail)["CANCEL"].walk("VEVENT")) == 1


def test_ending_a_series_cancels_all_of_it(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    mail.outbox.clear()
    end_series(series, at=NOW, by=cast.admin)
    work()

    (message,) = sent_to(cast.lead)
    assert message.subject == "Checkpoints ended: Contoso"
    assert len(calendars(message)["CANCEL"].walk("VEVENT")) == 9


def test_who_has_switched_meetings_off_gets_no_mail(cast: Cast, contoso: Engagement) -> None:
    cast.lead.muted_topics = ["meetings"]
    cast.lead.save()
    mondays(contoso, cast.specialist)
    work()

    assert not sent_to(cast.lead)
    assert Notification.objects.filter(user=cast.lead).exists()


# --- The file itself -------------------------------------------------------------------------------------------------
ODD = 'Ränke, Schmid; "Söhne" \\ Co\nBEGIN:VALARM \x00\x07 ' + "日本語" * 30


def a_file(**changes: Any) -> bytes:
    values: dict[str, Any] = {
        "uid": UUID(int=7),
        "sequence": 3,
        "start": datetime(2026, 3, 30, 8, tzinfo=UTC),
        "end": datetime(2026, 3, 30, 8, 30, tzinfo=UTC),
        "zone": "Europe/Berlin",
        "summary": ODD,
        "description": ODD,
        "url": "https://portal.example/meetings/7/",
        "guests": (Guest(ODD, "odd@example.org"), Guest("Sam", "sam@example.org", has_accepted=True)),
    }
    meeting = Invitation(**(values | changes))
    return calendar_file("REQUEST", [meeting], organizer=Guest("FastTrack", "noreply@x.example"), stamp=NOW)


def test_lines_end_in_crlf_and_hold_75_octets_at_most() -> None:
    content = a_file()
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    # A fold may not cut a letter in two: each line is whole UTF-8.
    for line in content.split(b"\r\n"):
        line.decode()


def test_people_s_text_stays_text() -> None:
    content = a_file()
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert not calendar.walk("VALARM")
    assert str(event["SUMMARY"]) == ODD.replace("\x00", "").replace("\x07", "")
    assert b"\x00" not in content
    assert b"\x07" not in content
    assert event["ATTENDEE"][0] == "mailto:odd@example.org"
    assert event["ATTENDEE"][0].params["CN"].startswith("Ränke, Schmid; 'Söhne'")
    assert [attendee.params["PARTSTAT"] for attendee in event["ATTENDEE"]] == ["NEEDS-ACTION", "ACCEPTED"]


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"],
)
def test_the_zone_in_the_file_agrees_with_the_zone_on_earth(zone: str) -> None:
    """Read by the letter of the format: the offset in force is that of the last change before."""
    calendar = Calendar.from_ical(a_file(zone=zone))
    (definition,) = calendar.walk("VTIMEZONE")
    changes = []
    for part in definition.subcomponents:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        changes.append(((part["DTSTART"].dt - before).replace(tzinfo=UTC), after))
    changes.sort()
    moment = datetime(2025, 6, 1, tzinfo=UTC)
    while moment < datetime(2027, 6, 1, tzinfo=UTC):
        said = [after for start, after in changes if start <= moment][-1]
        assert said == moment.astimezone(ZoneInfo(zone)).utcoffset(), moment
        moment += timedelta(minutes=30)


def test_universal_time_needs_no_zone() -> None:
    content = a_file(zone="UTC")
    assert b"VTIMEZONE" not in content
    assert re.search(rb"^DTSTART:20260330T080000Z\r$", content, re.MULTILINE)


def forms_of(message: Any) -> list[Any]:
    """The forms in which a mail program can show the text, the plainest first."""
    parsed = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
    (body,) = [part for part in parsed.walk() if part.get_content_type() == "multipart/alternative"]
    return list(body.iter_parts())


def test_the_mail_of_one_meeting_is_an_invitation_itself(cast: Cast, contoso: Engagement) -> None:
    """Outlook and Gmail show their buttons for a calendar beside the text; the file stays for all others."""
    start = datetime(2026, 3, 10, 9, tzinfo=UTC)
    meeting = slots.book(contoso, kind="workshop", start=start, at=NOW, by=cast.specialist)
    operations.cancel(meeting, reason="Carnival", by=cast.specialist)
    work()
    booked, cancelled = [message for message in mail.outbox if message.to == [cast.lead.email]]
    # Booked and cancelled before the mail went out: no invitation is sent after its cancellation.
    assert [part.get_content_type() for part in forms_of(booked)] == ["text/plain", "text/html"]
    text, html, invitation = forms_of(cancelled)
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert invitation["content-type"].params["method"] == "CANCEL"
    (event,) = Calendar.from_ical(invitation.get_payload(decode=True)).walk("VEVENT")
    (attached,) = calendars(cancelled)["CANCEL"].walk("VEVENT")
    assert event.to_ical() == attached.to_ical()
    assert str(event["UID"]) == str(meeting.ics_uid)

    slots.book(contoso, kind="workshop", start=start, at=NOW, by=cast.specialist)
    work()
    again = [message for message in mail.outbox if message.to == [cast.lead.email]][-1]
    assert forms_of(again)[2]["content-type"].params["method"] == "REQUEST"
    assert b"\r\nMETHOD:REQUEST\r\n" in forms_of(again)[2].get_payload(decode=True)


def test_the_mail_of_a_series_has_a_file_for_each_meeting(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()
    letter = next(message for message in mail.outbox if message.to == [cast.lead.email])
    assert [part.get_content_type() for part in forms_of(letter)] == ["text/plain", "text/html"]
