"""Every write to migration projects, events, their records and their issues."""

from migrations_svc.operations.acceptance import add_scenario, set_result
from migrations_svc.operations.changes import agree_change, ask_change, refuse_change
from migrations_svc.operations.decisions import approve, decline
from migrations_svc.operations.deletions import ask_deletion, complete_deletion, fail_deletion, retry_deletion
from migrations_svc.operations.events import (
    STEPS,
    STEPS_OF_DAYS,
    amend,
    cancel,
    close_window,
    complete,
    complete_with_issues,
    create,
    edit,
    fail,
    freeze,
    lock,
    remind_window,
    reschedule,
    schedule,
    start,
    validate,
)
from migrations_svc.operations.issues import reopen_issue, report_issue, resolve_issue, set_lane, takes_issues
from migrations_svc.operations.lists import ListRefused, load_list
from migrations_svc.operations.projects import acknowledge, add_finding, reopen, settle, start_project
from migrations_svc.operations.rules import change_rules, set_capacity
from migrations_svc.operations.states import Loaded, load_states, takes_states

__all__ = [
    "STEPS",
    "STEPS_OF_DAYS",
    "ListRefused",
    "Loaded",
    "acknowledge",
    "add_finding",
    "add_scenario",
    "agree_change",
    "amend",
    "approve",
    "ask_change",
    "ask_deletion",
    "cancel",
    "change_rules",
    "close_window",
    "complete",
    "complete_deletion",
    "complete_with_issues",
    "create",
    "decline",
    "edit",
    "fail",
    "fail_deletion",
    "freeze",
    "load_list",
    "load_states",
    "lock",
    "refuse_change",
    "remind_window",
    "reopen",
    "reopen_issue",
    "report_issue",
    "reschedule",
    "resolve_issue",
    "retry_deletion",
    "schedule",
    "set_capacity",
    "set_lane",
    "set_result",
    "settle",
    "start",
    "start_project",
    "takes_issues",
    "takes_states",
    "validate",
]
