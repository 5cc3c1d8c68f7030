"""S5: what it costs to plan checkpoints beside a row at a time and beside one INSERT..SELECT, what a tick costs when
many series wait, and that racing bookings never overlap."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from time import perf_counter

from django.db import connection
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from benchmarks.engagements import EACH, open_empty
from benchmarks.measure import Measure, say
from engagements.models import Engagement, Meeting, MeetingSeries
from engagements.operations import planning, slots
from fasttrack_portal.accounts.models import User
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job

_DUE = 200
_SAMPLE = 200  # series planned for the first time, and as many by each of the two others
_WEEKS = 9
_BOOKINGS, _HANDS = 1_000, 8

# A specialist's forty series begin at other times of the week: as planned by somebody who looks.
_SERIES = """
INSERT INTO engagements_meetingseries
    (public_id, version, created_at, engagement_id, status, every_weeks, weekday, wall_time, zone, minutes, starts_on)
SELECT gen_random_uuid(), 1, now(), e.id, 'active', 1, n %% 5, time '09:00' + (n / 5 %% 8) * interval '1 hour', 'UTC',
    30, %s FROM (SELECT id, row_number() OVER (PARTITION BY specialist_id ORDER BY id) - 1 AS n
    FROM engagements_engagement) e
"""
_PLAIN = """
INSERT INTO engagements_meeting (public_id, version, created_at, engagement_id, series_id, kind, status, specialist_id,
    during, nominal_on, is_moved, reason, ics_uid, ics_sequence, notes, wanted_again)
SELECT gen_random_uuid(), 1, now(), s.engagement_id, s.id, 'checkpoint', 'planned', e.specialist_id,
    tstzrange(day + s.wall_time, day + s.wall_time + interval '30 minutes', '[)'), day, false, '',
    gen_random_uuid(), 0, '', ''
