"""A person's calendar program reads an address: what it gets, who makes it, and when it stops to answer."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from engagements import feeds
from engagements.models import CalendarFeed, Engagement, Meeting
from engagements.operations import meetings as operations
from engagements.operations.feeds import renew_feed
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.accounts.operations import deactivate, end_membership
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import PartnerLink
from fasttrack_portal.directory.operations import end_link
from fasttrack_portal.logs import without_noise
from migrations_svc.models import MigrationEvent, MigrationProject
from tests.answers import without_nonces
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, changed, engagement_of, mondays, work

PAGE = "/settings/calendar/"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    """Contoso's engagement with nine checkpoints planned, the first on Monday 2 March."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    mondays(engagement, cast.specialist)
    work()
    return engagement


def address_of(user: User, engagement: Engagement | None = None) -> str:
    return f"/calendar/{renew_feed(engagement, nonce=feeds.new_nonce(), by=user)}.ics"


def read(address: str) -> list[Any]:
    answer = Client().get(address)
    assert answer.status_code == 200, answer.status_code
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def is_gone(address: str) -> bool:
    """Answers, byte for byte, as an address that was never made."""
    return without_nonces(Client().get(address)) == without_nonces(Client().get("/calendar/never-made.ics"))


# --- Making and withdrawing -----------------------------------------------------------------------------------------
def test_the_address_is_shown_once_and_kept_nowhere(cast: Cast, contoso: Engagement, sign_in: Any) -> None:
    client = sign_in(cast.lead)
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(PAGE).content.decode())[1]
    page = client.post(PAGE, {"nonce": nonce}).content.decode()
    (token,) = re.findall(r"http://127\.0\.0\.1:8000/calendar/([0-9a-f]{48})\.ics", page)
    assert f"webcal://127.0.0.1:8000/calendar/{token}.ics" in page

    assert len(read(f"/calendar/{token}.ics")) == 9
    assert token not in client.get(PAGE).content.decode()
    feed = CalendarFeed.objects.get()
    kept = repr([{name: str(value) for name, value in vars(row).items()} for row in (feed, *Event.objects.all())])
    assert token not in kept
    assert nonce not in kept
    assert Event.objects.filter(kind="feeds.renewed", actor=cast.lead).count() == 1


def test_the_same_form_twice_makes_one_address(cast: Cast, contoso: Engagement, sign_in: Any) -> None:
    client, nonce = sign_in(cast.lead), feeds.new_nonce()
    first, second = (client.post(PAGE, {"nonce": nonce}).content.decode() for _ in range(2))
    links = {re.search(r"/calendar/([0-9a-f]{48})", page)[1] for page in (first, second)}
    assert len(links) == 1
    assert Event.objects.filter(kind="feeds.renewed").count() == 1


@pytest.mark.parametrize("said", ["", "a", "known-to-everybody", "x" * 32, "é" * 40])
def test_what_a_form_says_does_not_decide_the_address(cast: Cast, contoso: Engagement, said: str) -> None:
    """Another person, another engagement, another portal's key: another address, even for the same words."""
    mine = renew_feed(None, nonce=said, by=cast.lead)
    others = [renew_feed(contoso, nonce=said, by=cast.lead), renew_feed(None, nonce=said, by=cast.pm)]
    assert len({mine, *others}) == 3
    assert re.fullmatch(r"[0-9a-f]{48}", mine)  # 192 bits


def test_a_new_address_ends_the_one_before(cast: Cast, contoso: Engagement) -> None:
    first = address_of(cast.lead)
    second = address_of(cast.lead)
    assert is_gone(first)
    assert len(read(second)) == 9
    assert CalendarFeed.objects.count() == 1


def test_a_withdrawn_address_answers_as_one_never_made(cast: Cast, contoso: Engagement, sign_in: Any) -> None:
    address, client = address_of(cast.lead), sign_in(cast.lead)
    assert client.post(PAGE, {"revoke": "yes"}).status_code == 303
    assert is_gone(address)
    assert Event.objects.filter(kind="feeds.revoked", actor=cast.lead).count() == 1
    # Withdrawn twice: there is nothing any more.
    assert client.post(PAGE, {"revoke": "yes"}).status_code == 404


def test_nobody_withdraws_or_sees_another_s(cast: Cast, contoso: Engagement, sign_in: Any) -> None:
    address = address_of(cast.lead, contoso)
    place = f"/engagements/{contoso.public_id}/meetings/feed/"
    for other in (cast.pm, cast.admin, cast.specialist):
        client = sign_in(other)
        assert "No address has been made" in client.get(place).content.decode()
        assert client.post(place, {"revoke": "yes"}).status_code == 404
    assert len(read(address)) == 9


