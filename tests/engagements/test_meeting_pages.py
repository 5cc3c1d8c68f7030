"""What people see of meetings and may do with them: setting, previewing, holding, cancelling, writing down."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar
from psycopg2.extras import DateTimeTZRange

from engagements.models import Engagement, Meeting, MeetingSeries
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.operations import link_partner
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, engagement_of, mondays, planned, work

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    return engagement_of(cast.contoso, cast.specialist, cast.lead)


@pytest.fixture
def meeting(cast: Cast, contoso: Engagement) -> Meeting:
    """The checkpoint of Monday 9 March, one of nine."""
    mondays(contoso, cast.specialist)
    work()
    return contoso.meetings.get(nominal_on=date(2026, 3, 9))


@pytest.fixture
def checkpoint(cast: Cast, contoso: Engagement) -> Meeting:
    """One checkpoint of a series, put there without the worker."""
    series = mondays(contoso, cast.specialist)
    start = datetime(2026, 3, 9, 9, tzinfo=UTC)
    return Meeting.objects.create(
        engagement=contoso,
        series=series,
        specialist=cast.specialist,
        during=DateTimeTZRange(start, start + timedelta(minutes=30), "[)"),
        nominal_on=date(2026, 3, 9),
    )


def page_of(engagement: Engagement) -> str:
    return f"/engagements/{engagement.public_id}/meetings/"


def series_form(**changes: Any) -> dict[str, Any]:
    values = {
        "every_weeks": "1",
        "weekday": "0",
        "wall_time": "10:00",
        "zone": "Europe/Berlin",
        "starts_on": "2026-03-02",
        "key": str(uuid.uuid4()),
    }
    return values | changes


def step(meeting: Meeting, name: str) -> str:
    return f"/meetings/{meeting.public_id}/step/{name}/"


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="meetings.").order_by("pk").values_list("kind", flat=True))


# --- The series ------------------------------------------------------------------------------------------------------
def test_a_specialist_sets_the_checkpoints(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    sam = sign_in(cast.specialist)
    form = sam.get(page_of(contoso) + "series/").content.decode()
    assert "Contoso and FastTrack Center EMEA are both in Europe/Berlin." in form
    assert '<option value="Europe/Berlin" selected' in form
    assert "to each of 3 people:" in form

    answer = sam.post(page_of(contoso) + "series/", series_form())
    assert (answer.status_code, answer["Location"]) == (303, page_of(contoso))
    assert kinds() == ["meetings.series_set"]
    assert "The next meetings are being planned" in sam.get(page_of(contoso)).content.decode()
    work()

    shown = sam.get(page_of(contoso)).content.decode()
    assert "being planned" not in shown
    assert "Every week, Mon 10:00 Europe/Berlin" in shown
    assert "30 Mar 2026, 10:00 CEST" in shown
    assert "Moved from Mon 6 Apr: Easter Monday in Germany" in shown


def test_a_preview_shows_the_dates_and_saves_nothing(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    answer = sign_in(cast.specialist).post(page_of(contoso) + "series/", series_form(preview="yes", zone="Asia/Tokyo"))

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing is saved yet." in shown
    assert "outside the FastTrack Center’s hours, 09:00 to 17:00 in Europe/Berlin" in shown
    assert '<option value="Asia/Tokyo" selected' in shown
    assert not MeetingSeries.objects.exists()
    assert not kinds()


def test_sending_the_form_twice_makes_one_series(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    sam, form = sign_in(cast.specialist), series_form()
    answers = [sam.post(page_of(contoso) + "series/", form) for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert kinds() == ["meetings.series_set"]


def test_two_specialists_set_at_once_and_one_hears_of_the_other(
    cast: Cast, contoso: Engagement, sign_in: SignIn
) -> None:
    assert sign_in(cast.specialist).post(page_of(contoso) + "series/", series_form()).status_code == 303
    answer = sign_in(cast.manager).post(page_of(contoso) + "series/", series_form(weekday="2"))

    assert answer.status_code == 409
    assert "Somebody has set the checkpoints of this engagement in the meantime." in answer.content.decode()
    assert MeetingSeries.objects.get().weekday == 0


def test_a_stale_change_shows_both_values(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    sam, address = sign_in(cast.specialist), page_of(contoso) + "series/"
    sam.post(address, series_form())
    change = series_form(key="", version="1", weekday="3")
    assert sam.post(address, change).status_code == 303
    assert sam.post(address, change).status_code == 303  # the same click once more
    answer = sign_in(cast.manager).post(address, series_form(key="", version="1", weekday="4"))

    assert answer.status_code == 409
    assert MeetingSeries.objects.get().weekday == 3
    assert kinds() == ["meetings.series_set"] * 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("every_weeks", "3", "Select a valid choice"),
        ("weekday", "7", "Select a valid choice"),
        ("wall_time", "25:00", "Enter a valid time"),
        ("zone", "Mars/Olympus", "Select a valid choice"),
        ("starts_on", "0001-01-01", "Choose a day from"),
        ("starts_on", "9999-12-31", "Choose a day up to"),
        ("starts_on", "\x00", "Enter a valid date"),
        ("version", str(2**63), "less than or equal"),
        ("key", "no-uuid", "valid UUID"),
    ],
)
@pytest.mark.parametrize("button", ["preview", "save"])
def test_bad_values_come_back_with_the_form(
    cast: Cast, contoso: Engagement, sign_in: SignIn, field: str, value: str, words: str, button: str
) -> None:
    form = series_form(**{field: value, button: "yes"})
    answer = sign_in(cast.specialist).post(page_of(contoso) + "series/", form)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not MeetingSeries.objects.exists()


def test_extra_fields_change_nothing(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    form = series_form(minutes="240", status="ended", planned_until="2030-01-01", engagement="99")
    sign_in(cast.specialist).post(page_of(contoso) + "series/", form)

    series = MeetingSeries.objects.get()
    assert (series.minutes, series.status, series.planned_until) == (30, "active", None)
    assert series.engagement == contoso


def test_ending_the_checkpoints(cast: Cast, contoso: Engagement, meeting: Meeting, sign_in: SignIn) -> None:
    sam = sign_in(cast.specialist)
    assert "9 coming meetings are cancelled" in sam.get(page_of(contoso)).content.decode()
    answer = sam.post(page_of(contoso) + "series/", {"end": "yes"})

    assert answer.status_code == 303
    assert not planned(contoso)
    again = sam.post(page_of(contoso) + "series/", {"end": "yes"})
    assert again.status_code == 409
    assert kinds()[-1] == "meetings.series_ended"
    # A new one can follow.
    assert sam.post(page_of(contoso) + "series/", series_form()).status_code == 303


def test_an_engagement_at_rest_takes_no_series(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    Engagement.objects.update(status="on_hold")
    answer = sign_in(cast.specialist).post(page_of(contoso) + "series/", series_form())

    assert answer.status_code == 403
    assert "This engagement is not active. Resume it before you plan meetings." in answer.content.decode()


# --- One meeting -----------------------------------------------------------------------------------------------------
def test_a_meeting_shows_both_sides_clocks(cast: Cast, meeting: Meeting, sign_in: SignIn) -> None:
    cast.contoso.zone = "America/New_York"
    cast.contoso.save()
    shown = sign_in(cast.lead).get(meeting.get_absolute_url()).content.decode()

    assert "Checkpoint: Contoso" in shown
    assert "You, FastTrack Center EMEA" in shown
    assert "Monday 9 March 2026, 10:00–10:30 CET" in shown
    assert "Monday 9 March 2026, 05:00–05:30 EDT" in shown
    for name in ("Lena Lead", "Pavel Manager", "Sam Specialist"):
        assert name in shown


def test_notes_are_written_by_the_specialist_and_read_by_the_customer(
    cast: Cast, meeting: Meeting, sign_in: SignIn
) -> None:
    sam, lena = sign_in(cast.specialist), sign_in(cast.lead)
    answer = sam.post(step(meeting, "write_notes"), {"notes": "Decided: <b>MX</b> on Friday", "version": "1"})
    assert answer.status_code == 303
    assert "Decided: &lt;b&gt;MX&lt;/b&gt; on Friday" in lena.get(meeting.get_absolute_url()).content.decode()
    assert kinds()[-1] == "meetings.notes_written"

    stale = sam.post(step(meeting, "write_notes"), {"notes": "Mine", "version": "1"})
    assert stale.status_code == 409
    assert "Mine" in stale.content.decode()
    too_long = sam.post(step(meeting, "write_notes"), {"notes": "x" * 10_001, "version": "2"})
    assert too_long.status_code == 422
    assert "x" * 10_001 in too_long.content.decode()


def test_a_meeting_is_held_once_it_has_begun(cast: Cast, meeting: Meeting, sign_in: SignIn) -> None:
    sam = sign_in(cast.specialist)
    early = sam.post(step(meeting, "hold"))
    assert early.status_code == 409
    assert "This meeting has not begun yet." in early.content.decode()

    with time_machine.travel(datetime(2026, 3, 9, 9, 31, tzinfo=UTC), tick=False):
        sam = sign_in(cast.specialist)
        assert "End the meeting" in sam.get(meeting.get_absolute_url()).content.decode()
        assert sam.post(step(meeting, "hold")).status_code == 303
    meeting.refresh_from_db()
    assert meeting.status == "held"
    assert Event.objects.get(kind="meetings.held").sentence.startswith("The meeting of 9 Mar 2026 was held")


def test_cancelling_asks_for_a_reason_and_says_how_many_are_told(cast: Cast, meeting: Meeting, sign_in: SignIn) -> None:
    sam = sign_in(cast.specialist)
    assert "3 people are told by mail" in sam.get(step(meeting, "cancel")).content.decode()
    assert sam.post(step(meeting, "cancel"), {"reason": " "}).status_code == 422
    assert sam.post(step(meeting, "cancel"), {"reason": "\x00"}).status_code == 422
    assert sam.post(step(meeting, "cancel"), {"reason": "Carnival"}).status_code == 303

    shown = sign_in(cast.lead).get(meeting.get_absolute_url()).content.decode()
    assert "This meeting does not take place" in shown
    assert "Carnival" in shown
    assert kinds()[-1] == "meetings.cancelled"


def test_the_calendar_file_can_be_fetched(cast: Cast, meeting: Meeting, sign_in: SignIn) -> None:
    lena = sign_in(cast.lead)
    answer = lena.get(f"/meetings/{meeting.public_id}/invitation.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="2026-03-09-invitation.ics"'
    assert Calendar.from_ical(answer.content)["METHOD"] == "REQUEST"

    sign_in(cast.specialist).post(step(meeting, "cancel"), {"reason": "Carnival"})
    cancelled = Calendar.from_ical(lena.get(f"/meetings/{meeting.public_id}/invitation.ics").content)
    assert cancelled["METHOD"] == "CANCEL"
    assert cancelled.walk("VEVENT")[0]["SEQUENCE"] == 1


# --- The agenda ------------------------------------------------------------------------------------------------------
def test_the_agenda_goes_week_by_week_over_all_engagements(cast: Cast, meeting: Meeting, sign_in: SignIn) -> None:
    shown = sign_in(cast.lead).get("/meetings/").content.decode()
    assert "Week of 2 March 2026" in shown
    assert shown.count("Week of") == 9
    assert "9 Mar 2026, 10:00 CET" in shown
    assert "other-zone" not in shown

    cast.contoso.zone = "America/New_York"
    cast.contoso.save()
    assert "05:00 EDT" in sign_in(cast.specialist).get("/meetings/").content.decode()


def test_specialists_see_their_own_first(cast: Cast, meeting: Meeting, sign_in: SignIn) -> None:
    mira = sign_in(cast.manager)
    assert "No meetings ahead" in mira.get("/meetings/").content.decode()
    assert "9 Mar 2026" in mira.get("/meetings/?whose=all").content.decode()
    assert "9 Mar 2026" in sign_in(cast.admin).get("/meetings/").content.decode()


@pytest.mark.parametrize("page", ["-1", "0", "99999999999999999999", "x", "\x00"])
def test_any_page_of_the_agenda_is_a_page(cast: Cast, meeting: Meeting, sign_in: SignIn, page: str) -> None:
    assert sign_in(cast.lead).get("/meetings/", {"page": page}).status_code == 200


def test_the_agenda_costs_the_same_for_many(
    cast: Cast, meeting: Meeting, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    lena = sign_in(cast.lead)
    lena.get("/meetings/")
    with django_assert_max_num_queries(12) as first:
        lena.get("/meetings/")
    for _each in range(4):
        mondays(engagement_of(cast.contoso, cast.specialist, cast.lead), cast.specialist)
    work()
    with django_assert_max_num_queries(len(first)):
        lena.get("/meetings/")


def test_the_next_meeting_is_the_one_that_is_on_or_comes_next(cast: Cast, meeting: Meeting) -> None:
    own = meeting.engagement.meetings
    assert own.coming(at=meeting.start + timedelta(minutes=29)).first() == meeting
    after = own.coming(at=meeting.end).first()
    assert after is not None
    assert after.nominal_on == date(2026, 3, 16)
    assert not own.coming(at=NOW + timedelta(days=365)).exists()


# --- Who may ---------------------------------------------------------------------------------------------------------
READERS = ["lead", "pm", "partner", "specialist", "manager", "admin"]
STRANGERS = ["fabrikam_lead", "litware_partner", "apac_specialist"]
TEAM = ["specialist", "manager", "admin"]


@pytest.mark.parametrize("who", READERS + STRANGERS)
def test_who_sees_the_engagement_sees_its_meetings_and_nobody_else(
    cast: Cast, checkpoint: Meeting, sign_in: SignIn, who: str
) -> None:
    client = sign_in(getattr(cast, who))
    addresses = [
        checkpoint.get_absolute_url(),
        f"/meetings/{checkpoint.public_id}/invitation.ics",
        page_of(checkpoint.engagement),
    ]
    expected = 200 if who in READERS else 404
    assert [client.get(address).status_code for address in addresses] == [expected] * 3
    agenda_page = client.get("/meetings/?whose=all").content.decode()
    assert ("Contoso" in agenda_page) is (who in READERS)


def test_another_partner_sees_them_when_it_is_linked(cast: Cast, checkpoint: Meeting, sign_in: SignIn) -> None:
    liam = sign_in(cast.litware_partner)
    assert liam.get(checkpoint.get_absolute_url()).status_code == 404
    link_partner(cast.litware, cast.contoso, by=cast.lead)
    assert liam.get(checkpoint.get_absolute_url()).status_code == 200


def test_signed_out_people_are_sent_to_sign_in(checkpoint: Meeting) -> None:
    for address in (
        checkpoint.get_absolute_url(),
        page_of(checkpoint.engagement),
        "/meetings/",
        step(checkpoint, "cancel"),
    ):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("who", READERS + STRANGERS)
@pytest.mark.parametrize("name", ["hold", "cancel", "write_notes", "series", "end"])
def test_only_the_centre_s_team_changes_anything(
    cast: Cast, checkpoint: Meeting, sign_in: SignIn, who: str, name: str
) -> None:
    series = page_of(checkpoint.engagement) + "series/"
    told = kinds()
    with time_machine.travel(checkpoint.start, tick=False):
        client = sign_in(getattr(cast, who))
        match name:
            case "hold":
                answer = client.post(step(checkpoint, name))
            case "cancel":
                answer = client.post(step(checkpoint, name), {"reason": "Because"})
            case "write_notes":
                answer = client.post(step(checkpoint, name), {"notes": "Said", "version": "1"})
            case "series":
                answer = client.post(series, series_form(key="", version="1", weekday="4"))
            case _:
                answer = client.post(series, {"end": "yes"})
    if who in TEAM:
        assert answer.status_code == 303
        assert len(kinds()) == len(told) + 1
    else:
        assert answer.status_code == (404 if who in STRANGERS else 403)
        assert kinds() == told
        if who not in STRANGERS:
            assert "Meetings are set and recorded by the FastTrack team" in answer.content.decode()


@pytest.mark.parametrize("status", ["planned", "held", "cancelled"])
@pytest.mark.parametrize("name", ["hold", "cancel"])
def test_steps_that_do_not_lead_from_here_are_refused(
    cast: Cast, checkpoint: Meeting, sign_in: SignIn, status: str, name: str
) -> None:
    Meeting.objects.filter(pk=checkpoint.pk).update(status=status)
    with time_machine.travel(checkpoint.end, tick=False):
        answer = sign_in(cast.specialist).post(step(checkpoint, name), {"reason": "Because"})

    checkpoint.refresh_from_db()
    if status == "planned":
        assert answer.status_code == 303
        assert checkpoint.status == {"hold": "held", "cancel": "cancelled"}[name]
    else:
        assert answer.status_code == 409
        assert checkpoint.status == status


def test_steps_that_are_not_there_and_methods_that_do_not_fit(cast: Cast, checkpoint: Meeting, sign_in: SignIn) -> None:
    sam = sign_in(cast.specialist)
    assert sam.post(step(checkpoint, "teleport")).status_code == 404
    assert sam.get(step(checkpoint, "hold")).status_code == 405
    assert sam.get(step(checkpoint, "write_notes")).status_code == 405
    assert sam.post(checkpoint.get_absolute_url()).status_code == 405
    assert sam.post(f"/meetings/{uuid.uuid4()}/step/hold/").status_code == 404
    lena = sign_in(cast.lead)
    assert lena.get(step(checkpoint, "cancel")).status_code == 403
    assert lena.get(page_of(checkpoint.engagement) + "series/").status_code == 403


def test_customers_are_shown_no_buttons_they_may_not_press(cast: Cast, checkpoint: Meeting, sign_in: SignIn) -> None:
    lena = sign_in(cast.lead)
    shown = (
        lena.get(checkpoint.get_absolute_url()).content.decode()
        + lena.get(page_of(checkpoint.engagement)).content.decode()
    )
    for words in ("Cancel the meeting", "Mark as held", "Save the minutes", "End the checkpoints", "Change</"):
        assert words not in shown
    assert "Add to my calendar" in shown
