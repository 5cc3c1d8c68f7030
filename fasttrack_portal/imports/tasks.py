"""The jobs of long lists: reading one, importing one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.imports import operations
from fasttrack_portal.imports.models import ImportPlan
from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import LeaseLost, job
from fasttrack_portal.refusals import Conflict
from fasttrack_portal.tabular import FileRefused

_TOLD_EVERY = 1.0  # seconds


@job("imports.read", atomic=False, lane="heavy")
def read(run: JobRun) -> None:
    """Makes the plan of a list; what cannot be read says so on its page."""
    plan = ImportPlan.objects.get(pk=run.payload["plan"])
    if plan.status != ImportPlan.Status.READING:
        return
    run.progress(0, 0, _("Reading the file"))
    try:
        with _telling(run) as tell, transaction.atomic():
            operations.store_lines(plan, tell)
            # Last, for until then the job's row has to be free for the progress.
            with run.finishing(plan.get_absolute_url()):
                pass
    except FileRefused as refused:
        with run.finishing(plan.get_absolute_url()):
            operations.give_up(plan, refused.sentence)


@job("imports.apply", atomic=False, lane="heavy")
def apply(run: JobRun) -> None:
    """Carries a plan out in one transaction; one that was overtaken is left for the person to check again."""
    plan = ImportPlan.objects.get(pk=run.payload["plan"])
    if plan.status != ImportPlan.Status.IMPORTING:
        return
    run.progress(0, plan.line_count, _("Importing the lines"))
    by = User.objects.get(pk=run.payload["by"])
    try:
        with _telling(run) as tell, transaction.atomic():
            operations.carry_out(plan, at=timezone.now(), by=by, tell=tell)
            with run.finishing(plan.get_absolute_url()):
                pass
    except Conflict as refusal:
        plan.refresh_from_db()
        with run.finishing(plan.get_absolute_url()):
            operations.overtake(plan, str(refusal.reason))


@contextmanager
def _telling(run: JobRun) -> Iterator[operations.Tell]:
    """Progress from within a transaction, which nobody would see: another thread tells it, over its own connection.

    It tells every second, so that the lease is kept, too, while the database is at one long statement.
    """
    if connection.in_atomic_block:
        yield run.progress
        return
    told: list[tuple[int, int, str]] = []
    is_over = threading.Event()

    def keep_telling() -> None:
        try:
            while not is_over.wait(_TOLD_EVERY):
                if told:
                    run.progress(*told[-1])
        except LeaseLost:
            pass  # the end of the job finds it out, and nothing is kept
        finally:
            connections.close_all()

    teller = threading.Thread(target=keep_telling)
    teller.start()
    try:
        yield lambda *values: told.append(values)
    finally:
        is_over.set()
        teller.join()
