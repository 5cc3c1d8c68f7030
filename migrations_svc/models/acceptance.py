"""What the customer tries after an event, and what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.records import Record
from migrations_svc.models.decision import OfEventQuerySet
from migrations_svc.models.event import MigrationEvent


class Scenario(Record):
    """One acceptance test of an event (D-C10): the customer's to write, to try and to judge."""

    class Result(models.TextChoices):
        NOT_TESTED = "not_tested", _("Not tested")
        PASS = "pass", _("Passed")
        FAIL = "fail", _("Failed")

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="scenarios")
    title = models.CharField(_("what is tried"), max_length=200)
    expected = models.TextField(_("what should be seen"), max_length=1000, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result.choices, default=Result.NOT_TESTED)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    tested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tested_at = models.DateTimeField(null=True, blank=True)

    objects = OfEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance test")
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(result="fail") | ~Q(note=""), name="scenario_failure_has_a_note"),
        ]

    def __str__(self) -> str:
        return self.title