# --- Whose it is ----------------------------------------------------------------------------------------------------
def test_it_dies_with_the_person(cast: Cast, contoso: Engagement) -> None:
    addresses = [address_of(cast.lead), address_of(cast.lead, contoso)]
    deactivate(cast.lead, by=cast.admin)
    assert [is_gone(address) for address in addresses] == [True, True]


def test_it_dies_with_the_role(cast: Cast, contoso: Engagement) -> None:
    addresses = [address_of(cast.pm), address_of(cast.pm, contoso)]
    end_membership(Membership.objects.get(user=cast.pm), by=cast.lead)
    assert [is_gone(address) for address in addresses] == [True, True]


def test_a_partner_s_ends_with_its_link(cast: Cast, contoso: Engagement) -> None:
    own, of_one = address_of(cast.partner), address_of(cast.partner, contoso)
    assert len(read(own)) == len(read(of_one)) == 9
    end_link(PartnerLink.objects.get(), at=NOW, by=cast.lead)
    assert is_gone(of_one)
    assert read(own) == []  # the partner is still one, of nobody


def test_another_customer_s_meetings_are_in_no_feed(cast: Cast, contoso: Engagement) -> None:
    fabrikam = engagement_of(cast.fabrikam, cast.apac_specialist, cast.fabrikam_lead)
    mondays(fabrikam, cast.apac_specialist)
    work()
    for user, name in ((cast.lead, "Contoso"), (cast.specialist, "Contoso"), (cast.fabrikam_lead, "Fabrikam")):
        assert {str(event["SUMMARY"]) for event in read(address_of(user))} == {f"Checkpoint: {name}"}
    assert {str(event["SUMMARY"]) for event in read(address_of(cast.lead, contoso))} == {"Checkpoint: Contoso"}
    assert read(address_of(cast.litware_partner)) == []
    # Staff see more than they take part in; their calendar is their own.
    assert read(address_of(cast.manager)) == read(address_of(cast.admin)) == []
    assert len(read(address_of(cast.admin, fabrikam))) == 9


def test_no_feed_is_made_for_an_engagement_of_others(cast: Cast, contoso: Engagement, sign_in: Any) -> None:
    answer = sign_in(cast.fabrikam_lead).post(f"/engagements/{contoso.public_id}/meetings/feed/", {"nonce": "x"})
    assert answer.status_code == 404
    assert not CalendarFeed.objects.exists()


# --- What stands in it ----------------------------------------------------------------------------------------------
def test_it_says_what_an_invitation_says_and_invites_nobody(cast: Cast, contoso: Engagement) -> None:
    answer = Client().get(address_of(cast.lead, contoso))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    calendar = Calendar.from_ical(answer.content)
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-WR-CALNAME"] == f"FastTrack {contoso.number}: Contoso"
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Berlin"
    meetings = {str(meeting.ics_uid): meeting for meeting in contoso.meetings.all()}
    events = calendar.walk("VEVENT")
    assert {event["UID"] for event in events} == set(meetings)
    for event in events:
        meeting = meetings[event["UID"]]
        assert event["DTSTART"].dt.astimezone(UTC) == meeting.start
        assert event["SEQUENCE"] == meeting.ics_sequence
        assert event["URL"] == f"http://127.0.0.1:8000/meetings/{meeting.public_id}/"
        assert "ATTENDEE" not in event
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


def test_a_cancelled_meeting_says_so_for_a_week_after_its_day(cast: Cast, contoso: Engagement) -> None:
    address = address_of(cast.lead)
    meeting = contoso.meetings.get(nominal_on=date(2026, 3, 9))
    operations.cancel(meeting, reason="Carnival", by=cast.specialist)
    (event,) = [event for event in read(address) if event["STATUS"] == "CANCELLED"]
    assert (event["UID"], event["SEQUENCE"], event["TRANSP"]) == (str(meeting.ics_uid), 1, "TRANSPARENT")
    for at, stands in ((datetime(2026, 3, 16, 23, tzinfo=UTC), True), (datetime(2026, 3, 17, 1, tzinfo=UTC), False)):
        with time_machine.travel(at, tick=False):
            found = [event for event in read(address) if event["UID"] == str(meeting.ics_uid)]
            assert bool(found) is stands, at


