"""Reading the files of a migration: the customer's list of what is to move, the specialist's list of states (B2).

Nothing but `FileRefused` is ever raised for what a file holds. Each line is read by itself: a quote that is never
closed spoils its own line and no other, line numbers are those of an editor, and the work grows with the bytes."""

from fasttrack_portal.tabular import DEFAULT_LIMITS, FileRefused, Limits, RowError, lines_at_most
from migrations_svc.recordfile.cells import KINDS, MAILBOXES
from migrations_svc.recordfile.formats import EXAMPLES, PLAN_COLUMNS
from migrations_svc.recordfile.listed import LARGEST_GB, ListFile, ListLine, template
from migrations_svc.recordfile.stated import STATE_COLUMNS, StateFile, StateRow
from migrations_svc.recordfile.vocabularies import FLOORS, RANKS, RECORD_STATES, VOCABULARIES, is_backwards, state_of

__all__ = [
    "DEFAULT_LIMITS",
    "EXAMPLES",
    "FLOORS",
    "KINDS",
    "LARGEST_GB",
    "MAILBOXES",
    "PLAN_COLUMNS",
    "RANKS",
    "RECORD_STATES",
    "STATE_COLUMNS",
    "VOCABULARIES",
    "FileRefused",
    "Limits",
    "ListFile",
    "ListLine",
    "RowError",
    "StateFile",
    "StateRow",
    "is_backwards",
    "lines_at_most",
    "state_of",
    "template",
]
