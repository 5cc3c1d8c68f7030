"""The words of the migration tools for the state of a record, and which of our states each one is.

Tables and nothing else: one a tool, its words in lower case and without separators. What a tool says that is not in
one of them is refused by its line, never guessed."""

import re

RECORD_STATES = (
    "queued",
    "validating",
    "syncing",
    "synced",
    "completing",
    "completed",
    "completed_with_warnings",
    "failed",
    "skipped",
    "stopped",
)

OURS: dict[str, str] = {state.replace("_", ""): state for state in RECORD_STATES}

EXCHANGE_BATCH: dict[str, str] = {
    "created": "queued",
    "waiting": "queued",
    "starting": "queued",
    "syncing": "syncing",
    "incrementalsyncing": "syncing",
    "synced": "synced",
    "syncedwitherrors": "synced",
    "completing": "completing",
    "completed": "completed",
    "completedwitherrors": "completed_with_warnings",
    "failed": "failed",
    "corrupted": "failed",
    "stopping": "stopped",
    "stopped": "stopped",
    "removing": "stopped",
}

EXCHANGE_USER: dict[str, str] = {
    "queued": "queued",
    "starting": "queued",
    "validating": "validating",
    "provisioning": "validating",
    "provisionupdating": "validating",
    "syncing": "syncing",
    "incrementalsyncing": "syncing",
    "synced": "synced",
    "incrementalsynced": "synced",
    "completing": "completing",
    "completioninprogress": "completing",
    "completionsynced": "completing",
    "completed": "completed",
    "completedwithwarnings": "completed_with_warnings",
    "completedwithwarning": "completed_with_warnings",
    "failed": "failed",
    "incrementalfailed": "failed",
    "completionfailed": "failed",
    "corrupted": "failed",
    "stopping": "stopped",
    "stopped": "stopped",
    "incrementalstopped": "stopped",
    "completionstopped": "stopped",
    "removing": "stopped",
}

# The statistics of single moves.
EXCHANGE_MOVE: dict[str, str] = {
    "none": "queued",
    "queued": "queued",
    "inprogress": "syncing",
    "autosuspended": "synced",
    "suspended": "stopped",
    "synced": "synced",
    "completioninprogress": "completing",
    "completed": "completed",
    "completedwithwarning": "completed_with_warnings",
    "failed": "failed",
}

# Reports of Migration Manager on scans and migrations.
MIGRATION_MANAGER: dict[str, str] = {
    "notstarted": "queued",
    "notscanned": "queued",
    "queued": "queued",
    "scanning": "validating",
    "scaninprogress": "validating",
    "scancompleted": "validating",
    "readytomigrate": "validating",
    "running": "syncing",
    "inprogress": "syncing",
    "migrating": "syncing",
    "finalizing": "completing",
    "completed": "completed",
    "migrated": "completed",
    "success": "completed",
    "completedwithwarnings": "completed_with_warnings",
    "partiallycompleted": "completed_with_warnings",
    "warning": "completed_with_warnings",
    "failed": "failed",
    "error": "failed",
    "scanfailed": "failed",
    "skipped": "skipped",
    "stopped": "stopped",
    "paused": "stopped",
    "canceled": "stopped",
    "cancelled": "stopped",
}

VOCABULARIES: dict[str, dict[str, str]] = {
    "ours": OURS,
    "exchange_batch": EXCHANGE_BATCH,
    "exchange_user": EXCHANGE_USER,
    "exchange_move": EXCHANGE_MOVE,
    "migration_manager": MIGRATION_MANAGER,
}
_ALL: dict[str, str] = {word: state for table in VOCABULARIES.values() for word, state in table.items()}


def state_of(word: str) -> str:
    """One of RECORD_STATES for a tool's word; "" for a word that no table has."""
    return _ALL.get(re.sub(r"[\s_-]+", "", word.lower()), "")


# How far along a state is.
RANKS: dict[str, int] = {
    "queued": 0,
    "validating": 1,
    "syncing": 2,
    "synced": 3,
    "completing": 4,
    "stopped": 5,
    "failed": 5,
    "skipped": 5,
    "completed_with_warnings": 6,
    "completed": 6,
}
# What a record has to reach so as not to go backwards: after a failure or a stop it may begin anew.
FLOORS: dict[str, int] = {**RANKS, "stopped": 0, "failed": 0, "skipped": 0}


def is_backwards(before: str, now: str) -> bool:
    """Whether a record that has been in the one state cannot honestly be in the other."""
    return RANKS[now] < FLOORS[before]
