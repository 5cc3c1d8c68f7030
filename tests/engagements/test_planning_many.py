"""Many series planned at once come out as if each had been planned alone, one after the other, and cost a few
statements."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg2.extras import DateTimeTZRange

from engagements.models import Absence, Engagement, Meeting, MeetingSeries
from engagements.operations import planning
from fasttrack_portal.activity.models import Event
from fasttrack_portal.directory.models import CenterClosure
from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.notices.models import Notification
from tests.conftest import Cast
from tests.engagements.meeting_scene import NOW, engagement_of

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def series_of(cast: Cast, chance: random.Random, count: int) -> list[int]:
    """Series that get into each other's way: few hours of two specialists, one of whom is away, and a closure."""
    keys = []
    CenterClosure.objects.create(centre=cast.emea, day=date(2026, 3, 17), name="Inventory")
    Absence.objects.create(
        person=cast.manager, zone="UTC",
        during=DateTimeTZRange(datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 3, 26, tzinfo=UTC), "[)"),
    )  # fmt: skip
    for _each in range(count):
        specialist = chance.choice([cast.specialist, cast.manager])
        engagement = engagement_of(cast.contoso, specialist, cast.lead)
        series = MeetingSeries.objects.create(
            engagement=engagement,
            every_weeks=chance.choice([1, 2]),
            weekday=chance.randrange(7),
            wall_time=time(chance.randrange(24), chance.choice([0, 15, 30])),
            zone=chance.choice(ZONES),
            starts_on=date(2026, 3, chance.randrange(1, 20)),
            ends_before=chance.choice([None, None, date(2026, 4, 10)]),
        )
        keys.append(series.pk)
    Engagement.objects.filter(pk=engagement.pk).update(status="on_hold")
    return keys


def traces() -> list[Any]:
    """All that planning leaves behind, but for what is new each time: keys, and identities of meetings and events."""
    meetings = Meeting.objects.order_by("series", "nominal_on", "during").values_list(
        "series", "nominal_on", "during", "specialist", "status", "is_moved", "reason", "ics_sequence", "version"
    )
    unstable = {"meetings", "cancelled"}
    events = [
        (event.kind, event.subject_id, event.thread, event.url, event.customer_id, event.centre_id,
         {name: value for name, value in event.data.items() if name not in unstable},
         [fact["start"] for fact in (*event.data["meetings"], *event.data["cancelled"])])
        for event in Event.objects.filter(kind="meetings.planned").order_by("subject_id", "pk")
    ]  # fmt: skip
    timers = Job.objects.filter(kind="meetings.remind").values_list("payload__start", "payload__when", "due_at", "lane")
    runs = Job.objects.filter(kind="meetings.plan").order_by("key").values_list("key", "payload", "due_at", "lane")
    told = Notification.objects.order_by("event__subject_id", "user").values_list("event__subject_id", "user")
    mails = Job.objects.filter(kind="notices.mail").count()
    until = MeetingSeries.objects.order_by("pk").values_list("pk", "status", "planned_until")
    return [list(meetings), events, sorted(timers), list(runs), list(told), mails, list(until)]


@pytest.mark.parametrize("seed", range(4))
def test_together_or_one_after_the_other_is_the_same(cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    keys = series_of(cast, chance, 7)
    later = NOW + timedelta(days=10)

    def change() -> None:
        """Somebody moves a meeting, and a day off is added: the second planning moves what stands there."""
        CenterClosure.objects.get_or_create(centre=cast.emea, day=date(2026, 4, 1), name="Fair")
        MeetingSeries.objects.filter(pk=keys[1]).update(planned_until=None, weekday=3)

    found = []
    for is_together in (False, True):
        with transaction.atomic():
            for at in (NOW, later):
                if is_together:
                    planning.plan_many(reversed(keys), at=at)
                else:
                    for series in MeetingSeries.objects.order_by("pk"):
                        planning.plan(series, at=at)
                found.append(traces())
                change()
            transaction.set_rollback(True)
    alone, together = found[:2], found[2:]
    assert together == alone
    assert len(alone[0][0]) > 10
    assert alone[0][0] != alone[1][0]


def test_no_two_overlap_and_nothing_is_doubled(cast: Cast) -> None:
    keys = series_of(cast, random.Random(99), 7)
    for _again in range(3):
        planning.plan_many(keys, at=NOW)
    taken = sorted(Meeting.objects.exclude(status="cancelled").values_list("specialist", "during"))
    for (who, first), (other, second) in pairwise(taken):
        assert who != other or first.upper <= second.lower
    assert Event.objects.filter(kind="meetings.planned").count() <= len(keys)


def test_a_tick_plans_all_that_is_due_in_a_few_statements(cast: Cast) -> None:
    keys = series_of(cast, random.Random(5), 6)

    def due(first: int, last: int) -> None:
        for pk in keys[first:last]:
            Job.objects.create(kind="meetings.plan", key=f"{pk}:due", payload={"series": pk}, due_at=NOW)

    def cost() -> int:
        Job.objects.exclude(kind="meetings.plan").delete()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            engine.run(engine.claim("light", NOW) or Job())
        return len(captured)

    due(0, 2)
    few = cost()
    due(2, 6)
    assert cost() <= few + 2
    assert not Job.objects.filter(kind="meetings.plan", status="waiting", due_at__lte=NOW).exists()
    assert MeetingSeries.objects.filter(planned_until=None).count() == 0


def test_what_is_poison_holds_up_the_others_for_one_attempt(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One series cannot be planned, and others take it along: they are planned alone at their next attempt."""
    keys = series_of(cast, random.Random(6), 4)
    for pk in keys:
        Job.objects.create(kind="meetings.plan", key=f"{pk}:due", payload={"series": pk}, due_at=NOW)
    settle = planning.settle

    def breaks(course: Any, office: Any) -> Any:
        if course.series.pk == keys[2]:
            raise ZeroDivisionError("poison")
        return settle(course, office)

    monkeypatch.setattr(planning, "settle", breaks)
    for minutes in range(4):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            engine.run_due()
    waiting = Job.objects.filter(kind="meetings.plan", key__endswith=":due").exclude(status="done")
    assert [job.payload["series"] for job in waiting] == [keys[2]]
    assert MeetingSeries.objects.filter(planned_until=None).count() == 1
