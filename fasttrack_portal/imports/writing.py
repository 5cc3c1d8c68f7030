"""A plan's decisions written to the directory: staged while they are made, then written by the database at once.

Part of the operation that carries a plan out, and of its transaction.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from fasttrack_portal.accounts.models import User
from fasttrack_portal.activity.operations import record_for_all, record_many
from fasttrack_portal.copying import copy
from fasttrack_portal.directory import search
from fasttrack_portal.directory.models import Customer
from fasttrack_portal.directory.operations import edited
from fasttrack_portal.imports.planning import Decision

_FACTS = ("name", "tpid", "seats", "country", "language", "zone")
_KEPT = (*_FACTS, "centre_id")
_EACH_FIRST = ", ".join(
    f"(array_agg({fact} ORDER BY line) FILTER (WHERE {fact} IS NOT NULL))[1] {fact}" for fact in _KEPT
)
_EACH_ONLY = ", ".join(f"max({fact}) AS {fact}" for fact in _KEPT)
_EACH_SET = ", ".join(f"{fact} = COALESCE(e.{fact}, c.{fact})" for fact in _KEPT)
_AT_ONCE = 1_000
# The facts of a line are what it states of a new customer, or what it changes of one that is there.
_STAGE = """
CREATE TEMPORARY TABLE import_stage (
    line integer, key text, customer_id bigint, is_edit boolean, name text, tpid text, seats integer, country text,
    language text, zone text, centre_id bigint, new_tenant uuid, tenant_id bigint, tenant_name text, domains text[],
    told jsonb
) ON COMMIT DROP"""
# Lines with one key are the tenants of one customer; a later line states what the first one left open.
_GROUPS = f"""
CREATE TEMPORARY TABLE import_new ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('directory_customer', 'id')) AS id, g.* FROM (
    SELECT key, min(line) AS line, {_EACH_FIRST} FROM import_stage WHERE customer_id IS NULL GROUP BY key ORDER BY 2
) g"""  # noqa: S608 (constants)
_CUSTOMERS = """
INSERT INTO directory_customer
    (id, public_id, version, created_at, name, tpid, seats, country, language, zone, centre_id)
SELECT id, gen_random_uuid(), 1, %(at)s, name, COALESCE(tpid, ''), seats, COALESCE(country, %(country)s),
    COALESCE(language, %(language)s), COALESCE(zone, %(zone)s), centre_id
FROM import_new ORDER BY line"""
_EDITS = f"""
UPDATE directory_customer c SET version = c.version + e.edits, {_EACH_SET} FROM (
    SELECT customer_id, count(*) AS edits, {_EACH_ONLY} FROM import_stage WHERE is_edit GROUP BY customer_id
) e WHERE c.id = e.customer_id"""  # noqa: S608 (constants)
_TENANTS = """
INSERT INTO directory_tenant (public_id, version, created_at, customer_id, name, guid)
SELECT gen_random_uuid(), 1, %(at)s, COALESCE(s.customer_id, n.id), s.tenant_name, s.new_tenant
FROM import_stage s LEFT JOIN import_new n ON n.key = s.key WHERE s.new_tenant IS NOT NULL ORDER BY s.line"""
_RENAMES = """
UPDATE directory_tenant t SET version = t.version + 1, name = s.tenant_name
FROM import_stage s WHERE s.tenant_id = t.id AND s.tenant_name IS NOT NULL"""
# One that the tenant has already, not verified, is verified now.
_DOMAINS = """
INSERT INTO directory_domain (tenant_id, name, is_verified)
SELECT COALESCE(s.tenant_id, t.id), domain, true
FROM import_stage s LEFT JOIN directory_tenant t ON t.guid = s.new_tenant, unnest(s.domains) domain
ORDER BY s.line ON CONFLICT (tenant_id, name) DO UPDATE SET is_verified = true"""
_STEPS = (_GROUPS, "ANALYZE import_new", _CUSTOMERS, _EDITS, _TENANTS, _RENAMES, _DOMAINS)
_TOLD = """
SELECT c.id, c.public_id, c.centre_id, c.name, s.told
FROM import_stage s JOIN directory_customer c ON c.id = s.customer_id WHERE s.is_edit ORDER BY s.line"""
_MADE = "SELECT id FROM import_new ORDER BY 1"
_TOUCHED = "SELECT DISTINCT customer_id FROM import_stage WHERE customer_id IS NOT NULL ORDER BY 1"


def begin() -> None:
    """An empty stage."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_stage, import_new")
        cursor.execute(_STAGE)


def stage(decisions: Sequence[Decision]) -> None:
    """Some decisions more; nothing is written to the directory."""
    with connection.cursor() as cursor:
        copy(cursor, "import_stage", (_row(each) for each in decisions if each.outcome in ("new", "changed")))


def write(*, at: datetime, by: User, beat: Callable[[int, int], None]) -> None:
    """New customers, what changes of those that are there, tenants, domains, and an Event for each customer.

    `beat` is told how many of how many steps are done.
    """
    given: dict[str, Any] = {name: Customer._meta.get_field(name).default for name in ("country", "language", "zone")}  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_stage")
        for done, sql in enumerate(_STEPS, 1):
            cursor.execute(sql, {**given, "at": at})
            beat(done, len(_STEPS) + 1)
    record_for_all("directory.customer_created", _ids(_MADE), by=by, at=at)
    for part in _edits():
        record_many("directory.customer_edited", part, by=by)
    beat(len(_STEPS) + 1, len(_STEPS) + 1)


def reindex(beat: Callable[[int], None]) -> None:
    """Lets them be found; after everything is written."""
    search.reindex_loaded(_ids(_MADE), _ids(_TOUCHED), beat)


def _ids(sql: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def _row(each: Decision) -> tuple[Any, ...]:
    values, is_there = each.values, each.customer is not None
    facts: dict[str, Any] = each.changes if is_there else {name: getattr(values, name) for name in _FACTS}
    centre = facts.get("centre") if is_there else each.centre
    told = None
    if each.customer is not None and each.changes:
        told = json.dumps({**edited(each.customer, each.changes), "name": each.changes.get("name", each.customer.name)})
    tenant_name = (values.tenant or values.name) if each.is_new_tenant else each.tenant_name
    return (
        values.line,
        each.key,
        each.customer and each.customer.pk,
        is_there and bool(each.changes),
        *(None if (value := facts.get(name)) in ("", None) else value for name in _FACTS),
        centre and centre.pk,
        values.tenant_id if each.is_new_tenant else None,
        each.tenant and each.tenant.pk,
        tenant_name or None,
        "{" + ",".join(each.domains) + "}",
        told,
    )


def _edits() -> Iterator[list[tuple[Customer, dict[str, Any]]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_TOLD)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield [
                (Customer(pk=pk, public_id=public_id, centre_id=centre, name=name), told)
                for pk, public_id, centre, name, told in ((*row[:4], _facts(row[4])) for row in rows)
            ]


def _facts(told: Any) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(told) if isinstance(told, str) else told
    return facts
