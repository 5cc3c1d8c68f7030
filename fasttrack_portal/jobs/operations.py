"""Putting work into the jobs table, and trying parked work again."""

import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from fasttrack_portal import workflow
from fasttrack_portal.access import require
from fasttrack_portal.activity.operations import record
from fasttrack_portal.jobs import broker
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.jobs.registry import KINDS

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


def enqueue(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any] | None = None,
    due_at: datetime | None = None,
    by: "User | None" = None,
) -> Job:
    """One row for `(kind, key)`, however often it is asked for; it runs when this transaction commits and it is due."""
    job, _is_new = Job.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={
            "lane": KINDS[kind].lane,
            "payload": payload or {},
            "due_at": due_at or timezone.now(),
            "started_by": by,
        },
    )
    if due_at is None:
        _nudge_after_commit()
    return job


_MANY = """
INSERT INTO jobs_job (public_id, version, created_at, kind, key, lane, payload, status, due_at, attempts, progress_done,
    progress_total, progress_label, error, result_url)
SELECT gen_random_uuid(), 1, %s, %s, key, %s, payload::jsonb, 'waiting', due_at, 0, 0, 0, '', '', ''
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) WITH ORDINALITY AS given(key, payload, due_at, place)
ORDER BY place ON CONFLICT DO NOTHING"""


def enqueue_many(kind: str, entries: Iterable[tuple[str, dict[str, Any], datetime | None]]) -> None:
    """Many in one INSERT, in this order: (key, payload, due_at); what has no moment is due at once."""
    now, wanted = timezone.now(), list(entries)
    if not wanted:
        return
    keys = [key for key, _payload, _due in wanted]
    payloads = [json.dumps(payload) for _key, payload, _due in wanted]
    moments = [due or now for _key, _payload, due in wanted]
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [now, kind, KINDS[kind].lane, keys, payloads, moments])
    if any(due is None for _key, _payload, due in wanted):
        _nudge_after_commit()


@transaction.atomic
def retry(job: Job, *, by: "User") -> None:
    """A parked job gets its attempts back."""
    require(by, "jobs.retry", job)
    workflow.apply(job, "retry", attempts=0, error="", due_at=timezone.now(), finished_at=None)
    record("jobs.retried", subject=job, by=by, internal=True, data={"kind": job.kind, "key": job.key})
    _nudge_after_commit()


def unfinished(kind: str, keys: Iterable[str]) -> dict[str, uuid.UUID]:
    """Which of the keyed jobs are still to come, by their public id."""
    rows = Job.objects.filter(kind=kind, key__in=list(keys)).exclude(status=Job.Status.DONE)
    return dict(rows.values_list("key", "public_id"))


def _nudge_after_commit() -> None:
    # One nudge a transaction, however many jobs it made. A named function: Django 5.2 cannot log a partial that fails.
    if any(entry[1] is broker.nudge for entry in connection.run_on_commit):
        return
    transaction.on_commit(broker.nudge, robust=True)
