"""Rows sent to the database in one stream, by COPY: a fraction of what INSERTs cost."""

from collections.abc import Iterable, Sequence
from typing import Any

_AT_ONCE = 1 << 16
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy(cursor: Any, into: str, rows: Iterable[Sequence[Any]]) -> None:
    """`into` is the table, with its columns in brackets where not all are given; no name from outside belongs in it.

    The rows are made as the stream asks for them, so nothing of theirs may ask the same connection.
    """
    cursor.copy_expert(f"COPY {into} FROM STDIN", _Lines(rows), _AT_ONCE)


def copied(row: Sequence[Any]) -> str:
    """One line of COPY's text format."""
    line = "\t".join(["\\N" if cell is None else str(cell) for cell in row])
    # Most lines hold nothing that has to be escaped: looked at as a whole, they cost half.
    is_plain = line.count("\t") < len(row) and line.count("\\") == row.count(None)
    if is_plain and "\n" not in line and "\r" not in line:
        return line + "\n"
    return "\t".join("\\N" if cell is None else str(cell).translate(_ESCAPES) for cell in row) + "\n"


class _Lines:
    """Rows as the text that COPY reads, made as it asks for it."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._lines = (copied(row).encode() for row in rows)
        self._rest = b""

    def read(self, size: int) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < size and (line := next(self._lines, None)) is not None:
            parts.append(line)
            length += len(line)
        text = b"".join(parts)
        self._rest = text[size:]
        return text[:size]
