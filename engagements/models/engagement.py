"""The engagement itself, and who else of FastTrack works on it."""

from datetime import date, datetime
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.models import AssistanceRequest
from assistance.services import SERVICES
from engagements.models.standing import Standing
from engagements.models.template import Template
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.directory.models import Customer, FastTrackCenter, Partner, PartnerLink
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow

# In these states of an engagement something is expected of its sides, and the clocks of the courts run.
RUNNING = ("planned", "active")
# In these states of an engagement its parts stay as they are.
AT_REST = ("dormant", "completed", "cancelled")


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def visible_to(self, user: User) -> Self:
        """A customer its own, a partner those of customers it is linked to, a centre its own, admins all; a specialist
        also those of other centres on which they work with its specialist."""
        audience = user.audience
        if audience.is_admin:
            return self
        if audience.centre_ids and not audience.customer_ids and not audience.partner_ids:
            # Two plain conditions that an index answers each, for the people who have the longest lists.
            return self.filter(Q(centre__in=audience.centre_ids) | Q(pk__in=CoSpecialist.of(user)))
        # Conditions on nobody are left out, since they cost every list their way through Django.
        found = Q(customer__in=audience.customer_ids)
        if audience.partner_ids:
            linked = PartnerLink.objects.filter(partner__in=audience.partner_ids, status=PartnerLink.Status.ACTIVE)
            found |= Q(customer__in=linked.values("customer"))
        if audience.centre_ids:
            found |= Q(centre__in=audience.centre_ids) | Q(pk__in=CoSpecialist.of(user))
        return self.filter(found)


class Engagement(Standing, Record):
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
        Step("resume", ("on_hold", "dormant", "completed", "cancelled"), "active", _("Resume")),
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
    # What was decided about the items that come "if required": a name of `matrix.CHOICES` or `split_domain` -> bool.
    choices = models.JSONField(_("decisions"), default=dict, blank=True)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="engagements")
    is_migration_eligible = models.BooleanField(default=False)
    eligibility_sentence = models.TextField(blank=True)
    starts_on = models.DateField(_("starts on"))
    desired_on = models.DateField(_("desired date"))
    # When somebody of the customer's side last did something here, and when they were last reminded of it.
    customer_acted_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("engagement")
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="engagement_customer"),
            models.Index(fields=["centre", "status"], name="engagement_centre"),
            models.Index(fields=["specialist", "status"], name="engagement_specialist"),
            # A list of everybody's begins with what comes next: it is read in that order and stops after a page.
            models.Index(fields=["next_on", "id"], name="engagement_next"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"ENG-{self.pk:06d}"

    @property
    def service_labels(self) -> list[str]:
        return [SERVICES.get(code, code) for code in self.services]

    def day_at(self, at: datetime) -> date:
        """The calendar day of the customer, on which what was agreed by the day begins and ends."""
        return at.astimezone(ZoneInfo(self.customer.zone)).date()

    @property
    def is_running(self) -> bool:
        """Something is expected of its sides: it is neither on hold nor at rest."""
        return self.status in RUNNING

    @property
    def is_at_rest(self) -> bool:
        """Nothing in it moves until somebody resumes it (F6: it is never hard-closed)."""
        return self.status in AT_REST

    def get_absolute_url(self) -> str:
        return address("engagements:detail", self.public_id)


class CoSpecialist(models.Model):
    """Another specialist on the same engagement: sees it and works on it as its specialist does."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="co_specialists")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="co_engagements")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("co-specialist")
        ordering: ClassVar = ["pk"]
        constraints = [models.UniqueConstraint(fields=["engagement", "user"], name="co_specialist_once")]

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def of(cls, user: User) -> "models.QuerySet[CoSpecialist, int]":
        """The keys of the engagements on which somebody helps, as long as they work at a FastTrack Center at all."""
        rows = cls._base_manager.filter(user=user.pk) if user.audience.centre_ids else cls._base_manager.none()
        return rows.values_list("engagement", flat=True)


class OfEngagementQuerySet(models.QuerySet[models.Model]):
    """Parts of an engagement are seen by whoever sees the engagement."""

    def visible_to(self, user: User) -> Self:
        return within(self, "engagement", Engagement, user)
