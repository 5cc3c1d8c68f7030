"""What every row that people can address has: a UUID for addresses, a version for edits, a time of birth."""

import uuid
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.refusals import StaleVersion

R = TypeVar("R", bound="Record")
_ANY = str(uuid.UUID(int=0))


class Record(models.Model):
    """Base of the rows that have an address of their own."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        abstract = True


def word_of(record: models.Model, name: str) -> str:
    """The word of a choice, for rows that are drawn by the hundred: `get_FIELD_display` translates and hashes all
    choices of the field at each call."""
    value = getattr(record, name)
    return str(words_of(type(record), name).get(value, value))


@cache
def words_of(model: type[models.Model], name: str) -> dict[Any, Any]:
    """The words of a field's choices, by value; none where there is no such field, or it has no choices."""
    try:
        return dict(getattr(model._meta.get_field(name), "flatchoices", ()))
    except FieldDoesNotExist:
        return {}


def address(name: str, public_id: uuid.UUID) -> str:
    """`reverse` for the page of one row; a list asks for many, so the way there is looked up once."""
    return _way(name, get_script_prefix(), get_urlconf()).replace(_ANY, str(public_id))


@cache
def _way(name: str, prefix: str, urlconf: str | None) -> str:
    return reverse(name, kwargs={"public_id": _ANY})


def save_changes(obj: Record, *, version: int | None = None, **changes: Any) -> None:
    """Compare-and-swap on `version` (the one the form was made from): nobody's save overwrites another's unseen.

    Raises StaleVersion with both values of every field that differs.
    """
    seen = obj.version if version is None else version
    rows = obj._meta.model._base_manager.filter(pk=obj.pk, version=seen)
    if not rows.update(version=F("version") + 1, **changes):
        yours = dict(changes)
        obj.refresh_from_db()
        theirs = {name: getattr(obj, name) for name in yours}
        differing = [name for name in yours if yours[name] != theirs[name]]
        raise StaleVersion(
            _("Somebody else saved this while you were editing. Nothing of yours is lost: compare and save again."),
            subject=obj,
            yours={name: yours[name] for name in differing},
            theirs={name: theirs[name] for name in differing},
        )
    for name, value in changes.items():
        setattr(obj, name, value)
    obj.version = seen + 1


def create_once(model: type[R], key: uuid.UUID, make: Callable[[], R]) -> tuple[R, bool]:
    """Make a row whose `public_id` is the one-time key of the form it came from: a double click makes one row (C2).

    Returns (row, was it made now). The caller decides whether the person may see a row that was there already.
    """
    there = model._base_manager.filter(public_id=key).first()
    if there is not None:
        return there, False
    try:
        with transaction.atomic():
            return make(), True
    except IntegrityError:
        there = model._base_manager.filter(public_id=key).first()
        if there is None:
            raise
        return there, False
