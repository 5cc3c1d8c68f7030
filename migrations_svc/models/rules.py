"""The numbers that events are planned by: deadlines for all, and how many events a centre conducts on one day."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.records import Record


class PlanningRules(Record):
    """Working days before an event, and the capacity of a centre that has none of its own; all are portal defaults."""

    list_freeze_days = models.PositiveSmallIntegerField(_("list freeze, working days before"), default=10)
    access_check_days = models.PositiveSmallIntegerField(_("access check, working days before"), default=7)
    go_no_go_days = models.PositiveSmallIntegerField(_("go or no-go, working days before"), default=2)
    events_per_day = models.PositiveSmallIntegerField(_("events that a centre conducts on one day"), default=5)

    FIELDS: ClassVar = ("list_freeze_days", "access_check_days", "go_no_go_days", "events_per_day")

    class Meta:
        verbose_name = _("planning rules")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="planning_rules_one_row"),
            models.CheckConstraint(
                condition=Q(list_freeze_days__gte=models.F("access_check_days"))
                & Q(access_check_days__gte=models.F("go_no_go_days"))
                & Q(events_per_day__gte=1),
                name="planning_rules_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "PlanningRules":
        """The row; while nobody has changed anything, the defaults."""
        return cls._base_manager.first() or cls(pk=1)


class CentreCapacity(Record):
    """How many events one centre conducts on one day."""

    centre = models.OneToOneField(FastTrackCenter, on_delete=models.CASCADE, related_name="migration_capacity")
    events_per_day = models.PositiveSmallIntegerField(_("events on one day"))

    class Meta:
        verbose_name = _("capacity of a centre")
        constraints = [models.CheckConstraint(condition=Q(events_per_day__gte=1), name="centre_capacity_at_least_one")]

    def __str__(self) -> str:
        return f"{self.centre}: {self.events_per_day}"
