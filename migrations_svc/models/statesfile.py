"""A file with states that was brought for an event: loaded at once, or by a job that keeps it until it is through."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.seen import within
from fasttrack_portal.imports.models import StoredPart, StoredPlan
from fasttrack_portal.records import address
from fasttrack_portal.tabular import RowError
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.event import MigrationEvent

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class StatesFileQuerySet(models.QuerySet["StatesFile"]):
    def visible_to(self, user: "User") -> Self:
        return within(self, "event", MigrationEvent, user)


class StatesFile(StoredPlan):
    """One export of a tool: all of it counts, or nothing. `counts` are those of the load, `imported_at` its time."""

    class Status(models.TextChoices):
        READING = "reading", _("Being read")
        REFUSED = "refused", _("Refused")
        IMPORTED = "imported", _("Loaded")

    WORKFLOW = Workflow(
        "status",
        Step("finish", ("reading",), "imported"),
        Step("refuse", ("reading",), "refused"),
    )

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="states_files")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    # [line, column, what the file says, what is wrong] of the first lines that were refused, and how many more.
    errors = models.JSONField(default=list)
    left_out = models.PositiveIntegerField(default=0)

    objects = StatesFileQuerySet.as_manager()

    class Meta(StoredPlan.Meta):
        verbose_name = _("states of an event")
        constraints = [
            # An older file that is read after a newer one would put records back.
            models.UniqueConstraint(fields=["event"], condition=Q(status="reading"), name="states_file_one_is_read")
        ]

    def get_absolute_url(self) -> str:
        return address("migrations_svc:states_file", self.public_id)

    @property
    def line_errors(self) -> list[RowError]:
        return [RowError(*error) for error in self.errors]

    @property
    def error_count(self) -> int:
        return len(self.errors) + self.left_out


class StatesPart(StoredPart):
    """Some bytes of a file with states."""

    plan = models.ForeignKey(StatesFile, on_delete=models.CASCADE, related_name="parts", db_index=False)

    class Meta(StoredPart.Meta):
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="states_part_once")]

    def __str__(self) -> str:
        return f"{self.plan} part {self.number}"
