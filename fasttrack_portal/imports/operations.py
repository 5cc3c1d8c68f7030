"""Every write of an import: the file taken in, its plan made, and the plan carried out."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record, record_many
from fasttrack_portal.directory import search
from fasttrack_portal.directory.models import Customer, Domain, Tenant
from fasttrack_portal.directory.operations import edited
from fasttrack_portal.imports import planning, reading
from fasttrack_portal.imports.models import ImportLine, ImportPlan
from fasttrack_portal.imports.planning import Decision
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.tabular import FileRefused

AT_ONCE = 1_000  # lines that are read and imported while the person waits; more are a job
_BATCH = 1_000
_TOLD_EVERY = 5_000
Tell = Callable[[int, int, str], None]  # how many of how many are done, and with what


def _unwatched(done: int, total: int, label: str) -> None:
    """Nobody waits for it."""


@transaction.atomic
def upload(content: bytes, *, name: str, key: uuid.UUID, lines_at_most: int, by: User) -> ImportPlan:
    """The file with its plan, or with a job that makes it. Raises FileRefused; `key` is the form's (C2)."""
    require(by, "imports.import")
    is_short = lines_at_most <= AT_ONCE + 1
    found = reading.read(content) if is_short else None

    def make() -> ImportPlan:
        return ImportPlan.objects.create(public_id=key, name=name, uploaded_by=by, content=None if found else content)

    plan, is_new = records.create_once(ImportPlan, key, make)
    if not is_new:
        return plan
    if found is not None:
        store_lines(plan, found, decided(found))
    else:
        plan.job = enqueue("imports.read", key=str(plan.public_id), payload={"plan": plan.pk}, by=by)
        plan.save(update_fields=["job"])
    record("imports.uploaded", subject=plan, by=by, internal=True, data={"name": name})
    return plan


def read_content(plan: ImportPlan) -> reading.Found | str:
    """The lines of the stored file, or the sentence that says why it cannot be read."""
    try:
        return reading.read(bytes(plan.content or b""))
    except FileRefused as refused:
        return refused.sentence


def decided(found: reading.Found, tell: Tell = _unwatched) -> list[Decision]:
    """What would happen to each line of the file."""
    return _decided(found.lines, tell)


def store_lines(plan: ImportPlan, found: reading.Found, decisions: list[Decision]) -> None:
    """The lines of the file and what would happen to each; part of `upload`, or of the job that reads."""
    rows: Iterator[ImportLine] = (
        ImportLine(plan=plan, line=line, cells=cells, outcome=each.outcome, errors=each.errors, does=each.does())
        for each, (line, cells) in zip(decisions, found.lines, strict=True)
    )
    broken = (
        ImportLine(plan=plan, line=line, outcome="refused", errors=[error], is_broken=True)
        for line, error in found.broken
    )
    for part in _parts(chain(rows, broken)):
        ImportLine.objects.bulk_create(part, ignore_conflicts=True)
    counts = planning.counts_of(decisions)
    counts["refused"] = counts.get("refused", 0) + len(found.broken)
    digest = planning.digest_of(decisions)
    workflow.apply(
        plan, "check", counts=counts, digest=digest, content=None, ignored_columns=list(found.ignored_columns)
    )


def give_up(plan: ImportPlan, sentence: str) -> None:
    """The file turned out to be unreadable in the job that read it."""
    workflow.apply(plan, "give_up", problem=sentence, content=None)


@transaction.atomic
def check_again(plan: ImportPlan, *, by: User) -> None:
    """The same lines against the directory as it is now."""
    require(by, "imports.import")
    stored = _stored(plan)
    decisions = _decided(stored)
    by_line = {each.values.line: each for each in decisions}
    rows = list(plan.lines.filter(is_broken=False))
    for row in rows:
        each = by_line[row.line]
        row.outcome, row.errors, row.does = each.outcome, each.errors, each.does()
    ImportLine.objects.bulk_update(rows, ["outcome", "errors", "does"], batch_size=_BATCH)
    counts = planning.counts_of(decisions)
    counts["refused"] = counts.get("refused", 0) + plan.lines.filter(is_broken=True).count()
    workflow.apply(plan, "check", counts=counts, digest=planning.digest_of(decisions), problem="")
    record("imports.checked", subject=plan, by=by, internal=True, data={"name": plan.name})


@transaction.atomic
def confirm(plan: ImportPlan, *, valid_part: bool, at: datetime, by: User) -> None:
    """Imports everything, or the valid part; a long list as a job. Raises Conflict where the plan is overtaken."""
    require(by, "imports.import")
    if plan.count("refused") and not valid_part:
        raise Invalid(_("Some lines are refused. Import the valid part, or correct the file."))
    if not plan.valid_count:
        raise Invalid(_("There is nothing to import: no line is new or changed."))
    if plan.line_count <= AT_ONCE:
        carry_out(plan, at=at, by=by)
        return
    key = f"{plan.public_id}:{plan.version}"
    job = enqueue("imports.apply", key=key, payload={"plan": plan.pk, "by": by.pk}, by=by)
    workflow.apply(plan, "begin", job=job)
    record("imports.begun", subject=plan, by=by, internal=True, data={"name": plan.name})


