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


KINDS: dict[str, Kind] = {}


def job(name: str, *, atomic: bool = True, lane: str = "light") -> Callable[[HandlerT], HandlerT]:
    """Registers a handler. Atomic: its effect and "done" are one transaction. Else it ends in `run.finishing()`."""

    def register(handler: HandlerT) -> HandlerT:
        if name in KINDS:
            raise RuntimeError(f"two handlers for {name}")
        KINDS[name] = Kind(name, handler, atomic, lane)
        return handler

    return register
