"""What is settled before the first event of a project: access, findings, and what the customer acknowledges by name."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.project import MigrationProject


class OfProjectQuerySet(models.QuerySet["models.Model"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "project", MigrationProject, user)


class _Settled(Record):
    """Something of a project that is open until somebody says that it is done."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")

    WORKFLOW = Workflow(
        "status",
        Step("settle", ("open",), "done", _("Done")),
        Step("reopen", ("done",), "open", _("Reopen")),
    )

    status = models.CharField(max_length=4, choices=Status.choices, default=Status.OPEN)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        abstract = True


class AccessItem(_Settled):
    """One right that FastTrack needs in the source or in the tenant (D-C3); the customer gives it."""

    class Place(models.TextChoices):
        SOURCE = "source", _("Source")
        TARGET = "target", _("Microsoft 365 tenant")

    project = models.ForeignKey(MigrationProject, on_delete=models.CASCADE, related_name="access_items")
    # A line of `sources`, in its words and version of the day the project began.
    code = models.CharField(max_length=40)
    place = models.CharField(max_length=6, choices=Place.choices)
    title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("access")
        ordering: ClassVar = ["project", "position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="access_item_once"),
            models.CheckConstraint(
                condition=Q(status="open", done_at__isnull=True) | Q(status="done", done_at__isnull=False),
                name="access_item_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Finding(_Settled):
    """Something that an assessment of the source found and that is to be fixed before the data moves (D-C4, D-C5)."""

    project = models.ForeignKey(MigrationProject, on_delete=models.CASCADE, related_name="findings")
    report = models.CharField(_("assessment report"), max_length=120)
    title = models.CharField(_("what is to be fixed"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("due"), null=True, blank=True)

    class Meta:
        verbose_name = _("finding")
        ordering: ClassVar = ["project", "status", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", done_at__isnull=True) | Q(status="done", done_at__isnull=False),
                name="finding_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Acknowledgement(Record):
    """One name under the statements that come before the first event; it keeps the words that were signed."""

    project = models.ForeignKey(MigrationProject, on_delete=models.CASCADE, related_name="acknowledgements")
    edition = models.PositiveSmallIntegerField()
    statements = models.JSONField()
    # Of `sources`: what does not move, as it was known to who signed.
    facts_edition = models.PositiveSmallIntegerField(default=1)
    stays = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=60)
    at = models.DateTimeField()

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("acknowledgement")
        constraints = [models.UniqueConstraint(fields=["project", "edition"], name="acknowledgement_once_an_edition")]

    def __str__(self) -> str:
        return self.name
