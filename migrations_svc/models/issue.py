"""What went wrong in an event, in one of three lanes."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.event import MigrationEvent


class IssueQuerySet(models.QuerySet["Issue"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(event__in=MigrationEvent.objects.visible_to(user))


class Issue(Record):
    """Something that went wrong in an event, in one of three lanes (D-F9, D-F10/D-C9, D-C11)."""

    class Lane(models.TextChoices):
        FASTTRACK = "fasttrack", _("FastTrack fixes it")
        OPTIONS = "options", _("FastTrack offers options, the customer acts")
        CUSTOMER = "customer", _("The customer's own")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")

    WORKFLOW = Workflow(
        "status",
        Step("resolve", ("open",), "resolved", _("Resolve")),
        Step("reopen", ("resolved",), "open", _("Reopen")),
    )

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="issues")
    title = models.CharField(_("what went wrong"), max_length=200)
    details = models.TextField(_("details"), max_length=4000, blank=True)
    lane = models.CharField(max_length=10, choices=Lane.choices, default=Lane.FASTTRACK)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    is_late = models.BooleanField(default=False)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    resolution = models.TextField(_("resolution"), max_length=2000, blank=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        constraints = [
            # Reported after the window: accepted, and the customer's own (D-C11).
            models.CheckConstraint(condition=Q(is_late=False) | Q(lane="customer"), name="issue_late_is_the_customers"),
        ]

    def __str__(self) -> str:
        return self.title
