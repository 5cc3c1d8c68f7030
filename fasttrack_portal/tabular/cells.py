"""The cells of one line under check: no formula, nothing unseen, not too long."""

import re
from dataclasses import dataclass

from fasttrack_portal.tabular.table import UNSEEN, Lines, shown

# What a spreadsheet would calculate, in both widths.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(slots=True)
class LineCells:
    """One line under check: a getter returns the value, or reports the error and returns the empty one."""

    table: Lines
    line: int
    cells: list[str]
    is_good: bool = True

    def wrong(self, column: str, value: str, message: str) -> None:
        self.is_good = False
        self.table.error(self.line, column, value, message)

    def text(self, column: str, *, is_free: bool = False, is_number: bool = False) -> str:
        place = self.table.places.get(column)
        if place is None:
            return ""
        raw = self.cells[place]
        value = raw.strip()
        if len(raw) > self.table.limits.cell:
            self.wrong(column, value, f"This cell is longer than {self.table.limits.cell:,} characters.")
            return ""
        if is_free:
            return UNSEEN.sub(" ", value).strip()
        # Looked for in the whole cell: stripping takes some of them for blanks. Most cells pass the quick look.
        if not raw.isprintable() and (hidden := UNSEEN.search(raw) or re.search("\t", value)):
            name = "a NUL character" if hidden[0] == "\0" else f"an unseen character (U+{ord(hidden[0]):04X})"
            self.wrong(column, value, f"This cell holds {name}; please type it anew.")
            return ""
        if "\ufffd" in value:
            self.wrong(column, value, "This cell holds a broken character; please save the file as UTF-8.")
            return ""
        if not is_number and value.startswith(FORMULA):
            self.wrong(
                column, value, f"This cell begins with “{value[0]}” and would run as a formula in a spreadsheet."
            )
            return ""
        return value

    def required(self, column: str) -> str:
        good_before, self.is_good = self.is_good, True
        value = self.text(column)
        if not value and self.is_good:
            self.wrong(column, "", f"“{column}” is empty.")
        self.is_good = self.is_good and good_before
        return value

    def only_once(self, column: str, key: tuple[str, str], seen: dict[tuple[str, str], int]) -> None:
        first = seen.setdefault((key[0], key[1].casefold()), self.line)
        if first != self.line:
            self.wrong(column, key[1], f"“{shown(key[1])}” stands on line {first:,} already.")
