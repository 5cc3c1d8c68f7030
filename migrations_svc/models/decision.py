"""Go or no-go, by name from each side, and what is asked for after the list was frozen."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models.event import MigrationEvent


class OfEventQuerySet(models.QuerySet["models.Model"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "event", MigrationEvent, user)


class GoDecision(models.Model):
    """One side's go or no-go for the day that was set then; another day, and both sides decide anew."""

    class Side(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        FASTTRACK = "fasttrack", _("FastTrack")

    class Word(models.TextChoices):
        GO = "go", _("Go")
        NO_GO = "no_go", _("No-go")

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="decisions")
    side = models.CharField(max_length=10, choices=Side.choices)
    word = models.CharField(max_length=5, choices=Word.choices)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    # The access that was still missing when it was a go all the same, in the words of the list.
    missing = models.JSONField(default=list, db_default=[])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=60)
    at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    objects = OfEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        ordering: ClassVar = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "side"], condition=Q(is_current=True), name="go_decision_one_a_side"
            ),
            models.CheckConstraint(condition=~Q(word="no_go") | ~Q(reason=""), name="go_decision_no_go_has_a_reason"),
            models.CheckConstraint(condition=Q(missing=[]) | ~Q(reason=""), name="go_decision_in_spite_has_a_reason"),
            models.CheckConstraint(condition=Q(side__in=["customer", "fasttrack"]), name="go_decision_has_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}: {self.get_word_display()}"


class ChangeRequest(Record):
    """A change that the customer asks for after the freeze; FastTrack agrees or refuses, and says why."""

    class Kind(models.TextChoices):
        LIST = "list", _("Another list")
        DAY = "day", _("Another day")

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting for FastTrack")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        OVERTAKEN = "overtaken", _("Overtaken by events")

    WORKFLOW = Workflow(
        "status",
        Step("agree", ("open",), "agreed", _("Agree")),
        Step("refuse", ("open",), "refused", _("Refuse")),
        Step("overtake", ("open",), "overtaken", _("Overtaken")),
    )

    event = models.ForeignKey(MigrationEvent, on_delete=models.CASCADE, related_name="change_requests")
    kind = models.CharField(_("what changes"), max_length=4, choices=Kind.choices)
    what = models.TextField(_("what is to change"), max_length=2000)
    why = models.TextField(_("why"), max_length=2000)
    wanted_for = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("change request")
        ordering: ClassVar = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(status="open"), name="change_request_one_open"),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(answer=""), name="change_request_refusal_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(kind="list", wanted_for__isnull=True) | Q(kind="day", wanted_for__isnull=False),
                name="change_request_of_a_day_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.what}"
