"""Changing the numbers that events are planned by; events that have a day keep the deadlines they have."""

from django.db import transaction

from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.directory.models import FastTrackCenter
from fasttrack_portal.records import save_changes
from migrations_svc.models import CentreCapacity, PlanningRules


@transaction.atomic
def change_rules(*, version: int, by: User, **numbers: int) -> PlanningRules:
    """The deadlines and the capacity of centres without one of their own. Raises StaleVersion."""
    require(by, "migrations.change_rules")
    row, _is_new = PlanningRules._base_manager.get_or_create(pk=1)
    before = {name: getattr(row, name) for name in PlanningRules.FIELDS}
    save_changes(row, version=version, **numbers)
    record("migrations.rules_changed", subject=row, by=by, internal=True, data={"before": before, **numbers})
    return row


@transaction.atomic
def set_capacity(centre: FastTrackCenter, *, events_per_day: int, version: int, by: User) -> CentreCapacity:
    """How many events the centre conducts on one day; what is scheduled already stays. Raises StaleVersion."""
    require(by, "migrations.set_capacity", centre)
    row, _is_new = CentreCapacity.objects.get_or_create(centre=centre, defaults={"events_per_day": events_per_day})
    save_changes(row, version=version, events_per_day=events_per_day)
    record(
        "migrations.capacity_set", subject=row, by=by, centre=centre, internal=True, url=centre.get_absolute_url(),
        data={"centre": centre.name, "events_per_day": events_per_day},
    )  # fmt: skip
    return row
