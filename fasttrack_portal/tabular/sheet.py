"""The first sheet of an Excel workbook, read like a CSV file and held to caps before anything is unpacked (B2).

Its lines are streamed. Its texts stand in a table of their own, which is read as far as a line asks for one and held
so far: some 30 MB for 300,000 of them, where a CSV file of the same lines needs none."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from fasttrack_portal.tabular.table import FileRefused, Limits, Lines, Reading, Table

_WIDEST = 100
_PART = 1 << 16  # bytes that are looked through at a time
_MOST_PARTS = 500
_MOST_UNPACKED = 96 * 1024 * 1024
_LIGHT = 2 * 1024 * 1024  # bytes of an unpacked workbook that are read in a moment
_MOST_WHOLE = 1024 * 1024  # bytes of a part that is read as a whole, such as the styles
# Read in a stream, or never.
_LARGE = ("xl/worksheets/", "xl/sharedStrings", "xl/pivotCache/", "xl/drawings/", "xl/charts/", "xl/comments")
_TEXT, _RUN, _LETTERS = (f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("si", "r", "t"))
_BROKEN = "This workbook cannot be read. Please open it in Excel, save it anew as .xlsx or as CSV, and try again."
_TOO_BIG = "This workbook unpacks to far more than a list needs. Please save the sheet as CSV and try again."
# What openpyxl and the libraries under it raise for a file that is not what it says.
_FAULTS = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    EOFError, OSError, NotImplementedError, RuntimeError, zlib.error, OverflowError, AssertionError, ImportError,
)  # fmt: skip


def is_workbook(stream: BinaryIO) -> bool:
    stream.seek(0)
    return stream.read(4) == b"PK\x03\x04"


def lines_at_most(stream: BinaryIO) -> int:
    """How many lines the file has at most, counted without reading them. FileRefused for a workbook past its caps."""
    if not is_workbook(stream):
        return _line_ends(stream) + 1
    with _opened(stream) as packed:
        names = [name for name in packed.namelist() if name.startswith("xl/worksheets/")]
        try:
            return sum(packed.read(name).count(b"<row") for name in names[:1])
        except _FAULTS:
            raise FileRefused(_BROKEN) from None


def is_read_at_once(stream: BinaryIO, lines_at_most: int, most: int) -> bool:
    """Whether a file is read while a person waits; any other is read by a job. Below its header it has at most `most`
    lines, and it is no workbook that holds a million texts which no line shows."""
    if lines_at_most > most + 1:
        return False
    if not is_workbook(stream):
        return True
    with _opened(stream) as packed:
        return sum(part.file_size for part in packed.infolist()) <= _LIGHT


def _line_ends(stream: BinaryIO) -> int:
    found, before = 0, b""
    stream.seek(0)
    while part := stream.read(_PART):
        # The two signs of Windows are one end, in UTF-16 too, and may be cut apart between two parts.
        both = part.count(b"\r\n") + part.count(b"\r\0\n") + (before.endswith(b"\r") and part.startswith(b"\n"))
        found += part.count(b"\n") + part.count(b"\r") - both
        before = part
    return found


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    """The archive, after a look at its list of contents: nothing is unpacked that is too large or defines entities."""
    try:
        packed = zipfile.ZipFile(stream)
        parts = packed.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise FileRefused(_TOO_BIG)
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                if part.file_size > _MOST_WHOLE and not part.filename.startswith(_LARGE):
                    raise FileRefused(_TOO_BIG)
                with packed.open(part) as begin:
                    head = begin.read(4096).replace(b"\0", b"")
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise FileRefused(_BROKEN)
    except _FAULTS:
        raise FileRefused(_BROKEN) from None
    return packed


def opened(
    stream: BinaryIO,
    limits: Limits,
    into: Reading,
    columns: Sequence[str],
    required: Sequence[str],
    aliases: Mapping[str, str],
    *,
    is_strict: bool,
) -> Lines:
    """The lines of a file, a workbook or text: read from the stream as they are asked for."""
    try:
        kind = Sheet if is_workbook(stream) else Table
    except (OSError, ValueError):
        raise FileRefused("The file could not be read. Please send it again.") from None
    return kind(stream, limits, into, columns, required, aliases, is_strict=is_strict)


class _Book(ExcelReader):
    """The library makes an object of every text that it reads and keeps them until the last: here each is a string."""

    most_texts = 0

    def read_manifest(self) -> None:
        super().read_manifest()
        # Under whichever name the workbook says what it holds.
        for part in self.package.Override:
            if "main+xml" in part.ContentType and self.archive.getinfo(part.PartName[1:]).file_size > _MOST_WHOLE:
                raise FileRefused(_TOO_BIG)

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            self.shared_strings = _Texts(self.archive.open(part.PartName[1:]), self.most_texts)


class _Texts:
    """The texts of a workbook by their numbers, read no further than to the one that is asked for."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._left, self._most = _texts(stream), most
        self._found: list[str] = []

    def __getitem__(self, number: int) -> str:
        while number >= len(self._found):
            if len(self._found) == self._most:
                raise FileRefused(_TOO_BIG)
            text = next(self._left, None)
            if text is None:
                raise IndexError(number)
            self._found.append(text)
        return self._found[number]


