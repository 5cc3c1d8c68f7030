"""The door from the admin centre: a signed link that opens a prefilled request (F1)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from assistance.services import SERVICES
from fasttrack_portal.directory.models import SEATS_LIMIT

_SALT = "assistance.admin_centre"
MOST_DAYS = 30
MAX_AGE = MOST_DAYS * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Door:
    """What the link says: a tenant, the services that are wanted there, and its seats where they are known."""

    tenant: uuid.UUID
    services: tuple[str, ...]
    seats: int | None = None


def make(
    tenant: uuid.UUID, services: Iterable[str] = (), *, seats: int | None = None, until: datetime | None = None
) -> str:
    """The signed part of the address; it closes at `until`, and after 30 days in any case."""
    told: dict[str, Any] = {"tenant": str(tenant), "services": list(services)}
    if seats is not None:
        told["seats"] = seats
    if until is not None:
        told["until"] = int(until.timestamp())
    return signing.dumps(told, salt=_SALT)


def closes_at(days: int, *, at: datetime) -> datetime:
    return at + timedelta(days=min(days, MOST_DAYS))


def read(token: str) -> Door | None:
    """What was signed; None for what was not signed here, was changed, or has closed."""
    try:
        told = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
        if "until" in told and timezone.now() >= datetime.fromtimestamp(told["until"], UTC):
            return None
        seats = told.get("seats")
        seats = seats if isinstance(seats, int) and 0 < seats <= SEATS_LIMIT else None
        return Door(uuid.UUID(told["tenant"]), tuple(code for code in told["services"] if code in SERVICES), seats)
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None
