"""A migration project: everything that moves from one source within an engagement."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.records import Record, address


class MigrationProjectQuerySet(models.QuerySet["MigrationProject"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "engagement", Engagement, user)


class MigrationProject(Record):
    """Everything that moves from one source within an engagement."""

    class Source(models.TextChoices):
        EXCHANGE = "exchange", _("Exchange")
        GOOGLE_WORKSPACE = "google_workspace", _("Google Workspace")
        IMAP = "imap", _("IMAP")
        BOX = "box", _("Box")
        DROPBOX = "dropbox", _("Dropbox")
        GOOGLE_DRIVE = "google_drive", _("Google Drive")
        FILE_SHARE = "file_share", _("File share")

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="migration_projects")
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    # Of `sources`: what is needed and what does not move, as the project was begun with it.
    facts_edition = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = MigrationProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("migration project")
        constraints = [models.UniqueConstraint(fields=["engagement", "source"], name="migration_project_once_a_source")]

    def __str__(self) -> str:
        return self.get_source_display()

    @property
    def customer(self) -> Customer:
        return self.engagement.customer

    def get_absolute_url(self) -> str:
        return address("migrations_svc:project", self.public_id)