def _texts(stream: IO[bytes]) -> Iterator[str]:
    events = iterparse(stream, events=("start", "end"))
    _begins, table = next(events)
    for event, found in events:
        if event == "start" or found.tag != _TEXT:
            continue
        # A text stands there as a whole or in runs of one look each; how it is pronounced is no part of it.
        parts = [
            *found.findall(_LETTERS),
            *(letters for run in found.findall(_RUN) for letters in run.findall(_LETTERS)),
        ]
        yield "".join(letters.text or "" for letters in parts).replace("x005F_", "")
        table.clear()


class Sheet(Lines):
    """The lines of the first sheet; a cell with a formula keeps its sign, so that the check of cells finds it."""

    def __init__(
        self,
        stream: BinaryIO,
        limits: Limits,
        into: Reading,
        columns: Sequence[str],
        required: Sequence[str],
        aliases: Mapping[str, str],
        *,
        is_strict: bool,
    ) -> None:
        super().__init__(limits, into, columns)
        into.encoding, into.delimiter = "xlsx", ""
        if stream.seek(0, io.SEEK_END) > limits.bytes:
            raise FileRefused(f"The file is larger than {limits.bytes // 1024**2:,} MB. Please split it.")
        _opened(stream).close()
        try:
            # With the values alone a formula would look like what it last came to.
            book = _Book(stream, read_only=True, data_only=False, keep_links=False)
            book.most_texts = limits.texts
            book.read()
            sheet = book.wb.worksheets[0]
            # The size that the file claims may be a million columns; what is there counts.
            sheet.reset_dimensions()
            self.rows = enumerate(sheet.iter_rows(max_col=_WIDEST, values_only=True), start=1)
        except _FAULTS:
            raise FileRefused(_BROKEN) from None
        first = next((found for found in self._rows() if any(found[1])), None)
        if first is None:
            raise FileRefused("The first sheet of this workbook is empty.")
        number, cells = first
        # Every row is read as wide as a sheet may be; the header ends with its last name.
        cells = cells[: max(place for place, cell in enumerate(cells, start=1) if cell)]
        names = ["_".join(cell.strip().lower().replace("-", " ").split()) for cell in cells]
        self.width, self.header = len(names), cells
        self.places = self._places(number, names, required, aliases, is_strict=is_strict)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for number, row in self.rows:
                if number > self.limits.rows + 1:
                    raise FileRefused(f"The file has more than {self.limits.rows:,} lines. Please split it.")
                yield number, [_text(cell) for cell in row]
        except _FAULTS:
            raise FileRefused(_BROKEN) from None

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        if not self.places:
            return
        for number, cells in self._rows():
            if not any(cell.strip() for cell in cells):
                continue
            if beside := [place for place, cell in enumerate(cells, start=1) if place > self.width and cell.strip()]:
                self.error(number, "", "", f"This line has {beside[-1]} cells, the header has {self.width}.")
                continue
            yield number, (cells + [""] * self.width)[: self.width]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    # An array formula is an object of its own.
    return f"={value.text or ''}" if hasattr(value, "text") and hasattr(value, "ref") else str(value)
