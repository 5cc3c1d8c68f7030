"""A whole directory of customers from one CSV file: checked row by row, loaded by the database, in bounded memory."""

import csv
import io
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fasttrack_portal.access import require
from fasttrack_portal.accounts.models import ZONES, User
from fasttrack_portal.activity.operations import record
from fasttrack_portal.copying import copied
from fasttrack_portal.directory.indexing import reindex_loaded
from fasttrack_portal.directory.models import SEATS_LIMIT, FastTrackCenter
from fasttrack_portal.refusals import Invalid

COLUMNS = ("name", "tpid", "tenant_name", "tenant_guid", "domains", "seats", "country", "zone", "centre")
_ZONES = frozenset(ZONES)
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+")
_BETWEEN_DOMAINS = re.compile(r"[;,\s]+")


@dataclass(frozen=True)
class Loaded:
    """What came of a file; refused rows are those of the report, with line and column."""

    rows: int
    customers: int
    tenants: int
    domains: int
    refused: int


class _Refused(Exception):
    """A cell that cannot be taken; the column and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


_STAGE = """
CREATE TEMP TABLE load_stage (
    line bigint PRIMARY KEY, name text, tpid text, tenant_name text, tenant_guid uuid, domains text[], seats int,
    country text, zone text, centre_id bigint, customer_id bigint
) ON COMMIT DROP"""
_REFUSALS = 'CREATE TEMP TABLE load_refused (line bigint, "column" text, reason text, cells jsonb) ON COMMIT DROP'
_CELLS = """jsonb_build_array(s.name, s.tpid, s.tenant_name, s.tenant_guid, array_to_string(s.domains, ' '), s.seats,
    s.country, s.zone, (SELECT code FROM directory_fasttrackcenter c WHERE c.id = s.centre_id))"""
# What only the whole file and the portal together can say: each finds lines, which leave the stage for the refusals.
_TWICE = """
SELECT line FROM (SELECT line, row_number() OVER (PARTITION BY tenant_guid ORDER BY line) AS n FROM load_stage) s
WHERE n > 1"""
_TENANT_IS_THERE = "SELECT line FROM load_stage s JOIN directory_tenant t ON t.guid = s.tenant_guid"
_DOMAIN_TWICE = """
SELECT line FROM (
    SELECT line, row_number() OVER (PARTITION BY domain ORDER BY line) AS n FROM load_stage s, unnest(s.domains) domain
) d WHERE n > 1"""
_DOMAIN_IS_THERE = """
SELECT line FROM load_stage s, unnest(s.domains) domain
JOIN directory_domain d ON lower(d.name) = domain AND d.is_verified"""
_MOVE = """
WITH gone AS (DELETE FROM load_stage s WHERE line IN ({}) RETURNING s.*)
INSERT INTO load_refused SELECT s.line, %s, %s, {} FROM gone s"""
# Rows with one name and TPID are the tenants of one customer, which may be in the portal already.
_GROUPS = """
CREATE TEMP TABLE load_group ON COMMIT DROP AS
SELECT tpid, lower(name) AS name_key, min(line) AS line, NULL::bigint AS customer_id, false AS is_new
FROM load_stage GROUP BY tpid, lower(name)"""
_KNOWN = """
UPDATE load_group g SET customer_id = c.id FROM (
    SELECT tpid, lower(name) AS name_key, min(id) AS id FROM directory_customer GROUP BY tpid, lower(name)) c
WHERE c.tpid = g.tpid AND c.name_key = g.name_key"""
_NEW = """
UPDATE load_group SET is_new = true, customer_id = nextval(pg_get_serial_sequence('directory_customer', 'id'))
WHERE customer_id IS NULL"""
_CUSTOMERS = """
INSERT INTO directory_customer
    (id, public_id, version, created_at, name, tpid, seats, country, language, zone, centre_id)
