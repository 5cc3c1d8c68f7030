"""Series of checkpoints and the meetings that the worker plans from them."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, OfEngagementQuerySet
from fasttrack_portal.accounts.models import User, validate_zone
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow


class MeetingSeries(Record):
    """Checkpoints of an engagement every one or two weeks, at a wall time in a named zone (F9 clocks)."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")

    WORKFLOW = Workflow("status", Step("end", ("active",), "ended", _("End the series")))

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="series")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    every_weeks = models.PositiveSmallIntegerField(
        _("rhythm"), choices=[(1, _("Every week")), (2, _("Every two weeks"))], default=2
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    wall_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30)
    starts_on = models.DateField(_("first week from"))
    # The day by the rhythm from which another series, or none, goes on; empty while it has no end.
    ends_before = models.DateField(null=True, blank=True)
    planned_until = models.DateField(null=True, blank=True)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting series")
        constraints = [
            models.UniqueConstraint(
                fields=["engagement"],
                condition=Q(status="active", ends_before__isnull=True),
                name="series_open_once_an_engagement",
            ),
            models.CheckConstraint(
                condition=Q(every_weeks__in=[1, 2]) & Q(weekday__lte=6) & Q(minutes__gte=15, minutes__lte=240),
                name="series_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_every_weeks_display()}, {self.wall_time:%H:%M} {self.zone}"

    def get_absolute_url(self) -> str:
        return address("engagements:meetings", self.engagement.public_id)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the engagement sees its meetings."""
        return within(self, "engagement", Engagement, user)

    def coming(self, *, at: datetime) -> Self:
        """Planned ones that are not over, the next first."""
        return self.filter(status="planned", during__endswith__gt=at).order_by("during", "pk")


class Meeting(Record):
    """One meeting; no specialist can be in two at once (exclusion constraint, C3)."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        CHECKPOINT = "checkpoint", _("Checkpoint")
        TALK = "talk", _("Technical talk")
        WORKSHOP = "workshop", _("Workshop")
        KICKOFF = "kickoff", _("Kickoff")
        SUCCESS_PLANNING = "success_planning", _("Success planning call")
        SECURITY = "security", _("Security discussion")
        REMEDIATION_REVIEW = "remediation_review", _("Remediation review")
        SUCCESS_WORKSHOP = "success_workshop", _("Success workshop")
        MIGRATION_WORKSHOP = "migration_workshop", _("Migration workshop")
        VELOCITY_WORKSHOP = "velocity_workshop", _("Migration velocity workshop")

    class Again(models.TextChoices):
        RESUME = "resume", _("Comes back with the engagement")
        REBOOK = "rebook", _("To be booked again")

    # What is booked one by one lasts an hour; checkpoints come in series.
    BOOKED: ClassVar = tuple(kind for kind in Kind.values if kind != "checkpoint")
    MINUTES: ClassVar = 60

    WORKFLOW = Workflow(
        "status",
        Step("hold", ("planned",), "held", _("Mark as held")),
        Step("cancel", ("planned",), "cancelled", _("Cancel")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="meetings")
    series = models.ForeignKey(MeetingSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.CHECKPOINT)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    specialist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="meetings")
    during = DateTimeRangeField(_("time"))
    # The day the rhythm asked for; with it a second planning finds the meeting instead of making it again.
    nominal_on = models.DateField(null=True, blank=True)
    is_moved = models.BooleanField(default=False)
    reason = models.TextField(_("why it was moved or cancelled"), blank=True)
    ics_uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ics_sequence = models.PositiveIntegerField(default=0)
    notes = models.TextField(_("minutes"), max_length=10_000, blank=True)
    # Of one that was called off with its engagement: it comes back with it, or waits for another time.
    wanted_again = models.CharField(max_length=6, choices=Again.choices, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        ordering: ClassVar = ["during"]
        constraints = [
            models.UniqueConstraint(fields=["series", "nominal_on"], name="meeting_once_an_occurrence"),
            # int8range of one id needs no btree_gist, which the embedded PostgreSQL does not have.
            ExclusionConstraint(
                name="meeting_no_overlap_for_a_specialist",
                expressions=[
                    (
                        Func(F("specialist"), F("specialist"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(status="cancelled"),
            ),
        ]
        indexes = [models.Index(fields=["engagement", "during"], name="meeting_engagement")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.during.lower:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return address("engagements:meeting", self.public_id)

    @property
    def start(self) -> datetime:
        start: datetime = self.during.lower
        return start

    @property
    def end(self) -> datetime:
        end: datetime = self.during.upper
        return end

    @property
    def title(self) -> str:
        """`Checkpoint: Contoso`, the same in the portal, in mail and in a calendar."""
        return self.titled(self.engagement.customer.name)

    def titled(self, customer: str) -> str:
        """The title, for who knows the customer's name already."""
        return f"{self.get_kind_display()}: {customer}"
