"""The remediation checklist and the success plan of an engagement."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.matrix import PARTIES
from engagements.models.engagement import Engagement
from engagements.models.items import ITEM_STEPS, Item, ItemQuerySet, ItemStatus
from fasttrack_portal.records import address
from fasttrack_portal.workflow import Step, Workflow


class RemediationItem(Item):
    """Something to put right before the services go on: found in Assess, verified by the specialist."""

    class Workload(models.TextChoices):
        IDENTITY = "identity", _("Identity")
        NETWORK = "network", _("Network")
        EXCHANGE = "exchange", _("Exchange")
        SHAREPOINT = "sharepoint", _("SharePoint")
        TEAMS = "teams", _("Teams")
        DEVICES = "devices", _("Devices")
        OTHER = "other", _("Other")

    class Severity(models.IntegerChoices):
        LOW = 1, _("Low")
        MEDIUM = 2, _("Medium")
        HIGH = 3, _("High")
        CRITICAL = 4, _("Critical")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        IN_PROGRESS = "in_progress", _("In progress")
        WAITING = "waiting", _("Waiting")
        BLOCKED = "blocked", _("Blocked")
        DONE = "done", _("Done")
        VERIFIED = "verified", _("Verified")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")
        RISK_ACCEPTED = "risk_accepted", _("Risk accepted")

    WORKFLOW = Workflow(
        "status",
        *(step for step in ITEM_STEPS if step.name != "reopen"),
        Step("reopen", ("done", "verified", "risk_accepted"), "in_progress", _("Reopen")),
        Step("accept_risk", ("open", "in_progress", "waiting", "blocked"), "risk_accepted", _("Accept the risk")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="remediation_items")
    # Where it comes from: a line of the checklists in `remediation`, empty for one of our own making.
    template_code = models.CharField(max_length=40, blank=True)
    workload = models.CharField(_("workload"), max_length=12, choices=Workload.choices)
    title = models.CharField(_("what is to be put right"), max_length=200)
    detail = models.TextField(_("how to tell that it is right"), max_length=4000, blank=True)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices, default=Severity.MEDIUM)
    party = models.CharField(_("who does it"), max_length=10, choices=list(PARTIES.items()), default="customer")
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.OPEN)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    # Who of the customer answers for the risk, in the words of the day it was accepted.
    risk_owner = models.CharField(_("who accepts the risk"), max_length=200, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("remediation item")
        ordering: ClassVar = ["engagement", "-severity", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "template_code"], condition=~Q(template_code=""), name="remediation_once_a_line"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["not_applicable", "blocked", "risk_accepted"]) | ~Q(reason=""),
                name="remediation_exception_needs_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="risk_accepted") | ~Q(risk_owner=""), name="remediation_risk_needs_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("engagements:remediation_item", self.public_id)


SEVERE = (RemediationItem.Severity.HIGH, RemediationItem.Severity.CRITICAL)


class SuccessItem(Item):
    """One line of the success plan, in one of its four tracks."""

    class Track(models.TextChoices):
        STAKEHOLDERS = "stakeholders", _("Stakeholders")
        SCENARIOS = "scenarios", _("Scenarios")
        AWARENESS = "awareness", _("Awareness")
        TRAINING = "training", _("Training")

    Status = ItemStatus
    WORKFLOW = Workflow("status", *ITEM_STEPS)

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="success_items")
    track = models.CharField(_("track"), max_length=12, choices=Track.choices)
    title = models.CharField(_("what is planned"), max_length=200)
    criterion = models.TextField(_("how success is told"), max_length=2000, blank=True)
    measure = models.CharField(_("measure"), max_length=200, blank=True)
    result = models.CharField(_("what came out"), max_length=200, blank=True)
    party = models.CharField(_("who does it"), max_length=10, choices=list(PARTIES.items()), default="customer")
    status = models.CharField(max_length=14, choices=ItemStatus.choices, default=ItemStatus.OPEN)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("success plan item")
        ordering: ClassVar = ["engagement", "track", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["not_applicable", "blocked"]) | ~Q(reason=""),
                name="success_exception_needs_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("engagements:success_item", self.public_id)
