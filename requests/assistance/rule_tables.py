"""The versioned table of who is eligible: its rows, and which seats count (F9)."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance import eligibility
from fasttrack_portal.accounts.models import User
from fasttrack_portal.records import Record


class EligibilityRuleQuerySet(models.QuerySet["EligibilityRule"]):
    def visible_to(self, user: User) -> Self:
        """The rules are no secret: whoever reads a verdict may read where it comes from."""
        return self

    def as_rules(self, version: int | None = None) -> tuple[eligibility.Rule, ...]:
        """The rows of one version for the pure logic; without a version, of the newest."""
        rows = self if version is None else self.filter(rule_version=version)
        return eligibility.current(row.as_rule() for row in rows)


class EligibilityRule(Record):
    """One row of the versioned rule table (F9). A new version is new rows; old verdicts keep theirs."""

    class Verdict(models.TextChoices):
        NOT_YET = "not_yet", _("Not yet eligible")
        GUIDANCE = "guidance", _("Guidance only")
        MIGRATION = "migration", _("Guidance and migration")

    rule_version = models.PositiveIntegerField(_("version"))
    minimum_seats = models.PositiveIntegerField(_("from seats"))
    maximum_seats = models.PositiveIntegerField(_("to seats"), null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    source = models.CharField(_("source"), max_length=200)

    objects = EligibilityRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("eligibility rule")
        ordering: ClassVar = ["-rule_version", "minimum_seats"]
        constraints = [
            models.UniqueConstraint(fields=["rule_version", "minimum_seats"], name="eligibility_rule_once"),
            models.CheckConstraint(
                condition=Q(maximum_seats__isnull=True) | Q(maximum_seats__gte=models.F("minimum_seats")),
                name="eligibility_rule_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minimum_seats}-{self.maximum_seats or '…'}: {self.get_verdict_display()}"

    def as_rule(self) -> eligibility.Rule:
        return eligibility.Rule(
            self.minimum_seats,
            self.maximum_seats,
            self.verdict,  # type: ignore[arg-type]
            self.rule_version,
            self.source,
        )


class SeatWeightQuerySet(models.QuerySet["SeatWeight"]):
    def visible_to(self, user: User) -> Self:
        return self

    def of(self, rule_version: int) -> dict[str, int]:
        """The weights of one version, in per cent by class."""
        return dict(self.filter(rule_version=rule_version).values_list("seat_class", "percent"))


class SeatWeight(models.Model):
    """How much the seats of one class count in one version of the rule table (F9); education has two classes."""

    class SeatClass(models.TextChoices):
        STANDARD = "standard", _("Seats")
        FACULTY = "faculty", _("Faculty and staff seats")
        STUDENT = "student", _("Student seats")

    rule_version = models.PositiveIntegerField(_("version"))
    seat_class = models.CharField(_("class"), max_length=10, choices=SeatClass.choices)
    percent = models.PositiveSmallIntegerField(_("per cent that count"), default=100)

    objects = SeatWeightQuerySet.as_manager()

    class Meta:
        verbose_name = _("weight of seats")
        constraints = [
            models.UniqueConstraint(fields=["rule_version", "seat_class"], name="seat_weight_once"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="seat_weight_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_seat_class_display()}: {self.percent} %"
