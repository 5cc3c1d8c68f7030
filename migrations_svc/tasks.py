"""What happens to migration events by themselves."""

from fasttrack_portal.jobs.engine import JobRun
from fasttrack_portal.jobs.registry import job
from migrations_svc import operations
from migrations_svc.models import MigrationEvent


@job("migrations.close_window")
def close_window(run: JobRun) -> None:
    """Due at the last second of the window (D-F12, D-C10)."""
    operations.close_window(MigrationEvent.objects.with_facts().get(pk=run.payload["event"]))
