"""A list that was brought for an event, line by line: the stored plan that is both the dry run and the commit."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.imports.models import StoredPlan
from fasttrack_portal.records import address
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.event import MigrationEvent
from migrations_svc.recordfile import KINDS

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class ListPlanQuerySet(models.QuerySet["ListPlan"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(event__in=MigrationEvent.objects.visible_to(user))


class ListPlan(StoredPlan):
    """What one file would do to the list of an event; a file with passwords is never kept."""

    class Status(models.TextChoices):
        READING = "reading", _("Being read")
        UNREADABLE = "unreadable", _("Cannot be read")
        READY = "ready", _("Checked")
        SUPERSEDED = "superseded", _("Another list came after it")
        IMPORTED = "imported", _("Imported")

    WORKFLOW = Workflow(
        "status",
        Step("check", ("reading", "ready"), "ready", _("Check again")),
        Step("give_up", ("reading",), "unreadable"),
        Step("supersede", ("reading", "ready"), "superseded"),
        Step("finish", ("ready",), "imported", _("Import")),
    )

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="list_plans")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    # The columns as the file names them, so that it can be given back.
    header = models.JSONField(default=list)
    # Records of the event that the file does not name.
    unnamed = models.PositiveIntegerField(default=0)
    had_secrets = models.BooleanField(default=False)

    objects = ListPlanQuerySet.as_manager()

    class Meta(StoredPlan.Meta):
        verbose_name = _("list of an event")

    def get_absolute_url(self) -> str:
        return address("migrations_svc:list_plan", self.public_id)


class ListLineQuerySet(models.QuerySet["ListLine"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(plan__in=ListPlan.objects.visible_to(user))


class ListLine(models.Model):
    """One line of the file, and what is decided about it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        UNCHANGED = "unchanged", _("Unchanged")
        REFUSED = "refused", _("Refused")

    plan = models.ForeignKey(ListPlan, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveIntegerField()
    # As they stand in the file, for the file that goes back; after the import only of refused lines.
    cells = models.JSONField(default=list)
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    # [column, what the file says, what is wrong] for each fault of the line itself.
    faults = models.JSONField(default=list)
    # The unfinished event of the project that moves the record already.
    elsewhere = models.ForeignKey(
        MigrationEvent, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # What changes, as it is now: {"target_address": "..."}.
    before = models.JSONField(default=dict)
    kind = models.CharField(max_length=16, choices=list(KINDS.items()), blank=True)
    source_address = models.CharField(max_length=320, blank=True)
    target_address = models.CharField(max_length=320, blank=True)
    display_name = models.CharField(max_length=320, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)

    objects = ListLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "line"], name="list_line_once")]
        indexes = [models.Index(fields=["plan", "outcome", "line"], name="list_line_outcome")]

    def __str__(self) -> str:
        return f"{self.plan} line {self.line}"

    @property
    def errors(self) -> list[list[str]]:
        """Every fault of the line, [column, value, sentence]."""
        if self.elsewhere is None:
            return list(self.faults)
        told = _now("“%(address)s” is on the list of %(number)s “%(title)s” already.")
        values = {"address": self.source_address, "number": self.elsewhere.number, "title": self.elsewhere.title}
        return [*self.faults, ["source_address", self.source_address, told % values]]

    @property
    def reason(self) -> str:
        return " ".join(f"{column}: {message}" if column else message for column, _value, message in self.errors)

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """(column, now, then) of a line that changes a record."""
        return [(name, before, getattr(self, name)) for name, before in sorted(self.before.items())]
