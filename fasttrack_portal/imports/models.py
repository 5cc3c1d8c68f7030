"""A list of customers, checked line by line: the stored plan that is both the dry run and the commit."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.jobs.models import Job
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class StoredPlan(Record):
    """What one file would do: the dry run that is carried out as it was shown, or not at all."""

    name = models.CharField(max_length=200)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # How many lines there are of each outcome.
    counts = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    ignored_columns = models.JSONField(default=list)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    imported_at = models.DateTimeField(null=True)

    # Of the file, until its lines stand in the table: a StoredPart each.
    parts: Any

    class Meta:
        abstract = True
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def count(self, outcome: str) -> int:
        return int(self.counts.get(outcome, 0))

    @property
    def line_count(self) -> int:
        return sum(int(number) for number in self.counts.values())

    @property
    def valid_count(self) -> int:
        """Lines that an import would write."""
        return self.count("new") + self.count("changed")


class StoredPart(models.Model):
    """Some bytes of the file of a plan, squeezed."""

    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        abstract = True


class ImportPlanQuerySet(models.QuerySet["ImportPlan"]):
    def visible_to(self, user: "User") -> Self:
        """Admins, who alone import."""
        return self if user.is_admin else self.none()


class ImportPlan(StoredPlan):
    """What a list of customers would do; `digest` is of the decisions, which the commit holds itself to."""

    class Status(models.TextChoices):
        READING = "reading", _("Being read")
        UNREADABLE = "unreadable", _("Cannot be read")
        READY = "ready", _("Checked")
        IMPORTING = "importing", _("Being imported")
        STALE = "stale", _("Overtaken")
        IMPORTED = "imported", _("Imported")

    WORKFLOW = Workflow(
        "status",
        Step("check", ("reading", "ready", "stale"), "ready", _("Check again")),
        # As a job, where the list is long.
        Step("recheck", ("ready", "stale"), "reading"),
        Step("give_up", ("reading",), "unreadable"),
        Step("begin", ("ready",), "importing", _("Import")),
        Step("overtake", ("importing",), "stale"),
        Step("finish", ("ready", "importing"), "imported"),
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    digest = models.CharField(max_length=64, blank=True)

    objects = ImportPlanQuerySet.as_manager()

    class Meta(StoredPlan.Meta):
        verbose_name = _("import")

    def get_absolute_url(self) -> str:
        return address("imports:plan", self.public_id)


class ImportPart(StoredPart):
    """Some bytes of a list of customers."""

    plan = models.ForeignKey(ImportPlan, on_delete=models.CASCADE, related_name="parts", db_index=False)

    class Meta(StoredPart.Meta):
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return f"{self.plan} part {self.number}"


class ImportLineQuerySet(models.QuerySet["ImportLine"]):
    def visible_to(self, user: "User") -> Self:
        return self if user.is_admin else self.none()


class ImportLine(models.Model):
    """One line of the file as it stands there, and what is decided about it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        UNCHANGED = "unchanged", _("Unchanged")
        REFUSED = "refused", _("Refused")

    plan = models.ForeignKey(ImportPlan, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    cells = models.JSONField(default=dict)
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    # [column, what the file says, what is wrong]; for a line that could not be split, the only thing that is known.
    errors = models.JSONField(default=list)
    is_broken = models.BooleanField(default=False)
    does = models.JSONField(default=list)

    objects = ImportLineQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "line"], name="import_line_once")]
        indexes = [models.Index(fields=["plan", "outcome", "line"], name="import_line_outcome")]

    def __str__(self) -> str:
        return f"{self.plan} line {self.line}"

    @property
    def reason(self) -> str:
        """Every fault of the line, with its column."""
        return " ".join(f"{column}: {message}" if column else message for column, _value, message in self.errors)

    def cell(self, column: str) -> Any:
        return self.cells.get(column, "")
