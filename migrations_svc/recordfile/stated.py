"""The specialist's list of states, as the migration tools export it or in our words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from fasttrack_portal.tabular import DEFAULT_LIMITS, FileRefused, Limits, Reading, opened
from migrations_svc.recordfile.cells import Cells

STATE_COLUMNS = ("address", "state", "items", "errors", "message")
_REQUIRED = ("address", "state")
# Column names of the exports of Exchange (batches, users, moves) and of Migration Manager.
_ALIASES = {
    "identity": "address",
    "emailaddress": "address",
    "email_address": "address",
    "primarysmtpaddress": "address",
    "mailbox": "address",
    "source_address": "address",
    "source": "address",
    "source_path": "address",
    "sourcepath": "address",
    "status": "state",
    "migration_status": "state",
    "items_moved": "items",
    "synceditemcount": "items",
    "itemstransferred": "items",
    "migrated_items": "items",
    "items_migrated": "items",
    "skippeditemcount": "errors",
    "baditemsencountered": "errors",
    "items_left_out": "errors",
    "items_not_migrated": "errors",
    "failed_items": "errors",
    "errorsummary": "message",
    "error": "message",
    "failuremessage": "message",
    "error_message": "message",
    "result_category": "message",
}
# A batch is many mailboxes: its export says nothing of each.
_OF_BATCHES = frozenset({"totalcount", "syncedcount", "finalizedcount", "failedcount", "activecount"})
_BATCH = (
    "This is an export of batches, which says nothing of each mailbox. Please export the users of the batch, "
    "with one line a mailbox."
)


@dataclass(frozen=True, slots=True)
class StateRow:
    """`word` is the state as the file has it, `state` one of RECORD_STATES."""

    line: int
    address: str
    state: str
    word: str
    items: int | None
    errors: int | None
    message: str


class StateFile:
    """A list of states, in a tool's words or ours: its good rows, read as they are asked for; one is held at a time.

    What is wrong with the others is in `reading` when all are read, and so are the columns that we do not know. That an
    address stands twice is found where all of them are, in the database. Raises FileRefused, perhaps on the way.
    """

    def __init__(self, stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> None:
        self.reading = Reading()
        self.row_count = 0
        self._table = opened(stream, limits, self.reading, STATE_COLUMNS, _REQUIRED, _ALIASES, is_strict=False)
        names = {name.strip().lower() for name in self._table.header}
        if len(_OF_BATCHES & names) > 1 and "items" not in self._table.places:
            raise FileRefused(_BATCH)

    def __iter__(self) -> Iterator[StateRow]:
        for line, found in self._table.lines():
            cells = Cells(self._table, line, found)
            address = cells.end("address", "")
            word, state = cells.state()
            items, errors = cells.count("items"), cells.count("errors")
            # Messages come from the tools and may begin with anything; they are only ever shown, never calculated.
            message = cells.text("message", is_free=True)
            if cells.is_good:
                self.row_count += 1
                yield StateRow(line, address, state, word, items, errors, message)
