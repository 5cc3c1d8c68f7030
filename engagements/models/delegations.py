"""What the customer has handed to its partner for a time: responsibilities, and lines of its plans."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from engagements.models.items import exactly_one
from engagements.models.plans import RemediationItem, SuccessItem
from engagements.models.responsibilities import Responsibility
from fasttrack_portal.accounts.models import User
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.directory.models import Partner
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow

DelegatedItem = Responsibility | RemediationItem | SuccessItem
# What can be handed over, by the name of its field, which is its kind in addresses as well.
DELEGATED: dict[str, type[DelegatedItem]] = {
    "responsibility": Responsibility,
    "remediation": RemediationItem,
    "success": SuccessItem,
}


def field_of(item: DelegatedItem) -> str:
    return next(name for name, model in DELEGATED.items() if isinstance(item, model))


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the engagement sees who does what in it (F11)."""
        return within(self, "engagement", Engagement, user)

    def of(self, item: DelegatedItem) -> Self:
        return self.filter(**{field_of(item): item.pk})

    def live(self) -> Self:
        """Proposed or handed over: one an item."""
        return self.filter(status__in=["proposed", "active"])

    def in_force(self, on: date) -> Self:
        """Agreed, begun and not over on this day of the customer."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), status="active", starts_on__lte=on)

    def with_items(self) -> Self:
        """With the item and all that its events and calendars need."""
        parts = (f"{name}__assignee" for name in DELEGATED)
        return self.select_related("partner", "engagement__customer", "engagement__centre", *parts)


class Delegation(Record):
    """An item of the customer in its partner's hands for a time: the customer consents, and everybody sees it (F11)."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for consent")
        ACTIVE = "active", _("Handed over")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("Ended")

    WORKFLOW = Workflow(
        "status",
        Step("consent", ("proposed",), "active", _("Agree")),
        Step("refuse", ("proposed",), "refused", _("Refuse")),
        Step("end", ("proposed", "active"), "ended", _("Take back")),
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="delegations")
    responsibility = models.ForeignKey(
        Responsibility, null=True, blank=True, on_delete=models.CASCADE, related_name="delegations"
    )
    remediation = models.ForeignKey(
        RemediationItem, null=True, blank=True, on_delete=models.CASCADE, related_name="delegations"
    )
    success = models.ForeignKey(
        SuccessItem, null=True, blank=True, on_delete=models.CASCADE, related_name="delegations"
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="delegations")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    consented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["responsibility"],
                condition=Q(status__in=["proposed", "active"]),
                name="delegation_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["remediation"],
                condition=Q(status__in=["proposed", "active"]),
                name="delegation_one_a_remediation",
            ),
            models.UniqueConstraint(
                fields=["success"], condition=Q(status__in=["proposed", "active"]), name="delegation_one_a_success"
            ),
            models.CheckConstraint(condition=exactly_one(*DELEGATED), name="delegation_of_one_item"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(consented_by__isnull=False), name="delegation_active_has_consent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.partner}"

    @property
    def item(self) -> DelegatedItem:
        found = self.responsibility or self.remediation or self.success
        assert found is not None  # the constraint says so
        found.engagement = self.engagement
        return found
