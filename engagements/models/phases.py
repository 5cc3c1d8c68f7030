"""The phases of an engagement, and what both sides put their names to: gates and the remediation plan."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.milestones import PHASE_TITLES
from engagements.models.engagement import Engagement, OfEngagementQuerySet
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow


class Phase(Record):
    """One of the six phases; General stays open for the whole engagement, Data migration may overlap."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        IN_PROGRESS = "in_progress", _("In progress")
        READY = "ready", _("Ready for gate")
        PASSED = "passed", _("Passed")
        SKIPPED = "skipped", _("Skipped")

    WORKFLOW = Workflow(
        "status",
        Step("start", ("not_started",), "in_progress", _("Start")),
        Step("offer", ("in_progress",), "ready", _("Open the gate")),
        Step("reopen", ("ready", "passed"), "in_progress", _("Reopen")),
        # Nobody takes this one alone: a phase passes when both sides have signed at its gate.
        Step("pass", ("ready",), "passed", _("Pass")),
        Step("skip", ("not_started", "in_progress"), "skipped", _("Skip")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="phases")
    code = models.CharField(max_length=20, choices=list(PHASE_TITLES.items()))
    position = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NOT_STARTED)
    planned_start_on = models.DateField(_("planned start"), null=True, blank=True)
    planned_end_on = models.DateField(_("planned end"), null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        ordering: ClassVar = ["engagement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "code"], name="phase_once"),
            models.CheckConstraint(
                condition=Q(planned_start_on__isnull=True)
                | Q(planned_end_on__isnull=True)
                | Q(planned_end_on__gte=models.F("planned_start_on")),
                name="phase_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=~Q(status="skipped") | ~Q(reason=""), name="phase_skip_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return self.get_code_display()

    @property
    def has_gate(self) -> bool:
        """General stays open for as long as the engagement, so there is nothing to pass."""
        return self.code != "general"

    def get_absolute_url(self) -> str:
        """Its gate, where it has one."""
        if not self.has_gate:
            return self.engagement.get_absolute_url()
        return reverse("engagements:gate", kwargs={"public_id": self.public_id})


class Agreement(Record):
    """What both sides sign by name: the gate of a phase, or the remediation plan. Signed, it keeps what was signed."""

    class Kind(models.TextChoices):
        GATE = "gate", _("Gate of a phase")
        REMEDIATION = "remediation", _("Remediation plan")

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting for signatures")
        AGREED = "agreed", _("Agreed")
        OVERRIDDEN = "overridden", _("Overridden")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    WORKFLOW = Workflow(
        "status",
        Step("agree", ("open",), "agreed", _("Agree")),
        Step("override", ("open",), "overridden", _("Override")),
        Step("withdraw", ("open",), "withdrawn", _("Withdraw")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="agreements")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    phase = models.ForeignKey(Phase, null=True, blank=True, on_delete=models.CASCADE, related_name="gates")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    # What stood when it was settled, item by item: canonical JSON that no later change touches.
    snapshot = models.JSONField(null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        ordering: ClassVar = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["phase"], condition=Q(status="open"), name="gate_one_open_a_phase"),
            models.UniqueConstraint(
                fields=["engagement"],
                condition=Q(status="open", kind="remediation"),
                name="remediation_plan_one_open_an_engagement",
            ),
            models.CheckConstraint(
                condition=Q(kind="gate", phase__isnull=False) | Q(kind="remediation", phase__isnull=True),
                name="agreement_of_a_phase_or_a_plan",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "overridden"]) | Q(snapshot__isnull=False, settled_at__isnull=False),
                name="agreement_settled_keeps_a_snapshot",
            ),
            models.CheckConstraint(
                condition=~Q(status="overridden") | ~Q(reason=""), name="agreement_override_needs_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.phase or self.engagement}"

    @property
    def place(self) -> str:
        """Where both sides sign."""
        if self.phase is not None:
            return self.phase.get_absolute_url()
        return reverse("engagements:remediation_plan", kwargs={"public_id": self.engagement.public_id})

    def get_absolute_url(self) -> str:
        """What stood when it was settled."""
        return reverse("engagements:agreement", kwargs={"public_id": self.public_id})


class Signature(models.Model):
    """One side's name under an agreement; the words of that moment, because people change their names and roles."""

    class Side(models.TextChoices):
        FASTTRACK = "fasttrack", _("FastTrack")
        CUSTOMER = "customer", _("Customer")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=60)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("signature")
        ordering: ClassVar = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "side"], name="signature_once_a_side"),
            models.CheckConstraint(condition=Q(side__in=["fasttrack", "customer"]), name="signature_has_a_side"),
        ]

    def __str__(self) -> str:
        return self.name
