"""What moves: projects, their events, the records of an event, and issues."""

from migrations_svc.models.event import MigrationEvent, MigrationEventQuerySet
from migrations_svc.models.issue import Issue, IssueQuerySet
from migrations_svc.models.project import MigrationProject, MigrationProjectQuerySet
from migrations_svc.models.record import MigrationRecord, MigrationRecordQuerySet

__all__ = [
    "Issue",
    "IssueQuerySet",
    "MigrationEvent",
    "MigrationEventQuerySet",
    "MigrationProject",
    "MigrationProjectQuerySet",
    "MigrationRecord",
    "MigrationRecordQuerySet",
]
