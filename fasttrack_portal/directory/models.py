"""Customers, their tenants and domains, partners and their links, and FastTrack Centers."""

from datetime import datetime, time
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts.models import User, validate_zone
from fasttrack_portal.accounts.seen import within
from fasttrack_portal.directory.calendars import WorkingCalendar, country_name, public_holidays
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow

SEATS_LIMIT = 10_000_000


class FastTrackCenterQuerySet(models.QuerySet["FastTrackCenter"]):
    def visible_to(self, user: User) -> Self:
        """Staff see all centres; a customer or partner the centres that serve it."""
        if user.audience.is_staff:
            return self
        served = Customer.objects.visible_to(user)
        return self.filter(pk__in=served.values("centre"))


class FastTrackCenter(Record):
    """Where specialists work: its zone, weekly hours and holidays bound when they can meet (F8)."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters; decides the public holidays."))
    subdivision = models.CharField(_("region"), max_length=10, blank=True)

    objects = FastTrackCenterQuerySet.as_manager()

    class Meta:
        verbose_name = _("FastTrack Center")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("directory:centre", self.public_id)

    def calendar(self, years: range) -> WorkingCalendar:
        """Hours, public holidays and own closures of the years asked for."""
        hours = {row.weekday: (row.opens, row.closes) for row in self.hours.all()}
        closures = {row.day: row.name for row in self.closures.all()}
        holidays = public_holidays(self.country, self.subdivision or None, years)
        return WorkingCalendar(zone=self.zone, hours=hours, closures=frozenset({*holidays, *closures}))

    def closed_days(self, years: range) -> dict[Any, str]:
        """Each day without work and what it is called."""
        named = dict(public_holidays(self.country, self.subdivision or None, years))
        named.update({row.day: row.name for row in self.closures.all()})
        return named


class CenterHours(models.Model):
    """When a centre is open on one weekday (0 = Monday), in its own wall time."""

    centre = models.ForeignKey(FastTrackCenter, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(17))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["centre", "weekday"], name="center_hours_once_a_weekday"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="center_hours_weekday"),
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="center_hours_open_before_close"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens:%H:%M}-{self.closes:%H:%M}"


class CenterClosure(models.Model):
    """A day on which a centre is closed beside its public holidays."""

    centre = models.ForeignKey(FastTrackCenter, on_delete=models.CASCADE, related_name="closures")
    day = models.DateField()
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "day"], name="center_closure_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> Self:
        """Staff all; a customer's people their own; a partner the customers that have agreed to the link."""
        audience = user.audience
        if audience.is_staff:
            return self
        linked = PartnerLink.objects.filter(
            customer=OuterRef("pk"), partner__in=audience.partner_ids, status=PartnerLink.Status.ACTIVE
        )
        if not audience.partner_ids:
            return self.filter(pk__in=audience.customer_ids)
        if not audience.customer_ids:
            # Without the OR it is a plain semi-join, which can follow the order of a list.
            return self.filter(Exists(linked))
        return self.filter(Q(pk__in=audience.customer_ids) | Q(Exists(linked)))


class Customer(Record):
    """An organisation under one top parent id (TPID); it has tenants, they have domains."""

    name = models.CharField(_("organisation"), max_length=200)
    tpid = models.CharField(
        _("TPID"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{1,12}$", _("A TPID has 1 to 12 digits."))],
    )
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True, validators=[MinValueValidator(0)])
    country = models.CharField(_("country"), max_length=2, default="US")
    language = models.CharField(_("language"), max_length=10, default="en")
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    centre = models.ForeignKey(FastTrackCenter, on_delete=models.PROTECT, related_name="customers")

    objects = CustomerQuerySet.as_manager()

    # Which partners of the person who looks work for it today: a list of customers brings them along, asked once.
    working_partners: frozenset[int] | None = None

    class Meta:
        verbose_name = _("customer")
        constraints = [
            models.CheckConstraint(condition=Q(tpid="") | Q(tpid__regex=r"^[0-9]{1,12}$"), name="customer_tpid_digits"),
            models.CheckConstraint(condition=Q(seats__isnull=True) | Q(seats__lte=SEATS_LIMIT), name="customer_seats"),
        ]
        indexes = [
            models.Index(fields=["tpid"], name="customer_tpid"),
            models.Index(Lower("name"), F("id"), name="customer_by_name"),
            models.Index(fields=["language"], name="customer_language"),
        ]

    def __str__(self) -> str:
        return self.name

    def calendar(self, years: range) -> WorkingCalendar:
        """Monday to Friday in the customer's zone, without the public holidays of its country where we know them."""
        try:
            named = public_holidays(self.country, None, years)
        except ValueError:
            named = {}
        return WorkingCalendar(self.zone, dict.fromkeys(range(5), (time(9), time(17))), closure_names=named)

    @property
    def country_name(self) -> str:
        """`Germany`, as people read it."""
        return country_name(self.country)

    def get_absolute_url(self) -> str:
        return address("directory:customer", self.public_id)

    def people(self, *roles: str) -> models.QuerySet[User]:
        """Active people of the customer, optionally in certain roles."""
        # One filter, so that customer and role are those of the same membership.
        wanted: dict[str, Any] = {"memberships__role__in": roles} if roles else {}
        return User.objects.filter(is_active=True, memberships__customer=self, **wanted)


class TenantQuerySet(models.QuerySet["Tenant"]):
    def visible_to(self, user: User) -> Self:
        return within(self, "customer", Customer, user)


