"""Nothing lost, nothing doubled: the job table under kills, repeats and rivals."""

import errno
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from fasttrack_portal.jobs import engine
from fasttrack_portal.jobs.engine import claim, run, run_due
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.operations import enqueue, retry
from fasttrack_portal.jobs.registry import KINDS, Kind, Later, LeaseLost, Park


class Effect:
    """Counts what a handler did, in the database, so that a rollback takes it back."""

    def __init__(self):
        self.raises = []
        self.calls = 0

    def __call__(self, run):
        self.calls += 1
        Job.objects.create(kind="effect", key=f"{run.job.pk}-{self.calls}", due_at=timezone.now() + timedelta(days=900))
        if self.raises:
            raise self.raises.pop(0)

    @property
    def effects(self):
        return Job.objects.filter(kind="effect").count()


@pytest.fixture
def effect(db):
    handler = Effect()
    KINDS["test.effect"] = Kind("test.effect", handler, True, "light")
    yield handler
    del KINDS["test.effect"]


def test_the_same_work_asked_for_ten_times_is_done_once(effect):
    for _time in range(10):
        enqueue("test.effect", key="one")
    assert run_due() == 1
    assert run_due() == 0
    assert effect.effects == 1


def test_work_that_is_not_due_waits(effect):
    job = enqueue("test.effect", key="later", due_at=timezone.now() + timedelta(minutes=5))
    assert run_due() == 0
    assert run_due(at=timezone.now() + timedelta(minutes=6)) == 1
    job.refresh_from_db()
    assert job.status == Job.Status.DONE


def test_of_what_is_due_at_the_same_moment_the_first_that_was_asked_for_comes_first(effect):
    at = timezone.now()
    jobs = [enqueue("test.effect", key=key, due_at=at) for key in ("one", "two", "three")]
    # Written anew, so that its place in the table and in the index is behind the others'.
    for due_at in (at + timedelta(days=1), at):
        Job.objects.filter(pk=jobs[0].pk).update(due_at=due_at)
    assert [claim("light", at).pk for _job in jobs] == [job.pk for job in jobs]


def test_a_crash_in_the_middle_leaves_no_half_effect_and_is_tried_again(effect):
    effect.raises = [RuntimeError("power cut")]
    job = enqueue("test.effect", key="x")
    run_due()
    job.refresh_from_db()
    assert (job.status, effect.effects) == (Job.Status.WAITING, 0)
    assert "power cut" in job.error
    run_due(at=timezone.now() + timedelta(minutes=1))
    job.refresh_from_db()
    assert (job.status, effect.effects) == (Job.Status.DONE, 1)


def test_a_worker_that_vanished_loses_its_lease_and_the_work_is_done_by_another(effect):
    job = enqueue("test.effect", key="x")
    dead = claim("light", timezone.now())
    assert dead == job
    assert run_due() == 0, "the lease still lives"
    assert run_due(at=timezone.now() + timedelta(seconds=31)) == 1
    assert effect.effects == 1


def test_a_worker_that_comes_back_after_its_lease_cannot_finish(effect):
    enqueue("test.effect", key="x")
    slow = claim("light", timezone.now())
    later = timezone.now() + timedelta(seconds=31)
    engine.take_back_expired(later)
    rival = claim("light", later)
    run(rival)
    run(slow)
    assert effect.effects == 1, "the slow worker's effect was rolled back"


def test_a_late_worker_hears_that_its_lease_is_gone(effect):
    enqueue("test.effect", key="x")
    held = engine.JobRun(claim("light", timezone.now()))
    engine.take_back_expired(timezone.now() + timedelta(seconds=31))
    with pytest.raises(LeaseLost):
        held.progress(1, 2)


def test_poison_is_parked_after_ten_attempts_and_the_queue_goes_on(effect, cast):
    effect.raises = [ValueError("poison")] * 10
    poison = enqueue("test.effect", key="poison")
    for attempt in range(10):
        run_due(at=timezone.now() + timedelta(hours=attempt))
    enqueue("test.effect", key="good")
    run_due(at=timezone.now() + timedelta(hours=20))
    poison.refresh_from_db()
    assert (poison.status, poison.attempts) == (Job.Status.PARKED, 10)
    assert effect.effects == 1
    retry(poison, by=cast.admin)
    run_due()
    poison.refresh_from_db()
    assert poison.status == Job.Status.DONE


