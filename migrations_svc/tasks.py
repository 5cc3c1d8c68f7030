"""What happens to migration events by themselves."""

from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job
from migrations_svc import operations
from migrations_svc.models import MigrationEvent


@job("migrations.close_window")
def close_window(run: JobRun) -> None:
    """Due at the last second of the window (D-F12, D-C10)."""
    operations.close_window(_event(run))


@job("migrations.remind_window")
def remind_window(run: JobRun) -> None:
    """Due in the morning of a day of the window."""
    operations.remind_window(_event(run), day=run.payload["day"])


@job("migrations.freeze_list")
def freeze_list(run: JobRun) -> None:
    """Due as soon as the last day for changes is over."""
    operations.freeze(_event(run), due=run.payload["due"])


def _event(run: JobRun) -> MigrationEvent:
    return MigrationEvent.objects.with_facts().get(pk=run.payload["event"])
