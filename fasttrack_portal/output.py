"""The guarded writer of CSV: no cell that a spreadsheet would run."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.text import get_valid_filename

_AT_ONCE = 500
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
    kept = _as_asked(rows, timezone.get_current_timezone(), translation.get_language() or "en")
    response = StreamingHttpResponse(csv_lines(header, kept), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{get_valid_filename(name)}"'
    return response


def _as_asked(rows: Iterable[Sequence[Any]], zone: tzinfo, language: str) -> Iterator[Sequence[Any]]:
    """The rows in the language and on the clock of whoever asks: a file is written after the request has let go of
    both. They are set for some rows at a time and never while somebody else's code runs."""
    left = iter(rows)
    while True:
        with timezone.override(zone), translation.override(language):
            part = list(islice(left, _AT_ONCE))
        if not part:
            return
        yield from part


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
