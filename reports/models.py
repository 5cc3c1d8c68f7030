"""Reports: a frozen snapshot, the PDF made from it, and the seal that confirms both."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Minutes
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer, FastTrackCenter
from fasttrack_portal.documents.models import Seal, StoredFile
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models import MigrationEvent


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> Self:
        """A report is read by whoever may read the engagement it is about."""
        return self.filter(engagement__in=Engagement.objects.visible_to(user))


class Report(Record):
    """One issue of a report. People see RPT-000042; the snapshot never changes once it is gathered."""

    class Kind(models.TextChoices):
        STATUS = "status", _("Status report")
        FINAL = "final", _("Final report")
        ENGAGEMENT = "engagement", _("Engagement report")
        MINUTES = "minutes", _("Minutes")

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        ISSUED = "issued", _("Issued")
        FAILED = "failed", _("Not made")

    WORKFLOW = Workflow(
        "status",
        Step("issue", ("queued",), "issued", _("Issue")),
        Step("suppress", ("queued",), "failed", _("Do not make it")),
    )

    kind = models.CharField(max_length=12, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    # Which period of what this is: the same period is issued once, however many workers schedule it.
    # "status:<event>:2026-04-17" by the day, "status:<event>:2026-W16" by the week, else the key of the form.
    period = models.CharField(max_length=120, unique=True)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="reports")
    event = models.ForeignKey(MigrationEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    minutes = models.ForeignKey(Minutes, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="reports")
    centre = models.ForeignKey(FastTrackCenter, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Gathered once and never again: a worker that was killed goes on with what it had gathered.
    snapshot = models.JSONField(null=True, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True)
    snapshot_sha256 = models.CharField(max_length=64, blank=True)
    seal = models.OneToOneField(Seal, null=True, blank=True, on_delete=models.PROTECT, related_name="report")
    file = models.OneToOneField(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="report")
    # Every record of an event as it stood when the report was gathered; its hash stands in the snapshot.
    records = models.OneToOneField(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The same report to keep for decades, with that file inside it.
    archive = models.OneToOneField(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="issued")
                | (Q(file__isnull=False, seal__isnull=False, issued_at__isnull=False) & ~Q(snapshot_sha256="")),
                name="report_issued_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind="engagement", event__isnull=True, minutes__isnull=True)
                | Q(kind__in=["status", "final"], event__isnull=False, minutes__isnull=True)
                | Q(kind="minutes", event__isnull=True, minutes__isnull=False),
                name="report_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(snapshot__isnull=True, snapshot_sha256="", gathered_at__isnull=True, seal__isnull=True)
                | (Q(snapshot__isnull=False, gathered_at__isnull=False, seal__isnull=False) & ~Q(snapshot_sha256="")),
                name="report_gathered_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["engagement", "-created_at"], name="report_engagement"),
            models.Index(fields=["event", "kind", "-gathered_at"], name="report_event"),
            models.Index(fields=["-created_at"], name="report_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"RPT-{self.pk:06d}"

    @property
    def is_stuck(self) -> bool:
        """Whether the work on it was given up: it waits for an administrator to try again."""
        return self.status == self.Status.QUEUED and self.job is not None and self.job.status == Job.Status.PARKED

    @property
    def is_under_way(self) -> bool:
        return self.status == self.Status.QUEUED and not self.is_stuck

    @property
    def subject(self) -> Engagement | MigrationEvent | Minutes:
        """What it is about."""
        return self.minutes or self.event or self.engagement

    def get_absolute_url(self) -> str:
        return address("reports:detail", self.public_id)


class Annex(Record):
    """Every record of a final report in print, made when somebody asks for it: in parts, so that a long one keeps no
    other report waiting."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="annex")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parts_in_all = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("annex")

    def __str__(self) -> str:
        return _("annex of %(number)s") % {"number": self.report.number}

    @property
    def is_stuck(self) -> bool:
        """Whether the work on it was given up: it waits for an administrator to try again."""
        return self.made_at is None and self.job is not None and self.job.status == Job.Status.PARKED


class AnnexPart(models.Model):
    """One PDF of an annex, whole in itself."""

    annex = models.ForeignKey(Annex, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("part of an annex")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["annex", "number"], name="annex_part_once")]

    def __str__(self) -> str:
        return f"{self.annex} {self.number}"
