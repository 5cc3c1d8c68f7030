"""Rows sent to the database in one stream, by COPY: a fraction of what INSERTs cost."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any

_AT_ONCE = 1 << 16
_PART = 5_000  # rows between two signs of progress
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy(cursor: Any, into: str, rows: Iterable[Sequence[Any] | str]) -> None:
    """`into` is the table, with its columns in brackets where not all are given; no name from outside belongs in it. A
    row that is text is the line that `copied` would make of it.

    The rows are made as the stream asks for them, so nothing of theirs may ask the same connection. What they raise is
    raised; those before stand in the table until the transaction takes them back.
    """
    lines = _Lines(rows)
    cursor.copy_expert(f"COPY {into} FROM STDIN", lines, _AT_ONCE)
    if lines.fault is not None:
        raise lines.fault


def copy_in_parts(cursor: Any, into: str, rows: Iterable[Sequence[Any] | str], told: Callable[[int], None]) -> None:
    """As `copy`; `told` hears before each part how many rows were sent, and may use the same connection."""
    left, done = iter(rows), 0
    # A part is made while it is sent: thousands of rows that are held would cost the collector as much as sending them.
    for first in left:
        told(done)
        copy(cursor, into, chain([first], islice(left, _PART - 1)))
        done += _PART


def copied(row: Sequence[Any]) -> str:
    """One line of COPY's text format."""
    line = "\t".join([cell if type(cell) is str else "\\N" if cell is None else str(cell) for cell in row])
    # Most lines hold nothing that has to be escaped: looked at as a whole, they cost half.
    is_plain = line.count("\t") < len(row) and ("\\" not in line or line.count("\\") == row.count(None))
    if is_plain and "\n" not in line and "\r" not in line:
        return line + "\n"
    return "\t".join("\\N" if cell is None else str(cell).translate(_ESCAPES) for cell in row) + "\n"


class _Lines:
    """Rows as the text that COPY reads, made as it asks for it."""

    def __init__(self, rows: Iterable[Sequence[Any] | str]) -> None:
        self._lines = ((row if isinstance(row, str) else copied(row)).encode() for row in rows)
        self._rest = b""
        # What the rows raised: the driver would tell it as a fault of the database.
        self.fault: BaseException | None = None

    def _next(self) -> bytes | None:
        try:
            return next(self._lines, None)
        except BaseException as fault:
            self.fault = fault
            return None

    def read(self, size: int) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < size and (line := self._next()) is not None:
            parts.append(line)
            length += len(line)
        text = b"".join(parts)
        self._rest = text[size:]
        return text[:size]
