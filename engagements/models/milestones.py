"""The eight milestones of an engagement, their days and the customer's word on them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.milestones import PHASE_TITLES, RECURRING
from engagements.models.engagement import Engagement, OfEngagementQuerySet
from engagements.models.items import Held
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow


class Milestone(Held, Record):
    """One of the eight milestones with its outcome."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in_progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        SKIPPED = "skipped", _("Skipped")

    class Approval(models.TextChoices):
        ASKED = "asked", _("Waiting for the customer")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Not approved")

    WORKFLOW = Workflow(
        "status",
        Step("start", ("planned",), "in_progress", _("Start")),
        Step("complete", ("planned", "in_progress"), "completed", _("Complete")),
        Step("reopen", ("completed", "skipped"), "in_progress", _("Reopen")),
        Step("skip", ("planned", "in_progress"), "skipped", _("Skip")),
    )

    # The customer's word; a rejection opens the milestone again.
    APPROVALS = Workflow(
        "approval",
        Step("ask", ("", "rejected"), "asked", _("Ask for approval")),
        Step("approve", ("asked",), "approved", _("Approve")),
        Step("reject", ("asked",), "rejected", _("Do not approve")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="milestones")
    code = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    outcome = models.TextField()
    phase = models.CharField(max_length=20, choices=list(PHASE_TITLES.items()))
    is_optional = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PLANNED)
    reason = models.TextField(blank=True)
    # Milestones that come first, by their code.
    after = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    # The first day that was planned: what slippage is measured against.
    baseline_on = models.DateField(null=True, blank=True)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    note = models.TextField(_("outcome in words"), max_length=2000, blank=True)

    # The customer's word on the outcome; nobody has asked for it yet while this is empty.
    approval = models.CharField(max_length=8, choices=Approval.choices, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approval_comment = models.TextField(_("comment"), max_length=2000, blank=True)
    score = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        ordering: ClassVar = ["engagement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "code"], name="milestone_once"),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_on__isnull=False), name="milestone_completed_has_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(approval__in=["approved", "rejected"]) | Q(approved_by__isnull=False),
                name="milestone_approval_has_a_name",
            ),
            models.CheckConstraint(
                condition=~Q(approval="rejected") | ~Q(approval_comment=""), name="milestone_rejection_has_a_comment"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5), name="milestone_score_of_five"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ahead(self) -> bool:
        return self.status in ("planned", "in_progress")

    @property
    def goes_on(self) -> bool:
        """What recurs and has begun goes on: no day makes it late."""
        return self.status == "in_progress" and self.code in RECURRING

    def get_absolute_url(self) -> str:
        return address("engagements:milestone", self.public_id)
