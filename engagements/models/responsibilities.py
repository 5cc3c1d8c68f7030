"""The responsibilities of an engagement: the items of its matrix."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.matrix import MODES, PARTIES
from engagements.milestones import PHASE_TITLES
from engagements.models.engagement import Engagement
from engagements.models.items import ITEM_STEPS, UNMET, Item, ItemStatus
from engagements.models.template import TemplateItem
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.records import address
from fasttrack_portal.workflow import Workflow


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "engagement", Engagement, user)

    def unmet(self) -> Self:
        """What somebody still has to do."""
        return self.filter(status__in=UNMET)


class Responsibility(Item):
    """One of the 137 items of the matrix in one engagement; it is never deleted, at most not applicable."""

    Status = ItemStatus
    WORKFLOW = Workflow("status", *ITEM_STEPS)

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="responsibilities")
    code = models.CharField(max_length=12)
    position = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=20, choices=list(PHASE_TITLES.items()))
    party = models.CharField(max_length=10, choices=list(PARTIES.items()))
    parent_code = models.CharField(max_length=12, blank=True)
    mode = models.CharField(max_length=10, choices=list(MODES.items()))
    text = models.TextField()
    why = models.TextField()
    condition = models.CharField(max_length=30, blank=True)
    choice = models.CharField(max_length=40, blank=True)
    twin_code = models.CharField(max_length=12, blank=True)
    due_from = models.CharField(max_length=5, choices=TemplateItem.DueFrom.choices, blank=True)
    due_offset = models.SmallIntegerField(default=0)
    # Somebody has set the day by hand; it does not follow its phase any more.
    is_due_own = models.BooleanField(default=False)
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.OPEN)
    evidence = models.TextField(_("evidence"), max_length=2000, blank=True)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        ordering: ClassVar = ["engagement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "code"], name="responsibility_once"),
            models.CheckConstraint(
                condition=~Q(status__in=["not_applicable", "blocked"]) | ~Q(reason=""),
                name="responsibility_exception_needs_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def get_absolute_url(self) -> str:
        return address("engagements:responsibility", self.public_id)

    @property
    def depth(self) -> int:
        """0 for a top-level item, 1 and 2 for the nested ones."""
        return self.code.count(".")
