"""The words around each step that takes a text: asking, answering, declining."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from fasttrack_portal.access import Reason


class StepWords(NamedTuple):
    """What stands on the button, over the form, in it, and in the message when it is done."""

    title: Reason
    label: Reason
    hint: Reason
    button: Reason
    done: Reason
    variant: str = "primary"


STEP_WORDS: dict[str, StepWords] = {
    "ask_for_information": StepWords(
        _("Ask for information"),
        _("What do you need to know?"),
        _("The author and the customer’s tenant lead get this as it stands here. The review waits for their answer."),
        _("Send the question"),
        _("Your question is sent."),
    ),
    "answer": StepWords(
        _("Answer the question"),
        _("Your answer"),
        _("It goes to the specialist, and the review goes on."),
        _("Send the answer"),
        _("Thank you. Your answer is with the specialist."),
    ),
    "decline": StepWords(
        _("Decline this request"),
        _("Why is it declined?"),
        _("The author and the customer’s tenant lead read this sentence. Say what would have to change."),
        _("Decline the request"),
        _("The request is declined, and its author knows why."),
        "danger",
    ),
}

# Why FastTrack declines; the words beside the code are what the customer reads.
DECLINE_REASONS: dict[str, Reason] = {
    "not_eligible": _("Too few seats, or no eligible plan"),
    "no_subscription": _("No active subscription"),
    "out_of_scope": _("Not something FastTrack does"),
    "duplicate": _("The same request is open already"),
    "no_answer": _("Our questions were not answered"),
    "other": _("Another reason"),
}
