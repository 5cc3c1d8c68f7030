"""What is not worth a line in the log."""

import re

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRETS = re.compile(r"(/(?:join|calendar)/)[^/?\s]+")
_PROBES = ("GET /healthz", "GET /readyz")


def without_noise(logger: WrappedLogger, method: str, entry: EventDict) -> EventDict:
    """One line a request, when it has ended; none for a health check that went well."""
    is_probe = entry.get("request") in _PROBES and entry.get("code") == 200
    if entry.get("event") == "request_started" or is_probe:
        raise structlog.DropEvent
    if isinstance(request := entry.get("request"), str):
        # The links of invitations and calendars are secrets for as long as they work.
        entry["request"] = _SECRETS.sub(r"\1…", request)
    return entry
