"""From a file to its lines, and from the cells of a line to checked values."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from fasttrack_portal.accounts.models import ZONES
from fasttrack_portal.directory import domains
from fasttrack_portal.directory.models import SEATS_LIMIT
from fasttrack_portal.tabular import FileRefused, Limits, LineCells, Lines, Reading, opened, shown

COLUMNS = (
    "name", "tpid", "tenant", "tenant_id", "domains", "seats", "country", "language", "time_zone", "centre",
)  # fmt: skip
_ALIASES = {
    "organisation": "name", "organization": "name", "customer": "name", "customer_name": "name",
    "tenant_name": "tenant", "tenantid": "tenant_id", "tenant_guid": "tenant_id", "guid": "tenant_id",
    "domain": "domains", "licences": "seats", "timezone": "time_zone", "zone": "time_zone",
    "center": "centre", "fasttrack_center": "centre", "fasttrack_centre": "centre",
}  # fmt: skip
LIMITS = Limits(bytes=10 * 1024 * 1024, rows=100_000, cell=2_000, errors=100_000)
_ZONES = frozenset(ZONES)
_MOST_DOMAINS = 100


class File:
    """The lines of a file as they stand there, read as they are asked for.

    Raises FileRefused for the file as a whole, perhaps on the way, and for nothing that stands in one of its lines.
    """

    def __init__(self, stream: BinaryIO, limits: Limits = LIMITS) -> None:
        self._into = Reading()
        self._table = opened(stream, limits, self._into, COLUMNS, ("name",), _ALIASES, is_strict=False)
        if not self._table.places:
            raise FileRefused(" ".join(error.message for error in self._into.errors))

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        are_there = False
        for number, cells in self._table.lines():
            are_there = True
            # No column of the database takes a NUL; the check of cells names the sign that stands for it.
            yield number, {column: cells[place].replace("\0", "\ufffd") for column, place in self._table.places.items()}
        if not are_there and not self._into.errors:
            raise FileRefused(_("The file has a header, but no lines below it."))

    @property
    def broken(self) -> list[tuple[int, list[str]]]:
        """The lines so far that could not be split into cells."""
        return [(error.line, [error.column, error.value, error.message]) for error in self._into.errors]

    @property
    def ignored_columns(self) -> list[str]:
        return list(self._into.ignored_columns)


@dataclass(slots=True)
class Values:
    """One line, checked by itself; "" and None state nothing."""

    line: int
    cells: Mapping[str, str]
    name: str = ""
    tpid: str = ""
    tenant: str = ""
    tenant_id: uuid.UUID | None = None
    domains: tuple[str, ...] = ()
    seats: int | None = None
    country: str = ""
    language: str = ""
    zone: str = ""
    centre: str = ""
    errors: list[list[str]] = field(default_factory=list)


class _Stored(Lines):
    """The cells of a stored line in the place of a file."""

    def __init__(self) -> None:
        super().__init__(LIMITS, Reading(), COLUMNS)
        self.places = {column: place for place, column in enumerate(COLUMNS)}

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        return iter(())


def checked(line: int, cells: Mapping[str, str]) -> Values:
    """What the line says, and everything in it that cannot be."""
    stored = _Stored()
    under = _Line(stored, line, [cells.get(column, "") for column in COLUMNS])
    values = Values(
        line,
        cells,
        name=under.within("name", 200, is_required=True),
        tpid=under.tpid(),
        tenant=under.within("tenant", 200),
        tenant_id=under.guid(),
        domains=under.domains(),
        seats=under.seats(),
        country=under.country(),
        language=under.language(),
        zone=under.zone(),
        centre=under.within("centre", 120),
    )
    values.errors = [[error.column, error.value, error.message] for error in stored.into.errors]
    if not values.errors and values.tenant_id is None and (values.tenant or values.domains):
        column = "domains" if values.domains else "tenant"
        values.errors.append([column, "", _("A tenant or its domains need the tenant id (a GUID) beside them.")])
    return values


class _Line(LineCells):
    """The cells of a list of customers."""

    def within(self, column: str, longest: int, *, is_required: bool = False) -> str:
        value = self.required(column) if is_required else self.text(column)
        if len(value) > longest:
            self.wrong(column, value, _("At most %(count)s characters fit here.") % {"count": longest})
            return ""
        return value

    def tpid(self) -> str:
        value = self.text("tpid")
        if value and not re.fullmatch(r"[0-9]{1,12}", value):
            self.wrong("tpid", value, _("“%(value)s” is not a TPID: it has 1 to 12 digits.") % {"value": shown(value)})
            return ""
        return value

    def guid(self) -> uuid.UUID | None:
        value = self.text("tenant_id")
        if not value:
            return None
        if re.fullmatch(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?", value):
            return uuid.UUID(value)
        self.wrong("tenant_id", value, _("“%(value)s” is not a tenant id (a GUID).") % {"value": shown(value)})
        return None

    def domains(self) -> tuple[str, ...]:
        found: list[str] = []
        for typed in re.split(r"[\s;,]+", self.text("domains")):
            if not typed:
                continue
            try:
                domain = domains.normalise(typed)
            except ValueError as fault:
                self.wrong("domains", typed, str(fault))
                continue
            if domain not in found:
                found.append(domain)
        if len(found) > _MOST_DOMAINS:
            self.wrong("domains", "", _("A line holds at most %(count)s domains.") % {"count": _MOST_DOMAINS})
        return tuple(found)

    def seats(self) -> int | None:
        value = self.text("seats", is_number=True)
        plain = re.sub(r"(?<=\d)[,.\u00a0\u202f ](?=\d{3}\b)", "", value)
        if not value:
            return None
        if re.fullmatch(r"[0-9]{1,8}", plain) and int(plain) <= SEATS_LIMIT:
            return int(plain)
        told = _("“%(value)s” is not a number of seats; it is 0 to %(most)s.")
        self.wrong("seats", value, told % {"value": shown(value), "most": f"{SEATS_LIMIT:,}"})
        return None

    def country(self) -> str:
        value = self.text("country").upper()
        if value and not re.fullmatch(r"[A-Z]{2}", value):
            self.wrong("country", value, _("A country is two letters, such as DE."))
            return ""
        return value

    def language(self) -> str:
        value = self.text("language")
        if value and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?", value):
            self.wrong("language", value, _("A language is a code, such as en or pt-BR."))
            return ""
        return value

    def zone(self) -> str:
        value = self.text("time_zone")
        if value and value not in _ZONES:
            told = _("“%(value)s” is not a time zone we know. Example: Europe/Berlin.")
            self.wrong("time_zone", value, told % {"value": shown(value)})
            return ""
        return value
