"""What a job makes: whether it is still on its way, or was given up."""

from typing import Any

from fasttrack_portal.jobs.models import Job


class Made:
    """Beside a model with a `status` that begins as "queued" and the `job` that makes it."""

    status: Any
    job: Any

    @property
    def is_stuck(self) -> bool:
        """Whether the work on it was given up: it waits for an administrator to try again."""
        return self.status == "queued" and self.job is not None and self.job.status == Job.Status.PARKED

    @property
    def is_under_way(self) -> bool:
        return self.status == "queued" and not self.is_stuck
