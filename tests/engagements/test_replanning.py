"""Somebody is away, a centre closes or moves, a customer lives by another clock: what no longer fits moves, as shown
before, and each engagement's people are told once."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from engagements import foresight
from engagements.models import Absence, Engagement, Meeting, MeetingSeries
from engagements.operations import absences, slots
from fasttrack_portal.access import AccessRefused
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.hours import supposed
from fasttrack_portal.directory.models import CenterClosure, CenterHours, FastTrackCenter
from fasttrack_portal.directory.operations import centres, edit_customer
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.refusals import Conflict, Invalid, StaleVersion
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, calendars, engagement_of, local, mondays, planned, work

SignIn = Callable[[User], Client]
AWAY = {"first_on": date(2026, 3, 9), "last_on": date(2026, 3, 10)}
TALK = datetime(2026, 3, 10, 13, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    """Checkpoints every Monday, and a talk on a Tuesday."""
    engagement = engagement_of(cast.contoso, cast.specialist, cast.lead)
    mondays(engagement, cast.specialist)
    slots.book(engagement, kind="talk", start=TALK, at=NOW, by=cast.specialist)
    work()
    mail.outbox.clear()
    return engagement


def away(person: User, by: User, **changes: Any) -> Absence:
    return absences.add_absence(person, at=NOW, by=by, **{**AWAY, **changes})


def mails_to(person: User) -> list[Any]:
    return [message for message in mail.outbox if message.to == [person.email]]


def foreseen(preview: foresight.Preview) -> set[tuple[int, str, datetime | None]]:
    return {
        (line.meeting.pk, line.what, line.after)
        for group in preview.groups
        for line in group.lines
        if line.meeting and line.meeting.pk
    }


def test_meetings_of_somebody_who_is_away_move_and_each_is_told_once(cast: Cast, contoso: Engagement) -> None:
    preview = foresight.if_away(cast.specialist, at=NOW, **AWAY)
    before = {each.pk: (each.start, each.ics_uid, each.ics_sequence) for each in planned(contoso)}
    away(cast.specialist, cast.specialist)
    assert Event.objects.get(kind="meetings.absence_added").internal
    work()

    moved = [each for each in planned(contoso) if before[each.pk][0] != each.start]
    assert [(each.kind, local(each)) for each in moved] == [
        ("checkpoint", "2026-03-11 09:00"),
        ("talk", "2026-03-11 09:30"),
    ]
    assert foreseen(preview) == {(each.pk, "moved", each.start) for each in moved}
    for each in moved:
        assert (each.ics_uid, each.ics_sequence) == (before[each.pk][1], before[each.pk][2] + 1)
        assert "the specialist is away then" in each.reason
    assert {person for person, _mails in preview.told} == {cast.lead, cast.pm, cast.specialist}
    for person in (cast.lead, cast.pm, cast.specialist):
        (letter,) = mails_to(person)
        assert letter.subject == "Meetings moved: Contoso"
        assert len(calendars(letter)["REQUEST"].walk("VEVENT")) == 2
    assert "away" not in mails_to(cast.lead)[0].subject

    stands = list(Meeting.objects.order_by("pk").values())
    for _again in range(2):
        Job.objects.filter(kind="meetings.replan").update(status="waiting")
        work()
    assert list(Meeting.objects.order_by("pk").values()) == stands
    assert len(mails_to(cast.lead)) == 1


def test_nobody_is_offered_the_time_of_somebody_who_is_away(cast: Cast, contoso: Engagement) -> None:
    away(cast.specialist, cast.specialist)
    first, last = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 11, 12, tzinfo=UTC)
    times = slots.free_times(contoso, since=first, until=last, minutes=60)
    assert {each.start.date() for each in times} == {date(2026, 3, 11)}
    with pytest.raises(slots.Taken):
        slots.book(contoso, kind="workshop", start=datetime(2026, 3, 10, 9, tzinfo=UTC), at=NOW, by=cast.specialist)


def test_a_long_absence_leaves_checkpoints_out_and_says_what_needs_a_hand(cast: Cast, contoso: Engagement) -> None:
    days = {"first_on": date(2026, 3, 9), "last_on": date(2026, 4, 24)}
    preview = foresight.if_away(cast.specialist, at=NOW, **days)
    assert {"cancelled", "left"} <= set(preview.count)
    away(cast.specialist, cast.specialist, **days)
    work()
    talk = contoso.meetings.get(kind="talk")
    assert (talk.start, talk.status) == (TALK, "planned")
    event = Event.objects.get(kind="meetings.replanned")
    assert [fact["id"] for fact in event.data["left"]] == [str(talk.public_id)]
    assert "they wait for you" in mails_to(cast.specialist)[0].body
    assert "they wait for you" not in mails_to(cast.lead)[0].body
    cancelled = contoso.meetings.filter(status="cancelled")
    assert cancelled.count() == preview.count["cancelled"] >= 5
    assert "no time nearby is free" in cancelled.first().reason  # type: ignore[union-attr]

    absences.withdraw_absence(Absence.objects.get(), by=cast.specialist)
    work()
    assert len([each for each in planned(contoso) if each.kind == "checkpoint"]) == 9


def test_whole_days_are_those_of_the_person_across_a_clock_change(cast: Cast, contoso: Engagement) -> None:
    cast.specialist.time_zone = "Europe/Berlin"
    found = away(cast.specialist, cast.manager, first_on=date(2026, 3, 29), last_on=date(2026, 3, 29))
    assert (found.during.lower, found.during.upper) == (
        datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC),
    )  # fmt: skip
    assert (found.first_on, found.last_on) == (date(2026, 3, 29), date(2026, 3, 29))


def test_who_may_say_it_and_what_is_no_absence(cast: Cast, contoso: Engagement) -> None:
    for stranger in (cast.lead, cast.apac_specialist):
        with pytest.raises(AccessRefused):
            away(cast.specialist, stranger)
    with pytest.raises(AccessRefused):
        away(cast.lead, cast.lead)
    for days in (
        {"first_on": date(2026, 3, 11)},
        {"first_on": date(2026, 2, 1), "last_on": date(2026, 2, 2)},
        {"last_on": date(2028, 3, 9)},
    ):
        with pytest.raises(Invalid):
            away(cast.specialist, cast.manager, **days)
    key = uuid.uuid4()
    assert away(cast.specialist, cast.manager, key=key) == away(cast.specialist, cast.manager, key=key)
    with pytest.raises(Invalid, match="already"):
        away(cast.specialist, cast.specialist)
    with pytest.raises(Conflict):
        away(cast.manager, cast.manager, key=key)
    assert Event.objects.filter(kind="meetings.absence_added").count() == 1


def test_the_page_of_absences_shows_what_moves_first(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    client, address = sign_in(cast.manager), reverse("engagements:absences")
    data = {"person": cast.specialist.public_id, "first_on": "2026-03-09", "last_on": "2026-03-10", "key": uuid.uuid4()}
    shown = client.post(address, data).content.decode()
    assert shown.count("the specialist is away then") == 2
    assert cast.lead.name in shown
    assert not Absence.objects.exists()
    assert client.post(address, {**data, "last_on": "2026-03-01"}).status_code == 422
    assert client.post(address, {**data, "sure": "yes"}).status_code == 303
    assert cast.specialist.name in client.get(address).content.decode()
    # Others see theirs alone, and set no others.
    assert cast.specialist.name not in sign_in(cast.apac_specialist).get(address).content.decode().split("<main")[1]
    refused = sign_in(cast.apac_specialist).post(address, {**data, "sure": "yes"})
    assert refused.status_code == 422
    assert sign_in(cast.lead).get(address).status_code == 403
    page = reverse("engagements:absence", args=[Absence.objects.get().public_id])
    assert sign_in(cast.apac_specialist).get(page).status_code == 404
    assert client.post(page).status_code == 303
    assert Absence.objects.get().status == "withdrawn"


# --- The centre ------------------------------------------------------------------------------------------------------
def hours_of(centre: FastTrackCenter, opens: time, closes: time) -> dict[int, tuple[time, time]]:
    return {row.weekday: (opens, closes) for row in centre.hours.all()}


def edited(centre: FastTrackCenter, by: User, **changes: Any) -> None:
    centre.refresh_from_db()
    facts = {name: getattr(centre, name) for name in ("zone", "country", "subdivision", "version")}
    hours = {row.weekday: (row.opens, row.closes) for row in centre.hours.all()}
    centres.edit_centre(centre, by=by, **{**facts, "hours": hours, **changes})


def test_a_closure_moves_what_stands_on_it(cast: Cast, contoso: Engagement) -> None:
    days = [date(2026, 3, 9), date(2026, 3, 10)]
    there = supposed(cast.emea, closures=[CenterClosure(day=day, name="Inventory") for day in days])
    preview = foresight.if_directory_changed(there, at=NOW)
    assert not CenterClosure.objects.exists()
    centres.add_closure(cast.emea, name="Inventory", by=cast.manager, **AWAY)
    work()

    moved = [each for each in planned(contoso) if "Inventory at the FastTrack Center" in each.reason]
    assert len(moved) == 2
    assert foreseen(preview) == {(each.pk, "moved", each.start) for each in moved}
    (letter,) = mails_to(cast.lead)
    assert "The FastTrack Center is closed for a time" in letter.body
    assert Event.objects.get(kind="directory.closure_added").sentence == (
        "The centre is closed on 9 Mar 2026 – 10 Mar 2026: Inventory"
    )
    with pytest.raises(Conflict):
        centres.add_closure(cast.emea, name="Again", by=cast.manager, **AWAY)
    centres.remove_closure(cast.emea, day=days[0], by=cast.manager)
    with pytest.raises(Conflict):
        centres.remove_closure(cast.emea, day=days[0], by=cast.manager)
    work()
    assert [each.start for each in planned(contoso) if each in moved] == [each.start for each in moved]


def test_other_hours_move_what_no_longer_fits(cast: Cast, contoso: Engagement) -> None:
    hours = hours_of(cast.emea, time(11), time(17))
    rows = [CenterHours(weekday=day, opens=opens, closes=closes) for day, (opens, closes) in hours.items()]
    preview = foresight.if_directory_changed(supposed(cast.emea, hours=rows), at=NOW)
    edited(cast.emea, cast.manager, hours=hours)
    work()
    assert {local(each)[11:] for each in planned(contoso) if each.kind == "checkpoint" and each.start > NOW
            and each.nominal_on not in (date(2026, 3, 2), date(2026, 4, 6))} == {"11:00"}  # fmt: skip
    assert local(contoso.meetings.get(kind="talk")) == "2026-03-10 14:00"
    moved = [each for each in planned(contoso) if each.ics_sequence == 1]
    assert foreseen(preview) == {(each.pk, "moved", each.start) for each in moved}
    event = Event.objects.get(kind="directory.centre_edited")
    assert event.data["after"]["hours"].startswith("Mon 11:00-17:00")
    assert event.sentence == "The place or the hours of FastTrack Center EMEA were changed"


def test_a_centre_that_moves_takes_its_series_along_where_the_customer_is_elsewhere(
    cast: Cast, contoso: Engagement
) -> None:
    """Contoso lives by the centre's old clock: its ten o'clock stays. A customer in London follows the centre."""
    cast.fabrikam.zone = "Europe/London"
    cast.fabrikam.save()
    london = engagement_of(cast.fabrikam, cast.specialist, cast.fabrikam_lead)
    Engagement.objects.filter(pk=london.pk).update(centre=cast.emea)
    london.refresh_from_db()
    mondays(london, cast.specialist, weekday=2)
    work()
    there = supposed(cast.emea, zone="Europe/Helsinki", country="FI")
    preview = foresight.if_directory_changed(there, at=NOW)
    edited(cast.emea, cast.admin, zone="Europe/Helsinki", country="FI")
    work()

    assert {series.zone for series in contoso.series.all()} == {"Europe/Berlin"}
    assert {series.zone for series in london.series.all()} == {"Europe/Helsinki"}
    assert local(planned(london)[0], "Europe/Helsinki") == "2026-03-04 10:00"
    assert local(planned(london)[0]) == "2026-03-04 09:00"
    made = {each.pk: each.start for each in Meeting.objects.filter(status="planned")}
    assert all(made[pk] == after for pk, what, after in foreseen(preview) if what == "moved")
    assert sum(each.ics_sequence == 1 for each in planned(london)) == len(
        [1 for group in preview.groups if group.engagement == london for line in group.lines]
    )


def test_what_is_no_centre_is_refused(cast: Cast, contoso: Engagement) -> None:
    for stranger in (cast.specialist, cast.lead):
        with pytest.raises(AccessRefused):
            edited(cast.emea, stranger)
        with pytest.raises(AccessRefused):
            centres.add_closure(cast.emea, name="Party", by=stranger, **AWAY)
    with pytest.raises(Invalid):
        edited(cast.emea, cast.manager, hours={})
    with pytest.raises(Invalid):
        edited(cast.emea, cast.manager, hours={0: (time(17), time(9))})
    with pytest.raises(Invalid):
        edited(cast.emea, cast.manager, country="XX")
    with pytest.raises(StaleVersion):
        edited(cast.emea, cast.manager, version=cast.emea.version + 9, zone="Europe/Paris")
    with pytest.raises(Invalid):
        centres.add_closure(cast.emea, name="Sabbatical", first_on=date(2026, 3, 9), last_on=date(2027, 3, 9), by=None)


def test_the_pages_of_a_centre_show_whose_meetings_move_first(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    client = sign_in(cast.manager)
    closure = reverse("directory:add_closure", args=[cast.emea.public_id])
    data = {"name": "Inventory", "first_on": "2026-03-09", "last_on": ""}
    shown = client.post(closure, data).content.decode()
    assert "Inventory at the FastTrack Center" in shown
    assert not CenterClosure.objects.exists()
    assert client.post(closure, {**data, "first_on": "2026-02-30"}).status_code == 422
    assert client.post(closure, {**data, "sure": "yes"}).status_code == 303
    page = reverse("directory:centre", args=[cast.emea.public_id])
    assert "Inventory" in client.get(page).content.decode()
    removal = reverse("directory:remove_closure", args=[cast.emea.public_id])
    assert client.post(removal, {"day": "nonsense"}).status_code == 409
    assert client.post(removal, {"day": "2026-03-09"}).status_code == 303

    edit = reverse("directory:edit_centre", args=[cast.emea.public_id])
    assert 'value="09:00"' in client.get(edit).content.decode()
    cast.emea.refresh_from_db()
    form = {"zone": "Europe/Berlin", "country": "de", "subdivision": "", "version": cast.emea.version}
    form |= {f"{what}_{day}": f"{hour}:00" for day in range(5) for what, hour in (("opens", "11"), ("closes", "17"))}
    assert client.post(edit, {**form, "opens_0": ""}).status_code == 422
    assert client.post(edit, {**form, "opens_0": "18:00"}).status_code == 422
    assert "11:00 to 17:00" in client.post(edit, form).content.decode()
    assert client.post(edit, {**form, "sure": "yes"}).status_code == 303
    assert Event.objects.get(kind="directory.centre_edited").actor == cast.manager
    assert sign_in(cast.specialist).get(edit).status_code == 403


# --- The customer ----------------------------------------------------------------------------------------------------
def test_a_customer_that_moves_takes_its_series_along(cast: Cast, contoso: Engagement, sign_in: SignIn) -> None:
    """The series is on the customer's clock alone: the centre lives by another one."""
    CenterHours.objects.filter(centre=cast.emea).update(opens=time(6), closes=time(20))
    FastTrackCenter.objects.filter(pk=cast.emea.pk).update(zone="Europe/Dublin")
    cast.contoso.refresh_from_db()
    facts = {"name": "Contoso", "tpid": cast.contoso.tpid, "seats": cast.contoso.seats, "country": "DE",
             "language": "en", "zone": "Europe/Helsinki", "version": cast.contoso.version,
             "centre": cast.emea.public_id}  # fmt: skip
    client, edit = sign_in(cast.admin), reverse("directory:edit", args=[cast.contoso.public_id])
    shown = client.post(edit, facts).content.decode()
    assert "Nothing is saved yet" in shown
    assert MeetingSeries.objects.get().zone == "Europe/Berlin"
    assert client.post(edit, {**facts, "sure": "yes"}).status_code == 303
    work()
    series = MeetingSeries.objects.get()
    assert (series.zone, series.planned_until is None) == ("Europe/Helsinki", False)
    assert local(planned(contoso)[1], "Europe/Helsinki") == "2026-03-09 10:00"
    (letter,) = mails_to(cast.lead)
    assert "The country or time zone of Contoso has changed" in letter.body


def test_other_facts_of_a_customer_move_nobody(cast: Cast, contoso: Engagement) -> None:
    cast.contoso.refresh_from_db()
    edit_customer(cast.contoso, version=cast.contoso.version, by=cast.admin, seats=700)
    assert not Job.objects.filter(kind="meetings.replan").exists()


def test_one_day_at_rest_is_no_reason_to_move_what_is_over(cast: Cast, contoso: Engagement) -> None:
    later = NOW + timedelta(days=9)
    with time_machine.travel(later, tick=False):
        centres.add_closure(cast.emea, name="Late", first_on=date(2026, 3, 9), last_on=date(2026, 3, 16), by=cast.admin)
    before = {each.pk: each.start for each in planned(contoso) if each.start < later}
    work(later)
    assert {each.pk: each.start for each in planned(contoso) if each.pk in before} == before
