"""A series changes from one meeting on, or ends there: what was before stays, and everybody is told once."""

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
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations import meetings, planning
from engagements.operations import series as operations
from fasttrack_portal.access import AccessRefused
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import CenterClosure
from fasttrack_portal.refusals import Conflict, StaleVersion, TransitionRefused
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, calendars, changed, engagement_of, local, mondays, planned, work

SignIn = Callable[[User], Client]
LATER = datetime(2026, 3, 4, 9, tzinfo=UTC)  # Wednesday: the first meeting is over


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    return engagement_of(cast.contoso, cast.specialist, cast.lead)


@pytest.fixture
def series(cast: Cast, contoso: Engagement) -> MeetingSeries:
    made = mondays(contoso, cast.specialist)
    work()
    mail.outbox.clear()
    return made


def on(engagement: Engagement, day: date) -> Meeting:
    return engagement.meetings.select_related("engagement", "series").get(nominal_on=day)


def change(meeting: Meeting, by: User, **changes: Any) -> MeetingSeries:
    assert meeting.series
    meeting.series.refresh_from_db()
    rhythm = {"every_weeks": 1, "weekday": 2, "wall_time": time(14), "zone": "Europe/Berlin"}
    values: dict[str, Any] = {**rhythm, "version": meeting.series.version, "key": uuid.uuid4(), "at": LATER}
    return operations.change_following(meeting, by=by, **(values | changes))


def test_this_one_and_those_after_it_move_and_the_earlier_ones_stay(
    cast: Cast, contoso: Engagement, series: MeetingSeries
) -> None:
    before = {meeting.pk: (local(meeting), meeting.ics_uid) for meeting in planned(contoso)}
    second = change(on(contoso, date(2026, 3, 23)), cast.specialist)
    work(LATER)

    assert [local(meeting) for meeting in planned(contoso)] == [
        "2026-03-02 10:00", "2026-03-09 10:00", "2026-03-16 10:00",
        "2026-03-25 14:00", "2026-04-01 14:00", "2026-04-08 14:00",
        "2026-04-15 14:00", "2026-04-22 14:00", "2026-04-29 14:00",
    ]  # fmt: skip
    assert {meeting.pk: meeting.ics_uid for meeting in planned(contoso)} == {
        pk: uid for pk, (_when, uid) in before.items()
    }
    assert [meeting.ics_sequence for meeting in planned(contoso)] == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    series.refresh_from_db()
    assert (series.status, series.ends_before) == ("active", date(2026, 3, 23))
    assert operations.active_series(contoso) == second

    letters = [message for message in mail.outbox if message.to == [cast.lead.email]]
    assert len(letters) == 1
    moved = calendars(letters[0])["REQUEST"].walk("VEVENT")
    assert {event["SEQUENCE"] for event in moved} == {1}
    assert len(moved) == 6
    assert " (before: Mon 23 Mar 2026, 10:00 CET)" in letters[0].body


