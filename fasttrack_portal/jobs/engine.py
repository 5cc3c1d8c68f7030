"""Claim, run, finish: the lease and the owner fence that lose and double nothing when a worker is killed."""

import errno
import logging
import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.registry import KINDS, Later, LeaseLost, Park

log = logging.getLogger(__name__)

_BEAT_EVERY = 5.0  # seconds between two renewals of a lease
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_HEAVY_LOCK = 0x46545001  # advisory lock key: one claimer of heavy work at a time


class JobRun:
    """What a handler holds of its job while the lease is its own."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.payload: dict[str, Any] = job.payload
        self._beaten = time.monotonic()
        self._is_finished = False

    def progress(self, done: int, total: int, label: str = "") -> None:
        """Numbers for the person who waits; also renews the lease. Raises LeaseLost."""
        self._hold(progress_done=done, progress_total=total, progress_label=label[:200])

    def beat(self) -> None:
        """Renews the lease, at most every few seconds. Raises LeaseLost."""
        if time.monotonic() - self._beaten > _BEAT_EVERY:
            self._hold()

    def take_along(self, most: int, at: datetime) -> list[dict[str, Any]]:
        """The payloads of others of its kind that are due as well: they are done with this one, in its transaction, or
        wait as they did. A job that has failed before runs alone, and takes none that has: what is poison in one of
        them holds up the others for one attempt."""
        if self.job.attempts > 1:
            return []
        due = Job.objects.filter(kind=self.job.kind, lane=self.job.lane, status=Job.Status.WAITING, due_at__lte=at)
        found = list(due.filter(attempts=0).order_by("due_at", "id").select_for_update(skip_locked=True)[:most])
        done = {"status": Job.Status.DONE, "finished_at": timezone.now(), "attempts": 1}
        Job.objects.filter(pk__in=[job.pk for job in found]).update(**done)
        return [job.payload for job in found]

    def forget_payload(self) -> None:
        """What was in it is not for keeping; part of `finishing()`."""
        self._mine().update(payload={})

    @contextmanager
    def finishing(self, result_url: str = "") -> Iterator[None]:
        """The effect and "done" in one transaction. Raises LeaseLost, and then nothing of the effect stays."""
        with transaction.atomic():
            self._lock()
            yield
            self._finish(result_url)

    def _hold(self, **values: Any) -> None:
        self._beaten = time.monotonic()
        lease = timezone.now() + settings.JOB_LEASE
        if not self._mine().update(lease_until=lease, **values):
            raise LeaseLost(str(self.job))

    def _lock(self) -> None:
        if not self._mine().select_for_update().values_list("pk"):
            raise LeaseLost(str(self.job))

    def _finish(self, result_url: str = "") -> None:
        values: dict[str, Any] = {"status": Job.Status.DONE, "finished_at": timezone.now(), "lease_until": None}
        if result_url:
            values["result_url"] = result_url
        if not self._mine().update(owner=None, error="", **values):
            raise LeaseLost(str(self.job))
        self._is_finished = True

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, owner=self.job.owner, status=Job.Status.RUNNING)


def run_due(
    *,
    at: datetime | None = None,
    limit: int = 500,
    seconds: float = 50.0,
    lanes: tuple[str, ...] = (Job.Lane.LIGHT, Job.Lane.HEAVY),
) -> int:
    """Runs what is due, light work first, then heavy; returns how many were run. Any number may run this at once."""
    take_back_expired(at or timezone.now())
    until = time.monotonic() + seconds
    ran = 0
    while ran < limit and time.monotonic() < until:
        job = next((job for lane in lanes if (job := claim(lane, at or timezone.now()))), None)
        if job is None:
            break
        run(job, at)
        ran += 1
    return ran


# One statement and one round trip: the row is found, locked past its rivals and taken in the same breath.
_CLAIM = """
UPDATE jobs_job SET status = 'running', owner = %s, lease_until = %s, attempts = attempts + 1
WHERE id = (
    SELECT id FROM jobs_job WHERE lane = %s AND status = 'waiting' AND due_at <= %s
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING *
"""


def claim(lane: str, at: datetime) -> Job | None:
    """Takes the job that has been due longest, of several the one that was enqueued first; nobody else gets it while
    the lease lives."""
    if lane == Job.Lane.HEAVY:
        with transaction.atomic():
            return _take(lane, at) if _heavy_place_free(at) else None
    return _take(lane, at)


def _take(lane: str, at: datetime) -> Job | None:
    rows = Job.objects.raw(_CLAIM, [uuid.uuid4(), at + settings.JOB_LEASE, lane, at])
    return next(iter(rows), None)


def run(job: Job, at: datetime | None = None) -> None:
    """Runs a claimed job; what it raises becomes a later attempt, or a parked job after the last."""
    held = JobRun(job)
    kind = KINDS.get(job.kind)
    try:
        if kind is None:
            raise Park(f"no handler for {job.kind}")
        if kind.is_atomic:
            with held.finishing():
                kind.handler(held)
        else:
            kind.handler(held)
            if not held._is_finished:
                with held.finishing():
                    pass
    except LeaseLost:
        log.warning("lease lost: %s", job)
    except Park as fault:
        _put_back(held, str(fault), at, for_good=True)
    except Exception as fault:
        if isinstance(fault, Later) or (isinstance(fault, OSError) and fault.errno in _NO_SPACE):
            log.warning("job waits: %s: %s", job, fault)
            _put_back(held, str(fault), at, is_outside=True)
        else:
            log.exception("job failed: %s (attempt %s)", job, job.attempts)
            _put_back(held, "".join(traceback.format_exception_only(fault)).strip(), at)


def take_back_expired(at: datetime) -> None:
    """Work whose worker is gone waits again, or is parked if it has ended its worker too often (F8)."""
    with transaction.atomic():
        gone = Job.objects.filter(status=Job.Status.RUNNING, lease_until__lt=at).select_for_update(skip_locked=True)
        for job in gone[:100]:
            _put_back(JobRun(job), "the worker that ran it was lost", at, delay=timedelta(0))


def _put_back(
    held: JobRun,
    error: str,
    at: datetime | None,
    *,
    for_good: bool = False,
    is_outside: bool = False,
    delay: timedelta | None = None,
) -> None:
    now, job = at or timezone.now(), held.job
    if is_outside:
        # An outage is not the job's fault, however long it lasts: it leaves it one attempt at least (F6, F7).
        job.attempts = min(job.attempts, settings.JOB_ATTEMPTS - 1)
    parked = for_good or job.attempts >= settings.JOB_ATTEMPTS
    backoff = timedelta(seconds=min(2**job.attempts, 600)) if delay is None else delay
    with transaction.atomic():
        is_mine = held._mine().update(
            status=Job.Status.PARKED if parked else Job.Status.WAITING,
            owner=None,
            lease_until=None,
            attempts=job.attempts,
            error=error[:2000],
            due_at=now + backoff,
            finished_at=now if parked else None,
        )
        if parked and is_mine:
            _tell_given_up(held)
    if parked:
        log.error("job parked: %s: %s", job, error)


def _tell_given_up(held: JobRun) -> None:
    """Whatever happens to the telling, the job is parked."""
    kind = KINDS.get(held.job.kind)
    if kind is None or kind.given_up is None:
        return
    try:
        with transaction.atomic():
            kind.given_up(held)
    except Exception:
        log.exception("nobody was told: %s", held.job)


def _heavy_place_free(at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HEAVY_LOCK])
    busy = Job.objects.filter(lane=Job.Lane.HEAVY, status=Job.Status.RUNNING).filter(Q(lease_until__gte=at))
    return busy.count() < settings.HEAVY_JOBS_AT_ONCE
