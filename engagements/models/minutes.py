"""What a meeting is prepared with and what comes of it: agenda points, decisions, actions, attendance and minutes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.matrix import PARTIES
from engagements.models.engagement import Engagement, OfEngagementQuerySet
from engagements.models.items import Item, ItemQuerySet
from engagements.models.meetings import Meeting
from engagements.models.phases import Agreement
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow


class OfMeetingQuerySet(models.QuerySet[models.Model]):
    """Parts of a meeting are seen by whoever sees the meeting."""

    def visible_to(self, user: User) -> "OfMeetingQuerySet":
        return within(self, "meeting", Meeting, user)


class AgendaPoint(Record):
    """One point of a meeting's agenda: somebody's own, or one that the portal brings up (`agenda_sources`).

    A point that the portal brings up has a row only once somebody has written, moved or struck it."""

    class Status(models.TextChoices):
        OPEN = "open", _("On the agenda")
        STRUCK = "struck", _("Struck")

    WORKFLOW = Workflow(
        "status",
        Step("strike", ("open",), "struck", _("Strike")),
        Step("restore", ("struck",), "open", _("Put back")),
    )
    OWN = "own"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="points")
    origin = models.CharField(max_length=20, default=OWN)
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.OPEN)
    title = models.CharField(_("point"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), max_length=10_000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda point")
        ordering: ClassVar = ["meeting", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "origin"], condition=~Q(origin="own"), name="agenda_point_once_a_source"
            ),
            models.CheckConstraint(condition=~Q(origin="own") | ~Q(title=""), name="agenda_point_own_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title or self.origin

    @property
    def key(self) -> str:
        """What stands for it in an address."""
        return str(self.public_id) if self.origin == self.OWN else self.origin


class Decision(Record):
    """What was decided in a meeting, by whom and on which day."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    text = models.CharField(_("what was decided"), max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_on = models.DateField(_("decided on"))

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        ordering: ClassVar = ["meeting", "pk"]

    def __str__(self) -> str:
        return self.text


class Action(Item):
    """Something that somebody took on in a meeting; it stays open, and on every next agenda, until it is done."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    WORKFLOW = Workflow(
        "status",
        Step("finish", ("open",), "done", _("Done")),
        Step("drop", ("open",), "dropped", _("No longer needed")),
        Step("reopen", ("done", "dropped"), "open", _("Open again")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="actions")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="actions")
    title = models.CharField(_("what is to be done"), max_length=300)
    party = models.CharField(_("whose side"), max_length=10, choices=list(PARTIES.items()))
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        ordering: ClassVar = ["engagement", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assignee__isnull=False, due_on__isnull=False), name="action_has_owner_and_day"
            )
        ]
        indexes = [models.Index(fields=["assignee", "due_on"], condition=Q(status="open"), name="action_open")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("engagements:action", self.public_id)


class Attendance(Record):
    """Who was there, marked by hand; `guests` names people who are not in the portal."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="attendance")
    present = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    guests = models.CharField(_("also there"), max_length=300, blank=True)

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")

    def __str__(self) -> str:
        return str(self.meeting)


class Minutes(Record):
    """One edition of the minutes of a meeting: a frozen record that each side confirms by name.

    A correction makes the next edition and withdraws what was asked for this one."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="minutes")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="minutes")
    edition = models.PositiveSmallIntegerField(default=1)
    snapshot = models.JSONField()
    correction = models.TextField(_("what was corrected"), max_length=1000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Where both sides put their names to it, under the rule of a gate.
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="minutes")

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        ordering: ClassVar = ["meeting", "-edition"]
        constraints = [models.UniqueConstraint(fields=["meeting", "edition"], name="minutes_once_an_edition")]

    def __str__(self) -> str:
        return f"{self.meeting} ({self.edition})"

    def get_absolute_url(self) -> str:
        return address("engagements:minutes", self.meeting.public_id)

    @property
    def is_confirmed(self) -> bool:
        return self.agreement.status == Agreement.Status.AGREED

    @property
    def number(self) -> str:
        """Minutes have no number of their own: they are those of a meeting of this engagement."""
        return self.engagement.number

    @property
    def title(self) -> str:
        return self.meeting.title
