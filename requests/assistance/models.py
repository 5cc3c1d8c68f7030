"""What a customer, or a partner on its behalf, asks FastTrack for."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assistance import queue
from assistance.offer_tables import Offer as Offer
from assistance.offer_tables import PartnerPause as PartnerPause
from assistance.readiness import APP_ASSURE, MICROSOFT365, RECOMMENDED_OF, REQUIRED_OF, Readiness, readiness
from assistance.rule_tables import EligibilityRule as EligibilityRule
from assistance.rule_tables import SeatWeight as SeatWeight
from assistance.services import MIGRATION_SOURCES, PLATFORMS, SERVICE_FAMILIES, SERVICES
from fasttrack_portal.accounts.models import User
from fasttrack_portal.directory.models import SEATS_LIMIT, Customer, FastTrackCenter, Partner, PartnerLink, Tenant
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow

# What the queue is in the order of: whether FastTrack has the next move, and since when it is whose.
IS_OURS = Case(When(status__in=queue.OURS, then=Value(True)), default=Value(False), output_field=BooleanField())
COURT_SINCE = Coalesce("turned_at", "submitted_at")


class AssistanceRequestQuerySet(models.QuerySet["AssistanceRequest"]):
    def visible_to(self, user: User) -> Self:
        """A customer its own, a partner those it sent or took over for customers it is linked to, a centre its own.

        What was never submitted is its author's alone, for as long as the author may see the customer.
        """
        audience, own = user.audience, Q(created_by=user, submitted_at__isnull=True)
        if audience.is_admin:
            return self.filter(Q(submitted_at__isnull=False) | own)
        drafts = own if audience.is_staff else own & Q(customer__in=audience.customer_ids)
        theirs = Q(customer__in=audience.customer_ids) | Q(centre__in=audience.centre_ids)
        if not audience.partner_ids:
            return self.filter((theirs & Q(submitted_at__isnull=False)) | drafts)
        agreed = Exists(
            PartnerLink.objects.filter(
                customer=OuterRef("customer"), partner__in=audience.partner_ids, status=PartnerLink.Status.ACTIVE
            )
        )
        taken = Offer.objects.filter(partner__in=audience.partner_ids, status="accepted", ask__isnull=False)
        sent = (Q(partner__in=audience.partner_ids) | Q(_is_one_of("pk", taken.values("ask")))) & Q(
            submitted_at__isnull=False
        )
        if not audience.is_staff and not audience.customer_ids:
            # Without an OR around the link it is a plain semi-join, which can follow the order of a list; and what
            # is left of the OR stands in indexes, so that a partner of few requests does not pay for all.
            return self.filter(sent | own, agreed)
        return self.filter((theirs & Q(submitted_at__isnull=False)) | drafts | (Q(agreed) & (sent | own)))

    def waiting(self) -> Self:
        """Requests that FastTrack has to look at."""
        return self.filter(status__in=queue.OURS)

    def with_people(self) -> Self:
        """What a page about requests names beside the request itself."""
        return self.select_related("customer__centre", "tenant", "partner", "centre", "created_by", "reviewer")


def _is_one_of(field: str, ids: models.QuerySet[Any, Any]) -> Func:
    """`field__in=ids` with the ids read first, then looked up: PostgreSQL uses no index for an IN below an OR."""
    return Func(
        F(field),
        ArraySubquery(ids),
        template="%(expressions)s)",
        arg_joiner=" = ANY (",
        output_field=models.BooleanField(),
    )


class AssistanceRequest(Record):
    """A request for assistance with Microsoft 365 (F2-F4). People see its number, REQ-000042."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        IN_REVIEW = "in_review", _("In review")
        NEEDS_INFORMATION = "needs_information", _("Needs information")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Kind(models.TextChoices):
        MICROSOFT365 = MICROSOFT365, _("Assistance with Microsoft 365")
        APP_ASSURE = APP_ASSURE, _("App Assure")

    # While it is in one of these, nobody else can ask for the same service of the same tenant.
    OPEN: ClassVar = (Status.SUBMITTED, Status.IN_REVIEW, Status.NEEDS_INFORMATION)

    class Channel(models.TextChoices):
        SITE = "site", _("FastTrack site")
        PARTNER = "partner", _("FastTrack site, by partner")
        ADMIN_CENTRE = "admin_centre", _("Microsoft 365 admin centre")

    WORKFLOW = Workflow(
        "status",
        Step("submit", ("draft",), "submitted", _("Submit")),
        Step("review", ("submitted",), "in_review", _("Take into review")),
        Step("assign", ("submitted",), "in_review", _("Assign")),
        Step("move", ("submitted", "in_review"), "submitted", _("Move to another centre")),
        Step("ask_for_information", ("in_review",), "needs_information", _("Ask for information")),
        Step("answer", ("needs_information",), "in_review", _("Answer")),
        Step("accept", ("in_review",), "accepted", _("Accept")),
        Step("decline", ("submitted", "in_review", "needs_information"), "declined", _("Decline")),
        Step("withdraw", ("draft", "submitted", "in_review", "needs_information"), "withdrawn", _("Withdraw")),
    )

    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.MICROSOFT365)
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.SITE)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="asks")
    tenant = models.ForeignKey(Tenant, null=True, blank=True, on_delete=models.PROTECT, related_name="asks")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="asks")
    centre = models.ForeignKey(FastTrackCenter, on_delete=models.PROTECT, related_name="asks")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    # When it last went from one court to the other, by a question or its answer.
    turned_at = models.DateTimeField(null=True, blank=True, editable=False)

    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("work e-mail of the contact"), blank=True)
    contact_phone = models.CharField(_("phone"), max_length=40, blank=True)
    contact_role = models.CharField(_("role of the contact"), max_length=80, blank=True)
    services = ArrayField(models.CharField(max_length=20), verbose_name=_("services"), default=list, blank=True)
    # Of a school: seats of faculty and staff, and beside them those of its students.
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    is_education = models.BooleanField(_("school or university"), default=False)
    student_seats = models.PositiveIntegerField(_("student seats"), null=True, blank=True)
    plan_family = models.CharField(
        _("plan family"),
        max_length=12,
        blank=True,
        choices=[(code, family.label) for code, family in SERVICE_FAMILIES.items()],
    )
    # What the directory does not know of the customer, and only that.
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    tpid = models.CharField(_("TPID"), max_length=12, blank=True)
    desired_on = models.DateField(_("desired date"), null=True, blank=True)
    business_reason = models.TextField(_("business reason"), max_length=4000, blank=True)
    # In words, one a line; `owners` has the same people as name, address and role.
    success_owners = models.TextField(_("success owners"), max_length=4000, blank=True)
    owners = models.JSONField(_("success owners"), default=list, blank=True)
    stakeholders = models.TextField(_("stakeholders"), max_length=2000, blank=True)
    scenarios = models.TextField(_("scenarios"), max_length=2000, blank=True)
    awareness = models.TextField(_("awareness"), max_length=2000, blank=True)
    training = models.TextField(_("training"), max_length=2000, blank=True)
    wants_migration = models.BooleanField(_("migration wanted"), default=False)
    migration_sources = ArrayField(
        models.CharField(max_length=20), verbose_name=_("where the data is now"), default=list, blank=True
    )
    mailboxes = models.PositiveIntegerField(_("mailboxes"), null=True, blank=True)
    data_gb = models.PositiveIntegerField(_("gigabytes of data"), null=True, blank=True)
    partner_name = models.CharField(_("partner that helps"), max_length=200, blank=True)
    partner_consent = models.BooleanField(_("FastTrack may talk to the partner"), default=False)
    # App Assure (F5).
    app_name = models.CharField(_("application"), max_length=120, blank=True)
    app_vendor = models.CharField(_("vendor"), max_length=120, blank=True)
    app_version = models.CharField(_("application version"), max_length=60, blank=True)
    app_platform = models.CharField(_("platform"), max_length=20, blank=True, choices=list(PLATFORMS.items()))
    app_fails = models.TextField(_("what fails"), max_length=4000, blank=True)
    app_users = models.PositiveIntegerField(_("users affected"), null=True, blank=True)
    app_impact = models.TextField(_("business impact"), max_length=2000, blank=True)
    app_steps = models.TextField(_("steps to reproduce"), max_length=4000, blank=True)
    # The sections of the form that somebody has saved at least once.
    saved_sections = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    question = models.TextField(_("question"), max_length=2000, blank=True)
    decision_reason = models.TextField(_("reason"), max_length=2000, blank=True)
    decision_code = models.CharField(max_length=16, blank=True)

    # The verdict at the time of submission, with the version of the rules it was made from.
    verdict = models.CharField(max_length=10, blank=True)
    verdict_rule_version = models.PositiveIntegerField(null=True, blank=True)
    verdict_sentence = models.TextField(blank=True)
    # How many seats the directory gave the customer then: when it says otherwise, the verdict is made anew.
    customer_seats = models.PositiveIntegerField(null=True, blank=True)

    objects = AssistanceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        constraints = [
            models.CheckConstraint(
                name="ask_complete_once_submitted",
                condition=Q(status__in=["draft", "withdrawn"])
                | (
                    Q(kind="microsoft365", desired_on__isnull=False, submitted_at__isnull=False)
                    & ~Q(business_reason="")
                    & ~Q(success_owners="")
                )
                | (Q(kind="app_assure", submitted_at__isnull=False) & ~Q(app_name="") & ~Q(app_fails="")),
            ),
            models.CheckConstraint(condition=Q(seats__isnull=True) | Q(seats__lte=SEATS_LIMIT), name="ask_seats"),
            models.CheckConstraint(
                condition=Q(student_seats__isnull=True) | Q(student_seats__lte=SEATS_LIMIT), name="ask_student_seats"
            ),
            models.CheckConstraint(condition=Q(tpid="") | Q(tpid__regex=r"^[0-9]{1,12}$"), name="ask_tpid_digits"),
        ]
        indexes = [
            models.Index(fields=["centre", "status", "-submitted_at"], name="ask_centre"),
            models.Index(fields=["customer", "-submitted_at"], name="ask_customer"),
            models.Index(fields=["partner", "-submitted_at"], name="ask_partner"),
            # The list of all, newest first, and the queue, what FastTrack owes longest first: both are read in the
            # order of an index. What waits for FastTrack is counted in one, too.
            models.Index(fields=["-submitted_at", "-id"], name="ask_newest"),
            models.Index(
                fields=["submitted_at", "id"], condition=Q(status__in=["submitted", "in_review"]), name="ask_waiting"
            ),
            models.Index(IS_OURS.desc(), COURT_SINCE, "id", condition=Q(status__in=queue.WAITING), name="ask_queue"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"REQ-{self.pk:06d}"

    @property
    def is_private(self) -> bool:
        """Never submitted, so nobody but its author knows of it."""
        return self.submitted_at is None

    @property
    def is_open(self) -> bool:
        """Sent, and not decided yet."""
        return self.status in self.OPEN

    @property
    def is_app_assure(self) -> bool:
        return self.kind == self.Kind.APP_ASSURE

    @property
    def readiness(self) -> Readiness:
        names = (*REQUIRED_OF[self.kind], *RECOMMENDED_OF[self.kind])
        return readiness({name: getattr(self, name) for name in names}, self.kind)

    @property
    def service_labels(self) -> list[str]:
        """What is asked for, in words: the services, or the application of App Assure."""
        if self.is_app_assure:
            return [f"App Assure: {self.app_name}" if self.app_name else "App Assure"]
        return [SERVICES.get(code, code) for code in self.services]

    @property
    def source_labels(self) -> list[str]:
        return [MIGRATION_SOURCES.get(code, code) for code in self.migration_sources]

    def get_absolute_url(self) -> str:
        return address("assistance:detail", self.public_id)


class AskService(models.Model):
    """A service that an open request holds, for a tenant, or for the whole customer where none is named.

    One request at a time for each tenant, and one for the whole customer only where no tenant has one: the first half
    are the constraints, the second is the lock that the submission takes. The rows go when the request is decided or
    withdrawn."""

    ask = models.ForeignKey(AssistanceRequest, on_delete=models.CASCADE, related_name="held")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    tenant = models.ForeignKey(Tenant, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    service = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("service asked for")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "service"], condition=Q(tenant__isnull=False), name="ask_service_once_a_tenant"
            ),
            models.UniqueConstraint(
                fields=["customer", "service"], condition=Q(tenant__isnull=True), name="ask_service_once_a_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} of {self.tenant or self.customer}"


class Joining(models.Model):
    """Somebody who wanted the same and joined the request that was there; is told of it while it is theirs to see."""

    ask = models.ForeignKey(AssistanceRequest, on_delete=models.CASCADE, related_name="joinings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("joining")
        constraints = [models.UniqueConstraint(fields=["ask", "user"], name="joining_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.ask}"


# --- Triage: what decides how requests are shared out ----------------------------------------------------------------
class TriageSettings(Record):
    """The numbers of triage and of the partner leg, in one row that an admin edits; all of them are portal defaults."""

    review_days = models.PositiveSmallIntegerField(_("working days until a request is overdue"), default=2)
    first_reminder_days = models.PositiveSmallIntegerField(_("working days until the first reminder"), default=2)
    second_reminder_days = models.PositiveSmallIntegerField(_("working days until the second reminder"), default=5)
    capacity = models.PositiveSmallIntegerField(_("engagements a specialist can carry"), default=40)
    offer_reminder_days = models.PositiveSmallIntegerField(_("working days until a partner is reminded"), default=2)
    offer_expiry_days = models.PositiveSmallIntegerField(_("days until an offer expires"), default=7)
    pause_days = models.PositiveSmallIntegerField(_("days a partner’s pause lasts"), default=30)

    class Meta:
        verbose_name = _("settings of triage")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="triage_settings_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def number(cls, field: str) -> Coalesce:
        """One of the numbers inside another query: the one that is set, else the default."""
        default = Value(getattr(cls(), field))
        return Coalesce(Subquery(cls._base_manager.values(field)[:1]), default, output_field=models.IntegerField())

    @classmethod
    def current(cls) -> "TriageSettings":
        """The row; while nobody has changed anything, the defaults."""
        return cls._base_manager.first() or cls(pk=1)


class Capacity(Record):
    """How many engagements one specialist can carry, and the languages spoken beside that of the person’s settings."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="capacity")
    engagements = models.PositiveSmallIntegerField(_("engagements at a time"))
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)

    class Meta:
        verbose_name = _("capacity")

    def __str__(self) -> str:
        return f"{self.user}: {self.engagements}"
