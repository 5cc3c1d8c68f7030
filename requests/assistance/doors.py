"""The door from the admin centre: a signed link that opens a prefilled request (F1)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

from assistance.services import SERVICES

_SALT = "assistance.admin_centre"
MAX_AGE = 30 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Door:
    """What the link says: a tenant, and the services that are wanted there."""

    tenant: uuid.UUID
    services: tuple[str, ...]


def make(tenant: uuid.UUID, services: Iterable[str] = ()) -> str:
    """The signed part of the address."""
    return signing.dumps({"tenant": str(tenant), "services": list(services)}, salt=_SALT)


def read(token: str) -> Door | None:
    """What was signed; None for what was not signed here, was changed, or is older than 30 days."""
    try:
        told = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
        return Door(uuid.UUID(told["tenant"]), tuple(code for code in told["services"] if code in SERVICES))
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None
