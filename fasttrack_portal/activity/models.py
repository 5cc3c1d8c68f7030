"""What happened: one append-only row for every write, the source of audit, timeline and "since the last report"."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.activity.sentences import sentence_of

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


# What else somebody of a FastTrack Center may read: threads of things that another centre has, told by apps above.
Threads = Callable[["User"], "models.QuerySet[Any, uuid.UUID]"]
thread_providers: list[Threads] = []


# What of its own organisation's stories somebody may not read, told by apps above: None for most people.
Hidden = Callable[["User"], "Q | None"]
hidden_providers: list[Hidden] = []


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: "User") -> Self:
        """Admins all; a centre its own; a customer its own, a partner while the link lives, both without internals."""
        audience = user.audience
        if audience.is_admin:
            return self
        outside = Q(customer__in=audience.customer_ids)
        if audience.partner_ids:
            # A partner's old stories with a customer end for it with the link.
            customers = Event._meta.get_field("customer").related_model._base_manager
            agreed = customers.filter(partner_links__partner__in=audience.partner_ids, partner_links__status="active")
            outside |= Q(partner__in=audience.partner_ids) & (Q(customer=None) | Q(customer__in=agreed.values("pk")))
        inside = Q(centre__in=audience.centre_ids)
        if audience.centre_ids:
            for threads in thread_providers:
                inside |= Q(thread__in=threads(user))
        return self.filter(inside | (outside & Q(internal=False)))._readable_by(user)

    def about(self, thread: uuid.UUID, user: "User") -> Self:
        """The story of one thing the person was already let through to; what is internal only to staff."""
        events = self.filter(thread=thread)
        if not user.audience.is_staff:
            events = events.filter(internal=False)._readable_by(user)
        return events.select_related("actor").order_by("-at", "-pk")

    def _readable_by(self, user: "User") -> Self:
        found = self
        for hidden in hidden_providers:
            if (those := hidden(user)) is not None:
                found = found.exclude(those)
        return found


class Event(models.Model):
    """One thing that happened. `thread` is the story it belongs to: of a request, or of an engagement and all in it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    kind = models.CharField(max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject_label = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    thread = models.UUIDField()
    customer = models.ForeignKey(
        "directory.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    partner = models.ForeignKey("directory.Partner", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(
        "directory.FastTrackCenter", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    internal = models.BooleanField(default=False)
    url = models.CharField(max_length=300, blank=True)  # where its subject stands in the portal
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        indexes = [
            models.Index(fields=["thread", "-at"], name="event_thread"),
            models.Index(fields=["customer", "-at"], name="event_customer"),
            models.Index(fields=["subject_label", "subject_id"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

    @property
    def sentence(self) -> str:
        """What happened, in words for a person."""
        return sentence_of(self.kind, self.data)

    def fact(self, name: str) -> Any:
        """One entry of the data, None where it is not told."""
        return self.data.get(name)

    # What the timeline component asks of its entries.
    @property
    def by(self) -> "User | None":
        return self.actor

    @property
    def href(self) -> str:
        return self.url

    @property
    def body(self) -> str:
        return str(self.data.get("note") or self.data.get("reason") or "")

    @property
    def is_internal(self) -> bool:
        return self.internal
