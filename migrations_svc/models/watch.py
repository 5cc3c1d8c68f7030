"""How an event comes along: how its numbers were when states came, when it last moved, and what durations to expect."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record
from migrations_svc.models.event import MigrationEvent

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class Watch(models.Model):
    """When a running event last changed, and whether its standing still was told."""

    event = models.OneToOneField(MigrationEvent, on_delete=models.CASCADE, related_name="watch", primary_key=True)
    changed_at = models.DateTimeField()
    stalled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stalled_at__isnull=True) | Q(stalled_at__gte=F("changed_at")), name="watch_stalls_later"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} since {self.changed_at:%Y-%m-%d %H:%M}"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: "User") -> Self:
        return within(self, "event", MigrationEvent, user)


class Snapshot(models.Model):
    """The numbers of an event at a moment at which states came: velocity is counted from these, never from records."""

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="snapshots", db_index=False)
    at = models.DateTimeField()
    totals = models.JSONField(default=dict)
    # Records that are through, and their size as far as the list has it.
    done = models.PositiveIntegerField()
    done_bytes = models.PositiveBigIntegerField(default=0)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["event", "at"]
        indexes = [models.Index(fields=["event", "at"], name="snapshot_event_at")]

    def __str__(self) -> str:
        return f"{self.event_id} at {self.at:%Y-%m-%d %H:%M}: {self.done}"


class SizeBand(Record):
    """How many days a record of this size takes, as the half and as nine of ten know it: a portal default."""

    up_to_gb = models.PositiveIntegerField(
        _("up to, in GB"), unique=True, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    median_days = models.PositiveSmallIntegerField(
        _("days for one of two"), validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    slow_days = models.PositiveSmallIntegerField(
        _("days for nine of ten"), validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )

    class Meta:
        verbose_name = _("size band")
        ordering: ClassVar = ["up_to_gb"]
        constraints = [
            models.CheckConstraint(condition=Q(slow_days__gte=F("median_days")), name="size_band_slow_is_slower"),
            models.CheckConstraint(condition=Q(median_days__gte=1, up_to_gb__gte=1), name="size_band_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"<= {self.up_to_gb} GB"


class WatchSettings(Record):
    """The numbers of watching, in one row that an admin edits; all of them are portal defaults."""

    stall_hours = models.PositiveSmallIntegerField(_("hours without a change until an event stands still"), default=12)

    class Meta:
        verbose_name = _("settings of watching")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="watch_settings_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "WatchSettings":
        """The row; while nobody has changed anything, the defaults."""
        return cls._base_manager.first() or cls(pk=1)
