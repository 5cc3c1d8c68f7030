"""A list that was brought for an event, line by line: the stored plan that is both the dry run and the commit."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.seen import within
from fasttrack_portal.imports.models import StoredPart, StoredPlan
from fasttrack_portal.records import address
from fasttrack_portal.tabular import shown
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.event import MigrationEvent
from migrations_svc.recordfile import KINDS

# No text has this sign, and a file that has it does not get it into the table.
SEPARATOR = "\x1f"

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class ListPlanQuerySet(models.QuerySet["ListPlan"]):
    def visible_to(self, user: "User") -> Self:
        return within(self, "event", MigrationEvent, user)


class ListPlan(StoredPlan):
    """What one file would do to the list of an event; a file with passwords is never kept."""

    class Status(models.TextChoices):
        READING = "reading", _("Being read")
        UNREADABLE = "unreadable", _("Cannot be read")
        READY = "ready", _("Checked")
        IMPORTING = "importing", _("Being imported")
        STALE = "stale", _("Overtaken")
        SUPERSEDED = "superseded", _("Another list came after it")
        IMPORTED = "imported", _("Imported")

    WORKFLOW = Workflow(
        "status",
        Step("check", ("reading", "ready", "stale"), "ready", _("Check again")),
        # As a job, where the list is long.
        Step("recheck", ("ready", "stale"), "reading"),
        Step("give_up", ("reading",), "unreadable"),
        Step("supersede", ("reading", "ready", "stale"), "superseded"),
        Step("begin", ("ready",), "importing", _("Import")),
        Step("overtake", ("importing",), "stale"),
        Step("finish", ("ready", "importing"), "imported"),
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


class ListPart(StoredPart):
    """Some bytes of a list."""

    plan = models.ForeignKey(ListPlan, on_delete=models.CASCADE, related_name="parts", db_index=False)

    class Meta(StoredPart.Meta):
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="list_part_once")]

    def __str__(self) -> str:
        return f"{self.plan} part {self.number}"


class ListLineQuerySet(models.QuerySet["ListLine"]):
    def visible_to(self, user: "User") -> Self:
        return within(self, "plan", ListPlan, user)


class ListLine(models.Model):
    """One line of the file, and what is decided about it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        UNCHANGED = "unchanged", _("Unchanged")
        REFUSED = "refused", _("Refused")

    # Lines come by the hundred thousand, within the transaction that holds their plan: looking each one's plan up again
    # would cost as much as writing the line.
    plan = models.ForeignKey(
        ListPlan, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField()
    # The cells as they stand in the file, apart by `SEPARATOR`, for the file that goes back; after the import only of
    # refused lines.
    raw = models.TextField(blank=True)
    # Until it is compared with the lists that are there, every line is new.
    outcome = models.CharField(max_length=9, choices=Outcome.choices, db_default=Outcome.NEW)
    # [column, what the file says, what is wrong] for each fault of the line itself.
    faults = models.JSONField(default=list)
    # The line before it that names the same record.
    first = models.PositiveIntegerField(null=True)
    # The unfinished event of the project that moves the record already.
    elsewhere = models.ForeignKey(
        MigrationEvent, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, db_constraint=False
    )
    # What changes, as it is now: {"target_address": "..."}.
    before = models.JSONField(default=dict, db_default={})
    kind = models.CharField(max_length=16, choices=list(KINDS.items()), blank=True)
    source_address = models.CharField(max_length=320, blank=True)
    target_address = models.CharField(max_length=320, blank=True)
    display_name = models.CharField(max_length=320, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)

    objects = ListLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "line"], name="list_line_once")]
        # Of a long list most lines are new: these stand in the order of the lines anyway.
        indexes = [
            models.Index(fields=["plan", "outcome", "line"], condition=~Q(outcome="new"), name="list_line_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.plan} line {self.line}"

    @property
    def cells(self) -> list[str]:
        return self.raw.split(SEPARATOR)

    @property
    def errors(self) -> list[list[str]]:
        """Every fault of the line, [column, value, sentence]."""
        found, address = list(self.faults), self.source_address
        if self.first is not None:
            told = _now("“%(address)s” stands on line %(line)s already.")
            found.append(["source_address", address, told % {"address": shown(address), "line": f"{self.first:,}"}])
        if self.elsewhere is not None:
            told = _now("“%(address)s” is on the list of %(number)s “%(title)s” already.")
            values = {"address": address, "number": self.elsewhere.number, "title": self.elsewhere.title}
            found.append(["source_address", address, told % values])
        return found

    @property
    def reason(self) -> str:
        return " ".join(f"{column}: {message}" if column else message for column, _value, message in self.errors)

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """(column, now, then) of a line that changes a record."""
        return [(name, before, getattr(self, name)) for name, before in sorted(self.before.items())]