def test_milestones_are_days_and_migrations_hours(cast: Cast, contoso: Engagement) -> None:
    milestone = contoso.milestones.create(
        code="kickoff", position=1, title="Kickoff", outcome="-", phase="initiate", planned_on=date(2026, 3, 5)
    )
    project = MigrationProject.objects.create(engagement=contoso, source="exchange")
    for status in ("scheduled", "validated"):
        MigrationEvent.objects.create(
            project=project,
            title=f"Wave {status}",
            status=status,
            zone="Europe/Berlin",
            scheduled_for=datetime(2026, 4, 17, 16, tzinfo=UTC),
            created_by=cast.lead,
        )
    found = {str(event["SUMMARY"]): event for event in read(address_of(cast.lead))}
    day = found["Kickoff: Contoso"]
    assert (day["UID"], day["DTSTART"].dt, day["DTEND"].dt) == (
        str(milestone.public_id), date(2026, 3, 5), date(2026, 3, 6),
    )  # fmt: skip
    wave = found["Wave scheduled: Contoso"]
    assert wave["DTSTART"].dt.replace(tzinfo=None) == datetime(2026, 4, 17, 18)
    assert "Wave validated: Contoso" not in found
    contoso.status = "dormant"
    contoso.save()
    assert "Kickoff: Contoso" not in {str(event["SUMMARY"]) for event in read(address_of(cast.lead))}


def test_it_speaks_the_language_of_its_owner(cast: Cast, contoso: Engagement) -> None:
    cast.lead.language = "de"
    cast.lead.save()
    answer = Client(headers={"Accept-Language": "en"}).get(address_of(cast.lead))
    assert answer.status_code == 200


# --- Asking whether anything is new -----------------------------------------------------------------------------------
def test_nothing_new_is_304_and_a_move_is_not(cast: Cast, contoso: Engagement) -> None:
    address, client = address_of(cast.lead), Client()
    first = client.get(address)
    assert first["Cache-Control"] == "private, no-cache"
    asks: list[dict[str, str]] = [
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ]
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        assert client.get(address).content == first.content
        assert [client.get(address, headers=asked).status_code for asked in asks] == [304, 304]
    # Within the second in which it was read: who asks by the second is told all the same.
    operations.cancel(contoso.meetings.get(nominal_on=date(2026, 3, 9)), reason="Carnival", by=cast.specialist)
    assert [client.get(address, headers=asked).status_code for asked in asks] == [200, 200]
    assert client.get(address)["ETag"] != first["ETag"]


def test_what_is_no_longer_theirs_is_no_304(cast: Cast, contoso: Engagement) -> None:
    address, client = address_of(cast.partner), Client()
    known = {"If-Modified-Since": client.get(address)["Last-Modified"]}
    end_link(PartnerLink.objects.get(), at=NOW, by=cast.lead)
    later = client.get(address, headers=known)
    assert (later.status_code, b"VEVENT" in later.content) == (200, False)


def test_reading_is_noted_for_its_owner_once_an_hour(cast: Cast, contoso: Engagement, sign_in: Any) -> None:
    address = address_of(cast.lead)
    assert "No calendar program has read it yet" in sign_in(cast.lead).get(PAGE).content.decode()
    read(address)
    assert "A calendar program read it last" in sign_in(cast.lead).get(PAGE).content.decode()
    with CaptureQueriesContext(connection) as queries:
        read(address)
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


@pytest.mark.usefixtures("one_window")
def test_a_program_that_asks_all_the_time_is_told_to_wait(
    cast: Cast, contoso: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, other = address_of(cast.lead), address_of(cast.pm)
    monkeypatch.setattr("engagements.views.feeds.EACH_HOUR", 3)
    answers = [Client().get(address) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert Client().get(other).status_code == 200


def test_many_meetings_cost_no_more_queries(cast: Cast, contoso: Engagement) -> None:
    def cost(user: User) -> int:
        address = address_of(user)
        read(address)
        with CaptureQueriesContext(connection) as queries:
            read(address)
        return len(queries)

    users = (cast.lead, cast.specialist, cast.partner)
    few = [cost(user) for user in users]
    start = datetime(2026, 6, 1, 6, tzinfo=UTC)
    for number in range(40):
        at = start + timedelta(hours=number)
        Meeting.objects.create(
            engagement=contoso, kind="talk", specialist=cast.specialist, during=(at, at + timedelta(minutes=30))
        )
    assert [cost(user) for user in users] == few
    assert max(few) <= 9


def test_the_address_is_in_no_log() -> None:
    entry = without_noise(
        None, "info", {"event": "request_finished", "request": "GET /calendar/0123abcd.ics", "code": 200}
    )
    assert "0123abcd" not in entry["request"]


def test_a_moved_meeting_moves(cast: Cast, contoso: Engagement) -> None:
    address = address_of(cast.lead)
    changed(contoso.series.get(), cast.specialist, wall_time=datetime(2026, 3, 2, 11).time())
    work()
    moved = {(event["SEQUENCE"], event["DTSTART"].dt.hour) for event in read(address)}
    assert (1, 11) in moved
