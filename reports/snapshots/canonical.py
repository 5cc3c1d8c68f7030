"""Typed values into text that can be hashed, and back."""

import dataclasses
import hashlib
import json
import types
import typing
from datetime import UTC, date, datetime
from typing import Any


def to_plain(value: Any) -> Any:
    """Values as JSON has them: moments as UTC to the second, days as ISO, and no floats, which print differently on
    different machines. TypeError for anything else."""
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            if value.tzinfo is None:
                raise TypeError("a moment without a zone")
            return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
        case date():
            return value.isoformat()
        case tuple() | list():
            return [to_plain(entry) for entry in value]
        case _ if dataclasses.is_dataclass(value):
            return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def canonical(plain: Any) -> bytes:
    """The one text of a snapshot: keys sorted, no blanks, UTF-8."""
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def hash_of(content: bytes) -> str:
    """SHA-256, as it is printed."""
    return hashlib.sha256(content).hexdigest()


def digest(plain: Any) -> str:
    """The hash of the canonical text."""
    return hash_of(canonical(plain))


def read(kind: Any, value: Any) -> Any:
    """The typed value of what `to_plain` made of it."""
    if value is None:
        return None
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(option for option in typing.get_args(kind) if option is not type(None))
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(read(inner, entry) for entry in value)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        # What an older snapshot did not have yet is as its default says; a value that is missing still fails.
        return kind(**{name: read(hint, value[name]) for name, hint in hints.items() if name in value})  # type: ignore[operator]
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    return value
