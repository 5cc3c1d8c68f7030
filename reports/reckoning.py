"""The sum that a final report stands on: what was scheduled is what became of it, record by record."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fasttrack_portal.activity.sentences import Reason
from migrations_svc.models import MigrationEvent, MigrationRecord
from migrations_svc.models.record import SOURCE, in_order

Record = MigrationRecord.Status
# What a record of a completed event can have come to. One that was stopped is not among them: somebody has to say what
# becomes of it, by its state or by a place in another event.
ENDS = (Record.COMPLETED, Record.COMPLETED_WITH_WARNINGS, Record.FAILED, Record.SKIPPED)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Reckoning:
    """scheduled = completed + with_warnings + failed + skipped + moved to another event; what is left is missing."""

    scheduled: int
    completed: int
    with_warnings: int
    failed: int
    skipped: int
    elsewhere: int

    @property
    def accounted(self) -> int:
        return self.completed + self.with_warnings + self.failed + self.skipped + self.elsewhere

    @property
    def missing(self) -> int:
        return self.scheduled - self.accounted

    @property
    def comes_out(self) -> bool:
        return self.missing == 0


def reckon(rows: Iterable[tuple[str, bool, int]]) -> Reckoning:
    """From (state, whether it stands in another event, how many). A record that came to an end here is counted by that
    end; one that did not is moved if another event has it."""
    ended = dict.fromkeys((state.value for state in ENDS), 0)
    scheduled = elsewhere = 0
    for state, is_elsewhere, number in rows:
        scheduled += number
        if state in ended:
            ended[state] += number
        elif is_elsewhere:
            elsewhere += number
    completed, with_warnings, failed, skipped = ended.values()
    return Reckoning(scheduled, completed, with_warnings, failed, skipped, elsewhere)


def of(event: MigrationEvent) -> Reckoning:
    """Counted from the records themselves, in one query."""
    rows = with_place(event).order_by().values_list("status", "is_elsewhere").annotate(number=Count("pk"))
    return reckon(rows)


def with_place(event: MigrationEvent) -> Any:
    """The records of an event, each with whether a later or unfinished event of the project has it too."""
    return event.records.annotate(is_elsewhere=Exists(_elsewhere(event), output_field=BooleanField()))


def missing(event: MigrationEvent) -> Any:
    """The records that nothing has become of: neither ended here nor moved to another event."""
    return with_place(event).exclude(status__in=ENDS).filter(is_elsewhere=False).order_by("source_address", "pk")


def moved(event: MigrationEvent) -> Any:
    """The records that another event takes over."""
    return with_place(event).exclude(status__in=ENDS).filter(is_elsewhere=True).order_by("source_address", "pk")


def why_not(event: MigrationEvent) -> str:
    """What keeps the final report from being issued, with the first names of who is missing; "" if nothing does."""
    left = of(event).missing
    if not left:
        return ""
    names = list(missing(event).values_list("source_address", flat=True)[:_NAMED])
    what = ngettext(
        "The final report has to wait: %(left)d record is unaccounted for (%(names)s).",
        "The final report has to wait: %(left)d records are unaccounted for (%(names)s).",
        left,
    )
    shown = ", ".join(names) + (_(" and others") if left > len(names) else "")
    return what % {"left": left, "names": shown}


def parts_of(found: Reckoning) -> list[tuple[Reason, int, str]]:
    """Each part of the sum with its words and the filter of the list that shows it."""
    return [
        (Record.COMPLETED.label, found.completed, Record.COMPLETED.value),
        (Record.COMPLETED_WITH_WARNINGS.label, found.with_warnings, Record.COMPLETED_WITH_WARNINGS.value),
        (Record.FAILED.label, found.failed, Record.FAILED.value),
        (Record.SKIPPED.label, found.skipped, Record.SKIPPED.value),
        (_("Moved to another event"), found.elsewhere, ""),
    ]


def _elsewhere(event: MigrationEvent) -> Any:
    others = MigrationRecord.objects.alias(low=SOURCE).filter(
        event__project=event.project_id, low=in_order(OuterRef("source_address")), kind=OuterRef("kind")
    )
    later = Q(event__gt=event.pk) | Q(event__status__in=["draft", "validated", "scheduled", "locked", "go", "running"])
    return others.filter(later).exclude(event=event.pk).exclude(event__status=MigrationEvent.Status.CANCELLED)
