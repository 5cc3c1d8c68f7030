"""The guarded writer of CSV: no cell that a spreadsheet would run."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.text import get_valid_filename

_STARTERS = frozenset("=+-@\t\r\n|%")


def guarded(value: Any) -> str:
    """The cell as text; one that a spreadsheet could take for a formula gets a leading apostrophe.

    Spreadsheets skip leading blanks and control characters and fold full-width signs, so the check does too.
    Numbers stay numbers: a plain negative number is no formula.
    """
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = str(value).replace("\x00", "")
    bare = unicodedata.normalize("NFKC", text).lstrip().lstrip("\ufeff\u200b\u200e\u200f").lstrip()
    if bare[:1] in _STARTERS or text[:1] in _STARTERS:
        return "'" + text
    return text


def csv_lines(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file line by line, with a byte order mark so that Excel reads UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow([guarded(cell) for cell in header])
    yield _taken(buffer)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        yield _taken(buffer)


def csv_bytes(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """The whole file in memory, for what is embedded in a PDF or kept as a document."""
    return "".join(csv_lines(header, rows)).encode()


def csv_response(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A download that streams, so that 100,000 rows do not stand in memory."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{get_valid_filename(name)}"'
    return response


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
