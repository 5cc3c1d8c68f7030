"""What lists and boards show of an engagement: counted when something in it moves, so that looking counts nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.records import Record


class Standing(models.Model):
    """Where an engagement stands. `operations.standing.recount` writes it after every move in the engagement, the
    customer's silence follows what the customer's side does; nothing else writes it."""

    # The phase whose turn it is, and when it is planned to end.
    phase_code = models.CharField(max_length=20, blank=True, default="", editable=False)
    phase_ends_on = models.DateField(null=True, editable=False)
    # The milestone that comes next, when it is planned, and when it was planned first.
    next_milestone = models.CharField(_("next milestone"), max_length=120, blank=True, default="", editable=False)
    next_on = models.DateField(null=True, editable=False)
    next_baseline_on = models.DateField(null=True, editable=False)
    # What lies in which court, since when the oldest of it; a partner's court is the customer's side.
    with_fasttrack = models.PositiveSmallIntegerField(default=0, editable=False)
    with_customer = models.PositiveSmallIntegerField(default=0, editable=False)
    fasttrack_since = models.DateTimeField(null=True, editable=False)
    customer_since = models.DateTimeField(null=True, editable=False)
    stuck = models.PositiveSmallIntegerField(default=0, editable=False)
    # The open gate (a phase's code) or "remediation_plan"; who still has to sign: a side, or "both".
    signing = models.CharField(max_length=20, blank=True, default="", editable=False)
    signing_waits_for = models.CharField(max_length=10, blank=True, default="", editable=False)
    signing_unmet = models.PositiveSmallIntegerField(default=0, editable=False)
    signing_since = models.DateTimeField(null=True, editable=False)
    # Nothing was heard of the customer's side since, and from when on that is going cold.
    silent_since = models.DateTimeField(null=True, editable=False)
    cold_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class BoardSettings(Record):
    """The numbers of the board in one row that an admin edits; all of them are portal defaults."""

    cold_days = models.PositiveSmallIntegerField(_("working days of silence until it is going cold"), default=10)
    nudge_days = models.PositiveSmallIntegerField(_("days between two reminders of a customer"), default=5)

    class Meta:
        verbose_name = _("settings of the board")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="board_settings_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "BoardSettings":
        """The row; while nobody has changed anything, the defaults."""
        return cls._base_manager.first() or cls(pk=1)
