"""From the bytes of a file to its lines: caps, encodings, separators, the header and its columns (B2)."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import BinaryIO


class FileRefused(Exception):
    """The file as a whole cannot be read; the sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 20 * 1024 * 1024
    rows: int = 100_000
    cell: int = 1_000
    errors: int = 500
    # Different texts of a workbook: ten in each line of the longest list.
    texts: int = 1_000_000

    @property
    def line(self) -> int:
        return 10 * self.cell

    @property
    def in_a_request(self) -> "Limits":
        """While a person waits for the header: what stands behind more texts is no list."""
        return replace(self, texts=min(self.texts, 200_000))


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell: `line` as an editor counts (1 is the header), `column` by name, "" for the line."""

    line: int
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Reading:
    errors: list[RowError] = field(default_factory=list)
    errors_left_out: int = 0
    encoding: str = ""
    delimiter: str = ""
    ignored_columns: tuple[str, ...] = ()

    @property
    def error_count(self) -> int:
        return len(self.errors) + self.errors_left_out

    @property
    def left_out_note(self) -> str:
        """`and 12 more`, or nothing."""
        return f"and {self.errors_left_out:,} more" if self.errors_left_out else ""


_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "This is an Excel workbook or a zip archive. Please save the sheet as CSV and try again."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Please save the sheet as CSV and try again."),
    (b"\x1f\x8b", "This file is compressed. Please unpack it and try again."),
    (b"%PDF", "This is a PDF. Please export the list as CSV and try again."),
)
# UTF-32 before UTF-16: the longer mark begins with the shorter one.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
# Control characters, the marks that turn the direction of writing, and halves of surrogate pairs.
UNSEEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_PART = 1 << 16  # bytes that are decoded at a time
_AS_WINDOWS = "as Western Windows writes"


def _as_windows(fault: UnicodeError) -> tuple[str, int]:
    """What is not UTF-8 in a file of both, as Western Windows means it; its five holes are named where they stand."""
    assert isinstance(fault, UnicodeDecodeError)
    return fault.object[fault.start : fault.end].decode("cp1252", "replace"), fault.end


codecs.register_error(_AS_WINDOWS, _as_windows)
_NO_TEXT = "This does not look like a text file. Please save the list as CSV and try again."
_EMPTY = "The file is empty. Please start from the template."


def _looked_through(stream: BinaryIO, limits: Limits) -> "_Found":
    """The whole stream once, a part at a time: its encoding, and whether there is any text in it."""
    try:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        head = stream.read(1000)
        if size > limits.bytes:
            told = f"{limits.bytes // 1024**2:,} MB" if limits.bytes >= 1024**2 else f"{limits.bytes:,} bytes"
            raise FileRefused(f"The file is larger than {told}. Please split it.")
        for signature, sentence in _SIGNATURES:
            if head.startswith(signature):
                raise FileRefused(sentence)
        encoding, skip = _encoding(head, size)
        found = _Found(stream, encoding, skip)
        try:
            found.look()
        except UnicodeDecodeError:
            if encoding != "utf-8" or skip:
                told = f"The file says it is {encoding.upper()}, but it is not. Please save it anew."
                raise FileRefused(told) from None
            found = _Found(stream, encoding, 0, shown_encoding="latin-1", errors=_AS_WINDOWS)
            found.look()
    except (OSError, ValueError):
        raise FileRefused("The file could not be read. Please send it again.") from None
    if not found.has_text:
        raise FileRefused(_EMPTY)
    return found


@dataclass(slots=True)
class _Found:
    """A stream that can be decoded, and its lines."""

    stream: BinaryIO
    encoding: str
    skip: int
    shown_encoding: str = ""
    errors: str = "strict"
    has_text: bool = False
    has_nul: bool = False

    def look(self) -> None:
        """Raises UnicodeDecodeError where the encoding is another."""
        self.has_text = self.has_nul = False
        for text in self._decoded():
            self.has_text = self.has_text or bool(text.strip("\ufeff \t\r\n\x00"))
            self.has_nul = self.has_nul or "\0" in text

    def lines(self) -> Iterator[str]:
        """Without their ends. Only three things end one, as in every editor; others stay inside their cell."""
        ends = io.IncrementalNewlineDecoder(None, translate=True)
        # In pieces, so that a line of many megabytes is not copied again and again.
        pieces: list[str] = []
        for text in self._decoded():
            first, *others = ends.decode(text).split("\n")
            pieces.append(first)
            if others:
                yield "".join(pieces)
                pieces = [others.pop()]
                yield from others
        # Of a line end that stood last, half may still be held.
        *others, last = "".join([*pieces, ends.decode("", final=True)]).split("\n")
        yield from others
        if last:
            yield last

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)(self.errors)
        self.stream.seek(self.skip)
        while part := self.stream.read(_PART):
            yield decoder.decode(part)
        yield decoder.decode(b"", final=True)


def _encoding(head: bytes, size: int) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    # UTF-16 without a mark: in Western text every other byte is zero.
    if len(head) >= 4 and size % 2 == 0:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > 0.8 * len(head[1::2]) and not even:
            return "utf-16-le", 0
        if even > 0.8 * len(head[0::2]) and not odd:
            return "utf-16-be", 0
    return "utf-8", 0


class Lines:
    """What the readers of CSV files and of workbooks share: named columns, and errors by line and column."""

    def __init__(self, limits: Limits, into: Reading, columns: Sequence[str]) -> None:
        self.limits, self.into, self.columns = limits, into, columns
        self.width = 0
        # The header as it stands in the file, cell by cell.
        self.header: list[str] = []
        self.places: dict[str, int] = {}

    def error(self, line: int, column: str, value: str, message: str) -> None:
        if len(self.into.errors) < self.limits.errors:
            self.into.errors.append(RowError(line, column, shown(value), message))
        else:
            self.into.errors_left_out += 1

    def _places(
        self, line: int, names: list[str], required: Sequence[str], aliases: Mapping[str, str], *, is_strict: bool
    ) -> dict[str, int]:
        places: dict[str, int] = {}
        ignored: list[str] = []
        for place, name in enumerate(names):
            column = name if name in self.columns else aliases.get(name, "")
            if column and column not in places:
                places[column] = place
            elif column and is_strict:
                self.error(line, name, name, f"The column “{column}” stands here twice; please remove one.")
            elif name and is_strict:
                near = get_close_matches(name[:60], self.columns, n=1, cutoff=0.6)
                hint = f"did you mean “{near[0]}”?" if near else f"the template has {', '.join(self.columns)}."
                self.error(line, shown(name), name, f"“{shown(name)}” is not a column of the template; {hint}")
            elif name:
                ignored.append(shown(name))
        self.into.ignored_columns = tuple(ignored[:50])
        for column in required:
            if column not in places:
                self.error(line, column, "", f"The column “{column}” is missing; please add it to the header.")
        return places if all(column in places for column in required) else {}

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """Number and cells of each line that is not blank; numbers are those of an editor."""
        raise NotImplementedError


class Table(Lines):
    """The lines of a CSV file, cell by cell under their column names."""

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
        found = _looked_through(stream, limits)
        into.encoding, self.has_nul = found.shown_encoding or found.encoding, found.has_nul
        self.source = enumerate(found.lines(), start=1)
        self.places = self._header(required, aliases, is_strict=is_strict)

    def _split(self, line: str) -> list[str]:
        return next(csv.reader([line], delimiter=self.into.delimiter, strict=True), [])

    def _header(self, required: Sequence[str], aliases: Mapping[str, str], *, is_strict: bool) -> dict[str, int]:
        number, line = 0, ""
        for number, line in self.source:
            # Some programs write the byte order mark twice.
            line = line.lstrip("\ufeff")
            if number > self.limits.rows:
                raise FileRefused(_EMPTY)
            # Excel may write a first line that only names the separator.
            if line.strip() and not re.fullmatch(r"sep=.", line.strip(), re.IGNORECASE):
                break
        else:
            raise FileRefused(_EMPTY)
        if len(line) > self.limits.line:
            raise FileRefused("The first line is too long for a header. Please start from the template.")
        if UNSEEN.search(line):
            raise FileRefused(_NO_TEXT)
        known = set(self.columns) | set(aliases)
        names: list[str] = []
        best = -1
        for delimiter in _DELIMITERS:
            try:
                cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
            except csv.Error:
                continue
            found = [_column(cell) for cell in cells]
            score = 10_000 * len(known.intersection(found)) + len(found)
            if score > best:
                names, best, self.into.delimiter, self.header = found, score, delimiter, cells
        if best < 0:
            raise FileRefused("The quotes in the header do not match. Please start from the template.")
        if self.has_nul and best < 10_000:
            # Not one column by name, and zeros among the rest: a picture or the like.
            raise FileRefused(_NO_TEXT)
        self.width = len(names)
        return self._places(number, names, required, aliases, is_strict=is_strict)

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        if not self.places:
            return
        for counted, (number, line) in enumerate(self.source, start=1):
            if counted > self.limits.rows:
                raise FileRefused(f"The file has more than {self.limits.rows:,} lines. Please split it.")
            if not line.strip(" \t,;"):
                continue
            if len(line) > self.limits.line:
                self.error(number, "", line, f"This line is longer than {self.limits.line:,} characters.")
                continue
            try:
                cells = self._split(line)
            except csv.Error:
                self.error(number, "", line, "The quotes in this line do not match; a cell ends on its own line.")
                continue
            if len(cells) < self.width or any(cell.strip() for cell in cells[self.width :]):
                self.error(number, "", line, f"This line has {len(cells)} cells, the header has {self.width}.")
                continue
            yield number, cells


def _column(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().lower())


def shown(value: str) -> str:
    """A value as it may stand in a message: one line, not long, nothing unseen in it."""
    clean = UNSEEN.sub("·", value[:81].replace("\t", " "))
    return clean if len(clean) <= 80 else clean[:79] + "…"
