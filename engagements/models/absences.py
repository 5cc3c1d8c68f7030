"""When a specialist is away: time in which nothing is planned with them."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import Membership, User, validate_zone
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, user: User) -> Self:
        """One's own; managers those of the people of their centre, admins all. Why somebody is away is not asked."""
        if user.audience.is_admin:
            return self
        led = [row.centre_id for row in user.all_memberships if row.role == Membership.Role.MANAGER]
        theirs = Membership.objects.filter(centre__in=led).values("user")
        return self.filter(Q(person=user) | Q(person__in=theirs))

    def of(self, *people: User) -> Self:
        return self.filter(person__in=people, status="planned")

    def coming(self, *, at: datetime) -> Self:
        """Those that are not over, the next first."""
        return self.filter(status="planned", during__endswith__gt=at).order_by("during", "pk")


class Absence(Record):
    """Whole days in the zone that the person lives by; kept as moments, so that they compare with meetings."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        WITHDRAWN = "withdrawn", _("Taken back")

    WORKFLOW = Workflow("status", Step("withdraw", ("planned",), "withdrawn", _("Take back")))

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    during = DateTimeRangeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        ordering: ClassVar = ["during"]
        constraints = [
            ExclusionConstraint(
                name="absence_no_overlap_for_a_person",
                expressions=[
                    (Func(F("person"), F("person"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(status="planned"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"

    def get_absolute_url(self) -> str:
        return address("engagements:absence", self.public_id)

    @property
    def first_on(self) -> date:
        found: datetime = self.during.lower
        return found.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last_on(self) -> date:
        found: datetime = self.during.upper - timedelta(microseconds=1)
        return found.astimezone(ZoneInfo(self.zone)).date()
