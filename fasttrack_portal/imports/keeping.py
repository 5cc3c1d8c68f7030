"""The file of a plan, kept in parts until its lines are read: however long it is, a part of it is held at a time."""

import functools
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from fasttrack_portal.imports.models import StoredPlan

_PART = 1 << 18  # bytes of one row
_IN_MEMORY = 1 << 20  # bytes of a file that is not worth a place on the disk


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The stream from its beginning."""
    stream.seek(0)
    return iter(functools.partial(stream.read, _PART), b"")


def keep(plan: StoredPlan, content: Iterable[bytes]) -> None:
    """Part of the operation that takes the file in."""
    held, number = bytearray(), 0
    for piece in content:
        held += piece
        while len(held) >= _PART:
            _store(plan, number, held[:_PART])
            del held[:_PART]
            number += 1
    _store(plan, number, held)


def _store(plan: StoredPlan, number: int, content: bytearray) -> None:
    # Squeezed here, a list costs the database a fifth of the work.
    plan.parts.create(number=number, content=zlib.compress(content, 1))


@contextmanager
def kept(plan: StoredPlan) -> Iterator[BinaryIO]:
    """The file, as a stream that can be wound back."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        for content in plan.parts.order_by("number").values_list("content", flat=True).iterator(chunk_size=4):
            file.write(zlib.decompress(content))
        file.seek(0)
        yield cast(BinaryIO, file)


def drop(plan: StoredPlan) -> None:
    """The lines stand in the table now, or never will."""
    plan.parts.all().delete()
