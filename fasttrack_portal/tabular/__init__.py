"""Reading lists that people bring: CSV in every common shape, and Excel workbooks, within caps (B2).

Nothing but `FileRefused` is ever raised for what a file holds. Each line is read by itself: a quote that is never
closed spoils its own line and no other, line numbers are those of an editor, and the work grows with the bytes."""

from fasttrack_portal.tabular.cells import LineCells
from fasttrack_portal.tabular.sheet import is_read_at_once, lines_at_most, opened
from fasttrack_portal.tabular.table import DEFAULT_LIMITS, FileRefused, Limits, Lines, Reading, RowError, shown

__all__ = [
    "DEFAULT_LIMITS",
    "FileRefused",
    "Limits",
    "LineCells",
    "Lines",
    "Reading",
    "RowError",
    "is_read_at_once",
    "lines_at_most",
    "opened",
    "shown",
]
