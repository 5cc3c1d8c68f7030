"""Copies of a person's data that are to be deleted from the migration service."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.preparation import OfProjectQuerySet
from migrations_svc.models.project import MigrationProject


class CopyDeletion(Record):
    """A request for one person. The name is kept only for as long as somebody has to find the copies."""

    class Status(models.TextChoices):
        CREATED = "created", _("Created")
        FAILED = "failed", _("Failed")
        COMPLETED = "completed", _("Completed")

    WORKFLOW = Workflow(
        "status",
        Step("fail", ("created",), "failed", _("Could not be deleted")),
        Step("retry", ("failed",), "created", _("Try again")),
        Step("complete", ("created",), "completed", _("Deleted")),
    )

    project = models.ForeignKey(MigrationProject, on_delete=models.CASCADE, related_name="deletions")
    person = models.CharField(_("whose copies"), max_length=320, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.CREATED)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("deletion of copies")
        ordering: ClassVar = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(status="completed", person="", reason="", completed_at__isnull=False))
                | (~Q(status="completed") & ~Q(person="") & Q(completed_at__isnull=True)),
                name="copy_deletion_completed_has_no_name",
            ),
            models.CheckConstraint(condition=~Q(status="failed") | ~Q(reason=""), name="copy_deletion_failed_says_why"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"DEL-{self.pk:06d}"

    def get_absolute_url(self) -> str:
        return address("migrations_svc:project", self.project.public_id)