class Tenant(Record):
    """One Microsoft 365 tenant of a customer, known by its GUID."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tenants")
    name = models.CharField(_("tenant"), max_length=200)
    guid = models.UUIDField(_("tenant id"), unique=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("tenant")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A mail domain of a tenant; only one tenant can have it verified."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="domains")
    name = models.CharField(_("domain"), max_length=253)
    is_verified = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("domain")
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=Q(is_verified=True), name="domain_verified_by_one_tenant"),
            models.UniqueConstraint(fields=["tenant", "name"], name="domain_once_a_tenant"),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerQuerySet(models.QuerySet["Partner"]):
    def visible_to(self, user: User) -> Self:
        """Staff all; partners themselves; a customer the partners that work for it."""
        audience = user.audience
        if audience.is_staff:
            return self
        links = PartnerLink.objects.filter(customer__in=audience.customer_ids)
        return self.filter(Q(pk__in=audience.partner_ids) | Q(pk__in=links.values("partner")))


class Partner(Record):
    """A company that works on behalf of customers (F2, F11)."""

    name = models.CharField(_("partner"), max_length=200, unique=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("directory:partner", self.public_id)

    def works_for(self, customer_id: int) -> bool:
        """Whether the customer agrees today that the partner works on its behalf (F11)."""
        return self.links.filter(customer=customer_id, status=PartnerLink.Status.ACTIVE).exists()


class PartnerLinkQuerySet(models.QuerySet["PartnerLink"]):
    def visible_to(self, user: User) -> Self:
        audience = user.audience
        if audience.is_staff:
            return self
        return self.filter(Q(customer__in=audience.customer_ids) | Q(partner__in=audience.partner_ids))


class PartnerLink(Record):
    """A customer's consent that a partner works on its behalf, with start and end."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="links")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="partner_links")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    consented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PartnerLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner link")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "customer"], condition=Q(status="active"), name="partner_link_active_once"
            ),
        ]
        indexes = [models.Index(fields=["customer", "partner", "status"], name="partner_link_customer")]

    def __str__(self) -> str:
        return f"{self.partner} for {self.customer}"


class ConsentRequestQuerySet(models.QuerySet["ConsentRequest"]):
    def visible_to(self, user: User) -> Self:
        """Admins all; the customer what it was asked. Never the partner: it would learn that there is a customer."""
        if user.is_admin:
            return self
        return self.filter(customer__in=user.audience.customer_ids).exclude(status__in=["noted", "unmatched"])

    def with_people(self) -> Self:
        return self.select_related("customer__centre", "partner", "requested_by")

    def waiting(self, *, at: datetime) -> Self:
        """Those that the customer can still answer."""
        return self.filter(status="asked", expires_at__gt=at)


class ConsentRequest(Record):
    """Whether a partner may work on a customer's behalf; the customer decides.

    Either the partner typed an exact TPID or domain and asks to work for whoever it names, or FastTrack suggests the
    partner, in order to offer it work (`is_suggested`).
    """

    class Status(models.TextChoices):
        NOTED = "noted", _("Noted")
        UNMATCHED = "unmatched", _("Came to nothing")
        ASKED = "asked", _("Waiting for the customer")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Taken back")

    WORKFLOW = Workflow(
        "status",
        Step("drop", ("noted",), "unmatched"),
        Step("ask", ("noted",), "asked"),
        Step("agree", ("asked",), "agreed", _("Agree")),
        Step("refuse", ("asked",), "refused", _("Refuse")),
        Step("expire", ("asked",), "expired"),
        Step("withdraw", ("asked",), "withdrawn"),
    )

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="consent_requests"
    )
    query = models.CharField(max_length=253, blank=True)
    is_suggested = models.BooleanField(default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NOTED)
    expires_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent request")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "customer"], condition=Q(status="asked"), name="consent_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["noted", "unmatched"]) | Q(customer__isnull=False), name="consent_of_a_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.query}"


class SearchWord(models.Model):
    """One text by which one audience finds one customer; audience 0 is FastTrack's staff, others are partners' ids.

    The audience is the first index key: a partner's search costs what its own customers cost, however many others
    there are, and a word of a customer it is not linked to is not in its part of the index at all. The rank comes
    next (0 a whole name, 1 a whole domain or the TPID, 2 what begins at another word, 3 two common words that meet),
    then the text in the order of its bytes, so that what begins with the typed letters is one range, with the exact
    text first.
    """

    STAFF: ClassVar = 0

    pk = models.CompositePrimaryKey("audience", "rank", "word", "customer_id")
    audience = models.BigIntegerField()
    rank = models.SmallIntegerField()
    word = models.CharField(max_length=255, db_collation="C")
    # Not checked by the database: ten million checks are a third of a load, and the reader joins with the customer.
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(rank__range=(0, 3)), name="search_word_rank")]
        # For a second word, and for what has to be rewritten when the customer changes.
        indexes = [models.Index(fields=["customer", "audience", "word"], name="search_word_customer")]

    def __str__(self) -> str:
        return self.word


class CommonWord(models.Model):
    """A word with which so many texts begin that customers are kept by the pairs of such words, too (rank 3).

    Chosen whenever all texts are made anew, and only then: the pairs that are kept are those of the words listed here.
    """

    FROM: ClassVar = 500  # customers that have it; of fewer the search looks through all
    MOST: ClassVar = 200

    word = models.CharField(max_length=60, primary_key=True, db_collation="C")

    def __str__(self) -> str:
        return self.word
