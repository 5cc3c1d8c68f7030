"""Every write to requests for assistance."""

from assistance.operations.asking import answer, draft, save_draft, still_a_draft, submit, submit_new, withdraw
from assistance.operations.triage import accept, ask_for_information, decline, review

__all__ = [
    "accept",
    "answer",
    "ask_for_information",
    "decline",
    "draft",
    "review",
    "save_draft",
    "still_a_draft",
    "submit",
    "submit_new",
    "withdraw",
]
