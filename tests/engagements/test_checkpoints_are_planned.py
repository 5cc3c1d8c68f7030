"""The worker plans the checkpoints of a series: right on the clock, around holidays, once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg2.extras import DateTimeTZRange

from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations import meetings as operations
from engagements.operations import planning
from engagements.operations.desk import Office
from engagements.operations.series import RHYTHM, end_series, if_set
from fasttrack_portal import workflow
from fasttrack_portal.activity.models import Event
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import CenterClosure
from fasttrack_portal.jobs.models import Job
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, changed, engagement_of, local, mondays, planned, work


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contoso(cast: Cast) -> Engagement:
    return engagement_of(cast.contoso, cast.specialist, cast.lead)


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(kind=kind).order_by("pk"))


def test_setting_a_series_says_so_and_leaves_the_planning_to_the_worker(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)

    assert [event.sentence for event in events("meetings.series_set")] == [
        "Checkpoints were set: Every week, Mon 10:00 Europe/Berlin"
    ]
    assert not planned(contoso)
    assert Job.objects.get(kind="meetings.plan").payload == {"series": series.pk}


def test_ten_o_clock_stays_ten_o_clock_when_the_clocks_go_forward(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()

    meetings = planned(contoso)
    assert [local(meeting) for meeting in meetings] == [
        "2026-03-02 10:00",
        "2026-03-09 10:00",
        "2026-03-16 10:00",
        "2026-03-23 10:00",
        "2026-03-30 10:00",
        "2026-04-07 09:00",
        "2026-04-13 10:00",
        "2026-04-20 10:00",
        "2026-04-27 10:00",
    ]
    before, after = meetings[3], meetings[4]
    assert before.start == datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert after.start == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert {meeting.end - meeting.start for meeting in meetings} == {timedelta(minutes=30)}


def test_easter_monday_moves_the_meeting_and_says_why(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()

    moved = contoso.meetings.get(is_moved=True)
    assert moved.nominal_on == date(2026, 4, 6)
    assert local(moved) == "2026-04-07 09:00"
    assert moved.reason == "Moved from Mon 6 Apr: Easter Monday in Germany"


def test_a_holiday_of_the_customer_alone_moves_it_too(cast: Cast) -> None:
    cast.contoso.country = "IE"
    cast.contoso.save()
    dublin = engagement_of(cast.contoso, cast.specialist, cast.lead)
    mondays(dublin, cast.specialist, weekday=1)
    work()

    moved = dublin.meetings.get(nominal_on=date(2026, 3, 17))
    assert moved.reason == "Moved from Tue 17 Mar: Saint Patrick's Day in Ireland"
    assert local(moved)[:10] in ("2026-03-16", "2026-03-18")


def test_a_closure_of_the_centre_is_named(cast: Cast, contoso: Engagement) -> None:
    CenterClosure.objects.create(centre=cast.emea, day=date(2026, 3, 16), name="Spring cleaning")
    mondays(contoso, cast.specialist)
    work()

    moved = contoso.meetings.get(nominal_on=date(2026, 3, 16))
    assert moved.reason == "Moved from Mon 16 Mar: Spring cleaning at the FastTrack Center"


def test_a_time_the_centre_is_closed_is_moved_inside_its_hours(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist, wall_time=time(18))
    work()

    assert {local(meeting)[11:] for meeting in planned(contoso) if meeting.nominal_on != date(2026, 4, 6)} == {"16:30"}
    assert "outside the FastTrack Center’s hours, 09:00 to 17:00" in planned(contoso)[0].reason


def test_two_engagements_of_one_specialist_do_not_overlap(cast: Cast, contoso: Engagement) -> None:
    fabrikam = engagement_of(cast.fabrikam, cast.specialist, cast.fabrikam_lead)
    Engagement.objects.filter(pk=fabrikam.pk).update(centre=cast.emea)
    fabrikam.refresh_from_db()
    mondays(contoso, cast.specialist)
    mondays(fabrikam, cast.specialist)
    work()

    taken = sorted((meeting.start, meeting.end) for meeting in Meeting.objects.all())
    assert len(taken) == 18
    assert all(end <= start for (_start, end), (start, _end) in pairwise(taken))
    second = fabrikam.meetings.get(nominal_on=date(2026, 3, 9))
    assert second.reason == "Moved from Mon 9 Mar, 10:00: another meeting is booked then"


def test_planning_again_changes_nothing(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    before = list(Meeting.objects.order_by("pk").values())

    for _again in range(3):
        planning.plan(series, at=NOW)

    assert list(Meeting.objects.order_by("pk").values()) == before
    assert len(events("meetings.planned")) == 1
    assert Job.objects.filter(kind="meetings.plan").count() == 2


def test_a_crash_in_the_middle_leaves_nothing_half(
    cast: Cast, contoso: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    mondays(contoso, cast.specialist)

    def power_cut(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("power cut")

    with monkeypatch.context() as while_broken:
        # The meetings stand by the time their event is written.
        while_broken.setattr(planning, "happened_to_many", power_cut)
        work()
    job = Job.objects.get(kind="meetings.plan")
    assert (job.status, job.attempts) == ("waiting", 1)
    assert not Meeting.objects.exists()
    assert not events("meetings.planned")
    assert MeetingSeries.objects.get().planned_until is None

    work(NOW + timedelta(hours=2))
    assert len(planned(contoso)) == 8  # too late by now to invite anybody to the first one
    assert len(events("meetings.planned")) == 1


def test_the_worker_comes_back_every_week_and_adds_what_is_new(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    upcoming = Job.objects.get(kind="meetings.plan", status="waiting")
    assert upcoming.key == f"{series.pk}:2026-W11"
    assert datetime(2026, 3, 9, tzinfo=UTC) <= upcoming.due_at < datetime(2026, 3, 16, tzinfo=UTC)

    work(upcoming.due_at - timedelta(seconds=1))
    assert len(planned(contoso)) == 9
    work(upcoming.due_at)

    assert local(planned(contoso)[-1]) == "2026-05-04 10:00"
    assert len(planned(contoso)) == 10
    assert [event.data["made"] for event in events("meetings.planned")] == [9, 1]


def test_an_outage_is_caught_up_and_nothing_is_doubled(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    after = datetime(2026, 5, 20, 12, tzinfo=UTC)
    work(after)
    work(after)

    days = list(Meeting.objects.order_by("nominal_on").values_list("nominal_on", flat=True))
    assert len(days) == len(set(days))
    assert days[-1] == date(2026, 7, 13)
    assert date(2026, 5, 25) in days
    assert date(2026, 5, 11) not in days  # nobody was invited, nobody met
    assert list(Job.objects.filter(status="waiting", kind="meetings.plan").values_list("key", flat=True)) == [
        f"{series.pk}:2026-W22"
    ]


def test_a_new_weekday_moves_the_meetings_that_people_have(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    before = {meeting.nominal_on.isocalendar()[1]: meeting for meeting in planned(contoso) if meeting.nominal_on}

    later = datetime(2026, 3, 4, 9, tzinfo=UTC)
    changed(series, cast.specialist, weekday=3, wall_time=time(14))
    work(later)

    after = [meeting for meeting in planned(contoso) if meeting.start > later]
    assert local(after[0]) == "2026-03-12 14:00"
    for meeting in after:
        assert meeting.nominal_on
        was = before[meeting.nominal_on.isocalendar()[1]]
        assert (meeting.pk, meeting.ics_uid) == (was.pk, was.ics_uid)
        assert meeting.ics_sequence == 1
        assert meeting.version == was.version + 1
    # Monday's was over before the change: it stays, and its week gets no second one.
    assert before[10].start < later
    assert planned(contoso)[0] == before[10]
    last = events("meetings.planned")[-1]
    assert (last.data["made"], last.data["moved"], last.data["withdrawn"]) == (0, 8, 0)


def test_every_two_weeks_cancels_those_between_and_brings_new_ones_back(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    changed(series, cast.specialist, every_weeks=2)
    work()

    assert [local(meeting)[:10] for meeting in planned(contoso)] == [
        "2026-03-02", "2026-03-16", "2026-03-30", "2026-04-13", "2026-04-27",
    ]  # fmt: skip
    gone = contoso.meetings.filter(status="cancelled")
    assert {(meeting.ics_sequence, meeting.reason) for meeting in gone} == {
        (1, "The checkpoints no longer fall on this day.")
    }
    # Those that stay were not touched: nobody's calendar needs to hear of them.
    assert {meeting.ics_sequence for meeting in planned(contoso)} == {0}

    changed(series, cast.specialist, every_weeks=1)
    work()
    assert len(planned(contoso)) == 9
    assert len(Meeting.objects.values("ics_uid").distinct()) == 13


def test_meetings_that_change_places_do_not_stand_in_each_other_s_way(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    first, second = (
        contoso.meetings.get(nominal_on=date(2026, 3, 9)),
        contoso.meetings.get(nominal_on=date(2026, 3, 16)),
    )
    # The one of the second week was moved to where the first one belongs.
    first_time = first.during
    Meeting.objects.filter(pk=first.pk).update(
        during=DateTimeTZRange(first.start + timedelta(hours=2), first.end + timedelta(hours=2), "[)")
    )
    Meeting.objects.filter(pk=second.pk).update(during=first_time)

    changed(series, cast.specialist)
    work()

    assert [local(meeting) for meeting in planned(contoso)][1:3] == ["2026-03-09 10:00", "2026-03-16 10:00"]


def test_a_closure_announced_later_moves_only_what_it_hits(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    CenterClosure.objects.create(centre=cast.emea, day=date(2026, 3, 23), name="Moving house")
    planning.plan(series, at=NOW)

    hit = contoso.meetings.get(nominal_on=date(2026, 3, 23))
    assert (hit.is_moved, hit.ics_sequence) == (True, 1)
    assert hit.reason == "Moved from Mon 23 Mar: Moving house at the FastTrack Center"
    assert contoso.meetings.exclude(pk=hit.pk).filter(ics_sequence__gt=0).count() == 0
    assert len(events("meetings.planned")) == 2


def test_a_meeting_that_was_moved_stays_when_its_reason_goes(cast: Cast, contoso: Engagement) -> None:
    closure = CenterClosure.objects.create(centre=cast.emea, day=date(2026, 3, 23), name="Moving house")
    series = mondays(contoso, cast.specialist)
    work()
    before = contoso.meetings.get(nominal_on=date(2026, 3, 23))
    closure.delete()
    planning.plan(series, at=NOW)

    assert contoso.meetings.get(pk=before.pk).during == before.during


def test_a_new_specialist_takes_the_meetings_over(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    Engagement.objects.filter(pk=contoso.pk).update(specialist=cast.manager)
    planning.plan(series, at=NOW)

    meetings = planned(contoso)
    assert {meeting.specialist for meeting in meetings} == {cast.manager}
    assert {meeting.ics_sequence for meeting in meetings} == {1}
    assert local(meetings[1]) == "2026-03-09 10:00"


def test_a_meeting_that_a_person_cancelled_does_not_come_back(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    operations.cancel(contoso.meetings.get(nominal_on=date(2026, 3, 9)), reason="Carnival", by=cast.specialist)
    changed(series, cast.specialist, weekday=2)
    work()

    assert not contoso.meetings.filter(status="planned", nominal_on__range=("2026-03-08", "2026-03-15")).exists()
    assert contoso.meetings.get(nominal_on=date(2026, 3, 9)).reason == "Carnival"


@pytest.mark.parametrize("step", ["hold", "rest", "complete", "cancel"])
def test_an_engagement_that_rests_has_no_meetings(cast: Cast, contoso: Engagement, step: str) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    workflow.apply(contoso, step)
    planning.plan(series, at=NOW)

    assert not planned(contoso)
    assert contoso.meetings.filter(status="cancelled").count() == 9
    assert contoso.meetings.all()[0].reason.startswith("The engagement is now: ")


def test_resuming_an_engagement_plans_its_meetings_again(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()
    for step, kind in (("hold", "engagements.held"), ("resume", "engagements.resumed")):
        workflow.apply(contoso, step)
        with transaction.atomic():
            record(kind, subject=contoso, by=cast.specialist, customer=cast.contoso, data={"number": contoso.number})
        work()

    assert len(planned(contoso)) == 9
    assert contoso.meetings.filter(status="cancelled").count() == 9


def test_ending_a_series_cancels_what_is_coming_and_plans_no_more(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    end_series(series, at=NOW + timedelta(hours=6), by=cast.specialist)
    work(NOW + timedelta(weeks=3))

    assert [local(meeting)[:10] for meeting in planned(contoso)] == ["2026-03-02"]
    assert contoso.meetings.filter(status="cancelled", ics_sequence=1).count() == 8
    (event,) = events("meetings.series_ended")
    assert event.sentence == "The checkpoints were ended; 8 coming meetings were cancelled"
    assert not Job.objects.filter(kind="meetings.plan", status="waiting").exists()


def test_one_planning_writes_one_event_for_everybody_who_may_see_it(cast: Cast, contoso: Engagement) -> None:
    mondays(contoso, cast.specialist)
    work()

    (event,) = events("meetings.planned")
    assert event.sentence == "Checkpoints were planned: 9 new, 0 moved, 0 cancelled; the next on 2 Mar 2026"
    assert event.thread == contoso.public_id
    assert (event.data["count"], event.data["first"]) == (9, "2026-03-02T09:00:00+00:00")
    assert event in Event.objects.visible_to(cast.lead)
    assert event not in Event.objects.visible_to(cast.fabrikam_lead)


def test_the_work_does_not_grow_with_the_number_of_meetings(cast: Cast, contoso: Engagement, settings: Any) -> None:
    series = mondays(contoso, cast.specialist)
    counts = []
    for weeks in (2, 20):
        settings.MEETINGS_HORIZON = timedelta(weeks=weeks)
        with CaptureQueriesContext(connection) as queries:
            planning.plan(series, at=NOW)
        counts.append(len(queries))
    assert counts[1] <= counts[0]
    assert len(planned(contoso)) == 21


def test_a_meeting_that_is_about_to_begin_is_left_alone(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    soon = datetime(2026, 3, 9, 7, tzinfo=UTC)  # two hours before it
    changed(series, cast.specialist, weekday=4)
    work(soon)

    meetings = [local(meeting) for meeting in planned(contoso)]
    assert meetings[1:3] == ["2026-03-09 10:00", "2026-03-20 10:00"]
    assert contoso.meetings.get(nominal_on=date(2026, 3, 9)).ics_sequence == 0


def test_a_preview_tells_what_the_worker_will_do(cast: Cast, contoso: Engagement) -> None:
    series = mondays(contoso, cast.specialist)
    work()
    at = datetime(2026, 3, 9, 12, tzinfo=UTC)
    values = {**{name: getattr(series, name) for name in RHYTHM}, "weekday": 4, "wall_time": time(12)}
    (course,) = if_set(contoso, {**values, "starts_on": series.starts_on}, at=at)
    (foreseen,) = planning.settle_all([course], Office.of([contoso], at=at))
    changed(series, cast.specialist, weekday=4, wall_time=time(12))
    work(at)

    coming = [meeting for meeting in planned(contoso) if meeting.start > at]
    assert [(line.nominal_on, line.after) for line in foreseen.lines if line.after] == [
        (meeting.nominal_on, meeting.start) for meeting in coming
    ]
    assert not Meeting.objects.filter(nominal_on=date(2026, 3, 13)).exists()  # that week has had its meeting
