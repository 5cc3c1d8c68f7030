"""A migration event: its life as a table of steps, its day and its window."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from fasttrack_portal.accounts.models import User, validate_zone
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.project import MigrationProject


class MigrationEventQuerySet(models.QuerySet["MigrationEvent"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "project__engagement", Engagement, user)

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
        Step("reschedule", ("scheduled",), "scheduled", _("Move the day")),
        Step("lock", ("scheduled",), "locked", _("Freeze the list")),
        # Nobody takes this one alone: it is a go when each side has said so by name.
        Step("approve", ("locked",), "go", _("Go")),
        Step("decline", ("locked", "go"), "scheduled", _("No-go")),
        # These two follow a change request that FastTrack has agreed to.
        Step("thaw", ("locked", "go"), "draft", _("Change the list after the freeze")),
        Step("postpone", ("locked", "go"), "locked", _("Move the day after the freeze")),
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
    # The deadlines as they were counted when the day was set, and the first moment at which the list is frozen.
    deadlines = models.JSONField(default=dict, blank=True, editable=False)
    freezes_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    window = models.CharField(max_length=6, choices=Window.choices, default=Window.NONE)
    window_closes_at = models.DateTimeField(null=True, blank=True)
    # The day of the window of which both sides were reminded last.
    reminded_day = models.PositiveSmallIntegerField(default=0, editable=False)
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
