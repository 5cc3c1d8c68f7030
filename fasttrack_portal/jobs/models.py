"""What must follow a change, or must happen at a time: outbox, timer and progress bar in one row."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: "User") -> Self:
        """Admins all; others what they started themselves."""
        return self if user.is_admin else self.filter(started_by=user)


class Job(Record):
    """One piece of work. Whoever holds the lease under its `owner` name may finish it, nobody else."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        PARKED = "parked", _("Parked")

    class Lane(models.TextChoices):
        LIGHT = "light", _("Light")
        HEAVY = "heavy", _("Heavy")

    WORKFLOW = Workflow("status", Step("retry", ("parked",), "waiting", _("Try again")))

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    lane = models.CharField(max_length=5, choices=Lane.choices, default=Lane.LIGHT)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    owner = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_label = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    result_url = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.CheckConstraint(
                name="job_running_is_leased",
                condition=~Q(status="running") | Q(owner__isnull=False, lease_until__isnull=False),
            ),
        ]
        indexes = [
            # A tick reads what is due and nothing else, whatever the table has grown to.
            models.Index(fields=["lane", "due_at", "id"], condition=Q(status="waiting"), name="job_due"),
            models.Index(fields=["lease_until"], condition=Q(status="running"), name="job_leased"),
            models.Index(F("finished_at").desc(), name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.PARKED)
