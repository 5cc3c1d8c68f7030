"""Every record of a final report in print, and the parts that it is printed in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.documents.models import StoredFile
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.records import Record
from reports.models.report import Report


class Annex(Record):
    """Every record of a final report in print, made when somebody asks for it: in parts, so that a long one keeps no
    other report waiting."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="annex")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parts_in_all = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("annex")

    def __str__(self) -> str:
        return _("annex of %(number)s") % {"number": self.report.number}

    @property
    def is_stuck(self) -> bool:
        """Whether the work on it was given up: it waits for an administrator to try again."""
        return self.made_at is None and self.job is not None and self.job.status == Job.Status.PARKED


class AnnexPart(models.Model):
    """One PDF of an annex, whole in itself."""

    annex = models.ForeignKey(Annex, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("part of an annex")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["annex", "number"], name="annex_part_once")]

    def __str__(self) -> str:
        return f"{self.annex} {self.number}"