FROM engagements_meetingseries s JOIN engagements_engagement e ON e.id = s.engagement_id
CROSS JOIN LATERAL (SELECT (%s::date + s.weekday + 7 * w)::timestamp AS day FROM generate_series(0, %s) w) d
WHERE s.id = ANY(%s)
"""


def run(sizes: Sequence[int] = (10_000, 100_000)) -> list[Measure]:
    """Some minutes, nearly all of it for making the engagements."""
    found: list[Measure] = []
    ticks: dict[int, float] = {}
    for count in sorted(sizes):
        specialists = _fill(count)
        found += _first_planning(count)
        ticks[count] = _tick(count)
        least = ticks[min(sizes)]
        what = f"a tick with {_DUE} series due; floor: that of the smallest run"
        ratio = ticks[count] / least
        found.append(Measure(f"S5.{count}.tick", what, ticks[count], "ms", least, ratio, "<= 1.2 x", ratio <= 1.2))
        if count == min(sizes):
            found.append(_races(specialists[0]))
    return found


def _fill(count: int) -> list[User]:
    Job.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE engagements_meetingseries CASCADE")
    specialists = open_empty(count - count % EACH)
    Engagement.objects.update(status=Engagement.Status.ACTIVE)
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, [_monday()])
        cursor.execute("VACUUM ANALYZE engagements_meetingseries, engagements_engagement")
    return specialists


def _monday() -> date:
    today = timezone.now().date()
    return today + timedelta(days=7 - today.weekday())


def _first_planning(count: int) -> list[Measure]:
    """Three samples of the same size, of series that had no meeting yet; milliseconds a series."""
    keys = list(MeetingSeries.objects.order_by("pk").values_list("pk", flat=True)[: 3 * _SAMPLE + 40])
    planned, one_by_one, plain = keys[:_SAMPLE], keys[_SAMPLE : 2 * _SAMPLE], keys[2 * _SAMPLE : 3 * _SAMPLE]
    say(f"scheduler: the first planning of {_SAMPLE} among {count:,} series")
    at = timezone.now()
    planning.plan(MeetingSeries.objects.get(pk=keys[-1]), at=at)
    began = perf_counter()
    planning.plan_many(planned, at=at)
    ours = (perf_counter() - began) * 1000 / _SAMPLE
    # What was moved off a holiday would stand in the way of the two others, which know of none.
    Meeting.objects.all().delete()
    naive = _a_row_at_a_time(one_by_one)
    Meeting.objects.all().delete()
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, [_monday(), _WEEKS - 1, plain])
    floor = (perf_counter() - began) * 1000 / _SAMPLE
    what = "first planning of one series, holidays and conflicts honoured; floor: "
    return [
        Measure(f"S5.{count}.naive", what + "get_or_create a row", ours, "ms", naive, naive / ours, ">= 30 x faster",
                naive / ours >= 30),
        Measure(f"S5.{count}.plain", what + "INSERT..SELECT", ours, "ms", floor, ours / floor, "<= 5 x",
                ours / floor <= 5),
    ]  # fmt: skip


def _a_row_at_a_time(keys: Sequence[int]) -> float:
    began = perf_counter()
    for series in MeetingSeries.objects.filter(pk__in=keys).select_related("engagement"):
        for week in range(_WEEKS):
            day = _monday() + timedelta(days=series.weekday, weeks=week)
            start = datetime.combine(day, series.wall_time, UTC)
            Meeting.objects.get_or_create(
                series=series, nominal_on=day,
                defaults={"engagement": series.engagement, "specialist_id": series.engagement.specialist_id,
                          "during": DateTimeTZRange(start, start + timedelta(minutes=30), "[)")},
            )  # fmt: skip
    return (perf_counter() - began) * 1000 / len(keys)


def _tick(count: int) -> float:
    """Every series waits for its week; 200 of them are due, and after the first round each is planned already."""
    say(f"scheduler: a tick with {_DUE} due among {count:,} series")
    Job.objects.all().delete()
    far, now = timezone.now() + timedelta(days=60), timezone.now()
    keys = list(MeetingSeries.objects.order_by("pk").values_list("pk", flat=True))
    Job.objects.bulk_create(
        [Job(kind="meetings.plan", key=f"{pk}:far", payload={"series": pk}, due_at=far) for pk in keys],
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE jobs_job, engagements_meeting")
    due, times = keys[: min(_DUE, len(keys))], []
    for number in range(4):
        rows = [Job(kind="meetings.plan", key=f"{pk}:due {number}", payload={"series": pk}, due_at=now) for pk in due]
        Job.objects.exclude(kind="meetings.plan").delete()  # reminders of the first round are no part of the measure
        Job.objects.bulk_create(rows)
        began = perf_counter()
        run_due(limit=len(due), seconds=600)
        times.append((perf_counter() - began) * 1000)
    return median(times[1:])  # the first plans, the others look


def _races(specialist: User) -> Measure:
    """A thousand bookings by eight hands at once, for the same hours of one specialist."""
    say(f"scheduler: {_BOOKINGS:,} racing bookings")
    engagements = list(Engagement.objects.filter(specialist=specialist).order_by("pk")[:_HANDS])
    Meeting.objects.filter(specialist=specialist).delete()
    at = timezone.now()
    first = datetime.combine(_monday(), time(9), UTC)
    each = _BOOKINGS // _HANDS
    hours = [first + timedelta(weeks=n // 35, days=n // 7 % 5, hours=n % 7) for n in range(each)]
    faults: list[BaseException] = []

    def take(engagement: Engagement) -> None:
        try:
            for hour in hours:
                try:
                    slots.book(engagement, kind="talk", start=hour, at=at, by=specialist)
                except slots.Taken:
                    continue
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    hands = [threading.Thread(target=take, args=(engagement,)) for engagement in engagements]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    if faults:
        raise faults[0]
    taken = sorted((each.start, each.end) for each in Meeting.objects.filter(specialist=specialist))
    overlaps = sum(later < end for (_start, end), (later, _end) in pairwise(taken))
    what = f"overlaps of {len(hands) * each} racing bookings; floor: meetings that stand"
    return Measure("C3.races", what, overlaps, "", len(taken), overlaps, "0", overlaps == 0)
