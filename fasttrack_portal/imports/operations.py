"""Every write of an import: the file taken in, its plan made, and the plan carried out."""

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, TypeVar

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fasttrack_portal import records, workflow
from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.copying import copy
from fasttrack_portal.directory.models import Customer, Domain, Tenant
from fasttrack_portal.imports import keeping, planning, reading, writing
from fasttrack_portal.imports.models import ImportLine, ImportPlan
from fasttrack_portal.imports.planning import Decision, Digest
from fasttrack_portal.jobs.operations import enqueue
from fasttrack_portal.jobs.telling import Tell, unwatched
from fasttrack_portal.refusals import Conflict, Invalid
from fasttrack_portal.tabular import is_read_at_once

AT_ONCE = 1_000  # lines that are read and imported while the person waits; more are a job
_BATCH = 1_000
_LINE = "plan_id, line, cells, outcome, errors, is_broken, does"
T = TypeVar("T")


@transaction.atomic
def upload(content: BinaryIO, *, name: str, key: uuid.UUID, lines_at_most: int, by: User) -> ImportPlan:
    """The file with its plan, or with a job that makes it. Raises FileRefused; `key` is the form's (C2)."""
    require(by, "imports.import")
    reading.File(content, reading.LIMITS.in_a_request)  # a file that cannot be read leaves nothing behind

    def make() -> ImportPlan:
        plan = ImportPlan.objects.create(public_id=key, name=name, uploaded_by=by)
        keeping.keep(plan, keeping.pieces(content))
        return plan

    plan, is_new = records.create_once(ImportPlan, key, make)
    if not is_new:
        return plan
    if is_read_at_once(content, lines_at_most, AT_ONCE):
        store_lines(plan)
    else:
        payload = {"plan": plan.pk, "lines": lines_at_most}
        plan.job = enqueue("imports.read", key=str(plan.public_id), payload=payload, by=by)
        plan.save(update_fields=["job"])
    record("imports.uploaded", subject=plan, by=by, internal=True, data={"name": name})
    return plan


def store_lines(plan: ImportPlan, tell: Tell = unwatched, *, lines_at_most: int = 0) -> None:
    """The lines of the file and what would happen to each; part of `upload`, or of the job that reads.

    Raises FileRefused.
    """
    digest = Digest()
    with keeping.kept(plan) as stream:
        file = reading.File(stream)
        for part in _parts(digest.noted(_decided(file, lines_at_most, tell))):
            with connection.cursor() as cursor:
                copy(cursor, f"{ImportLine._meta.db_table} ({_LINE})", (_line_of(plan, each) for each in part))
    for broken in _parts(file.broken):
        ImportLine.objects.bulk_create(
            (
                ImportLine(plan=plan, line=line, outcome="refused", errors=[error], is_broken=True)
                for line, error in broken
            ),
            ignore_conflicts=True,
        )
    keeping.drop(plan)
    counts = digest.counts + Counter(refused=len(file.broken))
    values = {"counts": dict(counts), "digest": str(digest), "ignored_columns": file.ignored_columns}
    workflow.apply(plan, "check", **values)


def give_up(plan: ImportPlan, sentence: str) -> None:
    """The file turned out to be unreadable in the job that read it."""
    keeping.drop(plan)
    workflow.apply(plan, "give_up", problem=sentence)


@transaction.atomic
def check_again(plan: ImportPlan, *, by: User) -> None:
    """The same lines against the directory as it is now; a long list as a job."""
    require(by, "imports.import")
    if plan.line_count <= AT_ONCE:
        decide_again(plan)
    else:
        payload = {"plan": plan.pk, "lines": plan.line_count}
        job = enqueue("imports.read", key=f"{plan.public_id}:{plan.version}", payload=payload, by=by)
        workflow.apply(plan, "recheck", job=job)
    record("imports.checked", subject=plan, by=by, internal=True, data={"name": plan.name})


def decide_again(plan: ImportPlan, tell: Tell = unwatched) -> None:
    """What would happen to the lines that are there; part of `check_again`, or of the job that reads."""
    digest = Digest()
    for part in _parts(digest.noted(_decided(_stored(plan), plan.line_count, tell))):
        rows = {row.line: row for row in plan.lines.filter(line__in=[each.values.line for each in part])}
        found = {each.values.line: (each.outcome, each.errors, each.does()) for each in part}
        changed = [row for row in rows.values() if (row.outcome, row.errors, row.does) != found[row.line]]
        for row in changed:
            row.outcome, row.errors, row.does = found[row.line]
        ImportLine.objects.bulk_update(changed, ["outcome", "errors", "does"])
    counts = digest.counts + Counter(refused=plan.lines.filter(is_broken=True).count())
    workflow.apply(plan, "check", counts=dict(counts), digest=str(digest), problem="")


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
def carry_out(plan: ImportPlan, *, at: datetime, by: User, tell: Tell = unwatched) -> None:
    """Writes what the plan says, all of it or nothing. Raises Conflict if the directory is no longer what it was made
    from; whoever changes a customer meanwhile waits for the end of this."""
    require(by, "imports.import")
    with connection.cursor() as cursor:
        tables = ", ".join(model._meta.db_table for model in (Customer, Tenant, Domain))
        cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    workflow.apply(plan, "finish", imported_at=at)
    digest = Digest()
    total = plan.line_count
    writing.begin()
    for part in _parts(digest.noted(_decided(_stored(plan), total, tell))):
        writing.stage(part)
    if str(digest) != plan.digest:
        raise Conflict(
            _("The directory has changed since this list was checked, and nothing was imported. Check it again.")
        )
    writing.write(at=at, by=by, beat=lambda done, of: tell(total * done // of, total, _("Writing the customers")))
    writing.reindex(lambda done: tell(min(done, total), total, _("Putting them into the search")))
    told = {"name": plan.name, "new": plan.count("new"), "changed": plan.count("changed")}
    record("imports.imported", subject=plan, by=by, internal=True, data={**told, "left_out": plan.count("refused")})


def overtake(plan: ImportPlan, sentence: str) -> None:
    """The job found the directory changed: nothing was written, and the list can be checked again."""
    workflow.apply(plan, "overtake", problem=sentence)


def _stored(plan: ImportPlan) -> Iterator[tuple[int, dict[str, str]]]:
    lines = plan.lines.filter(is_broken=False).order_by("line").values_list("line", "cells")
    return lines.iterator(chunk_size=_BATCH)


def _line_of(plan: ImportPlan, each: Decision) -> tuple[Any, ...]:
    cells, errors, does = (json.dumps(part) for part in (each.values.cells, each.errors, each.does()))
    return plan.pk, each.values.line, cells, each.outcome, errors, False, does


def _decided(lines: Iterable[tuple[int, dict[str, str]]], total: int, tell: Tell = unwatched) -> Iterator[Decision]:
    """What would happen to each line; some thousand lines are held at a time."""
    values = (reading.checked(line, cells) for line, cells in lines)
    for done, decision in enumerate(planning.decide_all(values)):
        if done % _BATCH == 0:
            tell(done, total, _("Checking the lines"))
        yield decision


def _parts(found: Iterable[T]) -> Iterator[list[T]]:
    left = iter(found)
    while part := list(islice(left, _BATCH)):
        yield part
