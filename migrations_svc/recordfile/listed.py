"""The customer's list of what is to move, from our template or from the export of a tool."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import BinaryIO

from fasttrack_portal.tabular import DEFAULT_LIMITS, Limits, Reading, RowError, opened, shown
from migrations_svc.recordfile.cells import MAILBOXES, Cells, is_mail
from migrations_svc.recordfile.formats import (
    ALIASES,
    EXAMPLE_SOURCES,
    EXAMPLES,
    PLAN_COLUMNS,
    READ_COLUMNS,
    SECRETS,
    format_of,
    guessed_kind,
)

# Larger mailboxes are not supported; the table of sizes that an admin edits says how large.
LARGEST_GB = Decimal(200)
_OURS = frozenset({"source_address", "target_address"})


@dataclass(slots=True)
class ListLine:
    """One line: what it says, its cells as they stand (but no password), and [column, value, fault] for each fault."""

    line: int
    cells: list[str] = field(default_factory=list)
    source_address: str = ""
    target_address: str = ""
    size_gb: Decimal | None = None
    display_name: str = ""
    kind: str = ""
    errors: list[list[str]] = field(default_factory=list)


class ListFile:
    """The lines of a list in the order of the file, read as they are asked for; one is held at a time.

    Each is checked by itself: that two of them name the same record is found where all of them are, in the database.

    Raises FileRefused for the file as a whole, perhaps on the way. `header_errors` are there at once.
    """

    def __init__(self, stream: BinaryIO, limits: Limits = DEFAULT_LIMITS, largest: Decimal | None = LARGEST_GB) -> None:
        self._into = Reading()
        self._largest = largest
        self._table = table = opened(stream, limits, self._into, READ_COLUMNS, (), ALIASES, is_strict=False)
        names = ["_".join(cell.strip().lower().replace("-", " ").split()) for cell in table.header]
        self.format = format_of(set(table.places))
        self._secrets = [place for place, name in enumerate(names) if name in SECRETS]
        self._kept = [place for place in range(len(names)) if place not in self._secrets]
        self._check_header(names)
        self.header_errors = self._taken()

    @property
    def has_secrets(self) -> bool:
        return bool(self._secrets)

    @property
    def header(self) -> list[str]:
        """The names of the columns as they stand, but for passwords."""
        return [shown(self._table.header[place]) for place in self._kept]

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """What was not read, but for passwords, of which the page speaks by itself."""
        return tuple(name for name in self._into.ignored_columns if name not in SECRETS)

    @property
    def reading(self) -> Reading:
        return self._into

    def __iter__(self) -> Iterator[ListLine]:
        if self.format is None:
            return
        is_pair, is_login = self.format.ends == "pair", self.format.ends == "login"
        columns = ("source_address", "target_address") if is_pair else ("address", "address")
        for number, found in self._table.lines():
            if self._into.errors:
                yield from self._broken()
            cells = Cells(self._table, number, found)
            line = ListLine(number, [found[place] for place in self._kept])
            guess = guessed_kind(cells.raw(columns[0]), cells.raw(columns[1]))
            line.kind = kind = cells.kind(guess)
            line.source_address = cells.end(columns[0], kind)
            line.target_address = cells.end(columns[1], kind) if is_pair else line.source_address
            if is_login and is_mail(login := cells.text("login")):
                line.source_address = login
            line.size_gb = cells.size(self._largest if kind in MAILBOXES or not kind else None)
            line.display_name = cells.text("display_name")
            if line.source_address in EXAMPLE_SOURCES:
                cells.wrong(columns[0], line.source_address, "This is the example of the template; please delete it.")
            if not cells.is_good:
                line.errors = [[error.column, error.value, error.message] for error in self._taken()]
            yield line
        yield from self._broken()

    def without_secrets(self, broken: list[RowError]) -> Iterator[bytes]:
        """The file anew, without the columns of passwords, each line where it was; instead of being read.

        Lines that could not be split are left empty, for the rest of them may be a password: `broken` names them.
        """
        yield _line_of_csv(self.header)
        at = 1
        for number, found in self._table.lines():
            broken += self._taken()
            yield b"\n" * (number - at) + _line_of_csv([found[place] for place in self._kept])
            at = number
        broken += self._taken()

    def _broken(self) -> Iterator[ListLine]:
        """Lines that could not be split into cells."""
        for error in self._taken():
            yield ListLine(error.line, [error.value], errors=[[error.column, error.value, error.message]])

    def _taken(self) -> list[RowError]:
        found, self._into.errors = self._into.errors, []
        return found

    def _check_header(self, names: list[str]) -> None:
        """In a list of our own columns a strange one is a slip; what a tool exports beyond ours is left."""
        table, seen = self._table, set[str]()
        for name in names if self.format is None or _OURS & set(names) else ():
            if name in SECRETS or not name:
                continue
            column = name if name in READ_COLUMNS else ALIASES.get(name, "")
            if column and column not in seen:
                seen.add(column)
            elif column:
                table.error(1, column, name, f"The column “{column}” stands here twice; please remove one.")
            else:
                near = get_close_matches(name[:60], PLAN_COLUMNS, n=1, cutoff=0.6)
                hint = f"did you mean “{near[0]}”?" if near else f"the template has {', '.join(PLAN_COLUMNS)}."
                table.error(1, shown(name), name, f"“{shown(name)}” is not a column of the template; {hint}")
        if self.format is None:
            for column in ("source_address", "target_address"):
                if column not in table.places:
                    table.error(1, column, "", f"The column “{column}” is missing; please add it to the header.")


def template(source: str = "") -> str:
    """The header line a customer starts from, with the example of its source."""
    example = EXAMPLES.get(source)
    return ",".join(PLAN_COLUMNS) + "\r\n" + (",".join(example) + "\r\n" if example else "")


def _line_of_csv(cells: list[str]) -> bytes:
    # Between the lines of a file that is read again by us alone, so nothing has to be kept from a spreadsheet.
    quoted = (cell.replace('"', '""').replace("\r", " ").replace("\n", " ") for cell in cells)
    return (",".join(f'"{cell}"' for cell in quoted)).encode("utf-8", "replace")
