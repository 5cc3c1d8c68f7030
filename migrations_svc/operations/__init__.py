"""Every write to migration events, their records and their issues."""

from migrations_svc.operations.events import (
    STEPS,
    amend,
    approve,
    cancel,
    close_window,
    complete,
    complete_with_issues,
    create,
    edit,
    fail,
    lock,
    schedule,
    start,
    validate,
)
from migrations_svc.operations.issues import reopen_issue, report_issue, resolve_issue, set_lane, takes_issues
from migrations_svc.operations.lists import ListRefused, load_list
from migrations_svc.operations.states import Loaded, load_states, takes_states

__all__ = [
    "STEPS",
    "ListRefused",
    "Loaded",
    "amend",
    "approve",
    "cancel",
    "close_window",
    "complete",
    "complete_with_issues",
    "create",
    "edit",
    "fail",
    "load_list",
    "load_states",
    "lock",
    "reopen_issue",
    "report_issue",
    "resolve_issue",
    "schedule",
    "set_lane",
    "start",
    "takes_issues",
    "takes_states",
    "validate",
]
