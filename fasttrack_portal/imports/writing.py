"""A plan's decisions written to the directory, some at a time; part of the operation that carries a plan out."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import F

from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record_many
from fasttrack_portal.directory import search
from fasttrack_portal.directory.models import Customer, Domain, Tenant
from fasttrack_portal.directory.operations import edited
from fasttrack_portal.imports.planning import Decision

_LEFT_OPEN = ("tpid", "seats", "country", "language", "zone")


class Writer:
    """Holds of what it has written only the ids."""

    def __init__(self, by: User) -> None:
        self.by = by
        self.made: dict[str, int] = {}
        self.changed: dict[int, None] = {}

    def write(self, decisions: Sequence[Decision]) -> None:
        """New customers, what changes of those that are there, tenants, domains; an Event for each customer."""
        self._new_customers(decisions)
        self._changed_customers(decisions)
        tenants = self._tenants(decisions)
        Domain.objects.bulk_create(
            Domain(tenant=each.tenant or tenants[each.values.tenant_id], name=name, is_verified=True)
            for each in decisions
            for name in each.domains
        )

    def reindex(self, beat: Callable[[int], None]) -> None:
        """Lets them be found; after everything is written."""
        search.reindex_loaded([*self.made.values(), *self.changed], new=len(self.made), beat=beat)

    def _new_customers(self, decisions: Sequence[Decision]) -> None:
        new: dict[str, Customer] = {}
        for each in decisions:
            if each.customer is not None:
                continue
            if each.key not in new and each.key not in self.made:
                new[each.key] = Customer(**{"name": each.values.name, **each.changes})
                continue
            # A later line states what the first one left open.
            stated = {name: getattr(each.values, name) for name in _LEFT_OPEN}
            stated = {name: value for name, value in stated.items() if value not in ("", None)}
            if each.key in new:
                for name, value in stated.items():
                    setattr(new[each.key], name, value)
            elif stated:
                Customer.objects.filter(pk=self.made[each.key]).update(**stated)
        Customer.objects.bulk_create(new.values())
        self.made.update((key, customer.pk) for key, customer in new.items())
        record_many("directory.customer_created", ((each, {"name": each.name}) for each in new.values()), by=self.by)

    def _changed_customers(self, decisions: Sequence[Decision]) -> None:
        told: list[tuple[Customer, dict[str, Any]]] = []
        for each in decisions:
            if each.customer is None:
                continue
            self.changed[each.customer.pk] = None
            if each.changes:
                facts = edited(each.customer, each.changes)
                Customer.objects.filter(pk=each.customer.pk).update(version=F("version") + 1, **each.changes)
                for name, value in each.changes.items():
                    setattr(each.customer, name, value)
                told.append((each.customer, {**facts, "name": each.customer.name}))
        record_many("directory.customer_edited", told, by=self.by)

    def _tenants(self, decisions: Sequence[Decision]) -> dict[uuid.UUID | None, Tenant]:
        made: dict[uuid.UUID | None, Tenant] = {}
        for each in decisions:
            guid = each.values.tenant_id
            if each.is_new_tenant and guid is not None:
                customer, name = each.customer, each.values.tenant
                made[guid] = Tenant(
                    customer_id=self.made[each.key] if customer is None else customer.pk,
                    name=name or (each.values.name if customer is None else customer.name),
                    guid=guid,
                )
            elif each.tenant is not None and each.tenant_name:
                Tenant.objects.filter(pk=each.tenant.pk).update(version=F("version") + 1, name=each.tenant_name)
        Tenant.objects.bulk_create(made.values())
        return made
