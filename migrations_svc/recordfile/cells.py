"""From the cells of one line to checked values: addresses, sizes, kinds and states."""

import re
from decimal import Decimal
from difflib import get_close_matches
from urllib.parse import urlsplit

from fasttrack_portal.tabular.cells import FORMULA, LineCells
from fasttrack_portal.tabular.table import shown
from migrations_svc.recordfile.formats import KIND_WORDS
from migrations_svc.recordfile.vocabularies import state_of

# What may stand in the column "kind", and whether each end is a mailbox address.
KINDS: dict[str, str] = {
    "mailbox": "Mailbox",
    "shared_mailbox": "Shared mailbox",
    "archive": "Archive mailbox",
    "onedrive": "OneDrive",
    "site": "Site",
}
MAILBOXES = frozenset({"mailbox", "shared_mailbox", "archive"})
_LOCAL = r"[A-Za-z0-9!#$&'*/?^_`{}~.+=%|-]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"(?!\.){_LOCAL}(?<!\.)@(?:{_LABEL}\.)+{_LABEL}")
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_SHARE = re.compile(r"\\\\[\w.$-]{1,255}(?:\\[^\\/:*?\"<>|]{1,255}){1,60}\\?")
_NUMBER = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,6})?")
_TOLD = re.compile(r"[0-9.,]{1,12} ?[KMGT]?B \(([0-9.,]{1,20}) bytes\)")
_NEGATIVE = re.compile(r"[-\u2212\uff0d][0-9.,]+")
_COUNT = re.compile(r"[0-9]{1,12}")


class Cells(LineCells):
    """One line under check, with the cells that only migrations know."""

    def kind(self, guess: str = "mailbox") -> str:
        """The kind that the line names; without a word for it, the guess."""
        word = self.text("kind")
        if word in KINDS:
            return word
        if not word:
            return guess
        kind = re.sub(r"[\s-]+", "_", word.lower())
        if kind in KINDS:
            return kind
        if known := KIND_WORDS.get(re.sub(r"[\s_-]+", "", word.lower())):
            return known
        near = get_close_matches(kind[:40], KINDS, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"use one of {', '.join(KINDS)}."
        self.wrong("kind", word, f"“{shown(word)}” is not a kind we know; {hint}")
        return ""

    def raw(self, column: str) -> str:
        """The cell as it stands, unchecked; "" where there is no such column."""
        place = self.table.places.get(column)
        return "" if place is None else self.cells[place].strip()

    def end(self, column: str, kind: str) -> str:
        """An address, in the form that the kind allows at this end; with an unknown kind any form will do."""
        value = self.required(column)
        if not value:
            return ""
        if kind in MAILBOXES:
            good, wanted = is_mail(value), "an e-mail address like ada@example.org"
        elif column == "target_address" and kind == "site":
            good, wanted = _is_web(value), "a web address like https://example.sharepoint.com/sites/sales"
        else:
            good = is_mail(value) or _is_web(value) or (column != "target_address" and bool(_SHARE.fullmatch(value)))
            wanted = "an e-mail address, a web address" + ("" if column == "target_address" else " or a file share")
        if not good:
            self.wrong(column, value, f"“{shown(value)}” is not {wanted}.")
            return ""
        return value

    def size(self, largest: Decimal | None = None) -> Decimal | None:
        """In GB; `largest` is what still moves."""
        value = self.text("size_gb", is_number=True)
        if not value:
            return None
        # As Exchange tells sizes: 1.2 GB (1,288,490,189 bytes).
        if told := _TOLD.fullmatch(value):
            size = (Decimal(re.sub(r"[^0-9]", "", told[1])) / 1024**3).quantize(Decimal("0.000001"))
        # A comma for decimals comes from the same countries as the semicolon between cells.
        elif _NUMBER.fullmatch(value):
            size = Decimal(value.replace(",", "."))
        else:
            self._no_size(value)
            return None
        if largest is not None and size > largest:
            self.wrong("size_gb", value, f"This is larger than {largest:,.0f} GB, which FastTrack does not move.")
            return None
        return size

    def _no_size(self, value: str) -> None:
        if _NEGATIVE.fullmatch(value):
            message = "A size cannot be negative."
        elif value.startswith(FORMULA):
            message = f"This cell begins with “{value[0]}” and would run as a formula in a spreadsheet."
        else:
            message = f"“{shown(value)}” is not a size in GB; write a number like 12.5, below 10,000,000."
        self.wrong("size_gb", value, message)

    def count(self, column: str) -> int | None:
        value = self.text(column, is_number=True)
        if not value:
            return None
        if _COUNT.fullmatch(value):
            return int(value)
        self.wrong(column, value, f"“{shown(value)}” is not a whole number.")
        return None

    def state(self) -> tuple[str, str]:
        word = self.required("state")
        if not word:
            return "", ""
        state = state_of(word)
        if not state:
            self.wrong("state", word, f"“{shown(word)}” is not a state we know.")
        return word, state


def is_mail(value: str) -> bool:
    return len(value) <= 254 and ".." not in value and bool(_ADDRESS.fullmatch(value))


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_plain = not re.search(r"[\s\"<>\\^`{|}]", value) and "@" not in parts.netloc
    return (
        parts.scheme.lower() in {"http", "https"} and is_plain and bool(re.fullmatch(rf"(?:{_LABEL}\.)+{_LABEL}", host))
    )