SELECT g.customer_id, gen_random_uuid(), 1, now(), s.name, s.tpid, s.seats, s.country, 'en', s.zone, s.centre_id
FROM load_group g JOIN load_stage s USING (line) WHERE g.is_new ORDER BY g.line"""
_TENANTS = """
INSERT INTO directory_tenant (public_id, version, created_at, customer_id, name, guid)
SELECT gen_random_uuid(), 1, now(), g.customer_id, s.tenant_name, s.tenant_guid
FROM load_stage s JOIN load_group g ON g.tpid = s.tpid AND g.name_key = lower(s.name) ORDER BY s.line"""
_DOMAINS = """
INSERT INTO directory_domain (tenant_id, name, is_verified)
SELECT t.id, domain, true
FROM load_stage s JOIN directory_tenant t ON t.guid = s.tenant_guid, unnest(s.domains) domain"""


def load(file: IO[str], *, by: User | None, is_trial: bool = False) -> Iterator[Any]:
    """Loads what can be loaded, with one Event. Yields each refused row (line, column, reason, cells), then Loaded.

    To be read to its end: only then it is kept. Nothing is kept of a trial, nor if it fails on the way. Raises Invalid
    for a file without its columns.
    """
    require(by, "directory.create_customer")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("DROP TABLE IF EXISTS load_stage, load_refused, load_group")
        cursor.execute(_STAGE)
        cursor.execute(_REFUSALS)
        rows = _Rows(file)
        for lines in _chunks(rows):
            cursor.copy_expert("COPY load_stage FROM STDIN", lines.taken)
            cursor.copy_expert("COPY load_refused FROM STDIN", lines.refused)
        cursor.execute("ANALYZE load_stage")
        _refuse_what_is_double(cursor)
        customers, tenants, domains = _insert(cursor)
        cursor.execute("SELECT count(*) FROM load_refused")
        loaded = Loaded(rows.count, customers, tenants, domains, refused=cursor.fetchone()[0])
        if not is_trial:
            reindex_loaded(_ids(is_new=True), _ids(is_new=False))
            if loaded.tenants:
                _tell(loaded, by)
        yield from _refusals()
        yield loaded
        if is_trial:
            transaction.set_rollback(True)


def count(file: IO[str]) -> int:
    """The rows of the file that can be taken by themselves: what reading and checking alone costs."""
    return sum(not isinstance(checked, _Refused) for _line, _cells, checked in _Rows(file))


@dataclass
class _Chunk:
    taken: io.StringIO
    refused: io.StringIO


class _Rows:
    """The file's rows, checked by themselves."""

    def __init__(self, file: IO[str]) -> None:
        self.reader = csv.reader(file)
        self.count = 0
        header = [cell.strip().lower().lstrip("\ufeff") for cell in next(self.reader, [])]
        if missing := [name for name in COLUMNS if name not in header]:
            raise Invalid(_("The file has no column %(names)s.") % {"names": ", ".join(missing)}, field="file")
        self.places = [header.index(name) for name in COLUMNS]
        self.centres = dict(FastTrackCenter.objects.values_list("code", "pk"))

    def __iter__(self) -> Iterator[tuple[int, list[str], Sequence[Any] | _Refused]]:
        for cells in self._read():
            if not any(cells):
                continue
            self.count += 1
            named = [cells[at].replace("\x00", "").strip() if at < len(cells) else "" for at in self.places]
            try:
                yield self.reader.line_num, named, self._checked(*named)
            except _Refused as refused:
                yield self.reader.line_num, named, refused

    def _read(self) -> Iterator[list[str]]:
        try:
            yield from self.reader
        except (csv.Error, UnicodeDecodeError) as problem:
            line = self.reader.line_num + 1
            raise Invalid(_("Line %(line)s: %(problem)s") % {"line": line, "problem": problem}, field="file") from None

    def _checked(
        self, name: str, tpid: str, tenant: str, guid: str, domains: str, seats: str, country: str, zone: str, code: str
    ) -> Sequence[Any]:
        if not 1 <= len(name) <= 200:
            raise _Refused("name", _("A name has 1 to 200 characters."))
        if tpid and not (tpid.isascii() and tpid.isdigit() and len(tpid) <= 12):
            raise _Refused("tpid", _("A TPID has 1 to 12 digits."))
        if len(tenant) > 200:
            raise _Refused("tenant_name", _("A name has 1 to 200 characters."))
        try:
            known = str(uuid.UUID(guid))
        except ValueError:
            raise _Refused("tenant_guid", _("A tenant id looks like 00000000-0000-0000-0000-000000000000.")) from None
        listed = list(dict.fromkeys(part.lower().rstrip(".") for part in _BETWEEN_DOMAINS.split(domains) if part))
        for domain in listed:
            if not _DOMAIN.fullmatch(domain):
                raise _Refused("domains", _("“%(domain)s” is not a domain. Example: contoso.com") % {"domain": domain})
        if seats and not (seats.isascii() and seats.isdigit() and len(seats) <= 8 and int(seats) <= SEATS_LIMIT):
            raise _Refused("seats", _("Seats are a whole number up to 10,000,000."))
        if not re.fullmatch(r"[A-Z]{2}", country.upper()):
            raise _Refused("country", _("A country has two letters, for example DE."))
        if zone and zone not in _ZONES:
            raise _Refused("zone", _("“%(zone)s” is not a time zone we know. Example: Europe/Berlin.") % {"zone": zone})
        if code not in self.centres:
            raise _Refused("centre", _("There is no FastTrack Center with the code “%(code)s”.") % {"code": code})
        array = "{" + ",".join(listed) + "}"
        return (
            name,
            tpid,
            tenant or name,
            known,
            array,
            seats or None,
            country.upper(),
            zone or "UTC",
            self.centres[code],
        )


