"""What a customer, a partner and a FastTrack Center have in common: people in roles, and a role that leads."""

from typing import Any

from django.db import models

# By the name of the model, which is also the name of the column in a membership but for the centre.
_COLUMNS = {"customer": "customer", "partner": "partner", "fasttrackcenter": "centre"}
ROLES: dict[str, tuple[str, ...]] = {
    "customer": ("lead", "project_manager", "technical_lead", "viewer"),
    "partner": ("partner_admin", "partner_member"),
    "centre": ("specialist", "manager"),
}
# Who leads invites and sets roles; centres have nobody of the kind, their people are the admins' business.
LEADING = {"customer": "lead", "partner": "partner_admin", "centre": ""}
NAMES = tuple(ROLES)


def kind_of(thing: models.Model) -> str:
    """`customer`, `partner` or `centre`; KeyError for what has no people."""
    return _COLUMNS[str(thing._meta.model_name)]


def column_of(thing: models.Model) -> dict[str, models.Model]:
    """The organisation as the one column in which a membership or an invitation names it."""
    return {kind_of(thing): thing}


def named_in(row: Any) -> tuple[str, int]:
    """Kind and primary key of the one organisation that a membership or an invitation names."""
    for name in NAMES:
        if (pk := getattr(row, f"{name}_id")) is not None:
            return name, int(pk)
    raise ValueError("it names no organisation")


def thing_of(row: Any) -> Any:
    """The organisation itself."""
    return getattr(row, named_in(row)[0])
