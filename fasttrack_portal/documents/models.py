"""Stored files, and the seal by which anybody can check a document that left the portal."""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.records import Record

# No letters or digits that look alike on paper.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """Twelve characters in three groups: 58 bits, easy to type from a page."""
    letters = "".join(secrets.choice(_LETTERS) for _position in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


class StoredFile(Record):
    """A file on the storage; its path is its own id, what people typed is only its name.

    It has no address of its own: who may read it is decided by the thing it belongs to.
    """

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, unique=True)
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file")

    def __str__(self) -> str:
        return self.name


class Seal(models.Model):
    """What `/verify/<code>` says of a document; it names no customer, so that a code alone tells nothing about one."""

    code = models.CharField(max_length=14, unique=True, default=new_code)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120)
    snapshot_sha256 = models.CharField(max_length=64)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        verbose_name = _("seal")
        ordering: ClassVar[list[Any]] = ["-issued_at"]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"
