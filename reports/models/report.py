"""Reports: a frozen snapshot, the PDF made from it, and the seal that confirms both."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Minutes
from fasttrack_portal.accounts.models import Membership, User
from fasttrack_portal.directory.models import Customer, FastTrackCenter
from fasttrack_portal.documents.models import Seal, StoredFile
from fasttrack_portal.jobs.models import Job
from fasttrack_portal.records import Record, address
from fasttrack_portal.workflow import Step, Workflow
from migrations_svc.models import MigrationEvent
from reports.models.made import Made


class Audience(models.TextChoices):
    """Whom an edition of a report was gathered for: each reads what it may see, so each has its own snapshot."""

    CUSTOMER = "customer", _("The customer’s team")
    EXECUTIVE = "executive", _("Executives: without names and records")
    PARTNER = "partner", _("The partner")
    STAFF = "staff", _("FastTrack only")
    ALL = "all", _("Everybody in the engagement")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> Self:
        """Of an engagement one may read: the editions made for one's own kind of reader; FastTrack's people all.

        A portfolio is read by who asked for it, while they run that centre, and by admins."""
        audience = user.audience
        if audience.is_admin:
            return self
        inside = Q(engagement__in=Engagement.objects.visible_to(user))
        if audience.customer_ids or audience.partner_ids:
            inside &= _editions(user)
        elif not audience.centre_ids:
            return self.none()
        if run := managed_by(user):
            inside |= Q(kind="portfolio", requested_by=user.pk, centre__in=run)
        return self.filter(inside)


def _editions(user: User) -> Q:
    """Whom an edition was made for, where somebody does not read all; conditions on nobody are left out, since they
    cost every list their way through Django."""
    audience, found = user.audience, Q()
    viewing = [row.customer_id for row in user.all_memberships if row.role == Membership.Role.VIEWER]
    working = [pk for pk in audience.customer_ids if pk not in viewing]
    if viewing:
        found |= Q(customer__in=viewing, audience__in=(Audience.EXECUTIVE, Audience.ALL))
    if working:
        # The team reads what was told to those who look on and to who works in its place.
        found |= Q(customer__in=working) & ~Q(audience=Audience.STAFF)
    if audience.partner_ids:
        found |= Q(audience__in=(Audience.PARTNER, Audience.ALL))
    if audience.centre_ids:
        found |= Q(centre__in=audience.centre_ids)
    return found


def managed_by(user: User) -> list[int]:
    """The centres that somebody runs."""
    return [row.centre_id for row in user.all_memberships if row.role == Membership.Role.MANAGER and row.centre_id]


class Report(Made, Record):
    """One issue of a report. People see RPT-000042; the snapshot never changes once it is gathered."""

    class Kind(models.TextChoices):
        STATUS = "status", _("Status report")
        FINAL = "final", _("Final report")
        ENGAGEMENT = "engagement", _("Engagement report")
        MINUTES = "minutes", _("Minutes")
        PORTFOLIO = "portfolio", _("Portfolio report")

    Audience = Audience

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        ISSUED = "issued", _("Issued")
        FAILED = "failed", _("Not made")

    WORKFLOW = Workflow(
        "status",
        Step("issue", ("queued",), "issued", _("Issue")),
        Step("suppress", ("queued",), "failed", _("Do not make it")),
    )

    kind = models.CharField(max_length=12, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    # Which period of what this is: the same period is issued once, however many workers schedule it.
    # "status:<event>:customer:2026-04-17" by the day, "...:2026-W16" by the week, else the key of the form.
    period = models.CharField(max_length=120, unique=True)
    audience = models.CharField(_("for"), max_length=9, choices=Audience.choices, default=Audience.CUSTOMER)
    # A re-issue is the next edition of the same report: it says why, and supersedes the one it replaces.
    edition = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    reason = models.TextField(_("why it is issued anew"), max_length=500, blank=True)
    # The days it covers, where they are not told by its period: a re-issue, periods made up for, a portfolio's range.
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("until"), null=True, blank=True)
    # Of a portfolio: the filters of the list it was asked for with.
    filters = models.JSONField(default=dict, blank=True)
    engagement = models.ForeignKey(Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    event = models.ForeignKey(MigrationEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    minutes = models.ForeignKey(Minutes, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    # Of a portfolio None stands for all centres.
    centre = models.ForeignKey(FastTrackCenter, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Gathered once and never again: a worker that was killed goes on with what it had gathered.
    snapshot = models.JSONField(null=True, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True)
    snapshot_sha256 = models.CharField(max_length=64, blank=True)
    seal = models.OneToOneField(Seal, null=True, blank=True, on_delete=models.PROTECT, related_name="report")
    file = models.OneToOneField(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="report")
    # Every record of an event as it stood when the report was gathered; its hash stands in the snapshot.
    records = models.OneToOneField(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The same report to keep for decades, with that file inside it.
    archive = models.OneToOneField(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="issued")
                | (Q(file__isnull=False, seal__isnull=False, issued_at__isnull=False) & ~Q(snapshot_sha256="")),
                name="report_issued_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind="engagement", engagement__isnull=False, event__isnull=True, minutes__isnull=True)
                | Q(
                    kind__in=["status", "final"],
                    engagement__isnull=False,
                    event__isnull=False,
                    minutes__isnull=True,
                )
                | Q(kind="minutes", engagement__isnull=False, event__isnull=True, minutes__isnull=False)
                | Q(kind="portfolio", engagement__isnull=True, event__isnull=True, minutes__isnull=True),
                name="report_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind="portfolio", customer__isnull=True, requested_by__isnull=False, audience="staff")
                | (~Q(kind="portfolio") & Q(customer__isnull=False, centre__isnull=False)),
                name="report_belongs_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(edition=1, replaces__isnull=True)
                | (Q(edition__gt=1, replaces__isnull=False) & ~Q(reason="")),
                name="report_reissue_says_why",
            ),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True, last_day__isnull=True) | Q(last_day__gte=models.F("first_day")),
                name="report_days_in_order",
            ),
            models.UniqueConstraint(fields=["replaces"], condition=~Q(status="failed"), name="report_replaced_once"),
            models.CheckConstraint(
                condition=Q(snapshot__isnull=True, snapshot_sha256="", gathered_at__isnull=True, seal__isnull=True)
                | (Q(snapshot__isnull=False, gathered_at__isnull=False, seal__isnull=False) & ~Q(snapshot_sha256="")),
                name="report_gathered_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["engagement", "-created_at"], name="report_engagement"),
            models.Index(fields=["event", "kind", "-gathered_at"], name="report_event"),
            models.Index(fields=["-created_at"], name="report_newest"),
            # A partner's list passes over the editions of all others.
            models.Index(fields=["-id"], condition=Q(audience__in=["partner", "all"]), name="report_of_partners"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"RPT-{self.pk:06d}"

    @property
    def subject(self) -> "Engagement | MigrationEvent | Minutes | None":
        """What it is about; None for a portfolio."""
        return self.minutes or self.event or self.engagement

    @property
    def about(self) -> tuple[str, str]:
        """Number and title of what it is about."""
        if self.subject is None:
            return self.number, str(_("All engagements") if self.centre is None else self.centre.name)
        if self.minutes and self.engagement and self.customer:
            # The same, without the meeting's own way to its customer: a list would have to join it.
            return self.engagement.number, self.minutes.meeting.titled(self.customer.name)
        return self.subject.number, self.subject.title

    def get_absolute_url(self) -> str:
        return address("reports:detail", self.public_id)