@pytest.mark.parametrize("fault", [Later("the mail server is away"), OSError(errno.ENOSPC, "No space left on device")])
def test_an_outage_parks_nothing_however_long_it_lasts(effect, fault):
    effect.raises = [fault] * 40
    job = enqueue("test.effect", key="x")
    for hour in range(40):
        assert run_due(at=timezone.now() + timedelta(hours=hour)) == 1
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Job.Status.WAITING, 9)
    assert str(fault) in job.error
    run_due(at=timezone.now() + timedelta(hours=41))
    job.refresh_from_db()
    assert (job.status, effect.effects) == (Job.Status.DONE, 1)


def test_a_handler_that_says_park_is_not_tried_again(effect):
    effect.raises = [Park("no such mailbox")]
    job = enqueue("test.effect", key="x")
    run_due()
    job.refresh_from_db()
    assert (job.status, job.attempts, job.error) == (Job.Status.PARKED, 1, "no such mailbox")


def test_a_job_that_kills_its_worker_each_time_is_parked(effect):
    job = enqueue("test.effect", key="killer")
    at = timezone.now()
    for _death in range(10):
        assert claim("light", at) is not None
        at += timedelta(seconds=31)
        engine.take_back_expired(at)
        at += timedelta(seconds=1)
    job.refresh_from_db()
    assert job.status == Job.Status.PARKED


def test_a_rolled_back_change_leaves_no_job(db):
    KINDS["test.effect"] = Kind("test.effect", lambda run: None, True, "light")
    try:
        with transaction.atomic():
            enqueue("test.effect", key="never")
            transaction.set_rollback(True)
        assert not Job.objects.filter(key="never").exists()
    finally:
        del KINDS["test.effect"]


def test_one_heavy_job_at_a_time_and_light_ones_pass_it(effect):
    KINDS["test.heavy"] = Kind("test.heavy", effect, True, "heavy")
    try:
        enqueue("test.heavy", key="1")
        enqueue("test.heavy", key="2")
        assert claim("heavy", timezone.now()) is not None
        assert claim("heavy", timezone.now()) is None
        enqueue("test.effect", key="light")
        assert run_due() == 1
    finally:
        del KINDS["test.heavy"]


def test_a_tick_reads_what_is_due_and_nothing_else(effect):
    """The plan of the claim uses the partial index, whatever the table has grown to."""
    far = timezone.now() + timedelta(days=30)
    Job.objects.bulk_create([Job(kind="test.effect", key=f"far {n}", due_at=far) for n in range(2_000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
        cursor.execute(
            "EXPLAIN SELECT id FROM jobs_job WHERE lane = 'light' AND status = 'waiting' AND due_at <= now() "
            "ORDER BY due_at LIMIT 1"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "job_due" in plan


def test_a_nudge_never_raises_and_never_waits(settings, monkeypatch):
    from fasttrack_portal.jobs import broker

    settings.JOBS_NUDGE = True
    calls = []

    def away(**options):
        calls.append(options)
        raise ConnectionError("no broker")

    monkeypatch.setattr(broker.app, "connection_for_write", away)
    monkeypatch.setattr(broker, "_rest_until", 0.0)
    broker.nudge()
    broker.nudge()
    assert len(calls) == 1, "after a failure it rests"


@pytest.mark.parametrize(
    ("waited", "said"),
    [(timedelta(0), "Nothing that is due has waited a minute."), (timedelta(days=38, minutes=1), "1 month, 1 week")],
)
def test_the_page_says_how_late_workers_are_as_people_would(cast, sign_in, waited, said):
    Job.objects.create(kind="test.effect", key="late", due_at=timezone.now() - waited)
    page = sign_in(cast.admin).get("/staff/jobs/").content.decode().replace("\xa0", " ")
    assert said in page
    assert ("Workers are late" in page) is bool(waited)