def _chunks(rows: _Rows, size: int = 20_000) -> Iterator[_Chunk]:
    chunk, held = _Chunk(io.StringIO(), io.StringIO()), 0
    for line, cells, checked in rows:
        if isinstance(checked, _Refused):
            chunk.refused.write(copied([line, checked.column, checked.reason, json.dumps(cells)]))
        else:
            chunk.taken.write(copied([line, *checked, None]))
        held += 1
        if held == size:
            yield _rewound(chunk)
            chunk, held = _Chunk(io.StringIO(), io.StringIO()), 0
    yield _rewound(chunk)


def _rewound(chunk: _Chunk) -> _Chunk:
    chunk.taken.seek(0)
    chunk.refused.seek(0)
    return chunk


def _refuse_what_is_double(cursor: Any) -> None:
    for sql, column, reason in (
        (_TWICE, "tenant_guid", _("This tenant stands in the file twice.")),
        (_TENANT_IS_THERE, "tenant_guid", _("This tenant is in the portal already.")),
        (_DOMAIN_TWICE, "domains", _("Another row of the file has one of these domains.")),
        (_DOMAIN_IS_THERE, "domains", _("Another tenant has verified one of these domains.")),
    ):
        cursor.execute(_MOVE.format(sql, _CELLS), [column, str(reason)])


def _insert(cursor: Any) -> list[int]:
    for sql in (_GROUPS, "ANALYZE load_group", _KNOWN, _NEW):
        cursor.execute(sql)
    counts = []
    for sql in (_CUSTOMERS, _TENANTS, _DOMAINS):
        cursor.execute(sql)
        counts.append(cursor.rowcount)
    return counts


def _ids(*, is_new: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM load_group WHERE is_new = %s ORDER BY 1", [is_new])
        return [row[0] for row in cursor.fetchall()]


def _refusals() -> Iterator[tuple[int, str, str, list[Any]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute('SELECT line, "column", reason, cells FROM load_refused ORDER BY line')
        for line, column, reason, cells in cursor:
            yield line, column, reason, cells if isinstance(cells, list) else json.loads(cells)


def _tell(loaded: Loaded, by: User | None) -> None:
    """One Event for the whole file, in the story of the centre with the lowest number: an event has a subject."""
    centre = FastTrackCenter.objects.order_by("pk").first()
    assert centre is not None
    data = {"customers": loaded.customers, "tenants": loaded.tenants, "refused": loaded.refused}
    record("directory.customers_loaded", subject=centre, by=by, internal=True, data=data)
