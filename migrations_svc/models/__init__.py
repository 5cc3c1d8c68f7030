"""What moves: projects, their events, the records of an event, issues, and what both sides settle around them."""

from migrations_svc.models.acceptance import Scenario
from migrations_svc.models.decision import ChangeRequest, GoDecision
from migrations_svc.models.deletion import CopyDeletion
from migrations_svc.models.event import MigrationEvent, MigrationEventQuerySet
from migrations_svc.models.issue import Issue, IssueQuerySet
from migrations_svc.models.preparation import AccessItem, Acknowledgement, Finding
from migrations_svc.models.project import MigrationProject, MigrationProjectQuerySet
from migrations_svc.models.record import MigrationRecord, MigrationRecordQuerySet
from migrations_svc.models.rules import CentreCapacity, PlanningRules

__all__ = [
    "AccessItem",
    "Acknowledgement",
    "CentreCapacity",
    "ChangeRequest",
    "CopyDeletion",
    "Finding",
    "GoDecision",
    "Issue",
    "IssueQuerySet",
    "MigrationEvent",
    "MigrationEventQuerySet",
    "MigrationProject",
    "MigrationProjectQuerySet",
    "MigrationRecord",
    "MigrationRecordQuerySet",
    "PlanningRules",
    "Scenario",
]
