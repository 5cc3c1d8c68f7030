"""The responsibility template with its versions: running engagements keep the one they were opened with."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.matrix import MODES, PARTIES
from engagements.milestones import PHASE_TITLES
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow


class TemplateQuerySet(models.QuerySet["Template"]):
    def visible_to(self, user: User) -> Self:
        """Drafts are the admins'; what was published is read by all of FastTrack."""
        if user.is_admin:
            return self
        return self.filter(status="published") if user.audience.is_staff else self.none()


class TemplateItemQuerySet(models.QuerySet["TemplateItem"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "template", Template, user)


class Template(Record):
    """One version of the matrix. A published one never changes: an edit begins a new draft."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    WORKFLOW = Workflow("status", Step("publish", ("draft",), "published", _("Publish")))

    number = models.PositiveIntegerField(_("version"), unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    note = models.TextField(_("what changed"), max_length=2000, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility template")
        ordering: ClassVar = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["status"], condition=Q(status="draft"), name="template_one_draft"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="template_published_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("engagements:template", kwargs={"public_id": self.public_id})


class TemplateItem(Record):
    """One line of a template, and from which end of its phase its due date counts, in working days (default)."""

    class DueFrom(models.TextChoices):
        NEVER = "", _("No due date")
        START = "start", _("Start of the phase")
        END = "end", _("End of the phase")

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(max_length=12)
    position = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=20, choices=list(PHASE_TITLES.items()))
    party = models.CharField(max_length=10, choices=list(PARTIES.items()))
    parent_code = models.CharField(max_length=12, blank=True)
    mode = models.CharField(max_length=10, choices=list(MODES.items()))
    condition = models.CharField(max_length=30, blank=True)
    choice = models.CharField(max_length=40, blank=True)
    twin_code = models.CharField(max_length=12, blank=True)
    text = models.TextField(max_length=500)
    why = models.TextField(max_length=1000)
    due_from = models.CharField(max_length=5, choices=DueFrom.choices, default=DueFrom.NEVER, blank=True)
    due_offset = models.SmallIntegerField(_("working days"), default=0)

    objects = TemplateItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("template item")
        ordering: ClassVar = ["template", "position"]
        constraints = [models.UniqueConstraint(fields=["template", "code"], name="template_item_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"