def test_the_preview_is_what_the_worker_makes(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    CenterClosure.objects.create(centre=cast.emea, day=date(2026, 4, 1), name="Spring cleaning")
    meeting = on(contoso, date(2026, 3, 23))
    values = {"every_weeks": 2, "weekday": 2, "wall_time": time(14), "zone": "Europe/Berlin"}
    preview = foresight.if_changed_following(meeting, values, at=LATER)
    (group,) = preview.groups
    foreseen = [line.after for line in group.lines if line.after]
    assert [line.what for line in group.lines].count("cancelled") == 3
    assert not Event.objects.filter(kind="meetings.series_set").exclude(subject_id=series.pk).exists()

    change(meeting, cast.specialist, every_weeks=2)
    work(LATER)
    assert foreseen == [each.start for each in planned(contoso) if each.start > datetime(2026, 3, 20, tzinfo=UTC)]
    assert {person.email for person, _mails in preview.told} == {
        address for message in mail.outbox for address in message.to
    }


def test_from_the_next_one_on_no_split_is_needed(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    assert change(on(contoso, date(2026, 3, 9)), cast.specialist) == series
    work(LATER)
    assert [local(meeting) for meeting in planned(contoso)][:2] == ["2026-03-02 10:00", "2026-03-11 14:00"]
    assert MeetingSeries.objects.count() == 1


def test_splitting_twice_and_then_changing_all_leaves_one_series(
    cast: Cast, contoso: Engagement, series: MeetingSeries
) -> None:
    change(on(contoso, date(2026, 4, 13)), cast.specialist)
    work(LATER)
    second = on(contoso, date(2026, 3, 23))
    change(second, cast.specialist, weekday=3)
    work(LATER)
    assert MeetingSeries.objects.filter(status="active").count() == 2
    assert [local(meeting)[:10] for meeting in planned(contoso)][3:6] == ["2026-03-26", "2026-04-02", "2026-04-09"]
    assert [local(meeting)[:10] for meeting in planned(contoso)][-1] == "2026-04-30"

    open_one = operations.active_series(contoso)
    assert open_one
    assert operations.first_week(contoso) == date(2026, 3, 2)
    changed(open_one, cast.specialist, weekday=4, starts_on=date(2026, 3, 2))
    work(LATER)
    assert MeetingSeries.objects.filter(status="active").count() == 1
    coming = [meeting for meeting in planned(contoso) if meeting.start > LATER]
    assert {meeting.series_id for meeting in coming} == {open_one.pk}
    assert len({meeting.ics_uid for meeting in coming}) == len(coming) == 8
    weeks = [meeting.start.isocalendar()[1] for meeting in coming]
    assert weeks == sorted(set(weeks))


def test_one_that_was_cancelled_does_not_come_back(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    meetings.cancel(on(contoso, date(2026, 3, 30)), reason="Fair", by=cast.specialist)
    change(on(contoso, date(2026, 3, 23)), cast.specialist)
    work(LATER)
    assert [local(meeting)[:10] for meeting in planned(contoso)][3:5] == ["2026-03-25", "2026-04-08"]


def test_both_halves_are_kept_planned_until_the_first_has_run_out(
    cast: Cast, contoso: Engagement, series: MeetingSeries
) -> None:
    change(on(contoso, date(2026, 4, 13)), cast.specialist)
    work(LATER)
    # A closure later on moves a meeting of the first half as well.
    CenterClosure.objects.create(centre=cast.emea, day=date(2026, 3, 23), name="Audit")
    for days in range(7, 70, 7):
        work(LATER + timedelta(days=days))
    series.refresh_from_db()
    assert series.status == "ended"
    first = [local(each) for each in Meeting.objects.filter(series=series).order_by("during")]
    assert first[-1] == "2026-04-07 09:00"
    assert "Audit" in on(contoso, date(2026, 3, 23)).reason
    days = [local(each)[:10] for each in planned(contoso) if each.series_id != series.pk]
    assert days[0] == "2026-04-15"
    assert len(days) == len(set(days))


def test_the_same_form_twice_and_a_stale_one(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    key, meeting = uuid.uuid4(), on(contoso, date(2026, 3, 23))
    version = meeting.series.version if meeting.series else 0
    first = change(meeting, cast.specialist, key=key)
    assert change(meeting, cast.specialist, key=key) == first
    assert Event.objects.filter(kind="meetings.series_set").count() == 2
    with pytest.raises(StaleVersion):
        change(on(contoso, date(2026, 3, 16)), cast.specialist, version=version)
    fabrikam = engagement_of(cast.fabrikam, cast.apac_specialist, cast.fabrikam_lead)
    mondays(fabrikam, cast.apac_specialist, zone="UTC")
    work()
    with pytest.raises(Conflict, match="used before"):
        change(on(fabrikam, date(2026, 3, 9)), cast.apac_specialist, key=key)


def test_what_is_over_does_not_change(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    for stranger in (cast.lead, cast.apac_specialist):
        with pytest.raises(AccessRefused):
            change(on(contoso, date(2026, 3, 23)), stranger)
    over = on(contoso, date(2026, 3, 2))
    for attempt in (
        lambda: change(over, cast.specialist),
        lambda: operations.cancel_following(over, reason="Late", at=LATER, by=cast.specialist),
    ):
        with pytest.raises(TransitionRefused):
            attempt()
    assert on(contoso, date(2026, 3, 2)).status == "planned"


def test_cancelling_what_follows_ends_the_series_there(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    operations.cancel_following(on(contoso, date(2026, 3, 23)), reason="Budget", at=LATER, by=cast.specialist)
    work(LATER)
    assert [local(meeting)[:10] for meeting in planned(contoso)] == ["2026-03-02", "2026-03-09", "2026-03-16"]
    event = Event.objects.get(kind="meetings.series_cut")
    assert event.sentence == "The checkpoints end before 23 Mar 2026; 6 coming meetings were cancelled: Budget"
    (letter,) = [message for message in mail.outbox if message.to == [cast.lead.email]]
    assert {event["SEQUENCE"] for event in calendars(letter)["CANCEL"].walk("VEVENT")} == {1}
    for days in range(7, 70, 7):
        work(LATER + timedelta(days=days))
    assert len(planned(contoso)) == 3
    assert not MeetingSeries.objects.filter(status="active").exists()


def test_a_series_that_ends_can_go_on_after_all(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    operations.cancel_following(on(contoso, date(2026, 3, 23)), reason="Budget", at=LATER, by=cast.specialist)
    with pytest.raises(Conflict):
        mondays(contoso, cast.specialist)
    changed(series, cast.specialist, starts_on=date(2026, 3, 2))
    work(LATER)
    assert [local(meeting)[:10] for meeting in planned(contoso)][2:5] == ["2026-03-16", "2026-03-23", "2026-03-30"]


def test_cancelling_all_cancels_both_halves(cast: Cast, contoso: Engagement, series: MeetingSeries) -> None:
    second = change(on(contoso, date(2026, 3, 23)), cast.specialist)
    work(LATER)
    mail.outbox.clear()
    operations.end_series(second, at=LATER, by=cast.specialist, reason="Done")
    work(LATER)
    assert [local(meeting)[:10] for meeting in planned(contoso)] == ["2026-03-02"]
    (letter,) = [message for message in mail.outbox if message.to == [cast.lead.email]]
    assert len(calendars(letter)["CANCEL"].walk("VEVENT")) == 8


def test_the_pages_show_every_date_before_anything_is_saved(
    cast: Cast, contoso: Engagement, series: MeetingSeries, sign_in: SignIn
) -> None:
    client = sign_in(cast.specialist)
    meeting = on(contoso, date(2026, 3, 23))
    address = reverse("engagements:change_following", args=[meeting.public_id])
    assert "This one and those that follow" in client.get(address).content.decode()
    data = {"every_weeks": 1, "weekday": 2, "wall_time": "14:00", "zone": "Europe/Berlin", "key": uuid.uuid4(),
            "version": series.version}  # fmt: skip
    shown = client.post(address, {**data, "preview": "yes"}).content.decode()
    assert "Nothing is saved yet" in shown
    assert shown.count("Moves") == 6
    assert local(on(contoso, date(2026, 3, 23))) == "2026-03-23 10:00"
    assert client.post(address, {**data, "weekday": 9}).status_code == 422
    assert client.post(address, data).status_code == 303
    work()
    assert local(planned(contoso)[3]) == "2026-03-25 14:00"

    cancel = reverse("engagements:move_meeting", args=[planned(contoso)[4].public_id, "cancel"])
    shown = client.post(cancel, {"scope": "following", "reason": "Budget", "preview": "yes"}).content.decode()
    assert shown.count("Is cancelled") == 5
    assert len(planned(contoso)) == 9
    assert client.post(cancel, {"scope": "following", "reason": "Budget"}).status_code == 303
    assert len(planned(contoso)) == 4
    assert client.post(cancel, {"scope": "all", "reason": "Budget"}).status_code == 409  # of one that is cancelled
    cancel = reverse("engagements:move_meeting", args=[planned(contoso)[1].public_id, "cancel"])
    assert client.post(cancel, {"scope": "all", "reason": "Budget"}).status_code == 303
    assert not planned(contoso)


def test_one_meeting_shows_both_dates_first(
    cast: Cast, contoso: Engagement, series: MeetingSeries, sign_in: SignIn
) -> None:
    meeting = on(contoso, date(2026, 3, 9))
    address = reverse("engagements:reschedule_meeting", args=[meeting.public_id])
    data = {"start": "2026-03-10T09:00:00+00:00", "reason": "Ill", "version": meeting.version}
    shown = sign_in(cast.specialist).post(address, {**data, "preview": "yes"}).content.decode()
    assert "Mon" in shown
    assert "10 Mar 2026, 10:00" in shown
    assert "Ill</textarea>" in shown
    assert local(on(contoso, date(2026, 3, 9))) == "2026-03-09 10:00"


def test_planning_of_a_half_that_ran_out_again_changes_nothing(
    cast: Cast, contoso: Engagement, series: MeetingSeries
) -> None:
    change(on(contoso, date(2026, 3, 23)), cast.specialist)
    work(LATER)
    before = list(Meeting.objects.order_by("pk").values())
    for _again in range(3):
        for each in MeetingSeries.objects.all():
            planning.plan(each, at=LATER)
    assert list(Meeting.objects.order_by("pk").values()) == before
