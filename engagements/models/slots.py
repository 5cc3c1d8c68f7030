"""What a customer asks for: a talk or a workshop at a time that suits it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, OfEngagementQuerySet
from engagements.models.meetings import Meeting
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow


class SlotRequest(Record):
    """A meeting that the customer wishes for, until a specialist has booked it. No preferred time: the next free."""

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting for the specialist")
        PROPOSED = "proposed", _("Waiting for the customer")
        CONFIRMED = "confirmed", _("Confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    MOST_TIMES: ClassVar = 3
    WORKFLOW = Workflow(
        "status",
        Step("confirm", ("open", "proposed"), "confirmed", _("Confirm")),
        Step("withdraw", ("open", "proposed"), "withdrawn", _("Withdraw")),
        Step("propose", ("open", "proposed"), "proposed", _("Propose other times")),
        Step("decline", ("proposed",), "open", _("Ask for other times")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="slot_requests")
    kind = models.CharField(_("what kind of meeting"), max_length=20, choices=Meeting.Kind.choices)
    wish = models.TextField(_("what it is to be about"), max_length=1_000)
    preferred = ArrayField(models.DateTimeField(), verbose_name=_("preferred times"), default=list, blank=True)
    # What the specialist can offer instead; the customer takes one of them, or asks for others.
    proposed = ArrayField(models.DateTimeField(), verbose_name=_("proposed times"), default=list, blank=True)
    note = models.TextField(_("why other times"), max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    meeting = models.OneToOneField(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="asked_as")

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a meeting")
        ordering: ClassVar = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "kind"],
                condition=Q(status__in=["open", "proposed"]),
                name="slot_request_waiting_once_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(status="confirmed", meeting__isnull=False)
                | (~Q(status="confirmed") & Q(meeting__isnull=True)),
                name="slot_request_confirmed_with_meeting",
            ),
            models.CheckConstraint(condition=Q(preferred__len__lte=3), name="slot_request_three_times_at_most"),
            models.CheckConstraint(
                condition=Q(proposed__len__lte=3) & (~Q(status="proposed") | Q(proposed__len__gte=1)),
                name="slot_request_proposed_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_status_display()})"

    def get_absolute_url(self) -> str:
        return address("engagements:slot", self.public_id)
