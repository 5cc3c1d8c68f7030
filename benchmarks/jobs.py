"""S7: what it costs to claim, run and finish a job, and that a tick costs what is due, never what is there."""

from datetime import timedelta
from time import perf_counter

from django.db import connection
from django.utils import timezone

from benchmarks.measure import Measure, say, timed
from fasttrack_portal.jobs.engine import run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.registry import job

_DUE = 200


@job("bench.nothing")
def nothing(run: object) -> None:
    """An empty job: what remains is the engine's own cost."""


def run() -> list[Measure]:
    """About a minute: 2,000 empty jobs, then ticks with 200 due among 10,000 and 100,000 that wait."""
    return [_throughput(), _growth()]


def _throughput(count: int = 2_000) -> Measure:
    say(f"jobs: {count} empty jobs, one worker process")
    _make("empty", count, due=True)
    began = perf_counter()
    done = run_due(limit=count, seconds=600)
    rate = done / (perf_counter() - began)
    floor = 1 / timed(_three_round_trips, rounds=200)
    return Measure(
        "S7.rate",
        "claim, run and finish of an empty job; floor: 3 single-row commits",
        rate,
        "jobs/s",
        floor,
        rate / floor,
        ">= 500 jobs/s a process",
        rate >= 500,
    )


def _growth() -> Measure:
    times = {}
    for waiting in (10_000, 100_000):
        say(f"jobs: a tick with {_DUE} due among {waiting} that wait")
        Job.objects.all().delete()
        _make("far", waiting, due=False)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE jobs_job")
        rounds = []
        for number in range(5):
            _make(f"due {number}", _DUE, due=True)
            began = perf_counter()
            run_due(limit=_DUE, seconds=600)
            rounds.append(perf_counter() - began)
        times[waiting] = sorted(rounds)[2] * 1000
    ratio = times[100_000] / times[10_000]
    return Measure(
        "S5.tick",
        f"a tick with {_DUE} due, 100,000 waiting; floor: the same with 10,000",
        times[100_000],
        "ms",
        times[10_000],
        ratio,
        "<= 1.2 x",
        ratio <= 1.2,
    )


def _make(name: str, count: int, *, due: bool) -> None:
    at = timezone.now() + (timedelta(0) if due else timedelta(days=365))
    rows = (Job(kind="bench.nothing", key=f"{name} {number}", due_at=at) for number in range(count))
    Job.objects.bulk_create(rows, batch_size=5_000)


def _three_round_trips() -> None:
    with connection.cursor() as cursor:
        for _commit in range(3):
            cursor.execute("UPDATE jobs_job SET attempts = attempts WHERE id = (SELECT min(id) FROM jobs_job)")
