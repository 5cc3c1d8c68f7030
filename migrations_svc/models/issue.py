"""What went wrong in an event, in one of three lanes."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from engagements.models.items import Held
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.event import MigrationEvent
from migrations_svc.models.record import MigrationRecord

# For the count of what lies in the courts of an engagement, `c`.
HELD_OF_ENGAGEMENT = """
    SELECT i.holder, i.held_since, '' FROM migrations_svc_issue i
    JOIN migrations_svc_migrationevent v ON v.id = i.event_id
    JOIN migrations_svc_migrationproject w ON w.id = v.project_id
    WHERE w.engagement_id = c.id AND i.holder <> ''
"""


class IssueQuerySet(models.QuerySet["Issue"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "event", MigrationEvent, user)


class Issue(Held, Record):
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
    resolved_at = models.DateTimeField(null=True, blank=True)
    # The lane that it was in before this one, where it goes back to.
    came_from = models.CharField(max_length=10, choices=Lane.choices, blank=True, editable=False)
    # Why the customer gave it back, until FastTrack moves it on.
    handed_back = models.TextField(_("why it came back"), max_length=2000, blank=True)
    records = models.ManyToManyField(MigrationRecord, related_name="issues", blank=True)
    # What FastTrack offers; counted here so that the database holds the rule below.
    option_count = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        constraints = [
            # Reported after the window: accepted, and the customer's own (D-C11).
            models.CheckConstraint(condition=Q(is_late=False) | Q(lane="customer"), name="issue_late_is_the_customers"),
            models.CheckConstraint(
                condition=Q(status="open", resolved_at__isnull=True) | Q(status="resolved", resolved_at__isnull=False),
                name="issue_resolved_at_some_time",
            ),
            # D-F10, D-C9: the customer cannot be waited for before there is something to choose.
            models.CheckConstraint(
                condition=~Q(lane="options", holder="customer") | Q(option_count__gte=1),
                name="issue_customer_has_options",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("migrations_svc:issue", self.public_id)

    @property
    def engagement(self) -> Engagement:
        return self.event.project.engagement

    @property
    def engagement_id(self) -> int:
        """Whose clocks its time in the courts is kept with."""
        return self.event.project.engagement_id


class IssueOptionQuerySet(models.QuerySet["IssueOption"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "issue", Issue, user)


class IssueOption(Record):
    """One way out that FastTrack offers; the customer chooses one and acts on it (D-F10, D-C9)."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(_("option"), max_length=500)
    chosen_at = models.DateTimeField(null=True, blank=True)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = IssueOptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("option")
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(chosen_at__isnull=False), name="issue_option_one_chosen"
            ),
            models.CheckConstraint(
                condition=Q(chosen_at__isnull=True, chosen_by__isnull=True)
                | Q(chosen_at__isnull=False, chosen_by__isnull=False),
                name="issue_option_chosen_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text
