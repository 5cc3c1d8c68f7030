"""A past for the demo: what happens inside happened then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.utils import timezone


@contextmanager
def as_if(moment: datetime) -> Iterator[None]:
    """Everything that asks Django for the time gets `moment`; for the loader's single process only."""
    with mock.patch.object(timezone, "now", return_value=moment):
        yield
