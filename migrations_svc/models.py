"""Migration projects, their events, the records that move, issues, and the five-day window."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from fasttrack_portal.accounts.models import User, validate_zone
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.recordfile import KINDS


class MigrationProjectQuerySet(models.QuerySet["MigrationProject"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(engagement__in=Engagement.objects.visible_to(user))


class MigrationProject(Record):
    """Everything that moves from one source within an engagement."""

    class Source(models.TextChoices):
        EXCHANGE = "exchange", _("Exchange")
        GOOGLE_WORKSPACE = "google_workspace", _("Google Workspace")
        IMAP = "imap", _("IMAP")
        BOX = "box", _("Box")
        DROPBOX = "dropbox", _("Dropbox")
        GOOGLE_DRIVE = "google_drive", _("Google Drive")
        FILE_SHARE = "file_share", _("File share")

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="migration_projects")
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)

    objects = MigrationProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("migration project")
        constraints = [models.UniqueConstraint(fields=["engagement", "source"], name="migration_project_once_a_source")]

    def __str__(self) -> str:
        return self.get_source_display()


class MigrationEventQuerySet(models.QuerySet["MigrationEvent"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(project__engagement__in=Engagement.objects.visible_to(user))

    def active(self) -> Self:
        """Events that FastTrack is conducting or about to."""
        return self.filter(status__in=["scheduled", "locked", "go", "running"])

    def unfinished(self) -> Self:
        """Events whose records are still to move: the same record may not stand in two of them."""
        return self.filter(status__in=["draft", "validated", "scheduled", "locked", "go", "running"])

    def with_facts(self) -> Self:
        """Everything that a line or a page says about an event, in one query."""
        return self.select_related(
            "project__engagement__customer",
            "project__engagement__centre",
            "project__engagement__partner",
            "project__engagement__specialist",
            "created_by",
        )


class MigrationEvent(Record):
    """A batch the customer plans and schedules (D-C8) and FastTrack conducts (D-F7). People see MIG-000042."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        VALIDATED = "validated", _("Validated")
        SCHEDULED = "scheduled", _("Scheduled")
        LOCKED = "locked", _("Locked")
        GO = "go", _("Go")
        RUNNING = "running", _("Running")
        COMPLETED = "completed", _("Completed")
        COMPLETED_WITH_ISSUES = "completed_with_issues", _("Completed with issues")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    WORKFLOW = Workflow(
        "status",
        Step("validate", ("draft",), "validated", _("Validate")),
        Step("amend", ("validated", "scheduled"), "draft", _("Change the list")),
        Step("schedule", ("validated",), "scheduled", _("Schedule")),
        Step("lock", ("scheduled",), "locked", _("Freeze the list")),
        Step("approve", ("locked", "scheduled"), "go", _("Go")),
        Step("start", ("go",), "running", _("Start")),
        Step("complete", ("running",), "completed", _("Complete")),
        Step("complete_with_issues", ("running",), "completed_with_issues", _("Complete with issues")),
        Step("fail", ("running",), "failed", _("Mark as failed")),
        Step("cancel", ("draft", "validated", "scheduled", "locked", "go"), "cancelled", _("Cancel")),
    )
    COMPLETE: ClassVar = ("completed", "completed_with_issues")

    class Window(models.TextChoices):
        NONE = "none", _("Not open yet")
        OPEN = "open", _("Window open")
        CLOSED = "closed", _("Window closed")

    project = models.ForeignKey(MigrationProject, on_delete=models.PROTECT, related_name="events")
    title = models.CharField(_("title"), max_length=120)
    status = models.CharField(max_length=24, choices=Status.choices, default=Status.DRAFT)
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    window = models.CharField(max_length=6, choices=Window.choices, default=Window.NONE)
    window_closes_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    # How many records are in each state: written with every load, so that lists and pages count nothing.
    totals = models.JSONField(default=dict, editable=False)
    # The one-time keys of the forms that were loaded last: a double click loads once (C2).
    list_key = models.UUIDField(null=True, editable=False)
    states_key = models.UUIDField(null=True, editable=False)
    states_loaded_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MigrationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("migration event")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "validated", "cancelled"]) | Q(scheduled_for__isnull=False),
                name="migration_event_scheduled_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "completed_with_issues"])
                | Q(completed_at__isnull=False, window_closes_at__isnull=False),
                name="migration_event_completed_has_a_window",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at"], name="migration_event_project"),
            models.Index(fields=["status", "scheduled_for"], name="migration_event_status"),
            models.Index(fields=["window_closes_at"], condition=Q(window="open"), name="migration_event_window"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"MIG-{self.pk:06d}"

    @property
    def engagement(self) -> Engagement:
        return self.project.engagement

    @property
    def customer(self) -> Customer:
        return self.project.engagement.customer

    @property
    def record_count(self) -> int:
        return sum(self.totals.values())

    @property
    def is_complete(self) -> bool:
        return self.status in self.COMPLETE

    def get_absolute_url(self) -> str:
        return address("migrations_svc:detail", self.public_id)


class MigrationRecordQuerySet(models.QuerySet["MigrationRecord"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(event__in=MigrationEvent.objects.visible_to(user))


class MigrationRecord(Record):
    """One mailbox, drive or site that moves in an event."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        VALIDATING = "validating", _("Validating")
        SYNCING = "syncing", _("Syncing")
        SYNCED = "synced", _("Synced")
        COMPLETING = "completing", _("Completing")
        COMPLETED = "completed", _("Completed")
        COMPLETED_WITH_WARNINGS = "completed_with_warnings", _("Completed with warnings")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")
        STOPPED = "stopped", _("Stopped")

    # Every index below begins with the event; one of its own would only slow the imports down.
    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="records", db_index=False)
    kind = models.CharField(_("kind"), max_length=16, choices=list(KINDS.items()), default="mailbox")
    source_address = models.CharField(_("source"), max_length=320)
    target_address = models.CharField(_("target"), max_length=320)
    display_name = models.CharField(_("name"), max_length=320, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("size"), null=True, blank=True)
    status = models.CharField(max_length=24, choices=Status.choices, default=Status.QUEUED)
    items_moved = models.PositiveBigIntegerField(_("items moved"), null=True, blank=True)
    items_failed = models.PositiveBigIntegerField(_("items left out"), null=True, blank=True)
    message = models.TextField(blank=True)
    status_at = models.DateTimeField(null=True, blank=True)

    objects = MigrationRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("migration record")
        constraints = [
            # A mailbox and its archive share an address; capitals make no other mailbox.
            models.UniqueConstraint(F("event"), Lower("source_address"), F("kind"), name="migration_record_one_a_kind")
        ]
        indexes = [
            models.Index(fields=["event", "status", "id"], name="migration_record_state"),
            models.Index(fields=["event", "size_bytes", "id"], name="migration_record_size"),
        ]

    def __str__(self) -> str:
        return self.source_address


class IssueQuerySet(models.QuerySet["Issue"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(event__in=MigrationEvent.objects.visible_to(user))


class Issue(Record):
    """Something that went wrong in an event, in one of three lanes (D-F9, D-F10/D-C9, D-C11)."""

    class Lane(models.TextChoices):
        FASTTRACK = "fasttrack", _("FastTrack fixes it")
        OPTIONS = "options", _("FastTrack offers options, the customer acts")
        CUSTOMER = "customer", _("The customer's own")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")

    WORKFLOW = Workflow(
        "status",
        Step("resolve", ("open",), "resolved", _("Resolve")),
        Step("reopen", ("resolved",), "open", _("Reopen")),
    )

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="issues")
    title = models.CharField(_("what went wrong"), max_length=200)
    details = models.TextField(_("details"), max_length=4000, blank=True)
    lane = models.CharField(max_length=10, choices=Lane.choices, default=Lane.FASTTRACK)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    is_late = models.BooleanField(default=False)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    resolution = models.TextField(_("resolution"), max_length=2000, blank=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        constraints = [
            # Reported after the window: accepted, and the customer's own (D-C11).
            models.CheckConstraint(condition=Q(is_late=False) | Q(lane="customer"), name="issue_late_is_the_customers"),
        ]

    def __str__(self) -> str:
        return self.title
