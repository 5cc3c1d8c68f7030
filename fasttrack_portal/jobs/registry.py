"""Which function runs which kind of job, and what it may raise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from fasttrack_portal.jobs.engine import JobRun

Handler = Callable[["JobRun"], None]
HandlerT = TypeVar("HandlerT", bound=Handler)


class Park(Exception):
    """Raised by a handler: trying again cannot help, show it to staff."""


class Later(Exception):
    """Raised by a handler that has done nothing: what it needs is away. Tried again for as long as that takes."""


class LeaseLost(Exception):
    """Somebody else holds the job now; what this run did is rolled back."""


@dataclass(frozen=True)
class Kind:
    name: str
    handler: Handler
    is_atomic: bool
    lane: str
    given_up: Handler | None = None


KINDS: dict[str, Kind] = {}


def job(
    name: str, *, atomic: bool = True, lane: str = "light", given_up: Handler | None = None
) -> Callable[[HandlerT], HandlerT]:
    """Registers a handler. Atomic: its effect and "done" are one transaction. Else it ends in `run.finishing()`.

    `given_up` follows when the job is parked, in that transaction: whoever waits for it learns that it did not work.
    """

    def register(handler: HandlerT) -> HandlerT:
        if name in KINDS:
            raise RuntimeError(f"two handlers for {name}")
        KINDS[name] = Kind(name, handler, atomic, lane, given_up)
        return handler

    return register
