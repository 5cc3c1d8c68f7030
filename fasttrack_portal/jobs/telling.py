"""How far a job is, told from within the one transaction in which it works."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, connections

from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import LeaseLost

Tell = Callable[[int, int, str], None]  # how many of how many are done, and with what
_TOLD_EVERY = 1.0  # seconds


def unwatched(done: int, total: int, label: str) -> None:
    """Nobody waits for it."""


def through_lines(tell: Tell, total: int, label: str) -> Callable[[int], None]:
    """Tells how many lines are done, of at most so many."""
    return lambda done: tell(min(done, total), total, label)


@contextmanager
def telling(run: JobRun) -> Iterator[Tell]:
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
