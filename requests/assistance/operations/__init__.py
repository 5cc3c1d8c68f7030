"""Every write to requests for assistance."""

from assistance.operations.asking import (
    AlreadyAsked,
    accept_app_assure,
    answer,
    draft,
    holders_of,
    join,
    save_draft,
    save_section,
    starting_facts,
    still_a_draft,
    submit,
    submit_new,
    withdraw,
)
from assistance.operations.rules import publish_rules
from assistance.operations.triage import accept, ask_for_information, decline, review

__all__ = [
    "AlreadyAsked",
    "accept",
    "accept_app_assure",
    "answer",
    "ask_for_information",
    "decline",
    "draft",
    "holders_of",
    "join",
    "publish_rules",
    "review",
    "save_draft",
    "save_section",
    "starting_facts",
    "still_a_draft",
    "submit",
    "submit_new",
    "withdraw",
]
