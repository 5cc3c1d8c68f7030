"""When reports come by themselves: a setting for each migration event and for each engagement."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record
from migrations_svc.models import MigrationEvent


class EventRhythmQuerySet(models.QuerySet["EventRhythm"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "event", MigrationEvent, user)


class EventRhythm(Record):
    """How often an event is reported on; an event without a row has the portal's defaults."""

    class Pace(models.TextChoices):
        DAILY = "daily", _("Every day at 18:00")
        WEEKLY = "weekly", _("Every Monday at 9:00")
        NONE = "none", _("Not by themselves")

    event = models.OneToOneField(MigrationEvent, on_delete=models.CASCADE, related_name="report_rhythm")
    before = models.CharField(_("until it starts"), max_length=6, choices=Pace.choices, default=Pace.WEEKLY)
    running = models.CharField(_("while it runs"), max_length=6, choices=Pace.choices, default=Pace.DAILY)

    objects = EventRhythmQuerySet.as_manager()

    class Meta:
        verbose_name = _("rhythm of an event’s reports")

    def __str__(self) -> str:
        return f"{self.event}: {self.before}, {self.running}"

    @classmethod
    def of(cls, event: MigrationEvent) -> "EventRhythm":
        """The row; while nobody has changed anything, the defaults."""
        return cls._base_manager.filter(event=event).first() or cls(event=event)

    def pace(self, status: str) -> str | None:
        """How often an event in this state is reported on; None once it is over, or before it is scheduled."""
        if status == "running":
            return None if self.running == self.Pace.NONE else self.running
        if status in ("scheduled", "locked", "go"):
            return None if self.before == self.Pace.NONE else self.before
        return None


class EngagementRhythmQuerySet(models.QuerySet["EngagementRhythm"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "engagement", Engagement, user)


class EngagementRhythm(Record):
    """How often an engagement is reported on; one without a row has the portal's default."""

    class Pace(models.TextChoices):
        CHECKPOINT = "checkpoint", _("When a checkpoint meeting was held")
        WEEKLY = "weekly", _("Every Monday at 9:00")
        NONE = "none", _("Not by themselves")

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="report_rhythm")
    pace = models.CharField(_("engagement reports come"), max_length=10, choices=Pace.choices, default=Pace.CHECKPOINT)

    objects = EngagementRhythmQuerySet.as_manager()

    class Meta:
        verbose_name = _("rhythm of an engagement’s reports")

    def __str__(self) -> str:
        return f"{self.engagement}: {self.pace}"

    @classmethod
    def of(cls, engagement: Engagement) -> "EngagementRhythm":
        """The row; while nobody has changed anything, the default."""
        return cls._base_manager.filter(engagement=engagement).first() or cls(engagement=engagement)