@transaction.atomic
def carry_out(plan: ImportPlan, *, at: datetime, by: User, tell: Tell = _unwatched) -> None:
    """Writes what the plan says, all of it or nothing. Raises Conflict if the directory is no longer what it was made
    from; whoever changes a customer meanwhile waits for the end of this."""
    require(by, "imports.import")
    with connection.cursor() as cursor:
        tables = ", ".join(model._meta.db_table for model in (Customer, Tenant, Domain))
        cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    workflow.apply(plan, "finish", imported_at=at)
    decisions = _decided(_stored(plan), tell)
    if planning.digest_of(decisions) != plan.digest:
        raise Conflict(
            _("The directory has changed since this list was checked, and nothing was imported. Check it again.")
        )
    _write([each for each in decisions if each.outcome in ("new", "changed")], by, tell)
    told = {"name": plan.name, "new": plan.count("new"), "changed": plan.count("changed")}
    record("imports.imported", subject=plan, by=by, internal=True, data={**told, "left_out": plan.count("refused")})


def overtake(plan: ImportPlan, sentence: str) -> None:
    """The job found the directory changed: nothing was written, and the list can be checked again."""
    workflow.apply(plan, "overtake", problem=sentence)


def _stored(plan: ImportPlan) -> list[tuple[int, dict[str, str]]]:
    return list(plan.lines.filter(is_broken=False).order_by("line").values_list("line", "cells"))


def _decided(lines: list[tuple[int, dict[str, str]]], tell: Tell = _unwatched) -> list[Decision]:
    values = []
    for done, (line, cells) in enumerate(lines, start=1):
        values.append(reading.checked(line, cells))
        if done % _TOLD_EVERY == 0:
            tell(done, len(lines), _("Checking the lines"))
    return planning.decide_all(values, lambda done: tell(done, len(lines), _("Comparing them with the directory")))


def _write(decisions: list[Decision], by: User, tell: Tell) -> None:
    total = len(decisions)
    tell(0, total, _("Writing the customers"))
    made = _new_customers(decisions)
    changed = _changed_customers(decisions)
    of: dict[str, Customer] = {**made, **{each.key: each.customer for each in decisions if each.customer is not None}}
    tell(total // 2, total, _("Writing the customers"))
    tenants = _tenants(decisions, of)
    _in_parts(
        Domain,
        (
            Domain(tenant=each.tenant or tenants[each.values.tenant_id], name=name, is_verified=True)
            for each in decisions
            for name in each.domains
        ),
    )
    tell(total, total, _("Writing the customers"))
    search.reindex_loaded(
        [each.pk for each in of.values()],
        new=len(made),
        beat=lambda done: tell(min(done, len(of)), len(of), _("Putting them into the search")),
    )
    record_many("directory.customer_created", ((each, {"name": each.name}) for each in made.values()), by=by)
    record_many("directory.customer_edited", changed, by=by)


def _new_customers(decisions: list[Decision]) -> dict[str, Customer]:
    made: dict[str, Customer] = {}
    for each in decisions:
        if each.customer is None and each.key not in made:
            made[each.key] = Customer(**{"name": each.values.name, **each.changes})
        elif each.customer is None:
            # A later line states what the first one left open.
            for name in ("tpid", "seats", "country", "language", "zone"):
                value = getattr(each.values, name)
                if value not in ("", None):
                    setattr(made[each.key], name, value)
    _in_parts(Customer, list(made.values()))
    return made


def _changed_customers(decisions: list[Decision]) -> list[tuple[Customer, dict[str, Any]]]:
    told = []
    for each in decisions:
        if each.customer is None or not each.changes:
            continue
        facts = edited(each.customer, each.changes)
        Customer.objects.filter(pk=each.customer.pk).update(version=F("version") + 1, **each.changes)
        for name, value in each.changes.items():
            setattr(each.customer, name, value)
        told.append((each.customer, {**facts, "name": each.customer.name}))
    return told


def _tenants(decisions: list[Decision], of: dict[str, Customer]) -> dict[uuid.UUID | None, Tenant]:
    made: dict[uuid.UUID | None, Tenant] = {}
    for each in decisions:
        if each.is_new_tenant and each.values.tenant_id is not None:
            customer = of[each.key]
            name = each.values.tenant or customer.name
            made[each.values.tenant_id] = Tenant(customer=customer, name=name, guid=each.values.tenant_id)
        elif each.tenant is not None and each.tenant_name:
            Tenant.objects.filter(pk=each.tenant.pk).update(version=F("version") + 1, name=each.tenant_name)
    _in_parts(Tenant, list(made.values()))
    return made


def _in_parts(model: Any, rows: Iterable[Any]) -> None:
    """Many rows in INSERTs of a thousand; part of carrying out a plan."""
    for part in _parts(rows):
        model.objects.bulk_create(part)


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while part := list(islice(left, _BATCH)):
        yield part
