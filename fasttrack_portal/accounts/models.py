"""People, what they belong to, and with that what they may see."""

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.accounts import organisations
from fasttrack_portal.records import Record
from fasttrack_portal.workflow import Step, Workflow

_PLACES = (zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
ZONES = [*sorted(_PLACES), "UTC"]


def validate_zone(value: str) -> None:
    """An IANA zone that this machine knows."""
    if value not in ZONES:
        raise ValidationError(
            _("“%(zone)s” is not a time zone we know. Example: Europe/Berlin."), params={"zone": value}
        )


@dataclass(frozen=True)
class Audience:
    """What a person belongs to; every `.visible_to(user)` is made from this."""

    is_admin: bool
    centre_ids: tuple[int, ...]
    customer_ids: tuple[int, ...]
    partner_ids: tuple[int, ...]

    @property
    def is_staff(self) -> bool:
        """FastTrack's own people: specialists, managers and admins."""
        return self.is_admin or bool(self.centre_ids)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_admin=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> Self:
        """Admins everybody; others the people of their own organisations and FastTrack's staff of their centre."""
        audience = user.audience
        if audience.is_admin:
            return self
        shared = Membership.objects.filter(
            Q(customer__in=audience.customer_ids)
            | Q(partner__in=audience.partner_ids)
            | Q(centre__in=audience.centre_ids)
        )
        return self.filter(Q(pk=user.pk) | Q(pk__in=shared.values("user")))


class User(Record, AbstractBaseUser):
    """A person who signs in with a work e-mail."""

    THEMES: ClassVar = [("system", _("Same as my device")), ("light", _("Light")), ("dark", _("Dark"))]

    email = models.EmailField(_("work e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    theme = models.CharField(_("appearance"), max_length=6, choices=THEMES, default="system")
    # Kinds of mail the person has switched off; in-app notices stay (one kind a topic: "assistance", "meetings" ...).
    muted_topics = models.JSONField(default=list, blank=True)

    objects: ClassVar[Any] = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []

    class Meta:
        verbose_name = _("person")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def audience(self) -> Audience:
        """Read once a request: the user row is loaded afresh for each, so a revoked role ends with the next request."""
        if not self.is_active:
            return Audience(False, (), (), ())
        rows = self.all_memberships
        return Audience(
            is_admin=self.is_admin,
            centre_ids=_present(row.centre_id for row in rows),
            customer_ids=_present(row.customer_id for row in rows),
            partner_ids=_present(row.partner_id for row in rows),
        )

    @property
    def initials(self) -> str:
        words = (self.name or self.email).split()
        return "".join(word[0] for word in (words[0], words[-1]) if word)[: min(2, len(words))].upper()

    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def has_role(self, *roles: str, customer_id: int | None = None, centre_id: int | None = None) -> bool:
        """Whether one of the person's memberships has one of the roles (at that customer or centre, if named)."""
        for membership in self.all_memberships:
            if membership.role not in roles:
                continue
            if customer_id is not None and membership.customer_id != customer_id:
                continue
            if centre_id is not None and membership.centre_id != centre_id:
                continue
            return True
        return False

    @cached_property
    def all_memberships(self) -> "list[Membership]":
        return list(self.memberships.select_related("customer", "partner", "centre")) if self.is_active else []


def _one_organisation_and_its_roles() -> Q:
    """Exactly one of customer, partner and centre, with a role that exists there."""
    found = Q()
    for name in organisations.NAMES:
        nulls = {f"{other}__isnull": other != name for other in organisations.NAMES}
        found |= Q(**nulls, role__in=list(organisations.ROLES[name]))
    return found


def _present(ids: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(sorted({pk for pk in ids if pk is not None}))


def _of_ones_own(audience: Audience) -> Q:
    return (
        Q(customer__in=audience.customer_ids) | Q(partner__in=audience.partner_ids) | Q(centre__in=audience.centre_ids)
    )


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User) -> Self:
        return self if user.audience.is_admin else self.filter(_of_ones_own(user.audience))

    def of(self, organisation: models.Model) -> Self:
        """Those of one customer, partner or centre."""
        return self.filter(**organisations.column_of(organisation))

    def with_leaders(self) -> Self:
        """Each row knows whether somebody else leads its organisation, asked once for all of them."""
        others = Membership.objects.filter(user__is_active=True).exclude(pk=OuterRef("pk"))
        return self.annotate(
            leaders_beside=Exists(others.filter(role="lead", customer=OuterRef("customer")))
            | Exists(others.filter(role="partner_admin", partner=OuterRef("partner")))
        )


class Membership(Record):
    """A person's role in exactly one organisation: a customer, a partner or a FastTrack Center."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Tenant lead")
        PROJECT_MANAGER = "project_manager", _("Project manager")
        TECHNICAL_LEAD = "technical_lead", _("Technical lead")
        VIEWER = "viewer", _("Executive viewer")
        PARTNER_ADMIN = "partner_admin", _("Partner administrator")
        PARTNER_MEMBER = "partner_member", _("Partner")
        SPECIALIST = "specialist", _("FastTrack specialist")
        MANAGER = "manager", _("FastTrack manager")

    CUSTOMER_ROLES: ClassVar = (Role.LEAD, Role.PROJECT_MANAGER, Role.TECHNICAL_LEAD, Role.VIEWER)
    PARTNER_ROLES: ClassVar = (Role.PARTNER_ADMIN, Role.PARTNER_MEMBER)
    CENTRE_ROLES: ClassVar = (Role.SPECIALIST, Role.MANAGER)

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    customer = models.ForeignKey(
        "directory.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    partner = models.ForeignKey(
        "directory.Partner", null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    centre = models.ForeignKey(
        "directory.FastTrackCenter", null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    organisation_name = ""

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.CheckConstraint(
                name="membership_one_organisation_and_its_roles",
                condition=Q(
                    customer__isnull=False,
                    partner__isnull=True,
                    centre__isnull=True,
                    role__in=["lead", "project_manager", "technical_lead", "viewer"],
                )
                | Q(
                    customer__isnull=True,
                    partner__isnull=False,
                    centre__isnull=True,
                    role__in=["partner_admin", "partner_member"],
                )
                | Q(
                    customer__isnull=True,
                    partner__isnull=True,
                    centre__isnull=False,
                    role__in=["specialist", "manager"],
                ),
            ),
            models.UniqueConstraint(fields=["user", "customer"], name="membership_once_a_customer"),
            models.UniqueConstraint(fields=["user", "partner"], name="membership_once_a_partner"),
            models.UniqueConstraint(fields=["user", "centre"], name="membership_once_a_centre"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    @property
    def organisation(self) -> str:
        # Of who is signed in the names are read together with the rows (signed_in.py).
        return self.organisation_name or str(self.customer or self.partner or self.centre)

    @property
    def is_only_leader(self) -> bool:
        """Nobody else could invite people or set roles if this one went."""
        kind, pk = organisations.named_in(self)
        if self.role != organisations.LEADING[kind]:
            return False
        beside = getattr(self, "leaders_beside", None)
        if beside is None:
            others = Membership.objects.filter(role=self.role, user__is_active=True, **{kind: pk})
            beside = others.exclude(pk=self.pk).exists()
        return not beside


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        return self if user.audience.is_admin else self.filter(_of_ones_own(user.audience))

    def of(self, organisation: models.Model) -> Self:
        return self.filter(**organisations.column_of(organisation))

    def pending(self) -> Self:
        return self.filter(status="pending")


class Invitation(Record):
    """A mail that opens one role in one organisation to whoever reads that mailbox; the link works once (S2)."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Invited")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    WORKFLOW = Workflow(
        "status",
        Step("send_again", ("pending",), "pending", _("Send again")),
        Step("accept", ("pending",), "accepted", _("Accept")),
        Step("withdraw", ("pending",), "withdrawn", _("Withdraw")),
        Step("expire", ("pending",), "expired"),
    )

    email = models.EmailField(_("work e-mail"))
    role = models.CharField(_("role"), max_length=20, choices=Membership.Role.choices)
    customer = models.ForeignKey(
        "directory.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    partner = models.ForeignKey(
        "directory.Partner", null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    centre = models.ForeignKey(
        "directory.FastTrackCenter", null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    invited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    # What the token is made of, together with the portal's key; and what it is looked up by.
    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        constraints = [
            models.CheckConstraint(
                name="invitation_one_organisation_and_its_roles", condition=_one_organisation_and_its_roles()
            ),
            *(
                models.UniqueConstraint(
                    Lower("email"), name, name=f"invitation_once_a_{name}", condition=Q(status="pending")
                )
                for name in organisations.NAMES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()}"

    @property
    def organisation(self) -> str:
        return str(organisations.thing_of(self))

    def is_open(self, *, at: datetime) -> bool:
        return self.status == self.Status.PENDING and at < self.expires_at

    def belongs_to(self, user: User) -> bool:
        """Whether the person reads the mailbox that was invited."""
        if user.email.lower() == self.email.lower():
            return True
        verified = {"emailaddress__email__iexact": self.email, "emailaddress__verified": True}
        return bool(User.objects.filter(pk=user.pk, **verified).exists())
