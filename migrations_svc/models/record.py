"""The records of an event: each mailbox, drive or site that moves, and the state it is in."""

from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record, address
from migrations_svc.models.event import MigrationEvent
from migrations_svc.recordfile import KINDS

# What a record is found by, each with an index of its own: people type the beginning of an address or of a name.
BEGINNINGS = {
    "source": Lower("source_address"),
    "target": Lower("target_address"),
    "name": Lower("display_name"),
    "surname": Lower(Func("display_name", Value("[^ ]*$"), function="SUBSTRING", output_field=TextField())),
}


class MigrationRecordQuerySet(models.QuerySet["MigrationRecord"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "event", MigrationEvent, user)

    def that_begin_with(self, text: str) -> Self:
        """Those of which an address, the name or its last word begins so, however it is capitalised."""
        found = Q()
        for name in BEGINNINGS:
            found |= Q(**{f"begins_{name}__startswith": Lower(Value(text))})
        return self.alias(**{f"begins_{name}": words for name, words in BEGINNINGS.items()}).filter(found)


class MigrationRecord(Record):
    """One mailbox, drive or site that moves in an event."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        VALIDATING = "validating", _("Validating")
        SYNCING = "syncing", _("Syncing")
        SYNCED = "synced", _("Synced")
        COMPLETING = "completing", _("Completing")
        COMPLETED = "completed", _("Completed")
        COMPLETED_WITH_WARNINGS = "completed_with_warnings", _("Completed with warnings")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")
        STOPPED = "stopped", _("Stopped")

    # Every index below begins with the event; one of its own would only slow the imports down.
    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="records", db_index=False)
    kind = models.CharField(_("kind"), max_length=16, choices=list(KINDS.items()), default="mailbox")
    source_address = models.CharField(_("source"), max_length=320)
    target_address = models.CharField(_("target"), max_length=320)
    display_name = models.CharField(_("name"), max_length=320, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("size"), null=True, blank=True)
    status = models.CharField(max_length=24, choices=Status.choices, default=Status.QUEUED)
    items_moved = models.PositiveBigIntegerField(_("items moved"), null=True, blank=True)
    items_failed = models.PositiveBigIntegerField(_("items left out"), null=True, blank=True)
    message = models.TextField(blank=True)
    status_at = models.DateTimeField(null=True, blank=True)
    # A state that a file told and that would be a step back: shown, and taken only by somebody who looks at it.
    doubted_status = models.CharField(max_length=24, choices=Status.choices, blank=True)

    objects = MigrationRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("migration record")
        constraints = [
            # A mailbox and its archive share an address; capitals make no other mailbox.
            models.UniqueConstraint(F("event"), Lower("source_address"), F("kind"), name="migration_record_one_a_kind")
        ]
        indexes = [
            models.Index(fields=["event", "status", "id"], name="migration_record_state"),
            models.Index(fields=["event", "size_bytes", "id"], name="migration_record_size"),
            models.Index(fields=["event", "id"], condition=~Q(doubted_status=""), name="migration_record_doubt"),
            *(
                models.Index("event", OpClass(words, "text_pattern_ops"), name=f"migration_record_{name}")
                for name, words in BEGINNINGS.items()
            ),
        ]

    def __str__(self) -> str:
        return self.source_address

    def get_absolute_url(self) -> str:
        return address("migrations_svc:record", self.public_id)
