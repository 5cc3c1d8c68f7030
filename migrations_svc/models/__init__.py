"""What moves: projects, their events, the records of an event, and issues."""

from migrations_svc.models.event import MigrationEvent, MigrationEventQuerySet
from migrations_svc.models.issue import Issue, IssueOption, IssueOptionQuerySet, IssueQuerySet
from migrations_svc.models.listplan import ListLine, ListLineQuerySet, ListPlan, ListPlanQuerySet
from migrations_svc.models.project import MigrationProject, MigrationProjectQuerySet
from migrations_svc.models.record import MigrationRecord, MigrationRecordQuerySet
from migrations_svc.models.watch import SizeBand, Snapshot, SnapshotQuerySet, Watch, WatchSettings

__all__ = [
    "Issue",
    "IssueOption",
    "IssueOptionQuerySet",
    "IssueQuerySet",
    "ListLine",
    "ListLineQuerySet",
    "ListPlan",
    "ListPlanQuerySet",
    "MigrationEvent",
    "MigrationEventQuerySet",
    "MigrationProject",
    "MigrationProjectQuerySet",
    "MigrationRecord",
    "MigrationRecordQuerySet",
    "SizeBand",
    "Snapshot",
    "SnapshotQuerySet",
    "Watch",
    "WatchSettings",
]
