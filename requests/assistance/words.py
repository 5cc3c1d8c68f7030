"""The words of requests: of the steps that take a text, of the verdict, and of what helps."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from assistance.eligibility import Problem, Verdict
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


# --- The verdict (F9) -------------------------------------------------------------------------------------------------
def verdict_sentence(verdict: Verdict) -> str:
    """What the rules say, in one or two sentences."""
    if verdict.rule is None:
        return _UNKNOWN[verdict.unknown](verdict)
    sentence = str(_GIVES[verdict.code]) % {"seats": _seats(verdict.seats or 0)}
    if verdict.next_code is None:
        return sentence
    following = (verdict.seats or 0) + verdict.seats_short
    more = ngettext("%(more)s more.", "%(more)s more.", verdict.seats_short) % {"more": f"{verdict.seats_short:,}"}
    return f"{sentence} {str(_NEXT[verdict.next_code]) % {'seats': _seats(following)}} {more}"


def problem_sentence(problem: Problem) -> str:
    """What is wrong with a rule table."""
    numbers = {"first": f"{problem.first:,}", "second": f"{problem.second:,}", "word": problem.word}
    return str(_PROBLEMS[problem.code]) % numbers


def _seats(count: int) -> str:
    return ngettext("%(count)s seat", "%(count)s seats", count) % {"count": f"{count:,}"}


def _no_rule(verdict: Verdict) -> str:
    return gettext("The rules say nothing about %(seats)s, so this is still open.") % {
        "seats": _seats(verdict.seats or 0)
    }


_UNKNOWN: dict[str, Callable[[Verdict], str]] = {
    "no_number": lambda verdict: gettext("We do not know the number of seats yet, so this is still open."),
    "below_zero": lambda verdict: gettext("A number of seats cannot be below zero, so this is still open."),
    "no_rule": _no_rule,
}
_GIVES: dict[str, Reason] = {
    "not_yet": _("With %(seats)s, FastTrack help is not available yet."),
    "guidance": _("With %(seats)s, FastTrack guides you and your own team moves the data."),
    "migration": _("With %(seats)s, FastTrack can guide you and move your mail and files."),
}
_NEXT: dict[str, Reason] = {
    "guidance": _("From %(seats)s on guidance starts:"),
    "migration": _("From %(seats)s on FastTrack moves mail and files:"),
}
_PROBLEMS: dict[str, Reason] = {
    "empty": _("The table has no rows."),
    "no_level": _("“%(word)s” is not a level."),
    "below_zero": _("The row from %(first)s seats starts below zero."),
    "backwards": _("The row from %(first)s seats ends before it starts, at %(second)s."),
    "nothing_below": _("Nothing is said below %(first)s seats."),
    "overlap": _("The rows from %(first)s and from %(second)s seats cover the same seats."),
    "gap": _("Nothing is said from %(first)s to %(second)s seats."),
    "nothing_above": _("Nothing is said above %(first)s seats."),
}

# --- The facts that help, and why -------------------------------------------------------------------------------------
WHY_IT_HELPS: dict[str, Reason] = {
    "stakeholders": _("A sponsor who decides and champions who carry it on are what projects wait for most."),
    "scenarios": _("The first scenarios say what is set up first and how you will see that it works."),
    "awareness": _("People use what they have heard of: a campaign needs weeks to prepare."),
    "training": _("A helpdesk that knows the new services gets fewer calls on the first day."),
    "app_vendor": _("We can ask the vendor what it knows of the fault."),
    "app_version": _("Many faults are mended in a later version already."),
    "app_users": _("How many people are held up decides what we look at first."),
    "app_steps": _("With the steps we can see the fault for ourselves, without asking back."),
}
STATUS_WORDS: dict[str, Reason] = {
    "not_started": _("Not started"),
    "in_progress": _("In progress"),
    "done": _("Done"),
    "optional": _("Optional"),
}
