"""What is offered to partners, and when a partner takes nothing; part of the models."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.services import SERVICES
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import ConsentRequest, Customer, FastTrackCenter, Partner
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: User) -> Self:
        """Admins all, a centre its own, a partner those made to it, a customer's people what was offered of theirs."""
        audience = user.audience
        if audience.is_admin:
            return self
        return self.filter(
            Q(centre__in=audience.centre_ids)
            | (Q(partner__in=audience.partner_ids) & ~Q(status__in=Offer.UNSENT))
            | Q(customer__in=audience.customer_ids)
        )

    def with_people(self) -> Self:
        return self.select_related("ask", "customer", "partner", "centre", "offered_by", "decided_by", "consent")

    def waiting(self) -> Self:
        """Offers that a partner has not answered yet."""
        return self.filter(status=Offer.Status.OFFERED)

    def open(self) -> Self:
        """Offers that can still be accepted, now or once the customer agrees to the partner."""
        return self.filter(status__in=Offer.OPEN)


class Offer(Record):
    """A request, or a customer, offered to a partner that the customer agrees to. People see OFR-000042.

    What the partner reads is frozen with it, and is no more than it needs to decide. While the customer has not
    agreed to the partner, the offer waits, and the partner does not know of it.
    """

    class Status(models.TextChoices):
        CONSENT = "consent", _("Waiting for the customer’s consent")
        NOT_SENT = "not_sent", _("Not sent")
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Reason(models.TextChoices):
        FULL = "full", _("We are full")
        SKILLS = "skills", _("We do not offer these services")
        PLACE = "place", _("We do not work in this country or language")
        TIME = "time", _("The time does not suit us")
        OTHER = "other", _("Another reason")

    WORKFLOW = Workflow(
        "status",
        Step("send", ("consent",), "offered", _("Send")),
        Step("drop", ("consent",), "not_sent", _("Take back")),
        Step("accept", ("offered",), "accepted", _("Accept")),
        Step("decline", ("offered",), "declined", _("Decline")),
        Step("expire", ("offered",), "expired", _("Expire")),
        Step("withdraw", ("offered",), "withdrawn", _("Withdraw")),
    )

    OPEN: ClassVar = (Status.CONSENT, Status.OFFERED)
    # In these the partner has never heard of it.
    UNSENT: ClassVar = (Status.CONSENT, Status.NOT_SENT)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OFFERED)
    ask = models.ForeignKey(
        "assistance.AssistanceRequest", null=True, blank=True, on_delete=models.PROTECT, related_name="offers"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="offers")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="offers")
    centre = models.ForeignKey(FastTrackCenter, on_delete=models.PROTECT, related_name="offers")
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # What the customer was asked before the offer could go out.
    consent = models.ForeignKey(ConsentRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    services = ArrayField(models.CharField(max_length=20), verbose_name=_("services"), default=list)
    seats_band = models.CharField(_("seats"), max_length=30, blank=True)
    country = models.CharField(_("country"), max_length=2)
    wanted_month = models.DateField(_("wanted for"), null=True, blank=True)
    reason_code = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        constraints = [
            models.UniqueConstraint(
                fields=["ask", "partner"],
                condition=Q(status__in=["consent", "offered"], ask__isnull=False),
                name="offer_open_once",
            ),
            models.UniqueConstraint(
                fields=["customer", "partner"],
                condition=Q(status__in=["consent", "offered"], ask__isnull=True),
                name="offer_of_customer_open_once",
            ),
            models.UniqueConstraint(fields=["ask"], condition=Q(status="accepted"), name="offer_one_partner_a_request"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("offered_at")), name="offer_expires_later"),
            models.CheckConstraint(
                condition=~Q(status__in=["consent", "not_sent"]) | Q(consent__isnull=False), name="offer_waits_for_one"
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "status", "-offered_at"], name="offer_partner"),
            models.Index(fields=["centre", "-offered_at"], name="offer_centre"),
            models.Index(fields=["customer", "partner"], condition=Q(status="consent"), name="offer_waiting_consent"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"OFR-{self.pk:06d}"

    @property
    def service_labels(self) -> list[str]:
        return [SERVICES.get(code, code) for code in self.services]

    def get_absolute_url(self) -> str:
        return address("assistance:offer", self.public_id)


class PartnerPause(Record):
    """A partner that has said it is full gets no offers until then."""

    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="pause")
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("pause of a partner")

    def __str__(self) -> str:
        return f"{self.partner}: {self.until:%Y-%m-%d}"
