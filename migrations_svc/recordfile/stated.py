"""The specialist's list of states, as the migration tools export it or in our words."""

from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class States(Reading):
    """The valid rows of a state file, and every error of the others."""

    rows: list[StateRow] = field(default_factory=list)


_PART = 5_000  # lines between two signs of progress


def read_states(
    stream: BinaryIO, limits: Limits = DEFAULT_LIMITS, told: Callable[[int], None] = lambda line: None
) -> States:
    """A list of states, in a tool's words or ours. Columns that we do not know are named and left.

    `told` hears every some thousand lines at which line the reading is.
    """
    states = States()
    table = opened(stream, limits, states, STATE_COLUMNS, _REQUIRED, _ALIASES, is_strict=False)
    if len(_OF_BATCHES & {name.strip().lower() for name in table.header}) > 1 and "items" not in table.places:
        raise FileRefused(_BATCH)
    seen: dict[tuple[str, str], int] = {}
    for count, (line, found) in enumerate(table.lines()):
        if count % _PART == 0:
            told(line)
        cells = Cells(table, line, found)
        address = cells.end("address", "")
        word, state = cells.state()
        items, errors = cells.count("items"), cells.count("errors")
        # Messages come from the tools and may begin with anything; they are only ever shown, never calculated.
        message = cells.text("message", is_free=True)
        if address:
            cells.only_once("address", ("", address), seen)
        if cells.is_good:
            states.rows.append(StateRow(line, address, state, word, items, errors, message))
    return states
