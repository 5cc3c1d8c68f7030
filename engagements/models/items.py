"""What every item has that somebody is to do: a state, a person, a day, and the court it lies in."""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, OfEngagementQuerySet
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step

# An item in one of these states is still somebody's to do.
UNMET = ("open", "in_progress", "waiting", "blocked")
# In one of these it was done.
MET = ("done", "verified")


def exactly_one(*names: str) -> Q:
    """Exactly one of the fields has a value."""
    found = Q()
    for chosen in names:
        found |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return found


class Court(models.TextChoices):
    """Who holds an open item; `outside` is a third party that neither side commands."""

    FASTTRACK = "fasttrack", _("FastTrack")
    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("Partner")
    OUTSIDE = "outside", _("A third party")


class ItemStatus(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting")
    BLOCKED = "blocked", _("Blocked")
    DONE = "done", _("Done")
    VERIFIED = "verified", _("Verified")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


ITEM_STEPS = (
    Step("begin", ("open", "waiting", "blocked"), "in_progress", _("Begin")),
    Step("wait", ("open", "in_progress"), "waiting", _("Waiting")),
    Step("block", ("open", "in_progress", "waiting"), "blocked", _("Stuck")),
    Step("finish", ("open", "in_progress", "waiting", "blocked"), "done", _("Done")),
    Step("verify", ("done",), "verified", _("Verify")),
    Step("reopen", ("done", "verified"), "in_progress", _("Reopen")),
    Step("exclude", ("open", "in_progress", "waiting", "blocked"), "not_applicable", _("Not applicable")),
    Step("include", ("not_applicable",), "open", _("Applies after all")),
)


class Held(models.Model):
    """In whose court it lies, and since when; nobody's while its clock does not run."""

    holder = models.CharField(_("whose court"), max_length=10, choices=Court.choices, blank=True)
    held_since = models.DateTimeField(null=True, blank=True)
    # The court in words for the person who looks; `holding.mark` writes it.
    court: str = ""

    class Meta:
        abstract = True


class Item(Held, Record):
    """The part that responsibilities, remediation items and success plan items share."""

    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)s_items"
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    # While it is waiting: for whom; empty means for the other side.
    waits_for = models.CharField(_("waits for"), max_length=10, choices=Court.choices, blank=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    status: "models.CharField[str, str]"
    engagement: "models.ForeignKey[Engagement, Engagement]"

    class Meta:
        abstract = True

    @property
    def is_unmet(self) -> bool:
        return self.status in UNMET

    def is_overdue(self, on: date) -> bool:
        """Its day has passed and it is not done; while the engagement is paused or at rest no day makes it late."""
        return self.due_on is not None and self.due_on < on and self.is_unmet and self.engagement.is_running


class CourtSpell(models.Model):
    """A time that an item lay in one court and that is over; the running one stands on the item itself.

    Days are counted from spells when somebody looks, so that a corrected calendar corrects them.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="court_spells")
    # The item's public id, whatever kind it is.
    item = models.UUIDField(default=uuid.uuid4, db_index=True)
    holder = models.CharField(max_length=10, choices=Court.choices)
    since = models.DateTimeField()
    until = models.DateTimeField()

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("time in a court")
        ordering: ClassVar = ["engagement", "since"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="court_spell_runs_forward")
        ]

    def __str__(self) -> str:
        return f"{self.get_holder_display()} {self.since:%Y-%m-%d}"


class ItemQuerySet(models.QuerySet[models.Model]):
    """Items are seen by whoever sees their engagement."""

    def visible_to(self, user: User) -> Self:
        return within(self, "engagement", Engagement, user)

    def unmet(self) -> Self:
        """What somebody still has to do."""
        return self.filter(status__in=UNMET)
