"""Named access rules that answer with a reason: the same sentence on the 403 page and beside the disabled button."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from fasttrack_portal.refusals import AccessRefused, Reason

if TYPE_CHECKING:
    from fasttrack_portal.accounts.models import User


class Decision(NamedTuple):
    """Whether somebody may, and if not, why."""

    allowed: bool
    reason: Reason = ""


ALLOWED = Decision(True)

Rule = Callable[["User", Any], Decision]
RuleT = TypeVar("RuleT", bound=Rule)
RULES: dict[str, Rule] = {}


def refused(reason: Reason) -> Decision:
    """No, with the sentence the person reads."""
    return Decision(False, reason)


def rule(name: str) -> Callable[[RuleT], RuleT]:
    """Registers a rule under the stem it shares with its operation, event and address."""

    def register(function: RuleT) -> RuleT:
        if name in RULES:
            raise RuntimeError(f"two rules are named {name}")
        RULES[name] = function
        return function

    return register


def decide(user: "User", name: str, obj: Any = None) -> Decision:
    """The rule's answer; a name without a rule is a programming error (KeyError)."""
    return RULES[name](user, obj)


def require(user: "User | None", name: str, obj: Any = None) -> None:
    """Raises AccessRefused with the rule's reason. `None` is the portal itself (a job), which may."""
    if user is None:
        return
    decision = decide(user, name, obj)
    if not decision.allowed:
        raise AccessRefused(decision.reason)
