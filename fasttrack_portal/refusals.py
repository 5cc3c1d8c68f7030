"""The answers "no" that a person can be given; http.py turns each into its page or fragment."""

from typing import Any

from django.utils.functional import Promise

# A sentence for a person, translated when it is shown.
Reason = str | Promise


class Refused(Exception):
    """Expected, so never logged as a fault: `status` is the HTTP status, `reason` one sentence for the person."""

    status = 403

    def __init__(self, reason: Any, **details: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.details = details


class AccessRefused(Refused):
    """The person may see the thing and may not do this with it."""

    status = 403


class Conflict(Refused):
    """The thing is no longer as the person saw it."""

    status = 409


class TransitionRefused(Conflict):
    """The step does not lead from the state the thing is in now."""


class StaleVersion(Conflict):
    """Somebody saved first. `details["theirs"]` and `details["yours"]` hold the values field by field."""


class Invalid(Refused):
    """A value the domain does not take; forms show it at the field named in `details["field"]` where there is one."""

    status = 422


class TooMany(Refused):
    """A rate limit; `details["retry_after"]` is in seconds."""

    status = 429
