"""The engagement with its phases, its responsibility matrix and its milestones."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest
from assistance.services import SERVICES
from engagements.matrix import MODES, PARTIES
from engagements.milestones import PHASE_TITLES
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner, PartnerLink
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow

# A responsibility in one of these states is still somebody's to do.
UNMET = ("open", "in_progress", "waiting", "blocked")
# In these states of an engagement its parts stay as they are.
AT_REST = ("dormant", "completed", "cancelled")


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def visible_to(self, user: User) -> Self:
        """A customer its own, a partner those of customers it is linked to, a centre its own, admins all."""
        audience = user.audience
        if audience.is_admin:
            return self
        linked = PartnerLink.objects.filter(partner__in=audience.partner_ids, status=PartnerLink.Status.ACTIVE)
        return self.filter(
            Q(customer__in=audience.customer_ids)
            | Q(centre__in=audience.centre_ids)
            | Q(customer__in=linked.values("customer"))
        )


class Engagement(Record):
    """A customer's way through the programme with a specialist; never hard-closed (F6). People see ENG-000042."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("Active")
        ON_HOLD = "on_hold", _("On hold")
        DORMANT = "dormant", _("Dormant")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")

    WORKFLOW = Workflow(
        "status",
        Step("start", ("planned",), "active", _("Start")),
        Step("hold", ("active",), "on_hold", _("Put on hold")),
        Step("resume", ("on_hold", "dormant", "completed"), "active", _("Resume")),
        Step("rest", ("active", "on_hold", "completed"), "dormant", _("Let it rest")),
        Step("complete", ("active",), "completed", _("Complete")),
        Step("cancel", ("planned", "active", "on_hold"), "cancelled", _("Cancel")),
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    title = models.CharField(_("title"), max_length=200)
    ask = models.OneToOneField(AssistanceRequest, on_delete=models.PROTECT, related_name="engagement")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="engagements")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="engagements")
    centre = models.ForeignKey(FastTrackCenter, on_delete=models.PROTECT, related_name="engagements")
    specialist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="engagements")
    services = ArrayField(models.CharField(max_length=20), verbose_name=_("services"), default=list)
    wants_migration = models.BooleanField(default=False)
    is_migration_eligible = models.BooleanField(default=False)
    eligibility_sentence = models.TextField(blank=True)
    starts_on = models.DateField(_("starts on"))
    desired_on = models.DateField(_("desired date"))

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("engagement")
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="engagement_customer"),
            models.Index(fields=["centre", "status"], name="engagement_centre"),
            models.Index(fields=["specialist", "status"], name="engagement_specialist"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"ENG-{self.pk:06d}"

    @property
    def service_labels(self) -> list[str]:
        return [SERVICES.get(code, code) for code in self.services]

    @property
    def is_at_rest(self) -> bool:
        """Nothing in it moves until somebody resumes it (F6: it is never hard-closed)."""
        return self.status in AT_REST

    def get_absolute_url(self) -> str:
        return address("engagements:detail", self.public_id)


class OfEngagementQuerySet(models.QuerySet[models.Model]):
    """Parts of an engagement are seen by whoever sees the engagement."""

    def visible_to(self, user: User) -> Self:
        return self.filter(engagement__in=Engagement.objects.visible_to(user))


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(engagement__in=Engagement.objects.visible_to(user))

    def unmet(self) -> Self:
        """What somebody still has to do."""
        return self.filter(status__in=UNMET)


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
        Step("offer", ("in_progress",), "ready", _("Ready for gate")),
        Step("reopen", ("ready", "passed"), "in_progress", _("Reopen")),
        Step("pass", ("in_progress", "ready"), "passed", _("Pass")),
        Step("skip", ("not_started", "in_progress"), "skipped", _("Skip")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="phases")
    code = models.CharField(max_length=20, choices=list(PHASE_TITLES.items()))
    position = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NOT_STARTED)
    started_at = models.DateTimeField(null=True, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        ordering: ClassVar = ["engagement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "code"], name="phase_once"),
            models.CheckConstraint(condition=~Q(status="skipped") | ~Q(reason=""), name="phase_skip_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return self.get_code_display()


class Responsibility(Record):
    """One of the 137 items of the matrix in one engagement; it is never deleted, at most not applicable."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        IN_PROGRESS = "in_progress", _("In progress")
        WAITING = "waiting", _("Waiting")
        BLOCKED = "blocked", _("Blocked")
        DONE = "done", _("Done")
        VERIFIED = "verified", _("Verified")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    WORKFLOW = Workflow(
        "status",
        Step("begin", ("open", "waiting", "blocked"), "in_progress", _("Begin")),
        Step("wait", ("open", "in_progress"), "waiting", _("Waiting")),
        Step("block", ("open", "in_progress", "waiting"), "blocked", _("Stuck")),
        Step("finish", ("open", "in_progress", "waiting", "blocked"), "done", _("Done")),
        Step("verify", ("done",), "verified", _("Verify")),
        Step("reopen", ("done", "verified"), "in_progress", _("Reopen")),
        Step("exclude", ("open", "in_progress", "waiting", "blocked"), "not_applicable", _("Not applicable")),
        Step("include", ("not_applicable",), "open", _("Applies after all")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="responsibilities")
    code = models.CharField(max_length=12)
    position = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=20, choices=list(PHASE_TITLES.items()))
    party = models.CharField(max_length=10, choices=list(PARTIES.items()))
    parent_code = models.CharField(max_length=12, blank=True)
    mode = models.CharField(max_length=10, choices=list(MODES.items()))
    text = models.TextField()
    why = models.TextField()
    twin_code = models.CharField(max_length=12, blank=True)
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.OPEN)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="responsibilities"
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    evidence = models.TextField(_("evidence"), max_length=2000, blank=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        ordering: ClassVar = ["engagement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "code"], name="responsibility_once"),
            models.CheckConstraint(
                condition=~Q(status__in=["not_applicable", "blocked"]) | ~Q(reason=""),
                name="responsibility_exception_needs_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def is_unmet(self) -> bool:
        return self.status in UNMET

    def get_absolute_url(self) -> str:
        return address("engagements:responsibility", self.public_id)

    @property
    def depth(self) -> int:
        """0 for a top-level item, 1 and 2 for the nested ones."""
        return self.code.count(".")


class Milestone(Record):
    """One of the eight milestones with its outcome."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_PROGRESS = "in_progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        SKIPPED = "skipped", _("Skipped")

    WORKFLOW = Workflow(
        "status",
        Step("start", ("planned",), "in_progress", _("Start")),
        Step("complete", ("planned", "in_progress"), "completed", _("Complete")),
        Step("reopen", ("completed", "skipped"), "in_progress", _("Reopen")),
        Step("skip", ("planned", "in_progress"), "skipped", _("Skip")),
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
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    note = models.TextField(_("outcome in words"), max_length=2000, blank=True)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        ordering: ClassVar = ["engagement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "code"], name="milestone_once"),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_on__isnull=False), name="milestone_completed_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ahead(self) -> bool:
        return self.status in ("planned", "in_progress")

    def get_absolute_url(self) -> str:
        return address("engagements:milestone", self.public_id)
