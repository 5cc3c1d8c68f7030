"""What people attach to the parts of an engagement: files, links, notes and comments."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, OfEngagementQuerySet
from engagements.models.items import exactly_one
from engagements.models.milestones import Milestone
from engagements.models.plans import RemediationItem, SuccessItem
from engagements.models.responsibilities import Responsibility
from fasttrack_portal.documents.models import StoredFile
from fasttrack_portal.records import Record

_PARTS = ("responsibility", "milestone", "remediation", "success")


class OfPart(Record):
    """Belongs to exactly one part of an engagement."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="%(class)ss")
    responsibility = models.ForeignKey(
        Responsibility, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    milestone = models.ForeignKey(Milestone, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss")
    remediation = models.ForeignKey(
        RemediationItem, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    success = models.ForeignKey(SuccessItem, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def part(self) -> Responsibility | Milestone | RemediationItem | SuccessItem:
        found = self.responsibility or self.milestone or self.remediation or self.success
        assert found is not None  # the constraint says so
        return found


class Attachment(OfPart):
    """Evidence or an outcome document: a file, a link or a note. Taken away, it stays in the story."""

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        LINK = "link", _("Link")
        NOTE = "note", _("Note")

    kind = models.CharField(max_length=4, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    text = models.TextField(_("note"), max_length=4000, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        ordering: ClassVar = ["pk"]
        constraints = [
            models.CheckConstraint(condition=exactly_one(*_PARTS), name="attachment_of_one_part"),
            models.CheckConstraint(
                condition=Q(kind="file", file__isnull=False, url="", text="")
                | Q(kind="link", file__isnull=True, text="") & ~Q(url="")
                | Q(kind="note", file__isnull=True, url="") & ~Q(text=""),
                name="attachment_is_what_it_says",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Comment(OfPart):
    """What somebody said about a part; both sides read it."""

    text = models.TextField(_("comment"), max_length=4000)

    class Meta:
        verbose_name = _("comment")
        ordering: ClassVar = ["pk"]
        constraints = [models.CheckConstraint(condition=exactly_one(*_PARTS), name="comment_of_one_part")]

    def __str__(self) -> str:
        return self.text[:80]
