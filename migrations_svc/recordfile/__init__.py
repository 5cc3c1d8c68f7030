"""Reading the CSV files of a migration: the customer's list of what is to move, the specialist's list of states (B2).

Nothing but `FileRefused` is ever raised for what a file holds. Each line is read by itself: a quote that is never
closed spoils its own line and no other, line numbers are those of an editor, and the work grows with the bytes."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

from fasttrack_portal.tabular.table import DEFAULT_LIMITS, FileRefused, Limits, Reading, RowError, Table
from migrations_svc.recordfile.cells import EXCHANGE_STATES, KINDS, RECORD_STATES, Cells

__all__ = [
    "DEFAULT_LIMITS",
    "EXCHANGE_STATES",
    "KINDS",
    "PLAN_COLUMNS",
    "RECORD_STATES",
    "STATE_COLUMNS",
    "FileRefused",
    "Limits",
    "Plan",
    "Row",
    "RowError",
    "StateRow",
    "States",
    "read",
    "read_states",
    "template",
]

PLAN_COLUMNS = ("source_address", "target_address", "size_gb", "display_name", "kind")
PLAN_REQUIRED = ("source_address", "target_address")
STATE_COLUMNS = ("address", "state", "items", "errors", "message")
STATE_REQUIRED = ("address", "state")

# Column names of Exchange's own exports.
_STATE_ALIASES = {
    "identity": "address",
    "emailaddress": "address",
    "email_address": "address",
    "mailbox": "address",
    "source_address": "address",
    "status": "state",
    "synceditemcount": "items",
    "skippeditemcount": "errors",
    "errorsummary": "message",
}


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    source_address: str
    target_address: str
    size_gb: Decimal | None
    display_name: str
    kind: str


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
class Plan(Reading):
    """The valid rows of a list, and every error of the others."""

    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class States(Reading):
    """The valid rows of a state file, and every error of the others."""

    rows: list[StateRow] = field(default_factory=list)


def template() -> str:
    """The header line a customer starts from."""
    return ",".join(PLAN_COLUMNS) + "\r\n"


def read(stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Plan:
    """A customer's list of mailboxes and sites. Valid rows and all errors; FileRefused for the file as a whole."""
    plan = Plan()
    seen: dict[tuple[str, str], int] = {}
    table = Table(stream, limits, plan, PLAN_COLUMNS, PLAN_REQUIRED, {}, is_strict=True)
    for line, found in table.lines():
        cells = Cells(table, line, found)
        kind = cells.kind()
        source = cells.end("source_address", kind)
        target = cells.end("target_address", kind)
        size = cells.size()
        name = cells.text("display_name")
        if kind and source:
            cells.only_once("source_address", (kind, source), seen)
        if cells.is_good:
            plan.rows.append(Row(line, source, target, size, name, kind))
    return plan


def read_states(stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> States:
    """A specialist's list of states, in Exchange's words or ours. Columns that we do not know are named and left."""
    states = States()
    seen: dict[tuple[str, str], int] = {}
    table = Table(stream, limits, states, STATE_COLUMNS, STATE_REQUIRED, _STATE_ALIASES, is_strict=False)
    for line, found in table.lines():
        cells = Cells(table, line, found)
        address = cells.end("address", "")
        word, state = cells.state()
        items, errors = cells.count("items"), cells.count("errors")
        # Messages come from Exchange and may begin with anything; they are only ever shown, never calculated.
        message = cells.text("message", is_free=True)
        if address:
            cells.only_once("address", ("", address), seen)
        if cells.is_good:
            states.rows.append(StateRow(line, address, state, word, items, errors, message))
    return states
