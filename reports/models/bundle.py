"""Many reports in one file: an export of a list, or the hand-over pack of an engagement."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.documents.models import StoredFile
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow
from reports.models.made import Made


class BundleQuerySet(models.QuerySet["Bundle"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and of an engagement only while one may still read it; admins all."""
        if user.audience.is_admin:
            return self
        inside = Q(engagement__isnull=True) | Q(engagement__in=Engagement.objects.visible_to(user))
        return self.filter(inside, requested_by=user.pk)


class Bundle(Made, Record):
    """A ZIP that somebody asked for, with an index; made with that person's rights and kept for a while."""

    class Kind(models.TextChoices):
        EXPORT = "export", _("Reports in one file")
        HANDOVER = "handover", _("Hand-over pack")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Not made")
        RETIRED = "retired", _("Removed")

    WORKFLOW = Workflow(
        "status",
        Step("finish", ("queued",), "ready", _("Finish")),
        Step("suppress", ("queued",), "failed", _("Do not make it")),
        Step("retire", ("ready",), "retired", _("Remove the file")),
    )
    # Days that the file is kept; what is in it stays in the portal, so it can be made again.
    KEPT = 30

    kind = models.CharField(max_length=8, choices=Kind.choices)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    engagement = models.ForeignKey(Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="bundles")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Of an export: the filters of the list it was asked for from.
    filters = models.JSONField(default=dict, blank=True)
    # Which reports are in it: who may not read one of them any more gets none of it.
    contents = models.JSONField(default=list, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    file = models.OneToOneField(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        verbose_name = _("bundle")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="export", engagement__isnull=True) | Q(kind="handover", engagement__isnull=False),
                name="bundle_of_a_list_or_an_engagement",
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(file__isnull=False, ready_at__isnull=False),
                name="bundle_ready_has_a_file",
            ),
        ]
        indexes = [models.Index(fields=["requested_by", "-created_at"], name="bundle_of_a_person")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"ZIP-{self.pk:06d}"

    def get_absolute_url(self) -> str:
        return address("reports:bundle", self.public_id)
