"""What moves: projects, their events, the records of an event, issues, and what both sides settle around them."""

from migrations_svc.models.acceptance import Scenario
from migrations_svc.models.decision import ChangeRequest, GoDecision
from migrations_svc.models.deletion import CopyDeletion
from migrations_svc.models.event import MigrationEvent, MigrationEventQuerySet
from migrations_svc.models.issue import Issue, IssueOption, IssueOptionQuerySet, IssueQuerySet
from migrations_svc.models.listplan import ListLine, ListLineQuerySet, ListPart, ListPlan, ListPlanQuerySet
from migrations_svc.models.preparation import AccessItem, Acknowledgement, Finding
from migrations_svc.models.project import MigrationProject, MigrationProjectQuerySet
from migrations_svc.models.record import MigrationRecord, MigrationRecordQuerySet
from migrations_svc.models.rules import CentreCapacity, PlanningRules
from migrations_svc.models.statesfile import StatesFile, StatesFileQuerySet, StatesPart
from migrations_svc.models.watch import SizeBand, Snapshot, SnapshotQuerySet, Watch, WatchSettings

__all__ = [
    "AccessItem",
    "Acknowledgement",
    "CentreCapacity",
    "ChangeRequest",
    "CopyDeletion",
    "Finding",
    "GoDecision",
    "Issue",
    "IssueOption",
    "IssueOptionQuerySet",
    "IssueQuerySet",
    "ListLine",
    "ListLineQuerySet",
    "ListPart",
    "ListPlan",
    "ListPlanQuerySet",
    "MigrationEvent",
    "MigrationEventQuerySet",
    "MigrationProject",
    "MigrationProjectQuerySet",
    "MigrationRecord",
    "MigrationRecordQuerySet",
    "PlanningRules",
    "Scenario",
    "SizeBand",
    "Snapshot",
    "SnapshotQuerySet",
    "StatesFile",
    "StatesFileQuerySet",
    "StatesPart",
    "Watch",
    "WatchSettings",
]
